-- $1 after, $2 limit, $3 filter: all, new, mine, shelved or an incident's number.
select id, key, number, 'T' || clocked as tier, severity, alerts, source_kind, asset, title, actor, owner, state,
    soc.rfc3339(g."first") as "first", soc.rfc3339(g."last") as "last", soc.rfc3339(found) as found,
    soc.rfc3339(ack_due) as ack_due, incident, expected
from api.alert_group g
where key > $1::text collate "C" and case coalesce($3::text, '')
    when 'new' then g.state = 'new'
    when 'mine' then g.owner = session_user and g.state in ('new', 'acknowledged')
    when 'shelved' then g.state = 'shelved'
    when 'all' then g.state in ('new', 'acknowledged')
    when '' then g.state in ('new', 'acknowledged')
    else g.incident = soc.number_of($3::text) end
order by key collate "C" limit least(greatest(coalesce(soc.number_of($2::text), 200), 1), 200);
