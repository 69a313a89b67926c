-- 92_views_fab.sql - sources, bays, sessions, plans, runs and row 1 as people see them.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

create view api.source with (security_invoker = true) as
    select number as id, name, kind, area, records, undecoded, unknown, late, dead, skipped_bytes, newest, silent,
        clock_faults, repeated, offset_us, clock_gap_us, soc.offset_line(offset_us, clock_gap_us) as suggested
    from soc.source;

create view api.bay with (security_invoker = true) as
    select t.bay as id, min(t.area) as area, count(*) as tools,
        count(*) filter (where t.state = 'productive') as productive,
        count(*) filter (where t.state like '%down%') as down,
        (select count(*) from api.open_incident i where i.asset = any (array_agg(t.asset))) as incidents,
        (select min(i.clocked) from api.open_incident i where i.asset = any (array_agg(t.asset))) as worst_tier
    from fab.tool t where t.bay <> '' group by t.bay;

create view api.session with (security_invoker = true) as
    select id, person, account, vendor, asset, area, source_ip, ticket, started, ended, allowed_until, state
    from pam.session;

create view api.playbook with (security_invoker = true) as
    select id, name, description from play.playbook where current;

create view api.plan with (security_invoker = true) as
    select p.id, p.number, i.number as incident, p.playbook_name as playbook, p.state, p.hazard,
        encode(p.hash, 'hex') as hash, p.document, p.approval_rule, p.impact, p.planned_by, p.planned, p.expires,
        (select string_agg(a.function, ',' order by a.id) from play.approval a
         where a.plan_id = p.id and a.verdict = 'yes') as approved_functions
    from play.plan p left join soc.incident i on i.id = p.incident_id;

create view api.approval with (security_invoker = true) as
    select a.id, p.number as plan, a.person, a.function, a.verdict, a.at, a.reason
    from play.approval a join play.plan p on p.id = a.plan_id;

create view api.run with (security_invoker = true) as
    select r.id, r.number, p.number as plan, i.number as incident, r.state, r.reason, r.dry, r.started_by, r.started,
        r.ended, r.steps, r.actions, r.verified, r.incident_id
    from play.run r left join play.plan p on p.id = r.plan_id left join soc.incident i on i.id = r.incident_id;

create view api.step with (security_invoker = true) as
    select s.run_id || '|' || s.n as id, r.number as run, s.n, s.name, s.kind, s.target, s.state, s.text, s.before,
        s.after, s.started, s.ended
    from play.step s join play.run r on r.id = s.run_id;

create view api.agent with (security_invoker = true) as
    select id, name, area, state, since, version, counter from play.agent;

create view api.engine_table with (security_invoker = true) as
    select name as id, rows, bound, evicted, expired from soc.engine_table;

-- Rules that something went wrong with; those in quarantine see nothing.
create view api.rule_health with (security_invoker = true) as
    select id, title, kind, state, reason, faults, dropped, evicted, since, last_fault from soc.rule;

create view api.audit_entry with (security_invoker = true) as
    select seq, at, actor, kind, subject, text, canonical, prev, hash from audit.entry;

-- What the house cannot see or believe, in sentences: configuration sets it right, nothing else does.
create view api.blind with (security_invoker = true) as
    select 'clock' as what, name as subject, area,
        format('%s: its clock is %s %s receipt; set right by "%s" in its configuration', name,
            soc.span_words(round(clock_gap_us / 1e6)::int8), case when clock_gap_us > 0 then 'ahead of' else 'behind' end,
            suggested) as text
    from api.source where clock_gap_us <> 0
    union all
    select 'recipes', asset, area, format('%s: %s', asset, recipe_gap) from fab.coverage where recipe_gap <> '';

-- One row: the state of the fab on every screen.
create view api.fab_state with (security_invoker = true) as
    select s.name as site, f.now as fab_time, st.watermark, soc.commit_age() as commit_age,
        (select count(*) from api.open_incident where clocked = 0) as t0,
        (select count(*) from api.open_incident where clocked = 1) as t1,
        (select count(*) from api.open_incident where clocked = 2) as t2,
        (select count(*) from api.open_incident where clocked = 3) as t3,
        (select count(*) from api.open_incident where clocked = 4) as t4,
        (select count(*) from soc.alert_group where state = 'new' and not expected) as unacked,
        (select count(*) from soc.alert_group where "first" > f.now - interval '10 minutes' and not expected) as load_10m,
        (select count(*) from api.clock where running and due < f.now) as late,
        n.incident as next_incident, n.phase as next_phase, n.due as next_due,
        session_user::text as person, soc.my_roles() as roles,
        (select count(*) from play.agent where state = 'up') as agents_up, (select count(*) from play.agent) as agents,
        (select count(*) from soc.source) as sources, (select count(*) from soc.source where silent) as silent,
        st.refused, st.evicted, st.barrier, st.recording_over,
        (select count(*) from play.plan p where p.state = 'planned' and p.planned_by <> session_user
            and p.expires > f.now and soc.approval_function(p, session_user::text) is not null
            and not exists (select from play.approval a where a.plan_id = p.id and a.person = session_user)) as approvals
    from soc.site s cross join (select soc.fab_now() as now) f
    left join (select * from soc.status order by one limit 1) st on true
    left join (select incident, phase, due from api.clock where running order by due limit 1) n on true;

-- Who holds a function now: the duty for the area before one for everywhere, the person before the deputy.
create or replace function soc.who(f text, a text, out name text, out number text) language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(nullif(p.name, ''), d.person), coalesce(p.number, '')
    from soc.roster_duty d left join fab.person p on p.person = d.person
    where d.function = f and d.area in ('', '*', a) and d.from_time <= soc.fab_now() and soc.fab_now() < d.to_time
    order by d.area = a desc, d.deputy, d.id limit 1
$$;
