-- At least $1 incidents are not closed.
select count(*) >= $1::int8 from soc.incident where state <> 'closed';
