select json_build_object('run_id', 'R-' || number, 'id', id, 'plan_id', 'P-' || plan, 'incident_id', 'I-' || incident, 'state', state,
        'reason', reason, 'dry', dry, 'started_by', started_by, 'started', soc.rfc3339(started), 'ended', soc.rfc3339(ended),
        'steps', steps, 'actions', actions, 'verified_steps', verified)::text,
    concat_ws(E'\t', 'R-' || number, 'I-' || incident, state, format('%s/%s', verified, actions), started_by, reason), number::text
from api.run r where r.number > soc.number_of($1::text) order by r.number limit 1000;
