insert into soc.snapshot (epoch, block, rec, digest, state)
values ($1::int8, $2::int8, $3::int8, $4::bytea, $5::bytea)
on conflict (epoch, block, rec) do update set digest = excluded.digest, state = excluded.state;
