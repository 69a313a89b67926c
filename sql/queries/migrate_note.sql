insert into soc.migration (n, name, digest) values ($1::int8, $2::text, $3::bytea);
