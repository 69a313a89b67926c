// shift.c - by how much two clocks that saw the same things are apart.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/shift.h"

#include <stdlib.h>

#define QUARTER (15 * UTIME_MINUTE)
#define NEAR    (30 * UTIME_SECOND)

int64_t shift_round(int64_t us)
{
    int64_t half = us < 0 ? -1 : 1;
    int64_t whole = (us + half * QUARTER / 2) / QUARTER * QUARTER;

    if (whole && us - whole <= NEAR && whole - us <= NEAR) {
        return whole;
    }
    return (us + half * UTIME_SECOND / 2) / UTIME_SECOND * UTIME_SECOND;
}

static int by_key(const void *a, const void *b)
{
    const struct sighting *x = a, *y = b;

    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return (x->time > y->time) - (x->time < y->time);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static size_t run_of(const struct sighting *s, size_t n, size_t at)
{
    size_t end = at;

    while (end < n && s[end].key == s[at].key) {
        end++;
    }
    return end - at;
}

// Writes the differences into `out` when it is not NULL; gives how many there are.
static size_t differences(const struct sighting *a, size_t na, const struct sighting *b, size_t nb,
                          int64_t *out, size_t *ret_shared)
{
    size_t n = 0, i = 0, k = 0;

    *ret_shared = 0;
    while (i < na && k < nb) {
        size_t ra = run_of(a, na, i), rb = run_of(b, nb, k);

        if (a[i].key == b[k].key && ra <= SHIFT_SAME && rb <= SHIFT_SAME) {
            ++*ret_shared;
            for (size_t x = 0; x < ra * rb; x++, n++) {
                if (out) {
                    out[n] = b[k + x / ra].time - a[i + x % ra].time;
                }
            }
        }
        if (a[i].key == b[k].key) {
            i += ra;
            k += rb;
        } else if (a[i].key < b[k].key) {
            i += ra;
        } else {
            k += rb;
        }
    }
    return n;
}

static void fullest(const int64_t *d, size_t n, struct shift *ret)
{
    size_t from = 0, best = 0;

    for (size_t to = 0; to < n; to++) {
        while (d[to] - d[from] > SHIFT_SPREAD) {
            from++;
        }
        if (to - from + 1 > ret->agree) {
            ret->agree = to - from + 1;
            best = from;
        }
    }
    ret->known = ret->agree >= SHIFT_LEAST && 2 * ret->agree >= n;
    ret->us = ret->known ? d[best + ret->agree / 2] : 0;
}

bool shift_of(struct sighting *a, size_t na, struct sighting *b, size_t nb, struct shift *ret)
{
    int64_t *d;

    *ret = (struct shift){0};
    if (na == 0 || nb == 0) {
        return true;
    }
    qsort(a, na, sizeof(*a), by_key);
    qsort(b, nb, sizeof(*b), by_key);
    ret->pairs = differences(a, na, b, nb, NULL, &ret->shared);
    if (ret->pairs == 0) {
        return true;
    }
    d = malloc(ret->pairs * sizeof(*d));
    if (!d) {
        return false;
    }
    (void)differences(a, na, b, nb, d, &ret->shared);
    qsort(d, ret->pairs, sizeof(*d), by_size);
    fullest(d, ret->pairs, ret);
    free(d);
    return true;
}
