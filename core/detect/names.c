// names.c - the field names of a set, numbered.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"
#include "core/detect/set.h"

static size_t slot_of(const struct names *t, struct span name)
{
    size_t i = (size_t)hash64(0, name) & (t->nslots - 1);

    while (t->slot[i] && !span_eq(t->name[t->slot[i] - 1], name)) {
        i = (i + 1) & (t->nslots - 1);
    }
    return i;
}

uint32_t names_find(const struct names *t, struct span name)
{
    size_t i;

    if (t->nslots == 0) {
        return NAME_NONE;
    }
    i = slot_of(t, name);
    return t->slot[i] ? t->slot[i] - 1 : NAME_NONE;
}

static bool grow(struct names *t)
{
    size_t n = t->nslots ? t->nslots * 2 : 256;
    uint32_t *slot = arena_array(t->a, n, sizeof(*slot));

    if (!slot) {
        return false;
    }
    t->slot = slot;
    t->nslots = n;
    for (uint32_t i = 0; i < t->n; i++) {
        slot[slot_of(t, t->name[i])] = i + 1;
    }
    return true;
}

uint32_t names_intern(struct names *t, struct span name)
{
    uint32_t found = names_find(t, name);

    if (found != NAME_NONE) {
        return found;
    }
    if (t->nslots < 2 * (t->n + 1) && !grow(t)) {
        return NAME_NONE;
    }
    t->name = arena_grow(t->a, t->name, t->n, &t->cap, sizeof(*t->name));
    if (!t->name) {
        return NAME_NONE;
    }
    t->name[t->n] = span_str(arena_str(t->a, name));
    t->slot[slot_of(t, name)] = (uint32_t)t->n + 1;
    return (uint32_t)t->n++;
}
