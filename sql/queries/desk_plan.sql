-- $1 plan number.
select id, number, incident, playbook, state, 'T' || hazard as hazard, hash, document, approval_rule, impact, planned_by,
    soc.rfc3339(planned) as planned, soc.rfc3339(expires) as expires
from api.plan p where p.number = soc.number_of($1::text);
