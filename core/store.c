// store.c - how a barrier's name is read.
// SPDX-License-Identifier: Apache-2.0
#include "core/store.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

bool store_barrier_name(struct span name, struct store_barrier *ret)
{
    size_t n = name.n;

    while (n > 0 && is_digit(name.p[n - 1])) {
        n--;
    }
    *ret = (struct store_barrier){.name = name};
    if (n < name.n) {
        if (n < 2 || name.p[n - 1] != '_' || name.n - n > 9 ||
            !span_u64(span_sub(name, n, name.n), &ret->count)) {
            return false;
        }
        ret->name = span_sub(name, 0, n - 1);
    }
    for (size_t i = 0; i < ret->name.n; i++) {
        if (!is_letter(ret->name.p[i]) && (ret->name.p[i] != '_' || i == 0)) {
            return false;
        }
    }
    return ret->name.n > 0;
}
