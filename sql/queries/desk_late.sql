-- Over, or over within 15 minutes; worst tier first, then the longest over.
select incident_id || '|' || phase as id, incident, phase, 'T' || tier as tier, soc.rfc3339(due) as due,
    soc.seconds(soc.fab_now() - due) as overdue, asset, call_function, call_name, call_number, deputy_name, deputy_number, last_call
from api.clock c where running and due < soc.fab_now() + interval '15 minutes'
order by c.due >= soc.fab_now(), c.tier, c.due limit 200;
