-- api_test.sql - who may call what, and how each call is refused.
-- SPDX-License-Identifier: Apache-2.0
begin;
\ir prelude.sql
select * from no_plan();

-- ---- the matrix: written here again, on purpose, and compared with what happens
create temp table call (fn text, sql text, allowed text);
insert into call values
    ('ack_group', $$api.ack_group('1', 'seen')$$, 'operator responder manager'),
    ('unack_group', $$api.unack_group('2')$$, 'operator responder manager'),
    ('shelve_group', $$api.shelve_group('1', '30', 'known')$$, 'operator responder manager'),
    ('close_group', $$api.close_group('1', 'test')$$, 'operator responder manager'),
    ('take_incident', $$api.take_incident('10')$$, 'operator responder manager'),
    ('move_incident', $$api.move_incident('10', 'contain', '')$$, 'operator responder manager'),
    ('note', $$api.note('10', 'a line')$$, 'operator responder approver manager'),
    ('record_call', $$api.record_call('10', 'ack', 'sato', 'comes')$$, 'operator responder manager'),
    ('plan', $$api.plan('10', 'playbook--1')$$, 'responder'),
    ('dry_run', $$api.dry_run('30')$$, 'responder'),
    ('approve', $$api.approve('30', 'HASH')$$, 'approver'),
    ('refuse', $$api.refuse('30', 'no')$$, 'approver responder'),
    ('start_run', $$api.start_run('30', 'HASH')$$, 'responder'),
    ('abort_run', $$api.abort_run('40', 'stop')$$, 'operator responder approver manager'),
    ('resume_run', $$api.resume_run('40', 'go')$$, 'responder'),
    ('read_raw', $$api.read_raw('20')$$, 'operator responder manager auditor');

select is((select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'api'),
    (select count(*) from call), 'every api function stands in the matrix');

select is(case when r = 'vendor' then pg_temp.as('t.vendor', sql) = 'denied'
          else pg_temp.as('t.' || r, sql) <> 'right.role' end,
          case when r = 'vendor' then true else r = any (string_to_array(allowed, ' ')) end,
          format('%s %s %s', r, case when r = any (string_to_array(allowed, ' ')) then 'may' else 'may not' end, fn))
from call, unnest(array['operator', 'responder', 'approver', 'manager', 'auditor', 'administrator', 'vendor']) r;
select * from finish();
rollback;

begin;
\ir prelude.sql
select * from no_plan();

-- ---- groups and incidents
select is(pg_temp.as('t.operator', $$api.ack_group('1', 'seen')$$), 'ok', 'a new group is acknowledged');
select is((select (person, verb, subject, args, state, area)::text from soc.intent order by id desc limit 1),
    '(t.operator,ack_group,1,seen,waiting,etch)', 'the intent holds person, verb, subject, arguments, area');
select is((select kind || ' ' || subject from audit.entry order by seq desc limit 1), 'intent ack_group 1', 'and it is audited');
select is(pg_temp.as('t.operator', $$api.ack_group('2', '')$$), 'fsm.group', 'an acknowledged group is not acknowledged again');
select is(pg_temp.as('t.operator', $$api.ack_group('999', '')$$), 'group.unknown', 'a group that is not there');
select is(pg_temp.as('t.operator', $$api.ack_group('1; drop table soc.alert', '')$$), 'group.unknown', 'a number that is none');
select is(pg_temp.as('t.etch', $$api.unack_group('2')$$), 'group.unknown', 'a group of another area is not there');
select is(pg_temp.as('t.responder', $$api.unack_group('2')$$), 'group.owner', 'another one''s group is not given back');
select is(pg_temp.as('t.operator', $$api.unack_group('2')$$), 'ok', 'one''s own is');
select is(pg_temp.as('t.operator', $$api.shelve_group('1', '0', 'x')$$), 'args.minutes', 'an end is needed');
select is(pg_temp.as('t.operator', $$api.shelve_group('1', '30', '  ')$$), 'args.reason', 'a reason is needed');
select is(pg_temp.as('t.operator', $$api.close_group('1', '')$$), 'args.reason', 'closing needs a reason');
select is(pg_temp.as('t.operator', $$api.move_incident('10', 'reopen', 'x')$$), 'fsm.incident', 'a move the life-cycle does not have');
select is(pg_temp.as('t.operator', $$api.move_incident('10', 'contain', 'x')$$), 'ok', 'a move it has');
select is(pg_temp.as('t.operator', $$api.note('10', repeat('x', 2001))$$), 'args.length', 'an argument has a bound');
select is(pg_temp.as('t.operator', $$api.note('10', null)$$), 'args.length', 'an argument is there');
select is(pg_temp.as('t.operator', $$api.note('10', E'a\tb\nc\u0085d')$$), 'ok', 'controls in a text');
select is((select args from soc.intent order by id desc limit 1), 'a b c d', 'become blanks, so no argument can forge another');
select is(pg_temp.as('t.responder', $$api.plan('10', 'no such')$$), 'playbook.unknown', 'a playbook that is not in force');

-- ---- an incident that became part of another
select pg_temp.put('soc.incident', jsonb_build_object('id', pg_temp.id(12), 'number', 12, 'state', 'closed', 'area', 'etch', 'merged_into', pg_temp.id(10)));
select pg_temp.put('soc.timeline', jsonb_build_object('id', pg_temp.id(70), 'incident_id', pg_temp.id(12), 'area', 'etch'));
select is(pg_temp.as('t.operator', $$api.move_incident('12', 'reopen', 'x')$$), 'incident.merged', 'it is not reopened by itself');
select is(pg_temp.as('t.operator', $$api.note('12', 'x')$$), 'incident.merged', 'nor written about: that belongs to the other');
select is(pg_temp.as('t.operator', $$api.move_incident('10', 'merge', 'x')$$), 'incident.event', 'people do not merge by hand');
select bag_eq('select incident from api.timeline', 'values (10::int8), (12::int8)', 'its story is read under both');

-- ---- raw records
select is(pg_temp.as('t.operator', $$api.read_raw('20')$$), '616263', 'the bytes as hexadecimal, by number');
select is(pg_temp.as('t.auditor', format('api.read_raw(%L)', pg_temp.id(20))), '616263', 'by id');
select is((select actor || ' ' || kind from audit.entry order by seq desc limit 1), 't.auditor read', 'and reading leaves a trace');
select is(pg_temp.as('t.operator', $$api.read_raw('21')$$), 'alert.unknown', 'an alert that is not there');

-- ---- bound
insert into soc.intent (person, functions, verb, subject, args) select 't.manager', '', 'note', '10', '' from generate_series(1, 200);
select is(pg_temp.as('t.manager', $$api.note('10', 'more')$$), 'intent.bound', 'one person''s waiting intents are bounded');

-- ---- every refusal above left a row
select is((select count(*)::int from audit.entry where kind = 'refused'), 17, 'each refusal is in the chain');
select is((select count(*) from audit.verify()), 0::bigint, 'and the chain is whole');
select * from finish();
rollback;
