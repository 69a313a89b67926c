-- approval_test.sql - two persons, two functions, one hash, one time.
-- SPDX-License-Identifier: Apache-2.0
begin;
\ir prelude.sql
select * from no_plan();

-- The planner's own roles do not help him.
update play.plan set planned_by = 't.both' where number = 30;
select is(pg_temp.as('t.both', $$api.approve('30', 'HASH')$$), 'approve.self', 'nobody approves a plan of his own');
update play.plan set planned_by = 't.responder' where number = 30;

select is(pg_temp.as('t.approver', $$api.approve('30', 'abce')$$), 'approve.hash', 'another hash than the plan''s');
select is(pg_temp.as('t.approver3', $$api.approve('30', 'HASH')$$), 'approve.function', 'a function not held now');
select is(pg_temp.as('t.approver', $$api.approve('31', 'HASH')$$), 'plan.unknown', 'a plan that is not there');
update soc.position set fab_time = '2026-11-20 08:05:00+00';
select is(pg_temp.as('t.approver', $$api.approve('30', 'HASH')$$), 'plan.expired', 'a plan whose time is over, in fab time');
update soc.position set fab_time = '2026-11-20 08:00:00+00';
select is(pg_temp.as('t.approver', $$api.approve('30', upper('HASH'))$$), 'ok', 'the holder, the plan, the hash');
select is((select (person, function, verdict, at)::text from play.approval), '(t.approver,fab-operations,yes,"2026-11-20 08:00:00+00")',
    'the approval names person, function and fab time');
select is((select args from soc.intent order by id desc limit 1), upper(encode(pg_temp.hash(), 'hex')) || E'\tfab-operations', 'the intent carries hash and function');
select is(pg_temp.as('t.approver', $$api.approve('30', 'HASH')$$), 'approve.twice', 'the same person again');
select is(pg_temp.as('t.responder', $$api.start_run('30', 'HASH')$$), 'fsm.plan', 'a plan that waits is not started');

-- One person who holds both functions stands for one of them only.
select is(pg_temp.as('t.both', $$api.approve('30', 'HASH')$$), 'ok', 'a second person gives the second function');
select is((select string_agg(function, ',' order by id) from play.approval), 'fab-operations,etch', 'which is the one that was missing');
select is(pg_temp.as('t.approver2', $$api.approve('30', 'HASH')$$), 'approve.given', 'a function is given once');

update play.plan set state = 'approved' where number = 30;
select is(pg_temp.as('t.responder', $$api.start_run('30', 'ffff')$$), 'run.hash', 'a run of another hash');
select is(pg_temp.as('t.responder', $$api.start_run('30', 'HASH')$$), 'ok', 'the same, unchanged, is started');
delete from play.approval where function = 'etch';
select is(pg_temp.as('t.responder', $$api.start_run('30', 'HASH')$$), 'run.approvals', 'an approved state without its rows is not enough');
select is(pg_temp.as('t.approver3', $$api.refuse('30', 'no')$$), 'refuse.function', 'who has no say cannot refuse');
select is(pg_temp.as('t.approver2', $$api.refuse('30', 'lot on tool')$$), 'ok', 'who has may');
select is(pg_temp.as('t.approver2', $$api.refuse('30', 'lot on tool')$$), 'refuse.given', 'once');
select is(pg_temp.as('t.responder', $$api.refuse('30', 'wrong tool')$$), 'ok', 'the planner takes it back');

-- ---- the same as constraints, whatever the functions do
delete from play.approval;
prepare approve(text, text, bytea) as
    insert into play.approval (plan_id, planned_by, hash, person, function, verdict, at)
    values (pg_temp.id(30)::uuid, 't.responder', $3, $1, $2, 'yes', now());
select throws_ok($$execute approve('t.responder', 'etch', pg_temp.hash())$$, '23514', null, 'constraint: approver is not planner');
select throws_ok($$execute approve('t.approver', 'etch', '\xabce')$$, '23503', null, 'constraint: the plan''s hash');
select lives_ok($$execute approve('t.approver', 'etch', pg_temp.hash())$$, 'constraint: a right one');
select throws_ok($$execute approve('t.approver', 'fab-operations', pg_temp.hash())$$, '23505', null, 'constraint: one person, one function');
select throws_ok($$execute approve('t.approver2', 'etch', pg_temp.hash())$$, '23505', null, 'constraint: one function, one person');
select throws_ok($$update play.plan set document = '', hash = sha256('') where number = 30$$, '23503', null, 'constraint: an approved plan keeps its hash');
select throws_ok($$update play.plan set document = '{"scope":"more"}' where number = 30$$, '23514', null, 'constraint: and its document, whose hash it is');
select throws_ok($$update play.plan set planned_by = 'x' where number = 30$$, '23503', null, 'constraint: and its planner');
select * from finish();
rollback;
