-- state_test.sql - life-cycles, leases, counters, partitions.
-- SPDX-License-Identifier: Apache-2.0
begin;
\ir prelude.sql
select * from no_plan();

select lives_ok($$update soc.alert_group set state = 'acknowledged' where number = 1$$, 'one move');
select lives_ok($$update soc.alert_group set state = 'shelved' where number = 1$$, 'and the next');
select lives_ok($$update soc.alert_group set state = 'closed' where number = 1$$, 'a path of several moves in one commit');
select lives_ok($$update soc.incident set state = 'recover' where number = 10$$, 'triage to recover by way of contain');
select throws_ok($$update soc.incident set state = 'new' where number = 10$$, '23514', null, 'no path leads back to new');
select throws_ok($$update soc.incident set state = 'bogus' where number = 10$$, '23514', null, 'a state the life-cycle does not know');
select throws_ok(format($$select pg_temp.put('soc.incident', '{"id": "%s", "number": 12, "state": "bogus"}')$$, pg_temp.id(12)), '23514', null,
    'nor a new row in it');
select lives_ok(format($$select pg_temp.put('soc.incident', '{"id": "%s", "number": 12, "state": "contain"}')$$, pg_temp.id(12)),
    'a new row may be some moves on');
update play.run set state = 'finished' where number = 40;
select throws_ok($$update play.run set state = 'running' where number = 40$$, '23514', null, 'a finished run stays finished');
select throws_ok($$update play.plan set state = 'started' where number = 30; update play.plan set state = 'planned' where number = 30$$,
    '23514', null, 'a started plan is not planned again');

-- Every final state has no way out, in every machine, by the rows of the .fsm files.
select is((select count(*) from soc.fsm_path p join soc.fsm_state s on s.machine = p.machine and s.state = p.from_state where s.final), 0::bigint,
    'no path leaves a final state');
select bag_eq('select distinct machine from soc.fsm_state', $$values ('group'), ('incident'), ('plan'), ('run'), ('command')$$,
    'every life-cycle is there');

-- ---- what cannot be believed or seen
select is(soc.offset_line(o, g), want, format('configured %s, off by %s', o, g)) from (values
    (0::int8, 0::int8, ''), (0, 68400000000, 'offset: -19h'), (0, -68400000000, 'offset: 19h'), (3600000000, -5400000000, 'offset: 150m'),
    (0, 187000000, 'offset: -187s'), (7200000000, 7200000000, 'offset: 0')) t (o, g, want);
select is(soc.span_words(s), want, format('%s seconds', s)) from (values
    (68400::int8, '19 h'), (-5430, '1 h 30 min 30 s'), (0, '0 s')) t (s, want);
select pg_temp.put('soc.source', '{"number": 90, "name": "zeek", "area": "litho", "clock_gap_us": 68400000000}');
select pg_temp.put('soc.source', '{"number": 91, "name": "right", "area": "litho"}');
select pg_temp.put('fab.coverage', '{"asset": "OVEN-1", "area": "litho", "recipe_gap": "recipe writes not visible: recipes come as files"}');
select set_eq('select text from api.blind where subject in (''zeek'', ''right'', ''OVEN-1'')', $$values
    ('zeek: its clock is 19 h ahead of receipt; set right by "offset: -19h" in its configuration'),
    ('OVEN-1: recipe writes not visible: recipes come as files')$$, 'clocks that are off and recipes nobody sees are told');

-- ---- lease, idempotency
select throws_ok($$update play.run set token = 4 where number = 40$$, '23514', null, 'a run''s token never falls');
select lives_ok($$update play.run set token = 6 where number = 40$$, 'it rises');
select pg_temp.put('play.run', jsonb_build_object('id', pg_temp.id(41), 'number', 41, 'plan_id', pg_temp.id(30), 'state', 'running'));
select throws_ok(format($$select pg_temp.put('play.run', '{"id": "%s", "number": 42, "plan_id": "%s", "state": "running"}')$$, pg_temp.id(42), pg_temp.id(30)),
    '23505', null, 'a plan is carried out once');
select pg_temp.put('play.command', jsonb_build_object('id', pg_temp.id(50), 'run_id', pg_temp.id(41), 'agent', 'a1', 'counter', 7, 'state', 'outbox', 'bytes', '\x01'));
select throws_ok(format($$select pg_temp.put('play.command', '{"id": "%s", "agent": "a1", "counter": 7, "state": "outbox"}')$$, pg_temp.id(51)),
    '23505', null, 'an agent''s counter is used once');
update play.command set state = 'signed' where agent = 'a1';
select throws_ok($$update play.command set bytes = '\x02' where agent = 'a1'$$, '23514', null, 'a signed command''s bytes do not change');

-- ---- days of alerts
select lives_ok($$select soc.alert_day('2026-11-21'), soc.alert_day('2026-11-21')$$, 'a day is made once');
select lives_ok(format($$select pg_temp.put('soc.alert', '{"id": "%s", "number": 22, "event_time": "2026-11-21T23:59:59.999999Z"}')$$, pg_temp.id(22)),
    'the last microsecond of a day has its place');
select throws_ok(format($$select pg_temp.put('soc.alert', '{"id": "%s", "number": 23, "event_time": "2026-11-22T00:00:00Z"}')$$, pg_temp.id(23)),
    '23514', null, 'the next has not, until its day is made');

-- ---- lateness: only what people are asked to look at
select pg_temp.put('soc.clock', jsonb_build_object('incident_id', pg_temp.id(n), 'phase', 'triage', 'due', '2026-11-20T07:00:00Z')) from unnest(array[10, 12]) n;
select is((select array_agg(incident order by incident) from api.clock where running), array[10]::int8[], 'an incident below the review line is never late');

-- ---- every row knows its site, every soc row its area
select is_empty($$select t.table_schema || '.' || t.table_name from information_schema.tables t
    where t.table_schema = 'soc' and t.table_type = 'BASE TABLE'
      and t.table_name not in ('migration', 'site', 'position', 'fsm_state', 'fsm_move', 'fsm_path', 'call_right')
      and (select count(*) from information_schema.columns c where c.table_schema = 'soc' and c.table_name = t.table_name
           and c.column_name in ('site', 'area')) <> 2$$, 'site and area on every soc row');
select is_empty($$select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('fab', 'soc', 'pam', 'play', 'audit') and c.relkind in ('r', 'p') and not c.relispartition
      and obj_description(c.oid) is null$$, 'every table says what it is for');
select is(soc.fab_now(), '2026-11-20 08:00:00+00'::timestamptz, 'fab time is the position''s');
select * from finish();
rollback;
