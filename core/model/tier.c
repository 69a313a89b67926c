// tier.c - tier arithmetic.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/tier.h"

static const char *const names[] = {"T0", "T1", "T2", "T3", "T4"};

const char *tier_name(enum tier t)
{
    return t < TIER_COUNT ? names[t] : "T?";
}

bool tier_of(struct span s, enum tier *ret)
{
    if (s.n != 2 || s.p[0] != 'T' || s.p[1] < '0' || s.p[1] > '4') {
        return false;
    }
    *ret = (enum tier)(s.p[1] - '0');
    return true;
}

enum tier tier_raise(enum tier base, int steps)
{
    int t = (int)base - steps;

    if (base == T0) {
        return T0;
    }
    return t < T1 ? T1 : (enum tier)t;
}

enum tier tier_clocked(enum tier current, struct axes x)
{
    uint8_t worst = x.c > x.q ? x.c : x.q;

    if (worst >= 3) {
        return tier_graver(current, T1);
    }
    return worst == 2 ? tier_graver(current, T2) : current;
}
