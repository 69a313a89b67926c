-- $1 token, $2-$4 from, $5-$7 to, $8 digest, $9 fab time (NULL = as it was): no row = another has taken over.
update soc.position
set epoch = $5::int8, block = $6::int8, rec = $7::int8, digest = $8::bytea,
    fab_time = coalesce($9::timestamptz, fab_time), moved = clock_timestamp()
where token = $1::int8 and epoch = $2::int8 and block = $3::int8 and rec = $4::int8;
