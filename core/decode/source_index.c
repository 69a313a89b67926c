// source_index.c - which rows of a source's tables can say something about a record.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/map.h"

// ---- patterns, by the first bytes of the text

enum { RUN_LEAST = 4 }; // fewer rows are sooner tried one by one

static size_t count_runs(const struct source *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->npatterns; i++) {
        n += i == 0 || s->pattern[i].slot != s->pattern[i - 1].slot;
    }
    return n;
}

static bool in_bucket(const struct pattern_run *r, const struct pattern_row *row, size_t bucket)
{
    return (uint32_t)row->template.head_mask != UINT32_MAX ||
           pattern_bucket(r, row->template.head) == bucket;
}

static bool fill(struct arena *a, const struct source *s, struct pattern_run *r, size_t first,
                 size_t n)
{
    size_t buckets = (size_t)1 << r->bits, total = 0;
    uint16_t *begin = arena_array(a, buckets + 1, sizeof(*begin));
    struct pattern_try *row;

    for (size_t b = 0; b < buckets; b++) {
        for (size_t i = first; i < first + n; i++) {
            total += in_bucket(r, &s->pattern[i], b);
        }
    }
    row = arena_array(a, total + 1, sizeof(*row));
    if (!begin || !row || total > UINT16_MAX) {
        return false;
    }
    total = 0;
    for (size_t b = 0; b < buckets; b++) {
        begin[b] = (uint16_t)total;
        for (size_t i = first; i < first + n; i++) {
            const struct template *t = &s->pattern[i].template;

            if (in_bucket(r, &s->pattern[i], b)) {
                row[total++] = (struct pattern_try){t->head, t->head_mask, (uint16_t)i};
            }
        }
    }
    begin[buckets] = (uint16_t)total;
    r->begin = begin;
    r->row = row;
    return true;
}

static bool index_patterns(struct arena *a, struct source *s)
{
    size_t n = count_runs(s), k = 0;
    struct pattern_run *run = arena_array(a, n + 1, sizeof(*run));

    if (!run) {
        return false;
    }
    for (size_t i = 0, end; i < s->npatterns; i = end, k++) {
        for (end = i; end < s->npatterns && s->pattern[end].slot == s->pattern[i].slot;) {
            end++;
        }
        run[k].slot = s->pattern[i].slot;
        for (size_t most = end - i; most >= RUN_LEAST && (size_t)1 << run[k].bits < most;) {
            run[k].bits++;
        }
        if (!fill(a, s, &run[k], i, end - i)) {
            return false;
        }
    }
    s->run = run;
    s->nruns = n;
    return true;
}

bool source_index(struct arena *a, struct source *s)
{
    s->empty_lengths = 1;
    for (size_t i = 0; i < s->nempty; i++) {
        s->empty_lengths |= UINT64_C(1) << (s->empty[i].n < 63 ? s->empty[i].n : 63);
    }
    return index_patterns(a, s);
}
