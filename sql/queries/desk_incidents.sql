-- $1 after, $2 limit, $3 filter: open or all.
select i.id, i.key, i.number, 'T' || i.clocked as tier, i.state, i.title, i.asset, i.owner, i.alerts, i.source_kinds, i.axes,
    c.phase, soc.rfc3339(c.due) as due, i.wph, soc.rfc3339(i."first") as "first", soc.rfc3339(i."last") as "last",
    r.state as run_state
from api.incident i
left join lateral (select phase, due from api.clock c where c.incident_id = i.id and c.running order by c.due limit 1) c on true
left join lateral (select state from api.run r where r.incident_id = i.id and not r.dry order by r.number desc limit 1) r on true
where i.key > $1::text collate "C" and (coalesce($3::text, '') = 'all' or (i.open and i.review))
order by i.key collate "C" limit least(greatest(coalesce(soc.number_of($2::text), 200), 1), 200);
