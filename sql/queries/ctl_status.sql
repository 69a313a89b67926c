-- Everything status tells, as one JSON text; every number is counted here.
select json_build_object(
    'events', coalesce((select events from soc.status order by one limit 1), 0),
    'alerts', (select count(*) from api.alert),
    'groups', (select count(*) from api.alert_group),
    'incidents', coalesce((select json_agg(json_build_object(
        'incident_id', 'I-' || i.number, 'tier', 'T' || i.tier,
        'axes', json_build_object('A', i.axis_a, 'C', i.axis_c, 'Q', i.axis_q), 'state', i.state,
        'alert_count', (select count(*) from soc.member m join soc.incident o on o.id = m.incident_id where i.id in (o.id, o.merged_into)),
        'source_kinds', (select coalesce(json_agg(k order by k), '[]') from regexp_split_to_table(i.source_kinds, '[ ,]+') k where k <> ''),
        'asset', i.asset) order by i.key)
        from api.incident i join soc.incident s on s.id = i.id where i.review and s.merged_into is null), '[]'),
    'runs', coalesce((select json_agg(r order by r->>'run_id') from (
        select json_build_object('run_id', 'R-' || r.number, 'incident_id', 'I-' || r.incident,
            'state', case r.state when 'waiting' then 'running' else r.state end, 'steps', r.steps,
            'actions', r.actions, 'verified_steps', r.verified) as r
        from api.run r where not r.dry
        union all
        select json_build_object('run_id', 'P-' || p.number, 'incident_id', 'I-' || p.incident, 'state', p.state,
            'steps', 0, 'actions', 0, 'verified_steps', 0)
        from api.plan p where p.state in ('planned', 'approved')) x), '[]'),
    'sources', (select count(*) from api.source),
    'clocks', coalesce((select json_agg(json_build_object('source', name,
        'ahead_seconds', round(clock_gap_us / 1e6)::int8, 'configured_seconds', (offset_us / 1e6)::float8, 'suggested', suggested,
        'clock_faults', clock_faults) order by name)
        from api.source where clock_gap_us <> 0 or offset_us <> 0), '[]'),
    'recipes_not_visible', coalesce((select json_agg(json_build_object('asset', subject, 'text', text) order by subject)
        from api.blind where what = 'recipes'), '[]'),
    'agents', (select count(*) from api.agent),
    'engine', (select json_build_object('watermark', soc.rfc3339(st.watermark),
            'lag_seconds', greatest(coalesce(extract(epoch from p.fab_time - st.watermark), 0), 0)::float8,
            'evicted', coalesce(st.evicted, 0), 'refused', coalesce(st.refused, 0),
            'repeated', (select coalesce(sum(repeated), 0)::int8 from api.source),
            'dead', (select coalesce(sum(dead), 0)::int8 from api.source),
            'dropped', coalesce(st.dropped_keys, 0),
            'quarantined', (select count(*) from api.rule_health where state = 'quarantine'),
            'rules', coalesce((select json_agg(json_build_object('rule_id', r.id, 'rule_title', r.title, 'kind', r.kind,
                'state', r.state, 'reason', r.reason, 'since', soc.rfc3339(r.since), 'faults', r.faults, 'dropped', r.dropped,
                'evicted', r.evicted) order by r.state <> 'quarantine', r.id) from (select * from api.rule_health
                order by state <> 'quarantine', id limit 1000) r), '[]'),
            'tables', coalesce((select json_agg(json_build_object('name', id, 'rows', rows, 'bound', bound, 'evicted', evicted)
                order by id) from api.engine_table where evicted > 0), '[]'))
        from (select soc.fab_now() as fab_time) p left join (select * from soc.status order by one limit 1) st on true))::text;
