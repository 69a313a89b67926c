-- 7_api_play.sql - plans, approvals and runs.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

create or replace function api.plan(incident_number text, playbook_id text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[incident_number, playbook_id];
    i record := soc.incident_fault(incident_number, '');
begin
    return soc.gate_end('plan', args, coalesce(soc.gate_fault('plan', args), i.fault,
        case when not exists (select from play.playbook b where b.id = playbook_id and b.current) then
            'playbook.unknown no playbook of the set in force has this id' end), i.area);
end
$$;
comment on function api.plan(text, text) is 'bind a playbook to the incident''s scope';

create or replace function api.dry_run(plan_number text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[plan_number];
    p record := soc.plan_fault(plan_number, '');
    state constant text := (p.plan).state;
begin
    return soc.gate_end('dry_run', args, coalesce(soc.gate_fault('dry_run', args), p.fault,
        case when state not in ('planned', 'approved') then
            'fsm.plan a plan that is decided is not tried any more' end), coalesce((p.plan).area, ''));
end
$$;
comment on function api.dry_run(text) is 'what it would do, without doing it';

-- The function for which a person may say yes: the first the rule names that he holds now and nobody has given.
create or replace function soc.approval_function(pl play.plan, p text) returns text language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select f from unnest(soc.rule_functions(pl.approval_rule)) with ordinality as t(f, n)
    where f = any (soc.functions_of(p, pl.area))
      and not exists (select from play.approval a where a.plan_id = pl.id and a.function = f and a.verdict = 'yes')
    order by n limit 1
$$;

-- Functions a rule names and nobody has said yes for; empty = complete.
create or replace function soc.missing_functions(pl play.plan) returns text[] language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(array_agg(f order by n), '{}')
    from unnest(soc.rule_functions(pl.approval_rule)) with ordinality as t(f, n)
    where not exists (select from play.approval a where a.plan_id = pl.id and a.function = f
                      and a.verdict = 'yes' and a.hash = pl.hash)
$$;

create or replace function soc.approve_fault(pl play.plan, h text) returns text language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    needed constant text[] := soc.rule_functions(pl.approval_rule);
    held constant text[] := soc.functions_of(session_user, pl.area);
begin
    return case
        when pl.planned_by = session_user then 'approve.self a plan is not approved by the one who made it'
        when encode(pl.hash, 'hex') <> lower(h) then 'approve.hash the plan has another hash than the one you saw'
        when exists (select from play.approval a where a.plan_id = pl.id and a.person = session_user and a.verdict = 'yes')
            then 'approve.twice one person does not stand for two functions of one plan'
        when not needed && held then format('approve.function the plan asks for %s; you do not hold it now',
                                            array_to_string(needed, ' AND '))
        when soc.approval_function(pl, session_user) is null then 'approve.given your function has said yes already' end;
end
$$;

create or replace function api.approve(plan_number text, hash text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args text[] := array[plan_number, hash];
    p record := soc.plan_fault(plan_number, 'approve');
    pl constant play.plan := p.plan;
    fault text := coalesce(soc.gate_fault('approve', args), p.fault);
    f text;
begin
    if fault is null then
        fault := soc.approve_fault(pl, hash);
    end if;
    if fault is null then
        f := soc.approval_function(pl, session_user);
        begin
            insert into play.approval (plan_id, planned_by, hash, person, function, verdict, at, area)
                values (pl.id, pl.planned_by, pl.hash, session_user, f, 'yes', soc.fab_now(), pl.area);
        exception when unique_violation then
            fault := 'approve.given somebody said it at the same moment';
        end;
        args := args || f;
    end if;
    return soc.gate_end('approve', args, fault, coalesce(pl.area, ''));
end
$$;
comment on function api.approve(text, text) is 'yes to exactly this plan';

create or replace function api.refuse(plan_number text, reason text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args text[] := array[plan_number, reason];
    p record := soc.plan_fault(plan_number, 'refuse');
    pl constant play.plan := p.plan;
    fault text := coalesce(soc.gate_fault('refuse', args), p.fault);
    f text;
begin
    select x into f from unnest(soc.rule_functions(pl.approval_rule)) x
        where x = any (soc.functions_of(session_user, pl.area)) limit 1;
    fault := coalesce(fault, case
        when soc.one_line(reason) = '' then 'args.reason a reason is needed'
        when f is null and pl.planned_by <> session_user then
            'refuse.function only its planner or a function it asks for takes a plan back' end);
    if fault is null then
        begin
            insert into play.approval (plan_id, planned_by, hash, person, function, verdict, reason, at, area)
                values (pl.id, pl.planned_by, pl.hash, session_user, coalesce(f, ''), 'no', soc.one_line(reason),
                        soc.fab_now(), pl.area);
        exception when unique_violation then
            fault := 'refuse.given you have refused it already';
        end;
        args := args || coalesce(f, '');
    end if;
    return soc.gate_end('refuse', args, fault, coalesce(pl.area, ''));
end
$$;
comment on function api.refuse(text, text) is 'no';

create or replace function api.start_run(plan_number text, hash text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[plan_number, hash];
    p record := soc.plan_fault(plan_number, 'start');
    pl constant play.plan := p.plan;
    missing text[];
    fault text := coalesce(soc.gate_fault('start_run', args), p.fault);
begin
    if fault is null then
        missing := soc.missing_functions(pl);
        fault := case
            when encode(pl.hash, 'hex') <> lower(hash) then 'run.hash the plan has another hash than the one you saw'
            when missing <> '{}' then format('run.approvals %s has not approved', array_to_string(missing, ', ')) end;
    end if;
    return soc.gate_end('start_run', args, fault, coalesce(pl.area, ''));
end
$$;
comment on function api.start_run(text, text) is 'carry it out';

create or replace function api.abort_run(run_number text, reason text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[run_number, reason];
    r record := soc.run_fault(run_number, 'abort');
begin
    return soc.gate_end('abort_run', args, coalesce(soc.gate_fault('abort_run', args), r.fault), r.area);
end
$$;
comment on function api.abort_run(text, text) is 'stop before the next step';

create or replace function api.resume_run(run_number text, reason text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[run_number, reason];
    r record := soc.run_fault(run_number, 'resume');
begin
    return soc.gate_end('resume_run', args, coalesce(soc.gate_fault('resume_run', args), r.fault), r.area);
end
$$;
comment on function api.resume_run(text, text) is 'go on after a wait';
