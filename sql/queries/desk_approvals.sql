-- $1 plan number.
select id, person, function, verdict, soc.rfc3339(at) as at, reason
from api.approval a where a.plan = soc.number_of($1::text) order by a.id limit 200;
