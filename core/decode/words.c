// words.c - which of some words stand in a text, found in one pass.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/words.h"

// Three bytes with bit 0x20 set: case is gone, and some other bytes fall together, which only asks more.
static inline uint32_t hash_of(uint64_t bytes) // what stands behind three of them is multiplied out
{
    return (uint32_t)bytes * 0x9e377900u >> 20;
}

static inline uint32_t gram_of(uint32_t bytes)
{
    return hash_of(bytes | 0x202020);
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
        w->next[w->n] = w->first[g];
        w->first[g] = (uint16_t)(w->n + 1);
    }
    return (int)w->n++;
}

static void compare(const struct words *w, uint32_t gram, struct span rest, struct words_set *ret)
{
    for (unsigned i = w->first[gram]; i; i = w->next[i - 1]) {
        struct span word = w->word[i - 1];

        if (!words_has(ret, i - 1) && word.n <= rest.n &&
            span_same_nocase(rest.p, word.p, word.n)) {
            words_set_add(ret, i - 1);
        }
    }
}

static void find_brief(const struct words *w, struct span text, struct words_set *ret)
{
    for (size_t k = 0; k < w->nbrief; k++) {
        struct span word = w->word[w->brief[k]];

        for (size_t i = 0; i + word.n <= text.n; i++) {
            if (span_eq_nocase(span_sub(text, i, word.n), word)) {
                words_set_add(ret, w->brief[k]);
                break;
            }
        }
    }
}

void words_find(const struct words *w, struct span text, struct words_set *ret)
{
    const char *p = text.p, *end = text.p + text.n;
    const uint16_t *f = w->first;

    *ret = (struct words_set){0};
    find_brief(w, text, ret);
    for (; end - p >= 8; p += 6) { // six grams begin in six of eight bytes
        uint64_t v = span_load8_low(p) | UINT64_C(0x2020202020202020);

        if (f[hash_of(v)] | f[hash_of(v >> 8)] | f[hash_of(v >> 16)] | f[hash_of(v >> 24)] |
            f[hash_of(v >> 32)] | f[hash_of(v >> 40)]) {
            for (size_t k = 0; k < 6; k++) {
                compare(w, hash_of(v >> 8 * k), span_of(p + k, (size_t)(end - p) - k), ret);
            }
        }
    }
    for (; end - p >= 3; p++) {
        compare(w, gram_of(three(p)), span_of(p, (size_t)(end - p)), ret);
    }
}
