// logsource_about.c - which tables are about a log source.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/decode/logsource_table.h"

enum { MEMO_PLACES = 256, MEMO_TEXT = 96 };

struct memo_place {
    bool used;
    uint8_t n[3];
    char text[MEMO_TEXT]; // the three words
    const char *group;
    uint64_t about[LOGSOURCE_WORDS];
};

struct about_memo {
    struct memo_place place[MEMO_PLACES];
    uint16_t last[EVENT_ALSO_MAX + 1];
    uint64_t about[EVENT_ALSO_MAX + 1][LOGSOURCE_WORDS]; // of the event in work, by log source
};

struct about_memo *about_memo_new(void)
{
    return calloc(1, sizeof(struct about_memo));
}

void about_memo_free(struct about_memo *m)
{
    free(m);
}

static bool fits(const struct span is[3], const struct span have[3])
{
    for (int i = 0; i < 3; i++) {
        if (is[i].n && !span_eq_nocase(is[i], have[i])) {
            return false;
        }
    }
    return true;
}

static void ask_tables(const struct logsources *all, const char *group, const struct span have[3],
                       uint64_t ret[LOGSOURCE_WORDS])
{
    memset(ret, 0, LOGSOURCE_WORDS * sizeof(*ret));
    for (size_t i = 0; i < all->n; i++) {
        const struct table *t = &all->table[i];

        if ((!t->group || strcmp(t->group, group) == 0) && fits(t->is, have)) {
            ret[i / 64] |= UINT64_C(1) << i % 64;
        }
    }
}

static bool is_place(const struct memo_place *p, const char *group, const struct span have[3])
{
    size_t used = 0;

    for (size_t i = 0; i < 3; i++) {
        if (p->n[i] != have[i].n || !span_same(p->text + used, have[i].p, have[i].n)) {
            return false;
        }
        used += have[i].n;
    }
    return p->used && p->group == group;
}

// `nth` of the event's log sources: mostly the same as in the record before.
void about_find(struct about_memo *m, size_t nth, const struct logsources *all, const char *group,
                const struct span have[3])
{
    uint64_t *ret = m->about[nth];
    struct memo_place *p = &m->place[m->last[nth]];
    uint64_t h = (uintptr_t)group >> 3;
    size_t used = 0;

    if (is_place(p, group, have)) {
        memcpy(ret, p->about, sizeof(p->about));
        return;
    }

    if (have[0].n + have[1].n + have[2].n > MEMO_TEXT) {
        ask_tables(all, group, have, ret);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        h = (h ^ template_head(have[i]) ^ have[i].n << 56) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    m->last[nth] = (uint16_t)((h >> 32) % MEMO_PLACES);
    p = &m->place[m->last[nth]];
    if (p->used &&
        !is_place(p, group, have)) { // two that come in turn need not push each other out
        m->last[nth] ^= 1;
        p = &m->place[m->last[nth]];
    }
    if (!is_place(p, group, have)) {
        for (size_t i = 0; i < 3; i++) {
            p->n[i] = (uint8_t)have[i].n;
            memcpy(p->text + used, have[i].n ? have[i].p : "", have[i].n);
            used += have[i].n;
        }
        p->group = group;
        p->used = true;
        ask_tables(all, group, have, p->about);
    }
    memcpy(ret, p->about, sizeof(p->about));
}

size_t about_next(const struct about_memo *m, const struct logsources *all,
                  const uint64_t of_kind[LOGSOURCE_WORDS], size_t n, size_t from, size_t *ret)
{
    for (size_t w = from / 64; 64 * w < all->n; w++) {
        uint64_t any = 0, from_on = w == from / 64 ? ~UINT64_C(0) << from % 64 : ~UINT64_C(0);

        for (size_t k = 0; k < n; k++) {
            any |= m->about[k][w];
        }
        any &= from_on & of_kind[w];
        if (any) {
            unsigned bit = (unsigned)__builtin_ctzll(any);

            for (*ret = 0; !(m->about[*ret][w] >> bit & 1);) {
                ++*ret;
            }
            return 64 * w + bit;
        }
    }
    return SIZE_MAX;
}
