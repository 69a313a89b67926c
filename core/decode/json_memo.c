// json_memo.c - keys of JSON objects as earlier texts had them.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_memo.h"

#include <stdlib.h>

#include "core/base/ends.h"
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

static struct json_place *make(struct json_memo *m, struct json_place *e, uint32_t parent,
                               struct span key)
{
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

struct json_place *json_memo_find(struct json_memo *m, uint32_t parent, struct span key)
{
    uint64_t hash = ends_hash(ends_of(key), key.n, parent);
    size_t near = 0;

    if (key.n + 3 > JSON_PLACE_TEXT) {
        return json_memo_odd(m, parent, key);
    }
    for (; near < JSON_PLACE_NEAR; near++) {
        struct json_place *e = &m->place[(hash + near) % JSON_PLACES];

        if (e->n == key.n + 3 && e->parent == parent && span_same(e->text + 1, key.p, key.n)) {
            return e;
        }
        if (e->n == 0) {
            return make(m, e, parent, key);
        }
    }
    return make(m, &m->place[(hash + (hash >> 32) % JSON_PLACE_NEAR) % JSON_PLACES], parent, key);
}

struct json_place *json_memo_odd(struct json_memo *m, uint32_t parent, struct span key)
{
    struct json_place *e = &m->place[JSON_PLACE_ODD];

    lead_to(m->want, e, parent, wants_child(m->want, parent, key));
    return e;
}
