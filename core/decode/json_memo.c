// json_memo.c - keys of JSON objects as earlier texts had them.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_memo.h"

#include <stdlib.h>

#include "core/decode/json_string.h"

// What a key leads to; its guesses stay as they are.
static void lead_to(const struct wants *want, struct json_place *e, uint32_t parent, uint32_t child)
{
    struct json_aim *a = &e->aim;

    e->parent = parent;
    *a = (struct json_aim){.node = child, .id = WANTS_NONE};
    if (child != WANTS_NONE) {
        a->id = wants_at(want, child).id;
        a->inner = wants_at(want, child).inner;
        a->name = a->id == WANTS_NONE ? SPAN_NONE : wants_name(want, a->id);
    }
}

static void guess_nothing(struct json_memo *m, struct json_place *e)
{
    for (size_t i = 0; i < JSON_PLACE_NEXT; i++) {
        e->behind[i] = e->below[i] = &m->place[JSON_PLACE_NOTHING];
    }
}

bool json_memo_init(struct json_memo *m, const struct wants *want)
{
    *m = (struct json_memo){.want = want};
    m->place = json_string_able() ? calloc(JSON_PLACES_ALL, sizeof(*m->place)) : NULL;
    if (!m->place) {
        return false;
    }
    for (size_t i = 0; i < JSON_PLACES_ALL; i++) {
        struct json_place *e = &m->place[i];

        *e = (struct json_place){.mask = UINT32_MAX}; // fits no key: a key has no NUL
        lead_to(want, e, WANTS_NONE, WANTS_NONE);
        guess_nothing(m, e);
    }
    lead_to(want, &m->place[JSON_PLACE_ROOT], WANTS_NONE, WANTS_ROOT);
    return true;
}

void json_memo_free(struct json_memo *m)
{
    free(m->place);
    *m = (struct json_memo){0};
}

static uint64_t load(const char *p, size_t n)
{
    uint64_t v = 0;

    memcpy(&v, p, n);
    return v;
}

static size_t slot_of(uint32_t parent, struct span key)
{
    size_t n = key.n < 8 ? key.n : 8;
    uint64_t h = key.n ? load(key.p, n) : 0, tail = key.n ? load(key.p + key.n - n, n) : 0;

    h = (h ^ (uint64_t)parent << 32 ^ key.n) * 0x9e3779b97f4a7c15ULL;
    h = (h ^ h >> 29 ^ tail) * 0xbf58476d1ce4e5b9ULL;
    return (h ^ h >> 32) % JSON_PLACES;
}

struct json_place *json_memo_find(struct json_memo *m, uint32_t parent, struct span key)
{
    struct json_place *e = &m->place[slot_of(parent, key)];

    if (key.n + 3 > JSON_PLACE_TEXT) {
        return json_memo_odd(m, parent, key);
    }
    if (e->parent == parent && e->n == key.n + 3 && span_eq(span_of(e->text + 1, key.n), key)) {
        return e;
    }
    *e = (struct json_place){.n = (uint32_t)key.n + 3, .text = "\""};
    if (key.n) {
        memcpy(e->text + 1, key.p, key.n);
    }
    memcpy(e->text + 1 + key.n, "\":", 2);
    guess_nothing(m, e);
    e->mask = (uint32_t)((UINT64_C(1) << e->n) - 1);
    lead_to(m->want, e, parent, wants_child(m->want, parent, key));
    return e;
}

struct json_place *json_memo_odd(struct json_memo *m, uint32_t parent, struct span key)
{
    struct json_place *e = &m->place[JSON_PLACE_ODD];

    lead_to(m->want, e, parent, wants_child(m->want, parent, key));
    return e;
}
