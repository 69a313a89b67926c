-- $1 incident number; newest first.
select id, number, plan, state, reason, dry, started_by, soc.rfc3339(started) as started,
    soc.rfc3339(ended) as ended, steps, actions, verified
from api.run r where r.incident = soc.number_of($1::text) order by number desc limit 200;
