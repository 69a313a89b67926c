-- 4_people.sql - who somebody is: session_user, never a setting he could change.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

-- Areas whose rows the session's person sees; '*' among them = all. Rows without an area are for everybody.
create or replace function soc.my_areas() returns setof text language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$ select area from fab.person_area where person = session_user $$;

create or replace function soc.sees(a text) returns boolean language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select a = '' or exists (select from fab.person_area
                             where person = session_user and (area = '*' or area = a))
$$;

create or replace function soc.is(role text) returns boolean language sql stable
    set search_path = pg_catalog, pg_temp
    as $$
    select exists (select from pg_roles g, pg_roles me
                   where g.rolname = 'fabsoc_' || role and me.rolname = session_user
                     and not me.rolsuper and pg_has_role(me.oid, g.oid, 'member'))
$$;

create or replace function soc.my_roles() returns text language sql stable
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(string_agg(r, ',' order by n), '')
    from unnest(array['operator', 'responder', 'approver', 'manager', 'auditor', 'administrator', 'vendor'])
        with ordinality as t(r, n)
    where soc.is(r)
$$;

-- Functions the person holds now (fab time) for an area, in alphabetical order; a deputy holds it as well.
create or replace function soc.functions_of(p text, a text) returns text[] language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(array_agg(distinct function order by function), '{}')
    from soc.roster_duty
    where person = p and (area in ('', '*') or area = a or a = '')
      and from_time <= soc.fab_now() and soc.fab_now() < to_time
$$;

-- Logins of people: the verifier is computed by the client (SCRAM), the server never sees the password.
create or replace function soc.set_password(r name, verifier text) returns void language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    execute format('alter role %I with login password %L', r, verifier);
end
$$;

create or replace function soc.add_person(p name, roles text[], areas text[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    r text;
begin
    if not exists (select from pg_roles where rolname = p) then
        execute format('create role %I login connection limit 8', p);
        execute format('alter role %I set statement_timeout = ''30s''', p);
        execute format('alter role %I set idle_in_transaction_session_timeout = ''60s''', p);
    end if;
    foreach r in array roles loop
        execute format('grant %I to %I', 'fabsoc_' || r, p);
    end loop;
    insert into fab.person (person, roles) values (p, array_to_string(roles, ','))
        on conflict (person) do update set roles = excluded.roles;
    insert into fab.person_area (person, area) select p, unnest(areas) on conflict do nothing;
end
$$;
