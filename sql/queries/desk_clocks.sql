-- $1 incident number.
select incident_id || '|' || phase as id, phase, soc.rfc3339(started) as started, soc.rfc3339(due) as due,
    soc.rfc3339(met) as met, breached, call_function, call_name, call_number, deputy_name, deputy_number, last_call
from api.clock c where c.incident = soc.number_of($1::text) order by c.started, c.phase;
