-- prelude.sql - people, and a small fab to act on; included by every test inside its transaction.
-- SPDX-License-Identifier: Apache-2.0
set search_path = public, pg_catalog;

-- One person a role, seeing everything; "area" persons see one area only.
do $$
declare
    r text;
begin
    foreach r in array array['operator', 'responder', 'approver', 'manager', 'auditor', 'administrator', 'vendor'] loop
        perform soc.add_person(('t.' || r)::name, array[r], array['*']);
    end loop;
    perform soc.add_person('t.approver2', array['approver'], array['*']);
    perform soc.add_person('t.approver3', array['approver'], array['*']);
    perform soc.add_person('t.etch', array['operator'], array['etch']);
    perform soc.add_person('t.both', array['responder', 'approver'], array['*']);
end
$$;

update soc.position set fab_time = '2026-11-20 08:00:00+00';
insert into soc.roster_duty (person, function, area, from_time, to_time) values
    ('t.approver', 'fab-operations', '', '2026-11-20 06:00+00', '2026-11-20 18:00+00'),
    ('t.approver2', 'etch', 'etch', '-infinity', 'infinity'),
    ('t.approver3', 'fab-operations', '', '2026-11-20 18:00+00', '2026-11-21 06:00+00'),
    ('t.both', 'fab-operations', '', '-infinity', 'infinity'),
    ('t.both', 'etch', '', '-infinity', 'infinity');

-- A row of a table from the columns named; the rest gets its type's empty value.
create function pg_temp.put(t regclass, given jsonb) returns void language plpgsql as $$
declare
    empty jsonb;
begin
    select jsonb_object_agg(attname, case format_type(atttypid, null)
            when 'text' then to_jsonb(''::text) when 'bytea' then to_jsonb('\x'::text)
            when 'boolean' then to_jsonb(false) when 'uuid' then 'null'::jsonb
            when 'timestamp with time zone' then 'null'::jsonb else to_jsonb(0) end)
        into empty from pg_attribute where attrelid = t and attnum > 0 and not attisdropped and attidentity = '';
    execute format('insert into %s select (jsonb_populate_record(null::%s, $1)).*', t, t) using empty || '{"site": 1}' || given;
end
$$;
create function pg_temp.id(n int) returns text language sql as $$ select '00000000-0000-0000-0000-' || lpad(n::text, 12, '0') $$;
-- The hash of plan 30.
create function pg_temp.hash() returns bytea language sql as $$ select sha256('{}') $$;

select pg_temp.put('soc.alert_group', jsonb_build_object('id', pg_temp.id(1), 'number', 1, 'state', 'new', 'area', 'etch'));
select pg_temp.put('soc.alert_group', jsonb_build_object('id', pg_temp.id(2), 'number', 2, 'state', 'acknowledged', 'area', 'litho', 'owner', 't.operator'));
select pg_temp.put('soc.incident', jsonb_build_object('id', pg_temp.id(10), 'number', 10, 'state', 'triage', 'area', 'etch', 'review', true));
select pg_temp.put('soc.incident', jsonb_build_object('id', pg_temp.id(11), 'number', 11, 'state', 'triage', 'area', 'litho', 'review', true));
select soc.alert_day('2026-11-20');
select pg_temp.put('soc.alert', jsonb_build_object('id', pg_temp.id(20), 'number', 20, 'group_id', pg_temp.id(1), 'area', 'etch', 'event_time', '2026-11-20T07:00:00Z'));
select pg_temp.put('soc.raw', jsonb_build_object('alert_id', pg_temp.id(20), 'area', 'etch', 'bytes', '\x616263'));
select pg_temp.put('play.playbook', '{"id": "playbook--1", "name": "contain", "current": true}');
select pg_temp.put('play.plan', jsonb_build_object('id', pg_temp.id(30), 'number', 30, 'incident_id', pg_temp.id(10), 'area', 'etch',
    'document', '{}', 'hash', pg_temp.hash(), 'approval_rule', 'fab-operations AND etch', 'state', 'planned', 'planned_by', 't.responder',
    'planned', '2026-11-20T07:55:00Z', 'expires', '2026-11-20T08:05:00Z'));
select pg_temp.put('play.run', jsonb_build_object('id', pg_temp.id(40), 'number', 40, 'plan_id', pg_temp.id(30), 'incident_id', pg_temp.id(10),
    'area', 'etch', 'state', 'running', 'token', 5, 'dry', true));

-- What an api function answers to a person; the code of a refusal alone. HASH in a call is plan 30's.
create function pg_temp.as(person text, call text) returns text language plpgsql as $$
declare
    answer text;
    h constant bytea := pg_temp.hash();
begin
    execute format('set local session authorization %I', person);
    execute 'select ' || replace(call, 'HASH', encode(h, 'hex')) into answer;
    reset session authorization;
    return case when answer like 'refused %' then split_part(answer, ' ', 2) else answer end;
exception when insufficient_privilege then
    return 'denied';
end
$$;
