-- $1 group number, $2 after, $3 limit; newest first.
select id, key, number, soc.rfc3339(event_time) as event_time, soc.rfc3339(found) as found, 'T' || tier as tier, asset, actor,
    source_ip, session, source, seq, summary, matched
from api.alert a
where a.group_number = soc.number_of($1::text) and a.key > $2::text collate "C"
order by a.key collate "C" limit least(greatest(coalesce(soc.number_of($3::text), 200), 1), 200);
