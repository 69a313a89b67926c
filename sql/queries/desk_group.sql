-- $1 number.
select g.id, g.number, 'T' || g.tier as tier, 'T' || g.base_tier as base_tier, g.axes, g.severity, g.level, g.rule_id, g.title,
    g.asset, g.area, g.actor, g.source_kind, g.alerts, soc.rfc3339(g."first") as "first", soc.rfc3339(g."last") as "last", g.state,
    g.owner, g.incident, soc.rfc3339(g.ack_due) as ack_due, soc.rfc3339(g.acked) as acked, g.why, g.cause, g.consequence,
    g.action, g.call_function, w.name as call_name, w.number as call_number
from api.alert_group g left join lateral soc.who(g.call_function, g.area) w on true
where g.number = soc.number_of($1::text);
