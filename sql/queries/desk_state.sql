-- One row.
select site, soc.rfc3339(fab_time) as fab_time, soc.rfc3339(watermark) as watermark, commit_age, t0, t1, t2, t3, t4,
    unacked, load_10m, late, next_incident, next_phase, soc.rfc3339(next_due) as next_due, person, roles, agents_up, agents,
    sources, silent, refused, evicted, barrier, recording_over, approvals
from api.fab_state;
