-- $1 run number.
select id, n, name, kind, target, state, text, before, after, soc.rfc3339(started) as started, soc.rfc3339(ended) as ended
from api.step s where s.run = soc.number_of($1::text) order by s.n limit 500;
