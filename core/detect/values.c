// values.c - a name's values, by number or by name.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/values.h"

#include <stdlib.h>

enum { SCRATCH_MAX = 64 << 20, CORE_VALUES_MAX = 32 };

static struct values room(struct value_cache *c, size_t n)
{
    struct values v = {.at = n ? arena_room(&c->scratch, n * sizeof(struct value)) : NULL};

    c->faults += n && !v.at;
    return v;
}

static void put(struct values *v, struct fval f)
{
    v->at[v->n++] = (struct value){.v = f};
}

static struct values lone(struct value_place *p, struct fval f)
{
    p->one = (struct value){.v = f};
    return (struct values){&p->one, 1};
}

static struct values numbered(struct value_cache *c, struct value_place *p)
{
    const struct event *ev = c->ev;
    uint32_t first = ev->at[p->key.id];
    struct values v;
    size_t n = 0;

    if (first == 0) {
        return (struct values){0};
    }
    if (ev->next[first - 1] == 0) {
        return lone(p, ev->okv[first - 1].v);
    }
    for (uint32_t i = first; i; i = ev->next[i - 1]) {
        n++;
    }
    v = room(c, n);
    for (uint32_t i = first; v.at && i; i = ev->next[i - 1]) {
        put(&v, ev->okv[i - 1].v);
    }
    return v;
}

static struct values named(struct value_cache *c, struct span name)
{
    struct values v;
    size_t nokv, n = 0;
    const struct okv *okv = event_all(c->ev, &nokv);

    for (size_t i = 0; i < nokv; i++) {
        n += span_eq(okv[i].name, name);
    }
    v = room(c, n);
    for (size_t i = 0; v.at && i < nokv; i++) {
        if (span_eq(okv[i].name, name)) {
            put(&v, okv[i].v);
        }
    }
    return v;
}

static struct values core_values(struct value_cache *c, struct value_place *p)
{
    enum field f = (enum field)p->key.core;
    struct fval found[CORE_VALUES_MAX];
    struct values v;
    size_t n;

    if (!event_has(c->ev, f)) {
        return (struct values){0};
    }
    n = event_core(c->ev, f, found, CORE_VALUES_MAX);
    if (n == 1) {
        return lone(p, found[0]);
    }
    n = n < CORE_VALUES_MAX ? n : CORE_VALUES_MAX;
    v = room(c, n);
    for (size_t i = 0; v.at && i < n; i++) {
        put(&v, found[i]);
    }
    return v;
}

static struct values find(struct value_cache *c, struct value_place *p, uint32_t name)
{
    struct values v;

    if (name == c->s->kind_name) {
        return lone(p, (struct fval){V_STR, span_str(kind_name(c->ev->kind)), 0});
    }
    if (p->key.id != WANTS_NONE && c->indexed) {
        v = numbered(c, p);
    } else {
        v = named(c, c->s->names.name[name]);
    }
    return v.n == 0 && p->key.core >= 0 ? core_values(c, p) : v;
}

static struct values record(struct value_cache *c)
{
    if (c->record_round != c->round) {
        c->record = (struct value){.v = {V_STR, c->ev->raw, 0}};
        c->record_round = c->round;
    }
    return (struct values){&c->record, 1};
}

// The whole record, and its texts as they read without their quoting.
static struct values keywords(struct value_cache *c)
{
    size_t nokv;
    const struct okv *okv;
    struct values v;

    if (c->keywords_round == c->round) {
        return c->keywords;
    }
    okv = event_all(c->ev, &nokv);
    v = room(c, nokv + 1);
    if (v.at) {
        v.at[v.n++] = *record(c).at;
    }
    for (size_t i = 0; v.at && i < nokv; i++) {
        if (okv[i].v.type == V_STR && okv[i].v.s.n) {
            put(&v, okv[i].v);
        }
    }
    c->keywords = v;
    c->keywords_round = c->round;
    return v;
}

// What is no field of the event's is never known to be absent.
struct value_key value_cache_key(const struct value_cache *c, uint32_t name)
{
    return name < c->s->names.n && name != c->s->kind_name ? c->place[name].key
                                                           : (struct value_key){WANTS_NONE, -1};
}

struct values value_cache_get(void *ctx, uint32_t name)
{
    struct value_cache *c = ctx;
    struct value_place *p;

    if (name == NAME_KEYWORD) {
        return keywords(c);
    }
    if (name == NAME_RECORD) {
        return record(c);
    }
    p = &c->place[name];
    if (p->round != c->round) {
        p->v = find(c, p, name);
        p->round = c->round;
    }
    return p->v;
}

bool value_cache_init(struct value_cache *c, const struct ruleset *s, const struct wants *want)
{
    *c = (struct value_cache){.s = s, .want = want};
    arena_init(&c->scratch, SCRATCH_MAX);
    c->place = calloc(s->names.n + 1, sizeof(*c->place));
    for (size_t i = 0; c->place && i < s->names.n; i++) {
        struct span name = s->names.name[i];

        c->place[i].key.id = want ? wants_find(want, name) : WANTS_NONE;
        c->place[i].key.core = field_of(name);
    }
    return c->place != NULL;
}

void value_cache_free(struct value_cache *c)
{
    arena_free(&c->scratch);
    free(c->place);
    c->place = NULL;
}

void value_cache_begin(struct value_cache *c, const struct event *ev)
{
    arena_reset(&c->scratch);
    c->ev = ev;
    c->indexed = ev->want && ev->want == c->want;
    if (++c->round == 0) { // after 2^32 events an old mark could look new
        for (size_t i = 0; i < c->s->names.n; i++) {
            c->place[i].round = 0;
        }
        c->keywords_round = c->record_round = 0;
        c->round = 1;
    }
}
