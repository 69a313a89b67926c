-- 0007_sight.sql - what is known of how far the house can be believed: clocks that are off, recipes nobody sees.
-- SPDX-License-Identifier: Apache-2.0
set local role fabsoc_owner;

-- repeated: alerts that another source had said before; offset_us is configured; clock_gap_us is what the source's times, offset added, constantly differ from receipt
alter table soc.source
    add column repeated int8 not null default 0,
    add column offset_us int8 not null default 0,
    add column clock_gap_us int8 not null default 0;

create table fab.coverage (
    asset text not null,
    area text not null,
    recipe_gap text not null,
    site int4 not null default soc.this_site(),
    primary key (asset)
);
comment on table fab.coverage is 'what nobody sees of a tool, by the model in force; empty: nothing any more';
