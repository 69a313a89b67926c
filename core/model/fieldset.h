// fieldset.h - a set of core fields, one bit each.
// SPDX-License-Identifier: Apache-2.0
//
// Plain words, so that a set can be copied, zeroed, compared and coded like any number. Bits from
// FIELD_COUNT on are never set; who reads a set from outside asks fieldset_valid().
#ifndef CORE_MODEL_FIELDSET_H
#define CORE_MODEL_FIELDSET_H

#include <stdbool.h>
#include <stdint.h>

enum field {
#define FIELD(NAME, ecs, type, carried) FIELD_##NAME,
#include "core/model/field.def"
#undef FIELD
    FIELD_COUNT
};

enum { FIELDSET_WORDS = 2 };
_Static_assert(FIELD_COUNT <= 64 * FIELDSET_WORDS, "one bit a field");

struct fieldset {
    uint64_t w[FIELDSET_WORDS];
};

static inline bool fieldset_has(const struct fieldset *s, enum field f)
{
    return s->w[f / 64] >> (f % 64) & 1;
}

static inline void fieldset_add(struct fieldset *s, enum field f)
{
    s->w[f / 64] |= UINT64_C(1) << (f % 64);
}

static inline void fieldset_drop(struct fieldset *s, enum field f)
{
    s->w[f / 64] &= ~(UINT64_C(1) << (f % 64));
}

static inline bool fieldset_within(const struct fieldset *a, const struct fieldset *b)
{
    _Static_assert(FIELDSET_WORDS == 2, "two words of bits");
    return ((a->w[0] & ~b->w[0]) | (a->w[1] & ~b->w[1])) == 0;
}

// The first field of the set from `from` on, or FIELD_COUNT:
// for (unsigned f = fieldset_next(s, 0); f < FIELD_COUNT; f = fieldset_next(s, f + 1))
static inline unsigned fieldset_next(const struct fieldset *s, unsigned from)
{
    for (unsigned k = from / 64; k < FIELDSET_WORDS; k++, from = 64 * k) {
        uint64_t rest = s->w[k] >> (from % 64);

        if (rest) {
            return from + (unsigned)__builtin_ctzll(rest);
        }
    }
    return FIELD_COUNT;
}

static inline bool fieldset_valid(const struct fieldset *s)
{
    unsigned last = FIELD_COUNT / 64, bits = FIELD_COUNT % 64;

    for (unsigned k = last; k < FIELDSET_WORDS; k++) {
        if (s->w[k] >> (k == last ? bits : 0)) {
            return false;
        }
    }
    return true;
}

#endif
