-- $1 run number.
select id, number, plan, incident, state, reason, dry, started_by, soc.rfc3339(started) as started,
    soc.rfc3339(ended) as ended, steps, actions, verified
from api.run r where r.number = soc.number_of($1::text);
