-- $1 incident number.
select id, kind, value, alerts, soc.rfc3339(e."first") as "first", soc.rfc3339(e."last") as "last"
from api.entity e where e.incident = soc.number_of($1::text) order by kind, alerts desc, value limit 500;
