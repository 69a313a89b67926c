-- 0003_fab_pam.sql - what is known of the fab and of brokered sessions now.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

create table fab.tool (
    asset text not null,
    area text not null,
    bay text not null,
    kind text not null,
    base_tier int2 not null check (base_tier between 0 and 4),
    tier int2 not null check (tier between 0 and 4),
    state text not null,
    since timestamptz,
    lots_in_process int8 not null,
    lots_queued int8 not null,
    qtime_end timestamptz,
    wph int8 not null,
    site int4 not null default soc.this_site(),
    primary key (asset)
);
comment on table fab.tool is 'a tool''s state or its lots changed';

create table fab.pm_window (
    id text not null,
    asset text not null,
    area text not null,
    person text not null,
    vendor text not null,
    actions text not null,
    opens timestamptz,
    closes timestamptz,
    state text not null,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table fab.pm_window is 'a PM window was approved, opened, changed or closed';

create table pam.session (
    id text not null,
    person text not null,
    account text not null,
    vendor text not null,
    asset text not null,
    area text not null,
    source_ip text not null,
    ticket text not null,
    started timestamptz,
    ended timestamptz,
    allowed_until timestamptz,
    state text not null,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table pam.session is 'a brokered session began, changed or ended';
