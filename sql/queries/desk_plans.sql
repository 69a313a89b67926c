-- $1 incident number; newest first.
select id, number, playbook, state, 'T' || hazard as hazard, planned_by, soc.rfc3339(planned) as planned,
    soc.rfc3339(expires) as expires, approval_rule, approved_functions
from api.plan p where p.incident = soc.number_of($1::text) order by number desc limit 200;
