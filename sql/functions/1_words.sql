-- 1_words.sql - fab time, and how things are written in answers.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

-- The only time of incident, clock, approval and handover columns. Before the engine's first commit there is
-- no fab time yet, and the wall clock stands in.
create or replace function soc.fab_now() returns timestamptz language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$ select coalesce(fab_time, clock_timestamp()) from soc.position $$;

create or replace function soc.commit_age() returns int8 language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$ select extract(epoch from clock_timestamp() - moved)::int8 from soc.position $$;

-- These four are called for every cell. A body that is parsed here (RETURN) needs no pinned search path, which
-- would keep the planner from inlining it.
create or replace function soc.rfc3339(t timestamptz) returns text language sql immutable
    return to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

create or replace function soc.seconds(i interval) returns int8 language sql immutable
    return extract(epoch from i)::int8;

create or replace function soc.axes(a int2, c int2, q int2) returns text language sql immutable
    return 'A' || a || ' C' || c || ' Q' || q;

-- The tier by which clocks run and lists sort (core/model/tier.h, tier_clocked).
create or replace function soc.clocked(tier int2, c int2, q int2) returns int2 language sql immutable
    return least(tier, case when c = 3 or q = 3 then 1 when c = 2 or q = 2 then 2 else 4 end)::int2;

-- An approval rule is a list of functions joined by AND ("," and "+" and blanks are read the same).
create or replace function soc.rule_functions(rule text) returns text[] language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(array_agg(f order by n) filter (where f <> ''), '{}')
    from regexp_split_to_table(regexp_replace(rule, '\mAND\M', ',', 'gi'), '[][",;+&[:space:]]+')
        with ordinality as t(f, n)
$$;

-- Text of a person's as one line: every control becomes a blank, and the length is bounded.
create or replace function soc.one_line(t text) returns text language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$ select btrim(regexp_replace(coalesce(t, ''), '[\x01-\x1f\x7f-\x9f]', ' ', 'g')) $$;

-- A day of alerts. Made beside the parent and then attached, which takes a lock that no reader waits for
-- (CREATE ... PARTITION OF would); the engine calls it before it writes into a day it has not seen.
-- There is no default partition: attaching would have to scan it under an exclusive lock.
create or replace function soc.alert_day(day date) returns void language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    part text := 'alert_' || to_char(day, 'YYYYMMDD');
begin
    if to_regclass('soc.' || quote_ident(part)) is not null then
        return;
    end if;
    execute format('create table soc.%I (like soc.alert including defaults including constraints)', part);
    execute format('alter table soc.alert attach partition soc.%I for values from (%L) to (%L)', part,
                   day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
end
$$;

-- The line of a source's configuration that sets right a clock which is constantly off; empty when nothing is known.
create or replace function soc.offset_line(offset_us int8, gap_us int8) returns text language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$
    select case when gap_us = 0 then '' when off = 0 then 'offset: 0'
        when off % 3600 = 0 then format('offset: %sh', off / 3600)
        when off % 60 = 0 then format('offset: %sm', off / 60)
        else format('offset: %ss', off) end
    from (select round((offset_us - gap_us) / 1e6)::int8 as off) x
$$;

-- A span of seconds for people: "19 h", "1 h 30 min", "12 s".
create or replace function soc.span_words(seconds int8) returns text language sql immutable
    set search_path = pg_catalog, pg_temp
    as $$
    select coalesce(nullif(concat_ws(' ', case when h > 0 then h || ' h' end, case when m > 0 then m || ' min' end,
        case when s > 0 then s || ' s' end), ''), '0 s')
    from (select abs(seconds) / 3600 as h, abs(seconds) % 3600 / 60 as m, abs(seconds) % 60 as s) x
$$;
