// called.h - a set of rules that is filled and emptied once an event.
// SPDX-License-Identifier: Apache-2.0
//
// One bit a rule, and one bit for each word of them that is not empty: what an event costs is what it
// calls, not the size of the rule set.
#ifndef CORE_DETECT_CALLED_H
#define CORE_DETECT_CALLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct called {
    uint64_t *word, *full; // bit i of `full`: word[i] is not zero
    size_t nfull, at;      // words of `full`; those before `at` are zero
};

bool called_init(struct called *c, size_t nrules);
void called_free(struct called *c);

static inline void called_add(struct called *c, uint32_t rule)
{
    uint32_t w = rule / 64;

    c->word[w] |= UINT64_C(1) << rule % 64;
    c->full[w / 64] |= UINT64_C(1) << w % 64;
    c->at = w / 64 < c->at ? w / 64 : c->at;
}

// Takes the lowest rule out; false when there is none.
static inline bool called_next(struct called *c, uint32_t *rule)
{
    size_t w;

    while (c->at < c->nfull && c->full[c->at] == 0) {
        c->at++;
    }
    if (c->at == c->nfull) {
        return false;
    }
    w = c->at * 64 + (size_t)__builtin_ctzll(c->full[c->at]);
    *rule = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(c->word[w]);
    c->word[w] &= c->word[w] - 1;
    if (c->word[w] == 0) {
        c->full[c->at] &= c->full[c->at] - 1;
    }
    return true;
}

#endif
