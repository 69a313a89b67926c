-- 8_sign.sql - what sign sees: commands whose plan the database itself finds approved.
-- SPDX-License-Identifier: Apache-2.0
--
-- The engine decides that a command is due; this view asks again, from the approval rows alone: every function
-- of the rule has a yes to exactly this hash, from a person who is not the planner (constraints hold that), the
-- run goes on, the target is not on the never-touch list.
set local role fabsoc_owner;

create or replace view play.approved_command as
    select c.id, c.run_id, c.step, c.agent, c.counter, c.bytes, c.issued, p.hash as plan_hash
    from play.command c
    join play.run r on r.id = c.run_id and r.state = 'running' and not r.dry
    join play.plan p on p.id = r.plan_id and p.state = 'started'
    where c.state = 'outbox'
      and not exists (select from play.signature s where s.command = c.id)
      and not exists (select from unnest(soc.rule_functions(p.approval_rule)) f
                      where not exists (select from play.approval a
                                        where a.plan_id = p.id and a.function = f and a.verdict = 'yes'
                                          and a.hash = p.hash and a.person <> p.planned_by))
      and not exists (select from play.step s join play.never_touch n on n.target = s.target
                      where s.run_id = c.run_id and s.n = c.step);
comment on view play.approved_command is 'commands that wait for their signature and are approved by the rows; not an invoker view: sign has no rights below it';

grant select on play.approved_command to soc_sign;

create or replace function play.signature_written() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('soc_intent', '');
    return null;
end
$$;

create or replace trigger wake_engine after insert on play.signature
    for each row execute function play.signature_written();

-- The other way round: sign listens for commands that wait.
create or replace function play.command_waits() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('soc_sign', '');
    return null;
end
$$;

create or replace trigger wake_sign after insert or update of state on play.command
    for each row when (new.state = 'outbox') execute function play.command_waits();
