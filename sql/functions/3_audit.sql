-- 3_audit.sql - appending to the chain and checking it.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_audit;

create or replace function audit.net(t text) returns bytea language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$
    select convert_to(octet_length(convert_to(t, 'UTF8'))::text || ':' || t || ',', 'UTF8')
$$;

create or replace function audit.canonical(seq int8, at timestamptz, actor text, kind text, subject text, text text)
    returns bytea language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$
    select convert_to(E'fabsoc-audit-v1\n', 'UTF8') || audit.net(seq::text)
        || audit.net(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || audit.net(actor) || audit.net(kind) || audit.net(subject) || audit.net(text)
$$;

-- Takes the chain's lock, which must be the last lock of a transaction: it is held until commit. The head is
-- read by its own statement behind the lock, so it is the newest one (READ COMMITTED).
create or replace function audit.append(actor text, kind text, subject text, text text) returns int8
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    h audit.head;
    wall constant timestamptz := clock_timestamp();
    bytes bytea;
    sum bytea;
begin
    perform pg_advisory_xact_lock(7165283117340001);
    select * into h from audit.head for update;
    bytes := audit.canonical(h.seq + 1, wall, actor, kind, subject, text);
    sum := sha256(h.hash || bytes);
    insert into audit.entry (seq, at, actor, kind, subject, text, canonical, prev, hash)
        values (h.seq + 1, wall, actor, kind, subject, text, bytes, h.hash, sum);
    update audit.head set seq = h.seq + 1, hash = sum;
    return h.seq + 1;
end
$$;

create or replace function audit.append_engine() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $$
begin
    perform audit.append(case when new.actor = '' then 'engine' else new.actor end, new.kind, new.subject, new.text);
    return null;
end
$$;

create or replace trigger chain after insert on audit.engine_entry
    for each row execute function audit.append_engine();

-- A person who keeps a transaction open behind an api call keeps the chain's lock, and every other entry waits:
-- the engine's too, and with it the watching. A setting of his own session could not bound that, he may change
-- it. So the engine, when it has waited long enough, ends the sessions that hold the lock and whose transaction
-- is older than `age`; each ending is an entry itself. Superusers' sessions are not ended.
create or replace function audit.end_holders(age interval) returns table (person text, seconds int8)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    h record;
begin
    for h in select s.pid, s.usename::text as who, extract(epoch from clock_timestamp() - s.xact_start)::int8 as held
             from pg_locks l
             join pg_stat_activity s on s.pid = l.pid
             join pg_roles r on r.oid = s.usesysid and not r.rolsuper
             where l.locktype = 'advisory' and l.granted and l.objsubid = 1
               and l.database = (select oid from pg_database where datname = current_database())
               and (l.classid::int8 << 32 | l.objid::int8) = 7165283117340001
               and s.pid <> pg_backend_pid() and s.usename <> session_user
               and s.xact_start < clock_timestamp() - age loop
        if pg_terminate_backend(h.pid, 1000) then
            person := h.who;
            seconds := h.held;
            return next;
            begin
                perform audit.append('engine', 'ended', h.who,
                                     format('its transaction held the audit chain for up to %s s', h.held));
            exception when lock_not_available then
                null; -- the next in the queue has it; the caller says it in its log
            end;
        end if;
    end loop;
end
$$;

-- The first break, or no row. `what` is a sentence.
create or replace function audit.verify() returns table (seq int8, what text) language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    e audit.entry;
    h audit.head;
    before bytea := decode(repeat('00', 32), 'hex');
    n int8 := 0;
begin
    select * into h from audit.head;
    for e in select * from audit.entry order by audit.entry.seq loop
        n := n + 1;
        seq := n;
        what := case
            when e.seq <> n then format('entry %s is missing', n)
            when e.prev <> before then 'the previous hash does not match the entry before'
            when e.canonical <> audit.canonical(e.seq, e.at, e.actor, e.kind, e.subject, e.text)
                then 'the columns do not match the canonical bytes'
            when e.hash <> sha256(e.prev || e.canonical) then 'the hash does not match the bytes' end;
        if what is not null then
            return next;
            return;
        end if;
        before := e.hash;
    end loop;
    seq := n + 1;
    if h.seq <> n or h.hash <> before then
        what := format('the chain ends at entry %s, its head says %s', n, h.seq);
        return next;
    end if;
end
$$;

grant usage on schema audit to fabsoc_owner, soc_engine, fabsoc_auditor, fabsoc_manager, fabsoc_administrator;
grant execute on function audit.append(text, text, text, text) to fabsoc_owner;
grant execute on function audit.end_holders(interval) to soc_engine;
grant execute on function audit.verify() to fabsoc_owner, fabsoc_auditor, fabsoc_manager, fabsoc_administrator;
grant insert, select on audit.engine_entry to soc_engine;
grant select on audit.entry to fabsoc_owner, fabsoc_auditor, fabsoc_manager, fabsoc_administrator;
grant select on audit.head to fabsoc_owner, fabsoc_auditor, fabsoc_manager, fabsoc_administrator;
