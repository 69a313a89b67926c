-- $1 = number of the last row seen. JSON, then the same in words; the last column is the next $1.
select json_build_object('alert_id', 'A-' || number, 'id', id, 'rule_id', rule_id, 'rule_title', rule_title, 'level', level,
        '@timestamp', soc.rfc3339(event_time), 'received', soc.rfc3339(received), 'found', soc.rfc3339(found),
        'tier', 'T' || tier, 'asset', asset, 'area', area, 'actor', actor, 'source_ip', source_ip, 'session', session,
        'source', source, 'seq', seq, 'source_kind', source_kind, 'group_id', 'G-' || group_number, 'summary', summary)::text,
    concat_ws(E'\t', 'A-' || number, soc.rfc3339(event_time), 'T' || tier, level, asset, actor, rule_title), number::text
from api.alert a where a.number > soc.number_of($1::text) order by a.number limit 1000;
