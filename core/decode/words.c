// words.c - which of some words stand in a text, found in one pass.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/words.h"

// Three bytes with bit 0x20 set: case is gone, and some other bytes fall together, which only asks more.
static inline uint32_t gram_of(uint32_t bytes)
{
    return ((bytes & 0xffffff) | 0x202020) * 0x9e3779b1u >> 20;
}

static uint32_t three(const char *p)
{
    return (unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
           (uint32_t)(unsigned char)p[2] << 16;
}

int words_add(struct words *w, struct span word)
{
    uint32_t g;

    for (size_t i = 0; i < w->n; i++) {
        if (span_eq_nocase(w->word[i], word)) {
            return (int)i;
        }
    }
    if (w->n == WORDS_MAX || word.n == 0) {
        return -1;
    }
    w->word[w->n] = word;
    if (word.n < 3) {
        w->brief[w->nbrief++] = (uint16_t)w->n;
    } else {
        g = gram_of(three(word.p));
        w->bit[g / 64] |= UINT64_C(1) << g % 64;
        w->next[w->n] = w->first[g];
        w->first[g] = (uint16_t)(w->n + 1);
    }
    return (int)w->n++;
}

static void add(struct words_set *s, unsigned i)
{
    s->w[i / 64] |= UINT64_C(1) << (i % 64);
}

static void compare(const struct words *w, uint32_t gram, struct span rest, struct words_set *ret)
{
    for (unsigned i = w->first[gram]; i; i = w->next[i - 1]) {
        struct span word = w->word[i - 1];

        if (!words_has(ret, i - 1) && word.n <= rest.n &&
            span_eq_nocase(span_sub(rest, 0, word.n), word)) {
            add(ret, i - 1);
        }
    }
}

static void find_brief(const struct words *w, struct span text, struct words_set *ret)
{
    for (size_t k = 0; k < w->nbrief; k++) {
        struct span word = w->word[w->brief[k]];

        for (size_t i = 0; i + word.n <= text.n; i++) {
            if (span_eq_nocase(span_sub(text, i, word.n), word)) {
                add(ret, w->brief[k]);
                break;
            }
        }
    }
}

void words_find(const struct words *w, struct span text, struct words_set *ret)
{
    size_t i = 0;

    *ret = (struct words_set){0};
    find_brief(w, text, ret);
    for (; i + 4 <= text.n; i++) { // four are there to be loaded
        uint32_t v, g;

        memcpy(&v, text.p + i, 4);
        g = gram_of(v);
        if (w->bit[g / 64] >> g % 64 & 1) {
            compare(w, g, span_sub(text, i, text.n), ret);
        }
    }
    if (i + 3 == text.n) {
        compare(w, gram_of(three(text.p + i)), span_sub(text, i, 3), ret);
    }
}
