select epoch, block, rec, n, now, body from soc.input
where (epoch, block, rec) > ($1::int8, $2::int8, $3::int8)
order by epoch, block, rec, n;
