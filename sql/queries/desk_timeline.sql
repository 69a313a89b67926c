-- $1 incident number, $2 after, $3 limit; oldest first.
select id, key, soc.rfc3339(event_time) as event_time, soc.rfc3339(found) as found, kind, actor, text
from api.timeline t
where t.incident = soc.number_of($1::text) and t.key > $2::text collate "C"
order by t.key collate "C" limit least(greatest(coalesce(soc.number_of($3::text), 200), 1), 200);
