-- 0001_ground.sql - schemas, the site, life-cycles, position, input log, snapshots, intents.
-- SPDX-License-Identifier: Apache-2.0
--
-- Every statement ends with a semicolon at the end of a line; bodies stand between double dollars:
-- share/tools/sqlgen.awk cuts the files there.
create schema soc authorization fabsoc_owner;
create schema fab authorization fabsoc_owner;
create schema pam authorization fabsoc_owner;
create schema play authorization fabsoc_owner;
create schema api authorization fabsoc_owner;
create schema audit authorization fabsoc_audit;

set local role fabsoc_owner;

create table soc.migration (
    n int4 primary key,
    name text not null,
    digest bytea not null,
    applied timestamptz not null default clock_timestamp()
);
comment on table soc.migration is 'migrations that were applied; a changed digest is refused';

create table soc.site (
    one boolean primary key default true check (one),
    site int4 not null default 1 check (site between 1 and 65535),
    name text not null default 'fab'
);
comment on table soc.site is 'this installation: the site number of every row and id';
insert into soc.site default values;

create function soc.this_site() returns int4 language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$ select site from soc.site $$;
comment on function soc.this_site() is 'default of every column named site';

-- ---- life-cycles: rows come from core/model/*.fsm at every init

create table soc.fsm_state (
    machine text not null,
    state text not null,
    text text not null,
    final boolean not null,
    n int8 generated always as identity,
    primary key (machine, state)
);
comment on table soc.fsm_state is 'states of each life-cycle; the one with the lowest n is the initial one';

create table soc.fsm_move (
    machine text not null,
    from_state text not null,
    event text not null,
    to_state text not null,
    sentence text not null,
    primary key (machine, from_state, event),
    foreign key (machine, from_state) references soc.fsm_state,
    foreign key (machine, to_state) references soc.fsm_state
);
comment on table soc.fsm_move is 'moves of each life-cycle: the only ways a state changes';

create table soc.fsm_path (
    machine text not null,
    from_state text not null,
    to_state text not null,
    primary key (machine, from_state, to_state)
);
comment on table soc.fsm_path is 'which state can be reached from which by one or more moves';

-- ---- the engine's own memory

create table soc.position (
    one boolean primary key default true check (one),
    epoch int8 not null default 0,
    block int8 not null default 0,
    rec int8 not null default 0,
    digest bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(digest) = 32),
    token int8 not null default 0,
    fab_time timestamptz,
    moved timestamptz
);
comment on table soc.position is 'how far the engine is, under which lease, and the fab time there; fences every commit';
insert into soc.position default values;

create table soc.input (
    epoch int8 not null,
    block int8 not null,
    rec int8 not null,
    n int8 not null,
    now timestamptz not null,
    kind text not null,
    body bytea not null,
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (epoch, block, rec, n)
);
comment on table soc.input is 'inputs that were not journal blocks, where they were applied: replay merges them with the journal';

create table soc.snapshot (
    epoch int8 not null,
    block int8 not null,
    rec int8 not null,
    digest bytea not null check (octet_length(digest) = 32),
    state bytea not null,
    kept timestamptz not null default clock_timestamp(),
    site int4 not null default soc.this_site(),
    area text not null default '',
    primary key (epoch, block, rec)
);
alter table soc.snapshot alter column state set storage external;
comment on table soc.snapshot is 'the last three states of the engine as a versioned byte string';

-- ---- people

create table fab.person (
    person text primary key,
    name text not null default '',
    number text not null default '',
    roles text not null default '',
    site int4 not null default soc.this_site(),
    area text not null default ''
);
comment on table fab.person is 'people of the roster: database role, name, telephone number';

create table fab.person_area (
    person text not null,
    area text not null,
    site int4 not null default soc.this_site(),
    primary key (person, area)
);
comment on table fab.person_area is 'which areas'' rows a person sees; * = all; the only thing row security looks at besides session_user';

create table soc.roster_duty (
    id int8 generated always as identity primary key,
    person text not null,
    function text not null,
    area text not null default '',
    from_time timestamptz not null default '-infinity',
    to_time timestamptz not null default 'infinity',
    deputy boolean not null default false,
    site int4 not null default soc.this_site(),
    check (from_time < to_time)
);
comment on table soc.roster_duty is 'who holds which function for which area (empty = everywhere) and when, in fab time';
create index on soc.roster_duty (person);
create index on soc.roster_duty (function);

create table soc.call_right (
    verb text not null,
    role text not null,
    primary key (verb, role)
);
comment on table soc.call_right is 'which group of people may call which api function';

create table soc.intent (
    id int8 generated always as identity primary key,
    person text not null,
    functions text not null,
    verb text not null,
    subject text not null,
    args text not null,
    at timestamptz not null default clock_timestamp(),
    state text not null default 'waiting' check (state in ('waiting', 'applied')),
    site int4 not null default soc.this_site(),
    area text not null default ''
);
comment on table soc.intent is 'what people asked for through api functions; the engine applies it at a block''s end';
create index on soc.intent (id) where state = 'waiting';
create index on soc.intent (subject, id) where verb = 'record_call';
create index on soc.intent (person) where state = 'waiting';
