select json_build_object('incident_id', 'I-' || number, 'id', id, 'tier', 'T' || tier,
        'axes', json_build_object('A', axis_a, 'C', axis_c, 'Q', axis_q), 'state', state, 'title', title, 'asset', asset,
        'area', area, 'owner', owner, 'first', soc.rfc3339(i."first"), 'last', soc.rfc3339(i."last"), 'alert_count', alerts,
        'source_kinds', (select coalesce(json_agg(k order by k), '[]') from regexp_split_to_table(source_kinds, '[ ,]+') k where k <> ''),
        'score', score, 'review', review, 'why', why)::text,
    concat_ws(E'\t', 'I-' || number, 'T' || tier, state, asset, alerts, title), number::text
from api.incident i where i.number > soc.number_of($1::text) order by i.number limit 1000;
