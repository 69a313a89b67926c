// alias.c - which core fields a name that nobody told may stand for.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/alias.h"

#include <stdlib.h>

#include "core/base/hash.h"

enum { MEMO_ENTRIES = 1024, MEMO_NAME = 55 };

struct memo_entry {
    struct alias_found found;
    uint8_t n; // 0: free
    char name[MEMO_NAME];
};

struct alias_memo {
    struct memo_entry entry[MEMO_ENTRIES];
};

// Without case and punctuation; empty when too long to be a name worth knowing.
static struct span normal(struct span name, char out[ALIAS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (c == '_' || c == '-' || c == '.' || c == ' ' || c == '@') {
            continue;
        }
        if (n == ALIAS_MAX) {
            return SPAN_NONE;
        }
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return span_of(out, n);
}

static uint32_t *slot_of(const struct alias_index *x, struct span name)
{
    size_t at = hash64(7, name);

    while (x->bucket[at & (x->cap - 1)] &&
           !span_eq(x->alias[x->bucket[at & (x->cap - 1)] - 1].name, name)) {
        at++;
    }
    return &x->bucket[at & (x->cap - 1)];
}

bool alias_init(struct alias_index *x, struct arena *a, size_t n)
{
    *x = (struct alias_index){.cap = 64};
    while (x->cap < 2 * n) {
        x->cap *= 2;
    }
    x->alias = arena_array(a, n + 1, sizeof(*x->alias));
    x->bucket = arena_array(a, x->cap, sizeof(*x->bucket));
    return x->alias && x->bucket;
}

bool alias_add(struct alias_index *x, struct arena *a, struct span name, unsigned field,
               unsigned rank)
{
    char text[ALIAS_MAX];
    struct span s = normal(name, text);
    uint32_t *at;

    if (s.n == 0) {
        return false;
    }
    at = slot_of(x, s);
    x->alias[x->n] =
        (struct alias){.name = arena_span(a, s), .field = field, .rank = rank, .next = *at};
    *at = (uint32_t)++x->n;
    return true;
}

static uint32_t look_up(const struct alias_index *x, struct span name)
{
    char text[ALIAS_MAX];
    struct span s = normal(name, text);

    return s.n ? *slot_of(x, s) : 0;
}

static struct alias_found search(const struct alias_index *x, struct span name)
{
    size_t n = name.n;

    while (n && name.p[n - 1] != '.') {
        n--;
    }
    return (struct alias_found){look_up(x, name), n ? look_up(x, span_sub(name, n, name.n)) : 0};
}

struct alias_memo *alias_memo_new(void)
{
    return calloc(1, sizeof(struct alias_memo));
}

void alias_memo_free(struct alias_memo *m)
{
    free(m);
}

// Of the first and the last bytes and the length: names of one record differ in them.
static size_t place_of(struct span name)
{
    uint64_t head = 0, tail = 0;

    if (name.n >= 8) {
        memcpy(&head, name.p, 8);
        memcpy(&tail, name.p + name.n - 8, 8);
    } else {
        memcpy(&head, name.p, name.n);
    }
    head = (head ^ tail * 0x9e3779b97f4a7c15ULL ^ name.n) * 0xbf58476d1ce4e5b9ULL;
    return (size_t)(head >> 32) % MEMO_ENTRIES;
}

struct alias_found alias_find(const struct alias_index *x, struct alias_memo *m, struct span name)
{
    struct memo_entry *e;

    if (name.n == 0 || name.n > MEMO_NAME) {
        return search(x, name);
    }
    e = &m->entry[place_of(name)];
    if (e->n != name.n || memcmp(e->name, name.p, name.n) != 0) {
        e->found = search(x, name);
        e->n = (uint8_t)name.n;
        memcpy(e->name, name.p, name.n);
    }
    return e->found;
}
