-- 1_roles.sql - the groups of people, the two services and the owners; runs at every init.
-- SPDX-License-Identifier: Apache-2.0
--
-- Roles belong to the whole cluster, so their names carry a prefix: a site's own cluster (init --db)
-- may well have an "operator" already. A person is a LOGIN role that is a member of one or more groups.
-- Owners can never log in; people can never become them.
do $$
declare
    r text;
begin
    foreach r in array array['fabsoc_owner', 'fabsoc_audit', 'fabsoc_person', 'fabsoc_operator',
            'fabsoc_responder', 'fabsoc_approver', 'fabsoc_manager', 'fabsoc_auditor',
            'fabsoc_administrator', 'fabsoc_vendor'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = r) then
            execute pg_catalog.format('create role %I nologin', r);
        end if;
    end loop;
    foreach r in array array['soc_engine', 'soc_sign'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = r) then
            execute pg_catalog.format('create role %I login', r);
        end if;
    end loop;
    -- Everybody but a vendor reads the common views; a vendor has his own.
    foreach r in array array['operator', 'responder', 'approver', 'manager', 'auditor', 'administrator'] loop
        execute pg_catalog.format('grant fabsoc_person to %I', 'fabsoc_' || r);
    end loop;
end
$$;

alter role soc_engine bypassrls;
-- How long a commit waits for somebody's lock before the engine looks who has it (audit.end_holders), and what
-- that function's owner needs to see and end sessions.
alter role soc_engine set lock_timeout = '2s';
grant pg_read_all_stats, pg_signal_backend to fabsoc_audit;

-- A person keeps nothing open: hygiene, not a boundary (anybody may change his own settings).
alter role soc_sign set statement_timeout = '30s';

-- A cluster of its own gives nothing to everybody.
do $$
begin
    execute pg_catalog.format('revoke all on database %I from public', pg_catalog.current_database());
    execute pg_catalog.format(
        'grant connect on database %I to fabsoc_person, fabsoc_vendor, soc_engine, soc_sign',
        pg_catalog.current_database());
end
$$;

revoke all on schema public from public;
alter default privileges for role fabsoc_owner revoke execute on functions from public;
alter default privileges for role fabsoc_audit revoke execute on functions from public;
