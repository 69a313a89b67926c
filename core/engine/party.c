// party.c - rows of vendors and persons.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/party.h"

enum { IS_PERSON = 'p', IS_VENDOR = 'v' };

static struct key128 party_key(char what, struct span id)
{
    struct span parts[] = {span_of(&what, 1), id};

    return name_key_of('P', parts, 2);
}

static const struct row_party *get(const struct engine *e, char what, struct span id)
{
    struct key128 key = party_key(what, id);

    return id.n ? table_get(&e->tab[TAB_PARTY], &key) : NULL;
}

static struct row_party *put(struct engine *e, char what, struct span id)
{
    struct key128 key = party_key(what, id);
    struct row_party *row = id.n ? table_put(&e->tab[TAB_PARTY], &key) : NULL;

    e->broken = e->broken || (id.n && !row);
    if (row && row->told == 0) {
        row->told = row->used = row->used_before = UTIME_NONE;
        row->end = UTIME_NONE;
    }
    return row;
}

const struct row_party *party_of_person(const struct engine *e, struct span person)
{
    return get(e, IS_PERSON, person);
}

const struct row_party *party_of_vendor(const struct engine *e, struct span vendor)
{
    return get(e, IS_VENDOR, vendor);
}

static void contract(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct row_party *row =
        s->person.n ? put(e, IS_PERSON, s->person) : put(e, IS_VENDOR, s->vendor);
    struct span vendor = obs_field(o, FIELD_VENDOR);
    utime_t end;

    if (row) {
        row->told = o->time;
        row->end = utime_iso(obs_field(o, FIELD_WINDOW_END), 0, &end, NULL) ? end : UTIME_NONE;
        if (vendor.n) {
            TEXT_SET(row->vendor, vendor);
            (void)put(e, IS_VENDOR, vendor);
        }
    }
}

static void flag(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct row_party *row = put(e, IS_VENDOR, s->vendor);

    if (row) {
        row->flagged = o->kind == KIND_VENDOR_FLAGGED;
    }
}

static void used(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = party_key(IS_VENDOR, s->vendor);
    struct row_party *row = s->vendor.n ? table_get(&e->tab[TAB_PARTY], &key) : NULL;

    // A vendor known by contract stands in a row of this table, which a put may move.
    if (!row && obs_field(o, FIELD_VENDOR).n) {
        row = put(e, IS_VENDOR, s->vendor);
    }
    if (row) {
        row->used_before = row->used;
        row->used = o->time;
    }
}

void party_apply(struct engine *e, const struct obs *o, const struct scene *s)
{
    switch (o->kind) {
    case KIND_VENDOR_CONTRACT: contract(e, o, s); break;
    case KIND_VENDOR_FLAGGED:
    case KIND_VENDOR_CLEARED: flag(e, o, s); break;
    case KIND_SESSION_START:
    case KIND_CHECKOUT: used(e, o, s); break;
    default: break;
    }
}
