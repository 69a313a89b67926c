-- 0005_audit.sql - the audit chain: every entry holds the hash of the one before it.
-- SPDX-License-Identifier: Apache-2.0
--
-- hash = SHA-256(prev || canonical); prev of the first entry is 32 zero bytes.
-- canonical = "fabsoc-audit-v1" and a line end, then six netstrings (length in decimal, colon, bytes,
-- comma): seq, at (RFC 3339, UTC, six digits), actor, kind, subject, text; all UTF-8.
-- connectors/ctl/verify.c computes the same from an export, without this file.
set local role fabsoc_audit;

create table audit.entry (
    seq int8 primary key check (seq > 0),
    at timestamptz not null,
    actor text not null,
    kind text not null,
    subject text not null,
    text text not null,
    canonical bytea not null,
    prev bytea not null check (octet_length(prev) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    site int4 not null default 1,
    area text not null default ''
);
comment on table audit.entry is 'the chain: what was decided, done, asked, refused and read; at = wall time';

create table audit.head (
    one boolean primary key default true check (one),
    seq int8 not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex')
);
comment on table audit.head is 'the last entry of the chain, so that a cut tail is noticed';
insert into audit.head default values;

create table audit.engine_entry (
    id uuid primary key,
    kind text not null,
    subject text not null,
    actor text not null,
    text text not null,
    at timestamptz,
    site int4 not null default 1
);
comment on table audit.engine_entry is 'the engine decided something that must be provable; each row is appended to the chain; at = fab time';

create function audit.refuse_change() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    raise exception using errcode = '42501',
        message = format('audit.append_only: %s on %s.%s is not possible', tg_op, tg_table_schema, tg_table_name);
end
$$;

create trigger append_only before update or delete on audit.entry
    for each row execute function audit.refuse_change();
create trigger append_only_whole before truncate on audit.entry
    for each statement execute function audit.refuse_change();
create trigger append_only before update or delete on audit.engine_entry
    for each row execute function audit.refuse_change();
create trigger append_only_whole before truncate on audit.engine_entry
    for each statement execute function audit.refuse_change();
