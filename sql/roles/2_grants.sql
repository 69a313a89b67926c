-- 2_grants.sql - table rights and row security; runs at every init, after the functions.
-- SPDX-License-Identifier: Apache-2.0
--
-- People read tables only so that invoker views work: columns they may see, rows of their areas. They write
-- nothing. The engine has table rights only; sign sees one view and writes one table.
set local role fabsoc_owner;

grant usage on schema soc, fab, pam, play to fabsoc_person, fabsoc_vendor, soc_engine, fabsoc_audit;
grant usage on schema api to fabsoc_person, fabsoc_vendor;
grant usage on schema play, soc to soc_sign;

-- ---- the engine

grant select, insert, update on soc.source, soc.alert_group, soc.incident, soc.member, soc.entity, soc.clock,
    soc.status, soc.engine_table, soc.rule, fab.tool, fab.coverage, fab.pm_window, pam.session, play.plan, play.run, play.step,
    play.command, play.outbox, play.playbook, play.agent to soc_engine;
grant select, insert on soc.dead_letter, soc.alert, soc.raw, soc.timeline, soc.intent_done, soc.input to soc_engine;
grant select, insert, update, delete on soc.snapshot to soc_engine;
grant select, update on soc.position to soc_engine;
grant select on soc.site, soc.intent, soc.fsm_state, soc.fsm_path, play.signature, play.approval, play.never_touch
    to soc_engine;
grant update (state) on soc.intent, play.signature to soc_engine;
grant execute on function soc.alert_day(date), soc.this_site(), soc.fab_now(), soc.fsm_initial(text) to soc_engine;

-- ---- people

-- Functions a view or a query needs; api functions: each for everybody who may connect, the function decides.
grant execute on function soc.fab_now(), soc.commit_age(), soc.rfc3339(timestamptz), soc.seconds(interval),
    soc.axes(int2, int2, int2), soc.clocked(int2, int2, int2), soc.rule_functions(text), soc.my_areas(),
    soc.sees(text), soc.is(text), soc.my_roles(), soc.functions_of(text, text), soc.number_of(text), soc.number_of(text, text), soc.this_site(),
    soc.approval_function(play.plan, text), soc.who(text, text), soc.offset_line(int8, int8), soc.span_words(int8) to fabsoc_person, fabsoc_vendor;
grant execute on all functions in schema api to fabsoc_person;

grant select on soc.site, soc.source, soc.alert, soc.alert_group, soc.incident, soc.member, soc.entity, soc.timeline,
    soc.clock, soc.status, soc.engine_table, soc.rule, soc.intent, soc.intent_done, soc.roster_duty, soc.call_right, soc.fsm_state,
    soc.fsm_move, fab.person, fab.tool, fab.coverage, fab.pm_window, pam.session, play.plan, play.approval, play.run, play.step,
    play.playbook, play.agent, play.never_touch to fabsoc_person;
grant select (id, run_id, step, area, agent, counter, state, code, result, issued, changed, site) on play.command
    to fabsoc_person;
grant select (id, source, seq, received, reason, site, area) on soc.dead_letter to fabsoc_person;
grant select on pam.session, fab.pm_window to fabsoc_vendor;

-- ---- sign: sees play.approved_command, writes play.signature

grant insert (command, signature) on play.signature to soc_sign;
grant execute on function soc.this_site(), soc.rule_functions(text) to soc_sign;

-- ---- row security: by area, from session_user and a table, never from a setting

do $$
declare
    t text;
begin
    foreach t in array array['soc.source', 'soc.alert', 'soc.alert_group', 'soc.incident', 'soc.dead_letter', 'soc.intent_done', 'soc.status', 'soc.engine_table', 'soc.rule',
            'soc.raw', 'fab.tool', 'fab.coverage', 'play.plan', 'play.approval', 'play.run', 'play.step', 'play.command', 'play.agent'] loop
        execute format('alter table %s enable row level security', t);
        execute format('drop policy if exists by_area on %s', t);
        execute format($p$create policy by_area on %s for select to fabsoc_person using (area = ''
            or area = any (array(select soc.my_areas())) or '*' = any (array(select soc.my_areas())))$p$, t);
    end loop;
    -- What belongs to an incident is seen by whoever sees the incident now: its area may have changed since.
    foreach t in array array['soc.member', 'soc.entity', 'soc.timeline', 'soc.clock'] loop
        execute format('alter table %s enable row level security', t);
        execute format('drop policy if exists by_area on %s', t);
        execute format('drop policy if exists by_incident on %s', t);
        execute format('create policy by_incident on %s for select to fabsoc_person using (exists '
            '(select from soc.incident i where i.id = incident_id))', t);
    end loop;
    foreach t in array array['pam.session', 'fab.pm_window'] loop
        execute format('alter table %s enable row level security', t);
        execute format('drop policy if exists by_area on %s', t);
        execute format($p$create policy by_area on %s for select to fabsoc_person using (area = ''
            or area = any (array(select soc.my_areas())) or '*' = any (array(select soc.my_areas())))$p$, t);
        execute format('drop policy if exists own on %s', t);
        execute format('create policy own on %s for select to fabsoc_vendor using (person = session_user)', t);
    end loop;
end
$$;

-- Calls made are for all who may see their area; other intents are their author's, a manager's and an auditor's.
alter table soc.intent enable row level security;
drop policy if exists own_or_call on soc.intent;
create policy own_or_call on soc.intent for select to fabsoc_person using (person = session_user
    or (verb = 'record_call' and (area = '' or area = any (array(select soc.my_areas()))
        or '*' = any (array(select soc.my_areas()))))
    or (select soc.is('manager')) or (select soc.is('auditor')));

-- sign may answer only what the database itself finds approved.
alter table play.signature enable row level security;
drop policy if exists approved_only on play.signature;
create policy approved_only on play.signature for insert to soc_sign
    with check (exists (select from play.approved_command c where c.id = command));

-- Views of the console.
grant select on all tables in schema api to fabsoc_person;
revoke select on api.audit_entry from fabsoc_person;
grant select on api.audit_entry to fabsoc_auditor, fabsoc_manager, fabsoc_administrator;
grant select on api.session to fabsoc_vendor;
