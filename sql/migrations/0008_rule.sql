-- 0008_rule.sql - rules that something went wrong with.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

create table soc.rule (
    id text not null,
    title text not null,
    kind text not null,
    state text not null,
    reason text not null,
    faults int8 not null,
    dropped int8 not null,
    evicted int8 not null,
    since timestamptz,
    last_fault timestamptz,
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (id)
);
comment on table soc.rule is 'something went wrong with a rule: a fault, its quarantine, hits not counted';
comment on column soc.rule.state is 'asked, in quarantine, or gone with the set that had it';
comment on column soc.rule.faults is 'records on which an expression passed its match limit';
comment on column soc.rule.dropped is 'hits without a value to group by or to look at';
comment on column soc.rule.evicted is 'windows, events, fields and expected events given up for newer ones';
