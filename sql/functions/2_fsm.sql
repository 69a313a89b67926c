-- 2_fsm.sql - states change only as core/model/*.fsm says.
-- SPDX-License-Identifier: Apache-2.0
--
-- Of several changes of one row in one commit the engine writes the last only, so a row may arrive several
-- moves further: the triggers accept a path of one or more moves, never a step the life-cycle has no path
-- for. A new row may likewise be anywhere its initial state can lead to.
set local role fabsoc_owner;

create or replace function soc.fsm_close() returns void language sql
    set search_path = pg_catalog, pg_temp
    as $$
    delete from soc.fsm_path;
    insert into soc.fsm_path
    with recursive path(machine, from_state, to_state) as (
        select machine, from_state, to_state from soc.fsm_move
        union
        select p.machine, p.from_state, m.to_state
        from path p join soc.fsm_move m on m.machine = p.machine and m.from_state = p.to_state)
    select machine, from_state, to_state from path
$$;

create or replace function soc.fsm_initial(m text) returns text language sql stable
    set search_path = pg_catalog, pg_temp
    as $$ select state from soc.fsm_state where machine = m order by n limit 1 $$;

-- Whether `event` leads on from `state`.
create or replace function soc.fsm_can(m text, s text, e text) returns boolean language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$ select exists (select from soc.fsm_move where machine = m and from_state = s and event = e) $$;

create or replace function soc.fsm_check() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    m constant text := tg_argv[0];
    came_from constant text := case when tg_op = 'UPDATE' then old.state else soc.fsm_initial(m) end;
begin
    if new.state = came_from
       or exists (select from soc.fsm_path
                  where machine = m and from_state = came_from and to_state = new.state) then
        return new;
    end if;
    raise exception using errcode = '23514',
        message = format('fsm.%s: from "%s" no move leads to "%s"', m, came_from, new.state),
        table = tg_table_name, schema = tg_table_schema;
end
$$;

create or replace trigger life_cycle before insert or update of state on soc.alert_group
    for each row execute function soc.fsm_check('group');
create or replace trigger life_cycle before insert or update of state on soc.incident
    for each row execute function soc.fsm_check('incident');
create or replace trigger life_cycle before insert or update of state on play.plan
    for each row execute function soc.fsm_check('plan');
create or replace trigger life_cycle before insert or update of state on play.run
    for each row execute function soc.fsm_check('run');
create or replace trigger life_cycle before insert or update of state on play.command
    for each row execute function soc.fsm_check('command');

-- A run's fencing token only rises; the bytes of a command never change once it was signed.
create or replace function play.run_token_rises() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    if new.token < old.token then
        raise exception using errcode = '23514',
            message = format('run.lease: token %s is older than %s', new.token, old.token);
    end if;
    return new;
end
$$;

create or replace trigger lease before update of token on play.run
    for each row execute function play.run_token_rises();

create or replace function play.command_is_fixed() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    if old.state <> 'outbox' and (new.bytes <> old.bytes or new.agent <> old.agent or new.counter <> old.counter) then
        raise exception using errcode = '23514',
            message = 'command.bytes: a signed command does not change';
    end if;
    return new;
end
$$;

create or replace trigger fixed before update of bytes, agent, counter on play.command
    for each row execute function play.command_is_fixed();
