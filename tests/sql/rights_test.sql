-- rights_test.sql - people write nothing, read what is theirs, and cannot talk their way around it.
-- SPDX-License-Identifier: Apache-2.0
begin;
\ir prelude.sql
select * from no_plan();

create temp view base as
    select c.oid, n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('fab', 'soc', 'pam', 'play', 'audit') and c.relkind in ('r', 'p') and not c.relispartition;
create temp view person as select 'fabsoc_' || r as role from unnest(array['person', 'operator', 'responder', 'approver', 'manager', 'auditor',
    'administrator', 'vendor']) r;

select is_empty($$select role, name, p from person, base, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
    where has_table_privilege(role, oid, p) or (p in ('INSERT', 'UPDATE') and has_any_column_privilege(role, oid, p))$$,
    'no group of people may write any table');
select is_empty($$select role, name from person, base where name in ('soc.raw', 'soc.input', 'soc.snapshot', 'soc.position', 'play.outbox',
    'play.signature', 'audit.engine_entry') and has_any_column_privilege(role, oid, 'SELECT')$$, 'what lies without grants to people');
select is_empty($$select role from person where has_column_privilege(role, 'play.command', 'bytes', 'SELECT')
    or has_column_privilege(role, 'soc.dead_letter', 'bytes', 'SELECT')$$, 'no bytes of commands or dead letters');
select bag_eq($$select role from person where has_table_privilege(role, 'audit.entry', 'SELECT')$$,
    $$values ('fabsoc_auditor'), ('fabsoc_manager'), ('fabsoc_administrator')$$, 'who reads the chain');
select is_empty($$select role, n.nspname from person, pg_namespace n where n.nspname in ('fab', 'soc', 'pam', 'play', 'audit', 'api', 'public')
    and has_schema_privilege(role, n.oid, 'CREATE')$$, 'nobody makes things in our schemas');
select is_empty($$select role from person where has_database_privilege(role, current_database(), 'TEMP')$$, 'nor temporary ones that shadow them');

-- ---- the services
select is_empty($$select name, p from base, unnest(array['DELETE', 'TRUNCATE', 'UPDATE']) p where has_table_privilege('soc_engine', oid, p)
    and name in ('audit.entry', 'audit.engine_entry', 'audit.head', 'soc.input', 'soc.alert', 'soc.timeline', 'soc.intent', 'play.approval')$$,
    'the engine rewrites no history and no approval');
select is_empty($$select name from base where name <> 'play.signature' and (has_any_column_privilege('soc_sign', oid, 'SELECT')
    or has_any_column_privilege('soc_sign', oid, 'INSERT') or has_any_column_privilege('soc_sign', oid, 'UPDATE'))$$,
    'sign has rights on no table but its own');
select ok(not has_any_column_privilege('soc_sign', 'play.signature', 'SELECT') and not has_any_column_privilege('soc_sign', 'play.signature', 'UPDATE'),
    'and there it only writes');
select ok(not rolcanlogin and not rolsuper, rolname || ' cannot log in') from pg_roles where rolname in ('fabsoc_owner', 'fabsoc_audit');
select is_empty($$select m.rolname from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
    where r.rolname in ('fabsoc_owner', 'fabsoc_audit') and not m.rolsuper$$, 'nobody is an owner');

-- ---- functions
create temp view fn as
    select p.oid, n.nspname || '.' || p.proname as name, p.prosecdef, p.proconfig, p.proowner, p.prorettype
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('fab', 'soc', 'pam', 'play', 'audit', 'api');
select is_empty($$select name from fn where prosecdef and not coalesce(proconfig::text like '%search_path=pg_catalog, pg_temp%', false)$$,
    'every definer function pins its search path');
select is_empty($$select name from fn where prosecdef and proowner not in ('fabsoc_owner'::regrole, 'fabsoc_audit'::regrole)$$,
    'and belongs to an owner who cannot log in');
select is_empty($$select name from fn f, pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where p.oid = f.oid and a.grantee = 0$$, 'nothing is executable by everybody');
select is_empty($$select role, name from person, fn where has_function_privilege(role, oid, 'EXECUTE')
    and name in ('audit.append', 'soc.gate_end', 'soc.set_password', 'soc.add_person', 'soc.alert_day', 'audit.append_engine', 'audit.end_holders')$$,
    'the tools of the owner are not for people');
select is_empty($$select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'api' and c.relkind = 'v'
    and not coalesce(c.reloptions::text like '%security_invoker=true%', false)$$, 'every view of people is an invoker view');

-- ---- rows by area
create function pg_temp.count_as(who text, q text) returns bigint language plpgsql as $$
declare
    n bigint;
begin
    execute format('set local session authorization %I', who);
    execute q into n;
    reset session authorization;
    return n;
end
$$;
select is(pg_temp.count_as('t.operator', 'select count(*) from api.incident'), 2::bigint, 'who sees all areas sees all rows');
select is(pg_temp.count_as('t.etch', 'select count(*) from api.incident'), 1::bigint, 'who sees one sees its rows');
select is(pg_temp.count_as('t.etch', 'select count(*) from soc.incident'), 1::bigint, 'below the view too');
select is(pg_temp.count_as('t.etch', $$select count(*) from set_config('fab.area', '*', true) a, set_config('role', 'fabsoc_person', true) b, soc.incident$$),
    1::bigint, 'whatever he sets');
select is(pg_temp.count_as('t.etch', 'select count(*) from api.alert'), 1::bigint, 'alerts, through the partitioned parent');
select throws_ok($$select pg_temp.count_as('t.operator', 'select count(*) from soc.alert_20261120')$$, '42501', null, 'not around it by its partition');
reset session authorization;
select throws_ok($$select pg_temp.count_as('t.operator', 'select count(*) from soc.raw')$$, '42501', null, 'raw records are not a table for people');
reset session authorization;
select pg_temp.put('pam.session', '{"id": "s1", "person": "t.vendor", "area": "etch"}');
select pg_temp.put('pam.session', '{"id": "s2", "person": "other", "area": "etch"}');
select is(pg_temp.count_as('t.vendor', 'select count(*) from api.session'), 1::bigint, 'a vendor sees his own sessions');
select throws_ok($$select pg_temp.count_as('t.vendor', 'select count(*) from api.incident')$$, '42501', null, 'and nothing else');
reset session authorization;
-- A leaky function of one's own, cheap enough to run before the row filter.
select is(pg_temp.count_as('t.etch', $$select count(*) from soc.incident where format('%s', area) <> 'nothing'$$), 1::bigint,
    'a condition of his own sees only his rows');
select * from finish();
rollback;
