// state.c - ids, keys, texts and the list of changed rows.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/state.h"

#include <stdlib.h>

#include "core/base/utf8.h"

struct eid engine_id(struct engine *e)
{
    return eid_make(fab_site_number(e->set->fab), e->pos, e->ids++);
}

static void add_exact(struct digest_ctx *c, struct span s)
{
    digest_add(c, s);
}

static void add_folded(struct digest_ctx *c, struct span s)
{
    char low[128];

    while (s.n) {
        size_t n = s.n < sizeof(low) ? s.n : sizeof(low);

        for (size_t i = 0; i < n; i++) {
            low[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
        }
        digest_add(c, span_of(low, n));
        s = span_sub(s, n, s.n);
    }
}

static struct key128 key_with(void (*add)(struct digest_ctx *, struct span), char tag,
                              const struct span *part, size_t n)
{
    struct digest_ctx *c = digest_begin();
    struct digest d;
    struct key128 k;

    digest_add(c, span_of(&tag, 1));
    for (size_t i = 0; i < n; i++) {
        uint64_t len = part[i].n;

        digest_add(c, span_of((const char *)&len, sizeof(len)));
        add(c, part[i]);
    }
    d = digest_end(c);
    memcpy(&k, d.b, sizeof(k));
    return k;
}

struct key128 key_of(char tag, const struct span *part, size_t n)
{
    return key_with(add_exact, tag, part, n);
}

struct key128 name_key_of(char tag, const struct span *part, size_t n)
{
    return key_with(add_folded, tag, part, n);
}

void text_set(char *to, size_t size, struct span raw)
{
    memset(to, 0, size); // the whole field is part of the row's bytes
    utf8_sanitise_str(raw, to, size);
}

void engine_mark(struct engine *e, enum table_id t, const void *row)
{
    struct dirty *d;

    if (e->ndirty == e->cap_dirty) {
        size_t cap = e->cap_dirty ? e->cap_dirty * 2 : 64;

        d = realloc(e->dirty, cap * sizeof(*d));
        if (!d) {
            e->broken = true;
            return;
        }
        e->dirty = d;
        e->cap_dirty = cap;
    }
    d = &e->dirty[e->ndirty++];
    d->table = (uint8_t)t;
    memset(d->key, 0, sizeof(d->key));
    memcpy(d->key, row, e->tab[t].key_size);
}
