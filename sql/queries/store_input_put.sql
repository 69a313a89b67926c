insert into soc.input (epoch, block, rec, n, now, kind, body)
select * from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::timestamptz[], $6::text[], $7::bytea[]);
