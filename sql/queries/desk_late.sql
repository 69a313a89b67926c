-- Over, or over within 15 minutes; worst tier first, then the longest over. One row for an incident and whom
-- to call about it: the clock that ended first; the others are told by the same call.
select id, incident, phase, tier, due, overdue, asset, call_function, call_name, call_number, deputy_name, deputy_number,
    last_call
from (select distinct on (incident, call_name) incident_id || '|' || phase as id, incident, phase, 'T' || c.tier as tier,
        soc.rfc3339(c.due) as due, soc.seconds(soc.fab_now() - c.due) as overdue, asset, call_function, call_name,
        call_number, deputy_name, deputy_number, last_call, c.due >= soc.fab_now() as ahead
    from api.clock c where running and c.due < soc.fab_now() + interval '15 minutes'
    order by incident, call_name, c.due) late
order by ahead, tier, due limit 200;
