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

// ---- what was seen before
//
// A stream has few log sources, and their words mostly lie where they lay in the record before: what was
// found for those addresses is held against the texts. Texts decide, and where all of them lie in memory
// that stays as it is their places do.

enum { SETS = RULESOURCE_PLACES - 1, SPARE = SETS, GUESSES = 256, SET_TEXT = 512 };
enum { SET_WORDS = (EVENT_ALSO_MAX + 1) * LS_COUNT };

struct set {         // the log sources of an event
    size_t nsources; // 0: unused
    struct word {
        size_t n;
        struct ends ends;
        const char *text; // as it came, in `text`
    } word[SET_WORDS];
    char text[SET_TEXT];
    bool steady; // the words lie where they stay as they are; at[] is where
    struct span at[SET_WORDS];
};

struct rulesource_memo {
    const struct rulesources *sources;
    steady_text *steady; // NULL: nothing is
    const void *ctx;
    bool *fits; // by number: of the set that was made last
    uint16_t guess[GUESSES];
    struct set set[SETS];
};

struct rulesource_memo *rulesource_memo_new(const struct rulesources *p)
{
    struct rulesource_memo *m = calloc(1, sizeof(*m));

    if (!m) {
        return NULL;
    }
    m->sources = p;
    m->fits = calloc(p->n + 1, sizeof(*m->fits));
    if (!m->fits) {
        free(m);
        return NULL;
    }
    return m;
}

void rulesource_memo_free(struct rulesource_memo *m)
{
    if (m) {
        free(m->fits);
        free(m);
    }
}

void rulesource_memo_steady(struct rulesource_memo *m, steady_text *steady, const void *ctx)
{
    m->steady = steady;
    m->ctx = ctx;
}

bool rulesource_fits(const struct rulesource_memo *m, size_t at)
{
    return m->fits[at];
}

static inline const struct span *words_of(const struct event *ev, size_t i)
{
    return i ? ev->also[i - 1] : ev->logsource;
}

static void find_fitting(struct rulesource_memo *m, const struct span logsource[LS_COUNT])
{
    const struct rulesources *p = m->sources;
    uint32_t ls[LS_COUNT];
    char low[128];

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
        m->fits[k] |= fit;
    }
}

static inline bool is_word(const struct word *w, struct span s)
{
    struct ends e = ends_of(s);

    return ((e.head ^ w->ends.head) | (e.tail ^ w->ends.tail)) == 0 && ends_between_eq(w->text, s);
}

// Of the same lengths, and then of the same texts.
static inline bool is_source(const struct word *w, const struct span s[LS_COUNT])
{
    return ((s[0].n ^ w[0].n) | (s[1].n ^ w[1].n) | (s[2].n ^ w[2].n)) == 0 &&
           (s[0].n == 0 || is_word(&w[0], s[0])) && (s[1].n == 0 || is_word(&w[1], s[1])) &&
           (s[2].n == 0 || is_word(&w[2], s[2]));
}

static inline bool same_places(const struct span *a, const struct span *b)
{
    uintptr_t differ = 0;

    for (size_t i = 0; i < LS_COUNT; i++) {
        differ |= ((uintptr_t)a[i].p ^ (uintptr_t)b[i].p) | (a[i].n ^ b[i].n);
    }
    return differ == 0;
}

static inline bool is_there(const struct set *set, const struct event *ev)
{
    bool there = same_places(set->at, ev->logsource);

    for (size_t i = 0; there && i < ev->nalso; i++) {
        there = same_places(&set->at[(i + 1) * LS_COUNT], ev->also[i]);
    }
    return there;
}

static __attribute__((noinline)) bool is_same(const struct set *set, const struct event *ev)
{
    size_t i = 0;

    while (i < set->nsources && is_source(&set->word[i * LS_COUNT], words_of(ev, i))) {
        i++;
    }
    return i == set->nsources;
}

static inline bool is_set(const struct set *set, const struct event *ev)
{
    return set->nsources == ev->nalso + 1 &&
           ((set->steady && is_there(set, ev)) || is_same(set, ev));
}

// False: its texts are too long to be kept.
static bool keep(const struct rulesource_memo *m, struct set *set, const struct event *ev)
{
    char *to = set->text;

    set->nsources = 0;
    set->steady = m->steady != NULL;
    for (size_t i = 0; i < (ev->nalso + 1) * LS_COUNT; i++) {
        struct span s = words_of(ev, i / LS_COUNT)[i % LS_COUNT];

        if (s.n > (size_t)(set->text + SET_TEXT - to)) {
            return false;
        }
        memcpy(to, s.n ? s.p : "", s.n);
        set->word[i] = (struct word){s.n, ends_of(s), to};
        set->at[i] = s;
        set->steady = set->steady && (s.n == 0 || m->steady(m->ctx, s));
        to += s.n;
    }
    set->nsources = ev->nalso + 1;
    return true;
}

// The first and the last of them tell most.
static size_t guess_of(const struct event *ev)
{
    const struct span *a = ev->logsource, *b = words_of(ev, ev->nalso);
    uint64_t h = (uintptr_t)a[1].p ^ (uintptr_t)b[1].p << 9 ^ ev->nalso << 50;

    h += (uintptr_t)a[0].p << 3 ^ (uintptr_t)a[2].p << 18 ^ (uintptr_t)b[2].p << 27;
    return (h * UINT64_C(0x9e3779b97f4a7c15) >> 32) % GUESSES;
}

static size_t place_of(const struct event *ev)
{
    uint64_t h = 0;

    for (size_t i = 0; i <= ev->nalso; i++) {
        const struct span *word = words_of(ev, i);

        for (size_t k = 0; k < LS_COUNT; k++) {
            h = ends_hash(ends_of(word[k]), word[k].n, (uint32_t)h);
        }
    }
    return h % SETS;
}

size_t rulesource_place(struct rulesource_memo *m, const struct event *ev, bool *ret_fresh)
{
    uint16_t *guess = &m->guess[guess_of(ev)];

    *ret_fresh = false;
    if (is_set(&m->set[*guess], ev)) {
        return *guess;
    }
    *guess = (uint16_t)place_of(ev);
    if (is_set(&m->set[*guess], ev)) {
        return *guess;
    }
    if (m->set[*guess].nsources) { // two that come in turn need not push each other out
        *guess ^= 1;
    }
    if (is_set(&m->set[*guess], ev)) {
        return *guess;
    }
    *ret_fresh = true;
    memset(m->fits, 0, m->sources->n * sizeof(*m->fits));
    for (size_t i = 0; i <= ev->nalso; i++) {
        find_fitting(m, words_of(ev, i));
    }
    return keep(m, &m->set[*guess], ev) ? *guess : (size_t)SPARE;
}

void rulesource_forget(struct rulesource_memo *m, size_t place)
{
    if (place < SETS) {
        m->set[place].nsources = 0;
    }
}
