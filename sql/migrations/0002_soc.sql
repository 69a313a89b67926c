-- 0002_soc.sql - what the engine writes about sources, alerts, groups, incidents and itself.
-- SPDX-License-Identifier: Apache-2.0
--
-- One table an effect, columns as core/INPUTS_AND_EFFECTS.def names them (tests/connectors/pg compares).
-- No time and no id = NULL; a text is never NULL.
set local role fabsoc_owner;

create table soc.source (
    number int8 not null,
    name text not null,
    format text not null,
    kind text not null,
    area text not null,
    records int8 not null,
    bytes int8 not null,
    unknown int8 not null,
    undecoded int8 not null,
    clock_faults int8 not null,
    oversize int8 not null,
    skipped_bytes int8 not null,
    shed int8 not null,
    late int8 not null,
    dead int8 not null,
    asks int8 not null,
    newest timestamptz,
    received timestamptz,
    silent boolean not null,
    site int4 not null default soc.this_site(),
    primary key (number)
);
comment on table soc.source is 'a source''s counters moved, or it fell silent or came back';

create table soc.dead_letter (
    id uuid not null,
    source int8 not null,
    seq int8 not null,
    received timestamptz,
    reason text not null,
    bytes bytea not null,
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (id)
);
comment on table soc.dead_letter is 'a record could not be processed and is kept as bytes';

create table soc.alert (
    id uuid not null,
    number int8 not null,
    group_id uuid,
    rule_id text not null,
    rule_title text not null,
    level text not null,
    severity int2 not null,
    set_digest bytea not null,
    event_time timestamptz not null,
    received timestamptz,
    found timestamptz,
    source int8 not null,
    seq int8 not null,
    epoch int8 not null,
    block int8 not null,
    rec int8 not null,
    tier int2 not null check (tier between 0 and 4),
    axis_a int2 not null check (axis_a between 0 and 3),
    axis_c int2 not null check (axis_c between 0 and 3),
    axis_q int2 not null check (axis_q between 0 and 3),
    asset text not null,
    area text not null,
    actor text not null,
    source_ip text not null,
    session text not null,
    source_kind text not null,
    summary text not null,
    matched text not null,
    site int4 not null default soc.this_site(),
    primary key (id, event_time)
) partition by range (event_time);
comment on table soc.alert is 'a rule made an alert of an event';

create table soc.raw (
    alert_id uuid not null,
    area text not null,
    bytes bytea not null,
    site int4 not null default soc.this_site(),
    primary key (alert_id)
);
comment on table soc.raw is 'the bytes of an alert''s record, read only through api.read_raw';

create table soc.alert_group (
    id uuid not null,
    number int8 not null,
    rule_id text not null,
    rule_title text not null,
    level text not null,
    severity int2 not null,
    asset text not null,
    area text not null,
    actor text not null,
    source_kind text not null,
    "first" timestamptz,
    "last" timestamptz,
    found timestamptz,
    alerts int8 not null,
    base_tier int2 not null check (base_tier between 0 and 4),
    tier int2 not null check (tier between 0 and 4),
    axis_a int2 not null check (axis_a between 0 and 3),
    axis_c int2 not null check (axis_c between 0 and 3),
    axis_q int2 not null check (axis_q between 0 and 3),
    why text not null,
    state text not null,
    owner text not null,
    expected boolean not null,
    incident_id uuid,
    ack_due timestamptz,
    acked timestamptz,
    shelved_until timestamptz,
    cause text not null,
    consequence text not null,
    action text not null,
    call_function text not null,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table soc.alert_group is 'a group of alerts was opened or changed';

create table soc.incident (
    id uuid not null,
    number int8 not null,
    title text not null,
    asset text not null,
    area text not null,
    base_tier int2 not null check (base_tier between 0 and 4),
    tier int2 not null check (tier between 0 and 4),
    hazard int2 not null check (hazard between 0 and 4),
    axis_a int2 not null check (axis_a between 0 and 3),
    axis_c int2 not null check (axis_c between 0 and 3),
    axis_q int2 not null check (axis_q between 0 and 3),
    state text not null,
    owner text not null,
    "first" timestamptz,
    "last" timestamptz,
    opened timestamptz,
    alerts int8 not null,
    source_kinds text not null,
    why text not null,
    score int8 not null,
    review boolean not null,
    wph int8 not null,
    lots text not null,
    merged_into uuid,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table soc.incident is 'an incident was opened or changed';

create table soc.member (
    alert_id uuid not null,
    incident_id uuid,
    group_id uuid,
    area text not null,
    site int4 not null default soc.this_site(),
    primary key (alert_id)
);
comment on table soc.member is 'an alert belongs to an incident';

create table soc.entity (
    incident_id uuid not null,
    kind text not null,
    value text not null,
    area text not null,
    "first" timestamptz,
    "last" timestamptz,
    alerts int8 not null,
    site int4 not null default soc.this_site(),
    primary key (incident_id, kind, value)
);
comment on table soc.entity is 'an asset, person, session or address of an incident';

create table soc.timeline (
    id uuid not null,
    incident_id uuid,
    area text not null,
    event_time timestamptz,
    found timestamptz,
    kind text not null,
    actor text not null,
    text text not null,
    alert_id uuid,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table soc.timeline is 'something happened that the incident''s story needs';

create table soc.clock (
    incident_id uuid not null,
    phase text not null,
    area text not null,
    tier int2 not null check (tier between 0 and 4),
    started timestamptz,
    due timestamptz,
    met timestamptz,
    breached boolean not null,
    call_function text not null,
    call_name text not null,
    call_number text not null,
    deputy_name text not null,
    deputy_number text not null,
    site int4 not null default soc.this_site(),
    primary key (incident_id, phase)
);
comment on table soc.clock is 'a deadline of an incident''s phase was set, met or breached';

create table soc.intent_done (
    intent int8 not null,
    outcome text not null,
    code text not null,
    sentence text not null,
    applied timestamptz,
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (intent)
);
comment on table soc.intent_done is 'a person''s intent was applied or refused';

create table soc.status (
    one int8 not null,
    fab_time timestamptz,
    watermark timestamptz,
    events int8 not null,
    alerts int8 not null,
    groups int8 not null,
    incidents int8 not null,
    late int8 not null,
    dropped_keys int8 not null,
    evicted int8 not null,
    refused int8 not null,
    expected int8 not null,
    recording_over boolean not null,
    barrier text not null,
    set_digest bytea not null,
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (one)
);
comment on table soc.status is 'the engine''s own figures after a block';

create table soc.engine_table (
    name text not null,
    rows int8 not null,
    bound int8 not null,
    evicted int8 not null,
    expired int8 not null,
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (name)
);
comment on table soc.engine_table is 'how full one of the engine''s tables is';

create index on soc.alert (group_id, number);
create index on soc.alert (number);
create index on soc.alert (found);
create unique index on soc.alert_group (number);
create index on soc.alert_group (incident_id);
create unique index on soc.incident (number);
create index on soc.member (incident_id);
create index on soc.timeline (incident_id, event_time, id);
create index on soc.clock (due) where met is null;

-- What people may not read as a table: the bytes of records leave a trace when they are read.
comment on column soc.raw.bytes is 'as received; api.read_raw() gives them and leaves an audit row';
