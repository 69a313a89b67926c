-- audit_test.sql - every way to change the chain is refused, and found when it was done all the same.
-- SPDX-License-Identifier: Apache-2.0
begin;
\ir prelude.sql
select * from no_plan();

select audit.append('t', 'kind', 'subject ' || n, 'text ' || n) from generate_series(1, 20) n;
insert into audit.engine_entry (id, kind, subject, actor, text, at) values (pg_temp.id(60)::uuid, 'tier', 'I-10', '', 'raised', now());
select is((select actor || ' ' || kind from audit.entry order by seq desc limit 1), 'engine tier', 'the engine''s entries join the chain');
select is((select count(*) from audit.verify()), 0::bigint, 'a whole chain has no break');
select is((select hash from audit.entry where seq = 1), sha256(decode(repeat('00', 32), 'hex') || convert_to(format(E'fabsoc-audit-v1\n1:1,27:%s,1:t,4:kind,9:subject 1,6:text 1,',
    (select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') from audit.entry where seq = 1)), 'UTF8')), 'the first hash, written out by hand');

select throws_ok($$update audit.entry set text = 'x' where seq = 3$$, '42501', null, 'no entry is changed');
select throws_ok($$delete from audit.entry where seq = 3$$, '42501', null, 'none is taken out');
select throws_ok($$truncate audit.entry$$, '42501', null, 'nor all of them');
select throws_ok($$update audit.engine_entry set text = 'x'$$, '42501', null, 'the engine''s rows stay as well');
select throws_ok($$insert into audit.entry select seq, at, actor, kind, subject, text, canonical, prev, hash from audit.entry where seq = 3$$, '23505', null,
    'no second entry of one number');

-- Somebody with the rights of the owner of the machine: each change is found and named.
create function pg_temp.tamper(sql text) returns text language plpgsql as $$
declare
    found_at text;
begin
    begin
        set local session_replication_role = replica;
        execute sql;
        select seq || ': ' || what into found_at from audit.verify();
        raise exception 'undo' using errcode = 'P0999';
    exception when sqlstate 'P0999' then
        return found_at;
    end;
end
$$;
select is(pg_temp.tamper(format($q$update audit.entry set %s where seq = 7$q$, change)), '7: ' || said, 'found: ' || change)
from (values
    ($$text = 'other'$$, 'the columns do not match the canonical bytes'),
    ($$actor = 'other'$$, 'the columns do not match the canonical bytes'),
    ($$at = at + interval '1 microsecond'$$, 'the columns do not match the canonical bytes'),
    ($$canonical = canonical || '\x00'$$, 'the columns do not match the canonical bytes'),
    ($$text = 'other', canonical = audit.canonical(seq, at, actor, kind, subject, 'other')$$, 'the hash does not match the bytes'),
    ($$hash = decode(repeat('11', 32), 'hex')$$, 'the hash does not match the bytes'),
    ($$prev = decode(repeat('11', 32), 'hex')$$, 'the previous hash does not match the entry before')) t(change, said);
select is(pg_temp.tamper($$update audit.entry set text = 'other', canonical = audit.canonical(seq, at, actor, kind, subject, 'other'),
    hash = sha256(prev || audit.canonical(seq, at, actor, kind, subject, 'other')) where seq = 7$$),
    '8: the previous hash does not match the entry before', 'found: an entry sealed again, at the next one');
select is(pg_temp.tamper('delete from audit.entry where seq = 7'), '7: entry 7 is missing', 'found: one taken out');
select is(pg_temp.tamper('delete from audit.entry where seq = (select max(seq) from audit.entry)'), '21: the chain ends at entry 20, its head says 21',
    'found: a cut tail');
select is(pg_temp.tamper('delete from audit.entry'), '1: the chain ends at entry 0, its head says 21', 'found: an empty chain');
select is(pg_temp.tamper('update audit.entry a set (text, canonical, hash, at) = (select text, canonical, hash, at from audit.entry b where b.seq = 17 - a.seq) where seq in (8, 9)'),
    '8: the columns do not match the canonical bytes', 'found: two exchanged');
select is((select count(*) from audit.verify()), 0::bigint, 'and the chain is whole again');
select * from finish();
rollback;
