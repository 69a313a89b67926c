// rulesource.c - words of log sources, and what was selected before.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/rulesource.h"

#include <stdlib.h>

#include "core/base/ends.h"

// Words of log sources have no case, and a blank is '_'.
static void fold_word(char *out, struct span word)
{
    fold_ascii(out, word);
    for (size_t i = 0; i < word.n; i++) {
        out[i] = out[i] == ' ' ? '_' : out[i];
    }
}

static uint32_t word_of(struct rulesources *p, struct arena *a, struct span word)
{
    char *low;

    if (word.n == 0) {
        return NAME_NONE;
    }
    low = arena_str(a, word);
    if (!arena_ok(a)) {
        return NAME_NONE;
    }
    fold_word(low, word);
    return names_intern(&p->words, span_of(low, word.n));
}

uint32_t rulesources_add(struct rulesources *p, struct arena *a, const struct span word[LS_COUNT])
{
    struct rulesource_words s;

    for (int i = 0; i < LS_COUNT; i++) {
        s.word[i] = word_of(p, a, word[i]);
    }
    for (size_t i = 0; i < p->n; i++) {
        if (memcmp(&p->v[i], &s, sizeof(s)) == 0) {
            return (uint32_t)i;
        }
    }
    p->v = arena_grow(a, p->v, p->n, &p->cap, sizeof(*p->v));
    if (!p->v) {
        return NAME_NONE;
    }
    p->v[p->n] = s;
    return (uint32_t)p->n++;
}

enum { MEMO_ENTRIES = 256, MEMO_TEXT = 96 };

struct memo_entry {
    bool used;
    uint8_t n[LS_COUNT];
    struct ends ends[LS_COUNT];
    char text[MEMO_TEXT]; // the three words as they came
    uint64_t *fits;       // one bit a log source of the set
};

struct rulesource_memo {
    const struct rulesources *sources;
    size_t nwords;
    uint64_t *bits, *spare; // of the entries, and for a log source too long for one
    uint64_t *all;          // of an event of several log sources
    struct memo_entry entry[MEMO_ENTRIES];
};

struct rulesource_memo *rulesource_memo_new(const struct rulesources *p)
{
    struct rulesource_memo *m = calloc(1, sizeof(*m));

    if (!m) {
        return NULL;
    }
    m->sources = p;
    m->nwords = rulesources_bits(p);
    m->bits = calloc((MEMO_ENTRIES + 2) * m->nwords, sizeof(*m->bits));
    if (!m->bits) {
        free(m);
        return NULL;
    }
    for (size_t i = 0; i < MEMO_ENTRIES; i++) {
        m->entry[i].fits = m->bits + i * m->nwords;
    }
    m->spare = m->bits + MEMO_ENTRIES * m->nwords;
    m->all = m->spare + m->nwords;
    return m;
}

void rulesource_memo_free(struct rulesource_memo *m)
{
    if (m) {
        free(m->bits);
        free(m);
    }
}

static void find_fitting(const struct rulesources *p, const struct span logsource[LS_COUNT],
                         uint64_t *fits)
{
    uint32_t ls[LS_COUNT];
    char low[128];

    memset(fits, 0, rulesources_bits(p) * sizeof(*fits));
    for (int i = 0; i < LS_COUNT; i++) {
        struct span word = span_sub(logsource[i], 0, sizeof(low));

        fold_word(low, word);
        ls[i] = names_find(&p->words, span_of(low, word.n));
    }
    for (size_t k = 0; k < p->n; k++) {
        const uint32_t *want = p->v[k].word;
        bool fit = true;

        for (int i = 0; i < LS_COUNT; i++) {
            fit = fit && (want[i] == NAME_NONE || want[i] == ls[i]);
        }
        fits[k / 64] |= (uint64_t)fit << k % 64;
    }
}

static bool remembered(const struct memo_entry *e, const struct span s[LS_COUNT],
                       const struct ends ends[LS_COUNT])
{
    const char *text = e->text;
    bool same = e->used;

    for (int i = 0; same && i < LS_COUNT; i++) {
        same = e->n[i] == s[i].n && e->ends[i].head == ends[i].head &&
               e->ends[i].tail == ends[i].tail && ends_between_eq(text, s[i]);
        text += s[i].n;
    }
    return same;
}

static void remember(struct memo_entry *e, const struct span s[LS_COUNT],
                     const struct ends ends[LS_COUNT])
{
    char *text = e->text;

    e->used = true;
    for (int i = 0; i < LS_COUNT; i++) {
        e->n[i] = (uint8_t)s[i].n;
        e->ends[i] = ends[i];
        if (s[i].n) {
            memcpy(text, s[i].p, s[i].n);
        }
        text += s[i].n;
    }
}

static const uint64_t *of_one(struct rulesource_memo *m, const struct span s[LS_COUNT])
{
    struct ends ends[LS_COUNT];
    uint64_t h = 0;
    struct memo_entry *e;

    if (s[0].n + s[1].n + s[2].n > MEMO_TEXT) {
        find_fitting(m->sources, s, m->spare);
        return m->spare;
    }
    for (int i = 0; i < LS_COUNT; i++) {
        ends[i] = ends_of(s[i]);
        h = ends_hash(ends[i], s[i].n, (uint32_t)h);
    }
    e = &m->entry[h % MEMO_ENTRIES];
    if (!remembered(e, s, ends)) {
        remember(e, s, ends);
        find_fitting(m->sources, s, e->fits);
    }
    return e->fits;
}

const uint64_t *rulesource_select(struct rulesource_memo *m, const struct event *ev)
{
    const uint64_t *fits = of_one(m, ev->logsource);

    if (ev->nalso == 0) {
        return fits;
    }
    memcpy(m->all, fits, m->nwords * sizeof(*fits));
    for (size_t i = 0; i < ev->nalso; i++) {
        fits = of_one(m, ev->also[i]);
        for (size_t w = 0; w < m->nwords; w++) {
            m->all[w] |= fits[w];
        }
    }
    return m->all;
}
