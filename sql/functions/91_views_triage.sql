-- 91_views_triage.sql - groups, incidents, clocks as people see them.
-- SPDX-License-Identifier: Apache-2.0
--
-- security_invoker: the person's own rights and row security hold below each view. Words as core/desk.def
-- wants them: times RFC 3339, tiers T0..T4. Views are made anew at every init; nothing is kept in them.
set local role fabsoc_owner;

drop view if exists api.blind, api.audit_entry, api.rule_health, api.agent, api.engine_table, api.session, api.step, api.run, api.approval, api.plan,
    api.playbook, api.bay, api.source, api.clock, api.last_call, api.entity, api.timeline, api.alert, api.incident,
    api.alert_group, api.fab_state, api.tier_row, api.open_incident cascade;

-- Calls made, the last of each incident and phase.
create view api.last_call with (security_invoker = true) as
    select distinct on (subject, split_part(args, E'\t', 1))
        soc.number_of(subject) as incident, split_part(args, E'\t', 1) as phase,
        format('%s %s: %s', to_char(d.applied at time zone 'UTC', 'HH24:MI'), split_part(args, E'\t', 2), split_part(args, E'\t', 3)) as text
    from soc.intent i join soc.intent_done d on d.intent = i.id and d.outcome = 'applied'
    where verb = 'record_call'
    order by subject, split_part(args, E'\t', 1), i.id desc;

-- Only what people are asked to look at can be late.
create view api.clock with (security_invoker = true) as
    select c.incident_id, i.number as incident, c.phase, soc.clocked(i.tier, i.axis_c, i.axis_q) as tier, c.started,
        c.due, c.met, c.breached, i.asset, c.call_function, c.call_name, c.call_number, c.deputy_name, c.deputy_number,
        l.text as last_call, c.met is null and i.state <> 'closed' and i.review as running
    from soc.clock c join soc.incident i on i.id = c.incident_id
    left join api.last_call l on l.incident = i.number and l.phase = c.phase;

create view api.alert_group with (security_invoker = true) as
    select g.id, g.number, g.state, g.owner, g.expected, g.severity, g.level, g.rule_id, g.rule_title as title, g.asset,
        g.area, g.actor, g.source_kind, g.alerts, g."first", g."last", g.found, g.tier, g.base_tier,
        soc.clocked(g.tier, g.axis_c, g.axis_q) as clocked, soc.axes(g.axis_a, g.axis_c, g.axis_q) as axes, g.why,
        g.ack_due, g.acked, g.cause, g.consequence, g.action, g.call_function, i.number as incident,
        format('%s|%s|%s', soc.clocked(g.tier, g.axis_c, g.axis_q), coalesce(soc.rfc3339(g.ack_due), '9'), g.id) as key
    from soc.alert_group g left join soc.incident i on i.id = g.incident_id;

create view api.alert with (security_invoker = true) as
    select a.id, a.number, a.group_id, g.number as group_number, a.rule_id, a.rule_title, a.level, a.severity, a.event_time,
        a.received, a.found, a.tier, a.asset, a.area, a.actor, a.source_ip, a.session, s.name as source, a.seq,
        a.source_kind, a.summary, a.matched,
        lpad((999999999999999999 - a.number)::text, 18, '0') as key
    from soc.alert a
    left join soc.alert_group g on g.id = a.group_id
    left join soc.source s on s.number = a.source;

create view api.incident with (security_invoker = true) as
    select i.id, i.number, i.title, i.asset, i.area, i.base_tier, i.tier, i.hazard, i.axis_a, i.axis_c, i.axis_q,
        soc.clocked(i.tier, i.axis_c, i.axis_q) as clocked, soc.axes(i.axis_a, i.axis_c, i.axis_q) as axes, i.state,
        i.owner, i."first", i."last", i.opened, i.alerts, i.source_kinds, i.why, i.score, i.review, i.wph, i.lots,
        i.state <> 'closed' and i.merged_into is null as open,
        format('%s|%s|%s', soc.clocked(i.tier, i.axis_c, i.axis_q),
               lpad((999999999999999999 - least(i.score, 999999999999999999))::text, 18, '0'), i.id) as key
    from soc.incident i;

-- What was written under an incident that became part of another is read under both.
create view api.timeline with (security_invoker = true) as
    select t.id, i.number as incident, t.event_time, t.found, t.kind, t.actor, t.text, t.alert_id,
        format('%s|%s', soc.rfc3339(t.event_time), t.id) as key
    from soc.timeline t join soc.incident own on own.id = t.incident_id
    join soc.incident i on i.id in (own.id, own.merged_into);

create view api.entity with (security_invoker = true) as
    select e.kind || '|' || e.value as id, i.number as incident, e.kind, e.value, e.alerts, e."first", e."last"
    from soc.entity e join soc.incident i on i.id = e.incident_id;

-- Open incidents above the review line: what the overview counts.
create view api.open_incident with (security_invoker = true) as
    select *, opened > soc.fab_now() - interval '1 hour' as new_hour from api.incident where open and review;

create view api.tier_row with (security_invoker = true) as
    select n.tier, count(i.id) as open, count(i.id) filter (where i.new_hour) as new_hour, min(i.opened) as oldest,
        (select count(*) from api.clock c where c.running and c.tier = n.tier and c.due < soc.fab_now()) as late,
        (select count(*) from api.clock c where c.running and c.tier = n.tier and c.due >= soc.fab_now()
            and c.due < soc.fab_now() + interval '15 minutes') as due_soon,
        coalesce(sum(i.wph), 0)::int8 as wph,
        (array_agg(i.number order by i.key))[1] as worst_incident, (array_agg(i.asset order by i.key))[1] as worst_asset
    from generate_series(0, 4) as n(tier) left join api.open_incident i on i.clocked = n.tier
    group by n.tier;
