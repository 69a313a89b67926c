// fields.c - the original fields of one record while it is taken apart.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/fields.h"

#include <stdlib.h>

static bool grow(struct fields *f)
{
    size_t cap = f->cap ? f->cap * 2 : 128;
    struct okv *v = f->n < FIELDS_MAX ? realloc(f->v, cap * sizeof(*v)) : NULL;

    if (!v) {
        return false;
    }
    f->v = v;
    f->cap = cap;
    return true;
}

bool fields_add(struct fields *f, struct span name, struct fval v)
{
    if (f->n == f->cap && !grow(f)) {
        return false;
    }
    f->v[f->n++] = (struct okv){name, v};
    return true;
}

bool fields_add_str(struct fields *f, struct span name, struct span s)
{
    return fields_add(f, name, fval_str(s));
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
