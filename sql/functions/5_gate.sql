-- 5_gate.sql - what every api function does: rights, bounds, intent, audit, wake-up; and the checks they share.
-- SPDX-License-Identifier: Apache-2.0
--
-- A refusal is an answer, not an exception: 'refused CODE sentence'. An exception would roll the audit row
-- back, and every refusal leaves one. Faults inside are texts 'CODE sentence', NULL = none.
set local role fabsoc_owner;

delete from soc.call_right;
insert into soc.call_right (verb, role) values
    ('ack_group', 'operator'), ('ack_group', 'responder'), ('ack_group', 'manager'),
    ('unack_group', 'operator'), ('unack_group', 'responder'), ('unack_group', 'manager'),
    ('shelve_group', 'operator'), ('shelve_group', 'responder'), ('shelve_group', 'manager'),
    ('close_group', 'operator'), ('close_group', 'responder'), ('close_group', 'manager'),
    ('take_incident', 'operator'), ('take_incident', 'responder'), ('take_incident', 'manager'),
    ('move_incident', 'responder'), ('move_incident', 'manager'), ('move_incident', 'operator'),
    ('note', 'operator'), ('note', 'responder'), ('note', 'approver'), ('note', 'manager'),
    ('record_call', 'operator'), ('record_call', 'responder'), ('record_call', 'manager'),
    ('plan', 'responder'), ('dry_run', 'responder'), ('start_run', 'responder'),
    ('abort_run', 'responder'), ('abort_run', 'operator'), ('abort_run', 'approver'), ('abort_run', 'manager'),
    ('resume_run', 'responder'),
    ('approve', 'approver'),
    ('refuse', 'approver'), ('refuse', 'responder'),
    ('read_raw', 'operator'), ('read_raw', 'responder'), ('read_raw', 'manager'), ('read_raw', 'auditor');

create or replace function soc.gate_fault(v text, args text[]) returns text language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    if not exists (select from soc.call_right c where c.verb = v and soc.is(c.role)) then
        return format('right.role %s is for %s', v,
            coalesce((select string_agg(role, ', ' order by role) from soc.call_right where verb = v), 'nobody'));
    end if;
    if exists (select from unnest(args) a where a is null or length(a) > 2000) then
        return 'args.length an argument is missing or longer than 2000 characters';
    end if;
    if (select count(*) from soc.intent where person = session_user and state = 'waiting') >= 200 then
        return 'intent.bound 200 of your intents wait already';
    end if;
    return null;
end
$$;

-- Ends every api function: the refusal with its audit row, or intent, audit row and wake-up. The first argument
-- is the intent's subject, the others stand in args, one line each, separated by tabs.
create or replace function soc.gate_end(verb text, args text[], fault text, area text) returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    -- the engine counts by plain numbers
    subject constant text := regexp_replace(left(soc.one_line(args[1]), 200), '^[AGIPR]-([0-9]+)$', '\1');
    rest constant text := coalesce((select string_agg(soc.one_line(a), E'\t' order by n)
        from unnest(args[2:]) with ordinality as t(a, n)), '');
begin
    if fault is not null then
        perform audit.append(session_user::text, 'refused', verb || ' ' || subject, fault);
        return 'refused ' || fault;
    end if;
    insert into soc.intent (person, functions, verb, subject, args, area)
        values (session_user, array_to_string(soc.functions_of(session_user, area), ','), verb, subject, rest, area);
    perform pg_notify('soc_intent', '');
    perform audit.append(session_user::text, 'intent', verb || ' ' || subject, rest);
    return 'ok';
end
$$;

create or replace function soc.number_of(t text) returns int8 language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$ select case when t ~ '^[0-9]{1,18}$' then t::int8 end $$;

-- The same with the letter people see before it: I-412 is an incident and never an alert.
create or replace function soc.number_of(t text, letter text) returns int8 language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$ select case when t ~ ('^(' || letter || '-)?[0-9]{1,18}$') then regexp_replace(t, '^[A-Z]-', '')::int8 end $$;

-- ---- checks by kind of thing; `area` comes back for the intent

create or replace function soc.move_fault(machine text, state text, event text, noun text) returns text
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select case when not soc.fsm_can(machine, state, event) then
        format('fsm.%s %s %s: %s is not possible', machine, noun,
               (select s.text from soc.fsm_state s where s.machine = move_fault.machine and s.state = move_fault.state),
               event) end
$$;

create or replace function soc.group_fault(num text, event text, out fault text, out area text, out owner text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    g soc.alert_group;
begin
    select * into g from soc.alert_group where number = soc.number_of(num, 'G');
    area := coalesce(g.area, '');
    owner := g.owner;
    if g.id is null or not soc.sees(g.area) then
        fault := 'group.unknown you see no group with this number';
    else
        fault := soc.move_fault('group', g.state, event, 'a group of alerts');
    end if;
end
$$;

-- `event` empty: any state but the final ones.
create or replace function soc.incident_fault(num text, event text, out fault text, out area text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    i soc.incident;
begin
    select * into i from soc.incident where number = soc.number_of(num, 'I');
    area := coalesce(i.area, '');
    if i.id is null or not soc.sees(i.area) then
        fault := 'incident.unknown you see no incident with this number';
    elsif i.merged_into is not null then
        fault := format('incident.merged the incident is part of I-%s',
                        (select number from soc.incident where id = i.merged_into));
    elsif event = 'merge' then
        fault := 'incident.event an alert merges incidents, not a person';
    elsif event <> '' then
        fault := soc.move_fault('incident', i.state, event, 'an incident');
    elsif i.state = 'closed' then
        fault := 'incident.closed the incident is closed';
    end if;
end
$$;

create or replace function soc.plan_fault(num text, event text, out fault text, out plan play.plan)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    select * into plan from play.plan where number = soc.number_of(num, 'P');
    if plan.id is null or not soc.sees(plan.area) then
        fault := 'plan.unknown you see no plan with this number';
    elsif plan.expires <= soc.fab_now() then
        fault := format('plan.expired the plan ended at %s', soc.rfc3339(plan.expires));
    elsif event <> '' then
        fault := soc.move_fault('plan', plan.state, event, 'a plan');
    end if;
end
$$;

create or replace function soc.run_fault(num text, event text, out fault text, out area text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    r play.run;
begin
    select * into r from play.run where number = soc.number_of(num, 'R');
    area := coalesce(r.area, '');
    if r.id is null or not soc.sees(r.area) then
        fault := 'run.unknown you see no run with this number';
    else
        fault := soc.move_fault('run', r.state, event, 'a playbook run');
    end if;
end
$$;
