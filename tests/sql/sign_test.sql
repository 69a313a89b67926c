-- sign_test.sql - sign sees a command only when the rows themselves approve it.
-- SPDX-License-Identifier: Apache-2.0
begin;
\ir prelude.sql
select * from no_plan();

update play.plan set state = 'started' where number = 30;
select pg_temp.put('play.run', jsonb_build_object('id', pg_temp.id(41), 'number', 41, 'plan_id', pg_temp.id(30), 'state', 'running', 'area', 'etch'));
select pg_temp.put('play.step', jsonb_build_object('run_id', pg_temp.id(41), 'n', 1, 'target', 'sw-etch/7', 'state', 'running'));
select pg_temp.put('play.command', jsonb_build_object('id', pg_temp.id(50), 'run_id', pg_temp.id(41), 'step', 1, 'agent', 'a1', 'counter', 1,
    'state', 'outbox', 'bytes', '\x0102'));
insert into play.approval (plan_id, planned_by, hash, person, function, verdict, at) values
    (pg_temp.id(30)::uuid, 't.responder', pg_temp.hash(), 't.approver', 'fab-operations', 'yes', now()),
    (pg_temp.id(30)::uuid, 't.responder', pg_temp.hash(), 't.approver2', 'etch', 'yes', now());

create function pg_temp.seen() returns bigint language plpgsql as $$
declare
    n bigint;
begin
    set local session authorization soc_sign;
    select count(*) into n from play.approved_command;
    reset session authorization;
    return n;
end
$$;
create function pg_temp.sign(command text) returns text language plpgsql as $$
begin
    set local session authorization soc_sign;
    execute format('insert into play.signature (command, signature) values (%L, ''\x01'')', command);
    reset session authorization;
    return 'ok';
exception when others then
    return sqlstate;
end
$$;
-- Does it, looks, takes it back.
create function pg_temp.seen_after(sql text) returns bigint language plpgsql as $$
declare
    n bigint;
begin
    begin
        execute sql;
        n := pg_temp.seen();
        raise exception 'undo' using errcode = 'P0999';
    exception when sqlstate 'P0999' then
        return n;
    end;
end
$$;

select is(pg_temp.seen(), 1::bigint, 'an approved command is seen');
select is(pg_temp.seen_after(change), 0::bigint, 'not seen: ' || said)
from (values
    ($$delete from play.approval where function = 'etch'$$, 'a function that has not said yes'),
    ($$update play.approval set verdict = 'no' where function = 'etch'$$, 'one that said no'),
    ($$update play.run set state = 'aborted' where number = 41$$, 'an aborted run'),
    ($$update play.run set state = 'waiting' where number = 41$$, 'a run that waits for a person'),
    ($$update play.command set state = 'expired'$$, 'a command whose time is over'),
    ($$insert into play.never_touch (target, reason) values ('sw-etch/7', 'scrubber')$$, 'a target on the never-touch list'),
    ($$update play.run set dry = true where number = 41$$, 'a dry run')) t(change, said);
select is(pg_temp.sign(pg_temp.id(51)), '42501', 'sign cannot answer what it was not asked');
select is(pg_temp.sign(pg_temp.id(50)), 'ok', 'it signs what it sees');
select is(pg_temp.seen(), 0::bigint, 'and sees it no more');
select is(pg_temp.sign(pg_temp.id(50)), '42501', 'so nothing is signed twice');
select * from finish();
rollback;
