-- 0004_play.sql - plans, approvals, runs, commands and signatures, with the rules that hold whatever the code does.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

create table play.plan (
    id uuid not null,
    number int8 not null,
    incident_id uuid,
    area text not null,
    playbook_id text not null,
    playbook_name text not null,
    document text not null,
    hash bytea not null,
    approval_rule text not null,
    impact text not null,
    hazard int2 not null check (hazard between 0 and 4),
    state text not null,
    planned_by text not null,
    planned timestamptz,
    expires timestamptz,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table play.plan is 'a playbook was bound to a scope, or its state changed';

create table play.run (
    id uuid not null,
    number int8 not null,
    plan_id uuid,
    incident_id uuid,
    area text not null,
    state text not null,
    reason text not null,
    dry boolean not null,
    started_by text not null,
    started timestamptz,
    ended timestamptz,
    steps int8 not null,
    actions int8 not null,
    verified int8 not null,
    token int8 not null,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table play.run is 'a playbook run began, went on or ended';

create table play.step (
    run_id uuid not null,
    n int8 not null,
    area text not null,
    step_id text not null,
    name text not null,
    kind text not null,
    target text not null,
    state text not null,
    text text not null,
    before text not null,
    after text not null,
    started timestamptz,
    ended timestamptz,
    site int4 not null default soc.this_site(),
    primary key (run_id, n)
);
comment on table play.step is 'a step of a run was entered or left';

create table play.command (
    id uuid not null,
    run_id uuid,
    step int8 not null,
    area text not null,
    agent text not null,
    counter int8 not null,
    bytes bytea not null,
    state text not null,
    code text not null,
    result text not null,
    proof bytea not null,
    issued timestamptz,
    changed timestamptz,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table play.command is 'an action on its way to an agent, or what came back';

create table play.outbox (
    id uuid not null,
    agent text not null,
    bytes bytea not null,
    signature bytea not null,
    at timestamptz,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table play.outbox is 'a signed command is to be handed to the gate, after the commit';

create table play.playbook (
    id text not null,
    name text not null,
    description text not null,
    digest bytea not null,
    current boolean not null,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table play.playbook is 'a playbook of the set in force';

create table play.agent (
    id text not null,
    name text not null,
    area text not null,
    state text not null,
    since timestamptz,
    version text not null,
    counter int8 not null,
    site int4 not null default soc.this_site(),
    primary key (id)
);
comment on table play.agent is 'an agent connected, was lost, or reported';

create unique index on play.plan (number);
create index on play.plan (incident_id);
create unique index on play.run (number);
create index on play.run (incident_id);
create index on play.command (run_id, step);

-- Lease and idempotency: a plan is carried out at most once, a counter is used at most once by agent.
create unique index run_once on play.run (plan_id) where not dry;
create unique index command_counter_once on play.command (agent, counter) where counter > 0;

-- ---- approvals

-- An approval names the plan, its planner and its hash: the foreign key holds it to exactly that plan.
alter table play.plan add constraint plan_as_approved unique (id, planned_by, hash);

create table play.approval (
    id int8 generated always as identity primary key,
    plan_id uuid not null,
    planned_by text not null,
    hash bytea not null,
    person text not null,
    function text not null,
    verdict text not null check (verdict in ('yes', 'no')),
    reason text not null default '',
    at timestamptz not null,
    site int4 not null default soc.this_site(),
    area text not null default '',
    constraint approval_of_this_plan foreign key (plan_id, planned_by, hash)
        references play.plan (id, planned_by, hash),
    constraint approver_is_not_planner check (person <> planned_by or verdict = 'no')
);
comment on table play.approval is 'who said what to a plan; at = fab time';
create unique index approval_one_person_once on play.approval (plan_id, person) where verdict = 'yes';
create unique index approval_one_function_once on play.approval (plan_id, function) where verdict = 'yes';
create unique index approval_one_no on play.approval (plan_id, person) where verdict = 'no';

-- ---- signatures

create table play.never_touch (
    target text primary key,
    reason text not null,
    site int4 not null default soc.this_site(),
    area text not null default ''
);
comment on table play.never_touch is 'targets no command may be signed for; also in the engine and in each agent';

create table play.signature (
    command uuid primary key references play.command (id),
    signature bytea not null check (octet_length(signature) between 1 and 512),
    at timestamptz not null default clock_timestamp(),
    state text not null default 'waiting' check (state in ('waiting', 'applied')),
    site int4 not null default soc.this_site(),
    area text not null default ''
);
comment on table play.signature is 'written by sign, an input of the engine';
create index on play.signature (at) where state = 'waiting';
