// fields.c - the original fields of one record while it is taken apart.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/fields.h"

#include <stdlib.h>

#include "core/decode/pairs_text.h"

bool fields_init(struct fields *f, const struct wants *want, struct arena *arena)
{
    size_t n = want ? wants_count(want) + 1 : 0;

    *f = (struct fields){.want = want, .arena = arena};
    if (!want) {
        return true;
    }
    f->own.at = calloc(n, sizeof(*f->own.at));
    f->own.last = calloc(n, sizeof(*f->own.last));
    f->own.touched = calloc(n, sizeof(*f->own.touched));
    f->seen = calloc(NAMES_SEEN + 1, sizeof(*f->seen));
    f->prev = f->seen;
    fields_clear(f);
    return shapes_init(&f->shapes, n) && f->own.at && f->own.last && f->own.touched && f->seen;
}

static void own_clear(struct field_index *x)
{
    for (size_t i = 0; i < x->ntouched; i++) {
        x->at[x->touched[i]] = 0;
    }
    x->ntouched = x->n = 0;
}

static void begin(struct fields *f)
{
    f->named = f->indexed = f->ntouched = 0;
    f->at = f->own.at; // empty now
    f->next = f->own.next;
    f->touched = f->own.touched;
    f->shape = SHAPE_ROOT;
    f->prev = f->seen ? &f->seen[NAMES_SEEN] : NULL;
}

void fields_clear(struct fields *f)
{
    own_clear(&f->own);
    f->n = 0;
    begin(f);
}

static bool grow_numbers(uint32_t **v, size_t cap)
{
    uint32_t *p = realloc(*v, cap * sizeof(*p));

    *v = p ? p : *v;
    return p;
}

bool fields_grow(struct fields *f)
{
    size_t cap = f->cap ? f->cap * 2 : 128;
    struct okv *v = f->n < FIELDS_MAX ? realloc(f->v, cap * sizeof(*v)) : NULL;
    bool own = f->next == f->own.next, ok;

    f->v = v ? v : f->v;
    ok = v && grow_numbers(&f->code, cap) && grow_numbers(&f->own.next, cap);
    f->next = own ? f->own.next : f->next;
    f->cap = ok ? cap : f->cap;
    return ok;
}

static bool is_seen(const struct fields *f, const struct name_seen *g, struct span name,
                    struct ends e)
{
    return g->n == name.n && g->ends.head == e.head && g->ends.tail == e.tail &&
           (name.n <= ENDS_ALL || ends_between_eq(wants_name(f->want, g->id).p, name));
}

// Long names that nobody wants are not kept.
uint32_t fields_number_slow(struct fields *f, struct span name, struct ends e)
{
    uint32_t at = f->prev->then, id;

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
            f->seen[at] =
                (struct name_seen){.ends = e,
                                   .n = (uint32_t)name.n,
                                   .id = id,
                                   .then = f->seen[at].then,
                                   .key = name.n <= ENDS_ALL && key_begin(name, name.n) == 0};
        }
        f->prev->then = at;
    }
    f->prev = &f->seen[at];
    return f->prev->id;
}

void fields_name_rest(struct fields *f)
{
    while (f->named < f->n) {
        fields_enter(f, fields_number(f, f->v[f->named].name));
    }
}

const uint32_t *fields_known(struct fields *f, const struct span *name, size_t n)
{
    struct names_known *k = &f->known[0];

    if (k->name != name && f->known[1].name != name) {
        f->known[1] = *k; // the one that was asked for last stands first
        k->name = name;
        for (size_t i = 0; i < n; i++) {
            k->id[i] = wants_find(f->want, name[i]);
        }
    }
    return k->name == name ? k->id : f->known[1].id;
}

static void own_enter(struct field_index *x, uint32_t code)
{
    uint32_t id = code & SHAPE_UNWANTED, place = (uint32_t)++x->n;

    x->next[place - 1] = 0;
    if (id == SHAPE_UNWANTED) {
        return;
    }
    if (!x->at[id]) {
        x->touched[x->ntouched++] = id;
        x->at[id] = x->last[id] = place;
    } else if (code & SHAPE_LEAD) {
        x->next[place - 1] = x->at[id];
        x->at[id] = place;
    } else {
        x->next[x->last[id] - 1] = place;
        x->last[id] = place;
    }
}

void fields_index_anew(struct fields *f)
{
    const struct shape_index *x;

    fields_name(f);
    x = shape_index(&f->shapes, f->shape);
    while (!x && f->own.n < f->n) {
        own_enter(&f->own, f->code[f->own.n]);
    }
    f->at = x ? x->at : f->own.at;
    f->next = x ? x->next : f->own.next;
    f->touched = x ? x->touched : f->own.touched;
    f->ntouched = x ? x->ntouched : f->own.ntouched;
    f->indexed = f->n;
}

void fields_renamed(struct fields *f, size_t n)
{
    size_t named = n < f->named ? n : f->named;

    own_clear(&f->own);
    begin(f);
    for (; f->named < named; f->named++) {
        f->shape = shape_step(&f->shapes, f->shape, f->code[f->named]);
    }
}

void fields_cut(struct fields *f, size_t n)
{
    bool less = n < f->named || n < f->indexed;

    f->n = n < f->n ? n : f->n;
    if (less) {
        fields_renamed(f, n);
    }
}

bool fields_lead(struct fields *f, uint32_t id, struct span name, struct fval v)
{
    uint32_t code = id | SHAPE_LEAD;

    fields_name(f);
    if (!fields_add(f, name, v)) {
        return false;
    }
    f->code[f->named++] = code;
    f->shape = shape_step(&f->shapes, f->shape, code);
    return true;
}

struct span number_text(unsigned v)
{
#define TEN(p) p "0" p "1" p "2" p "3" p "4" p "5" p "6" p "7" p "8" p "9"
#define HUNDRED(p)                                                                                 \
    TEN(p "0")                                                                                     \
    TEN(p "1")                                                                                     \
    TEN(p "2") TEN(p "3") TEN(p "4") TEN(p "5") TEN(p "6") TEN(p "7") TEN(p "8") TEN(p "9")
    static const char three[] = HUNDRED("0") HUNDRED("1"); // digits each
    unsigned zeros = (v < 100) + (v < 10);

    return span_of(three + 3 * v + zeros, 3 - zeros);
#undef HUNDRED
#undef TEN
}

struct fval fval_int(struct arena *a, int64_t v)
{
    char text[20], *p = text + sizeof(text);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    if (v >= 0 && v < NUMBER_KNOWN) {
        return (struct fval){.type = V_INT, .s = number_text((unsigned)v), .i = v};
    }
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
    free(f->code);
    free(f->own.next);
    free(f->own.at);
    free(f->own.last);
    free(f->own.touched);
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
