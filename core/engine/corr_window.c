// corr_window.c - linked events of a window in a table that all windows share.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/corr_window.h"

#include <stdlib.h>

enum { DIGITS_MAX = 18, DECIMALS = 6 };

// ---- numbers

struct decimal {
    bool negative;
    micro_t digits;
    int n, scale; // significant digits read; decimals among them
};

static bool read_digits(struct span *s, struct decimal *d, bool fraction)
{
    size_t i = 0;

    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
        if (fraction && d->scale == DIGITS_MAX) {
            continue; // far behind the sixth decimal
        }
        if (d->n > 2 * DIGITS_MAX) {
            return false;
        }
        d->digits = d->digits * 10 + (s->p[i] - '0');
        d->n += d->digits != 0;
        d->scale += fraction;
    }
    *s = span_sub(*s, i, s->n);
    return i > 0;
}

static bool read_exponent(struct span s, int *ret)
{
    int64_t v;

    *ret = 0;
    if (s.n == 0) {
        return true;
    }
    if ((s.p[0] | 0x20) != 'e' || s.n > 5) {
        return false;
    }
    s = span_sub(s, s.n > 1 && s.p[1] == '+' ? 2 : 1, s.n);
    if (!span_i64(s, &v) || v < -99 || v > 99) {
        return false;
    }
    *ret = (int)v;
    return true;
}

bool micro_read(struct span text, micro_t *ret)
{
    const micro_t limit = (micro_t)1000000000000000000 * 1000000;
    struct decimal d = {0};
    struct span s = span_trim(text);
    bool whole, part = false;
    int shift;

    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        d.negative = s.p[0] == '-';
        s = span_sub(s, 1, s.n);
    }
    whole = read_digits(&s, &d, false);
    if (s.n && s.p[0] == '.') {
        s = span_sub(s, 1, s.n);
        part = read_digits(&s, &d, true);
    }
    if (!(whole || part) || !read_exponent(s, &shift)) {
        return false;
    }
    for (shift += DECIMALS - d.scale; shift > 0 && d.digits && d.digits < limit; shift--) {
        d.digits *= 10;
    }
    for (; shift < 0 && d.digits; shift++) {
        d.digits /= 10;
    }
    *ret = d.negative ? -d.digits : d.digits;
    return d.digits < limit;
}

static micro_t micro_of(const uint64_t v[2])
{
    return (micro_t)((unsigned __int128)v[1] << 64 | v[0]);
}

static void micro_put(uint64_t v[2], micro_t m)
{
    v[0] = (uint64_t)m;
    v[1] = (uint64_t)((unsigned __int128)m >> 64);
}

// Wraps instead of overflowing: the hashes of shares stand in the same place.
static void sum_add(struct row_corr *w, const uint64_t v[2], bool minus)
{
    unsigned __int128 a = (unsigned __int128)micro_of(w->sum);
    unsigned __int128 b = (unsigned __int128)micro_of(v);

    micro_put(w->sum, (micro_t)(minus ? a - b : a + b));
}

// ---- links

static struct row_corrhit *entry(const struct corr *c, const struct row_corr *w, uint64_t id)
{
    struct {
        struct key128 window;
        uint64_t id;
    } key = {w->key, id};

    return id ? table_get(c->entry, &key) : NULL;
}

static void unlink_entry(struct corr *c, struct row_corr *w, struct row_corrhit *e)
{
    struct row_corrhit *prev = entry(c, w, e->prev), *next = entry(c, w, e->next);

    *(prev ? &prev->next : &w->oldest) = e->next;
    *(next ? &next->prev : &w->newest) = e->prev;
    sum_add(w, e->value, true);
    w->n--;
}

static void link_entry(struct corr *c, struct row_corr *w, struct row_corrhit *e)
{
    struct row_corrhit *next = NULL, *prev = entry(c, w, w->newest);

    while (prev && prev->time > e->time) {
        next = prev;
        prev = entry(c, w, prev->prev);
    }
    e->prev = prev ? prev->key.id : 0;
    e->next = next ? next->key.id : 0;
    *(prev ? &prev->next : &w->oldest) = e->key.id;
    *(next ? &next->prev : &w->newest) = e->key.id;
    sum_add(w, e->value, false);
    w->n++;
}

static void drop_entry(struct corr *c, struct row_corr *w, struct row_corrhit *e)
{
    unlink_entry(c, w, e);
    table_del(c->entry, e);
}

static void make_room(struct corr *c)
{
    if (c->entry->count >= c->entry->bound) {
        struct row_corrhit *e = table_first(c->entry);
        struct row_corr *w = table_get(c->window, &e->key.window);

        if (w) {
            corr_say_lost(c, w->rule, CORR_LOST_EVENT);
            drop_entry(c, w, e);
        } else {
            table_del(c->entry, e);
        }
        c->entry->evicted++;
    }
}

// ---- the window

static void drop_oldest(struct corr *c, struct row_corr *w)
{
    drop_entry(c, w, entry(c, w, w->oldest));
}

void window_add(struct corr *c, struct row_corr *w, uint64_t id, utime_t t, micro_t value,
                uint32_t keep, bool counted)
{
    struct row_corrhit *e = entry(c, w, id);
    struct {
        struct key128 window;
        uint64_t id;
    } key = {w->key, id ? id : ++w->last_id};

    if (e) {
        if (t < e->time) {
            return;
        }
        unlink_entry(c, w, e);
    } else {
        make_room(c);
    }
    e = table_put(c->entry, &key);
    if (!e) {
        c->broken = true;
        return;
    }
    e->time = t;
    micro_put(e->value, value);
    link_entry(c, w, e);
    while (w->n > keep) {
        drop_oldest(c, w);
        if (counted) {
            corr_say_lost(c, w->rule, CORR_LOST_EVENT);
            c->entry->evicted++;
        }
    }
}

void window_prune(struct corr *c, struct row_corr *w, utime_t before)
{
    struct row_corrhit *e;

    while ((e = entry(c, w, w->oldest)) != NULL && e->time < before) {
        drop_entry(c, w, e);
    }
}

void window_clear(struct corr *c, struct row_corr *w)
{
    while (w->n) {
        drop_oldest(c, w);
    }
}

micro_t window_sum(const struct row_corr *w)
{
    return micro_of(w->sum);
}

uint64_t window_same(struct corr *c, const struct row_corr *w, micro_t value)
{
    uint64_t n = 0;

    for (const struct row_corrhit *e = entry(c, w, w->oldest); e; e = entry(c, w, e->next)) {
        n += micro_of(e->value) == value;
    }
    return n;
}

static int by_value(const void *a, const void *b)
{
    const micro_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

micro_t window_percentile(struct corr *c, const struct row_corr *w, int p)
{
    micro_t *v = c->sorted;
    uint64_t rank = w->n ? (uint64_t)(w->n - 1) * (uint64_t)p : 0, at = rank / 100,
             part = rank % 100;
    size_t n = 0;

    if (c->cap_sorted < w->n) {
        size_t cap = w->n < 64 ? 64 : (size_t)w->n * 2;

        v = realloc(c->sorted, cap * sizeof(*v));
        if (!v) {
            c->broken = true;
            return 0;
        }
        c->sorted = v;
        c->cap_sorted = cap;
    }
    for (const struct row_corrhit *e = entry(c, w, w->oldest); e; e = entry(c, w, e->next)) {
        v[n++] = micro_of(e->value);
    }
    if (n == 0) {
        return 0;
    }
    qsort(v, n, sizeof(*v), by_value);
    return v[at] * (micro_t)(100 - part) + (part ? v[at + 1] * (micro_t)part : 0);
}
