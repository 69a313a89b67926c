// fields.c - the original fields of one record while it is taken apart.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/fields.h"

#include <stdlib.h>

bool fields_init(struct fields *f, const struct wants *want, struct arena *arena)
{
    size_t n = wants_count(want) + 1;

    *f = (struct fields){.want = want, .arena = arena};
    f->at = calloc(n, sizeof(*f->at));
    f->last = calloc(n, sizeof(*f->last));
    f->touched = calloc(n, sizeof(*f->touched));
    f->seen = calloc(NAMES_SEEN, sizeof(*f->seen));
    return shapes_init(&f->shapes) && f->at && f->last && f->touched && f->seen;
}

void fields_clear(struct fields *f)
{
    for (size_t i = 0; i < f->ntouched; i++) {
        f->at[f->touched[i]] = 0;
    }
    f->ntouched = f->indexed = f->n = 0;
    f->prev = 0;
    f->shape = SHAPE_ROOT;
}

static bool grow(struct fields *f)
{
    size_t cap = f->cap ? f->cap * 2 : 128;
    struct okv *v = f->n < FIELDS_MAX ? realloc(f->v, cap * sizeof(*v)) : NULL;
    uint32_t *next;

    if (!v) {
        return false;
    }
    f->v = v;
    next = realloc(f->next, cap * sizeof(*next));
    if (!next) {
        return false;
    }
    f->next = next;
    f->cap = cap;
    return true;
}

static bool is_seen(const struct fields *f, const struct name_seen *g, struct span name,
                    struct ends e)
{
    return g->n == name.n && g->ends.head == e.head && g->ends.tail == e.tail &&
           (name.n <= ENDS_ALL || ends_between_eq(wants_name(f->want, g->id).p, name));
}

// Names stand in the same order in record after record: the one that stood here last time is asked
// first. Long names that nobody wants are not kept.
static uint32_t number_of(struct fields *f, struct span name)
{
    struct ends e = ends_of(name);
    uint32_t at = f->seen[f->prev].then, id;

    if (name.n == 0) {
        return WANTS_NONE;
    }
    if (!is_seen(f, &f->seen[at], name, e)) {
        at = (uint32_t)ends_hash(e, name.n, 0) % NAMES_SEEN;
        if (!is_seen(f, &f->seen[at], name, e)) {
            id = wants_find(f->want, name);
            if (id == WANTS_NONE && name.n > ENDS_ALL) {
                return id;
            }
            f->seen[at] = (struct name_seen){e, (uint32_t)name.n, id, f->seen[at].then};
        }
        f->seen[f->prev].then = at;
    }
    f->prev = at;
    return f->seen[at].id;
}

void fields_index_rest(struct fields *f)
{
    while (f->indexed < f->n) {
        fields_enter(f, number_of(f, f->v[f->indexed].name));
    }
}

void fields_cut(struct fields *f, size_t n)
{
    if (n < f->indexed) {
        fields_clear(f);
        f->n = n;
        fields_index(f);
    }
    f->n = n < f->n ? n : f->n;
}

bool fields_add_slow(struct fields *f, struct span name, struct fval v)
{
    if (f->n == f->cap && !grow(f)) {
        return false;
    }
    f->v[f->n++] = (struct okv){name, v};
    return true;
}

bool fields_room(struct fields *f, size_t n)
{
    while (f->cap - f->n < n) {
        if (!grow(f)) {
            return false;
        }
    }
    return true;
}

bool fields_lead(struct fields *f, uint32_t id, struct span name, struct fval v)
{
    uint32_t before, last;

    fields_index(f);
    before = f->at[id];
    last = f->last[id];
    if (!fields_put(f, id, name, v)) {
        return false;
    }
    if (before) {
        f->next[last - 1] = 0;
        f->next[f->n - 1] = before;
        f->at[id] = (uint32_t)f->n;
        f->last[id] = last;
    }
    return true;
}

struct fval fval_int(struct arena *a, int64_t v)
{
    char text[20], *p = text + sizeof(text);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0) {
        *--p = '-';
    }
    return (struct fval){
        .type = V_INT, .s = arena_span(a, span_of(p, (size_t)(text + sizeof(text) - p))), .i = v};
}

bool fields_add_int(struct fields *f, struct span name, int64_t v)
{
    struct fval number = fval_int(f->arena, v);

    return number.s.n && fields_add(f, name, number);
}

void fields_free(struct fields *f)
{
    free(f->v);
    free(f->next);
    free(f->at);
    free(f->last);
    free(f->touched);
    free(f->seen);
    shapes_free(&f->shapes);
    *f = (struct fields){0};
}

struct span fields_join(struct fields *f, struct span a, struct span b)
{
    char *p;

    if (a.n == 0) {
        return b;
    }
    p = arena_alloc(f->arena, a.n + 1 + b.n);
    if (!p) {
        return SPAN_NONE;
    }
    memcpy(p, a.p, a.n);
    p[a.n] = '.';
    if (b.n) {
        memcpy(p + a.n + 1, b.p, b.n);
    }
    return span_of(p, a.n + 1 + b.n);
}
