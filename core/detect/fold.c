// fold.c - ASCII letters to lower case, 16 bytes at a time.
// SPDX-License-Identifier: Apache-2.0
//
// The vectors are the compiler's: every machine it knows has some way to add and compare bytes.
#include "core/detect/pattern.h"

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bytes16 load(const char *p)
{
    bytes16 v;

    memcpy(&v, p, sizeof(v));
    return v;
}

// A byte is a capital when it is less than 26 behind 'A'; the comparison gives 0xff.
static inline bytes16 lower(bytes16 v)
{
    return v | ((bytes16)(v - 'A' < 26) & 0x20);
}

static inline void fold_block(char *out, const char *p, bytes16 *seen)
{
    bytes16 v = load(p), low = lower(v);

    *seen |= v;
    memcpy(out, &low, sizeof(low));
}

bool fold_ascii(char *out, struct span s)
{
    bytes16 seen = {0};
    uint64_t half[2];
    size_t i = 0;

    for (; i + sizeof(seen) <= s.n; i += sizeof(seen)) {
        fold_block(out + i, s.p + i, &seen);
    }
    if (i < s.n && s.n >= sizeof(seen)) { // the last block again, from where it is full
        i = s.n - sizeof(seen);
        fold_block(out + i, s.p + i, &seen);
    } else if (i < s.n) {
        char part[sizeof(seen)] = {0};

        memcpy(part, s.p, s.n);
        fold_block(part, part, &seen);
        memcpy(out, part, s.n);
    }
    memcpy(half, &seen, sizeof(half));
    return ((half[0] | half[1]) & 0x8080808080808080ULL) == 0;
}
