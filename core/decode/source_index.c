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

static void pairs_of(const struct template *t, struct pairset *ret)
{
    *ret = PAIRSET_NONE;
    for (size_t i = 0; i < t->n; i++) {
        pairset_add(ret, t->part[i].before);
    }
    pairset_add(ret, t->tail);
}

// Those pairs of each row that the fewest rows have, so that a text lacks one sooner; PAIRS_ALWAYS where a
// row has no more.
static void find_needs(const struct pattern_row *row, size_t n, uint16_t (*need)[PATTERN_NEEDS])
{
    uint16_t rows[PAIRS_ALWAYS] = {0};
    struct pairset mine;

    for (size_t i = 0; i < n; i++) {
        pairs_of(&row[i].template, &mine);
        for (size_t h = 0; h < PAIRS_ALWAYS; h++) {
            rows[h] += mine.has[h];
        }
    }
    for (size_t i = 0; i < n; i++) {
        pairs_of(&row[i].template, &mine);
        for (size_t k = 0; k < PATTERN_NEEDS; k++) {
            uint16_t best = PAIRS_ALWAYS;

            for (uint16_t h = 0; h < PAIRS_ALWAYS; h++) {
                if (mine.has[h] && (best == PAIRS_ALWAYS || rows[h] < rows[best])) {
                    best = h;
                }
            }
            need[i][k] = best;
            mine.has[best] = best == PAIRS_ALWAYS;
        }
    }
}

// The rows with which row i shares most: how many, and behind how many parts.
static size_t sharers(const struct pattern_row *row, size_t n, size_t i, const uint16_t *stem,
                      size_t *ret_parts)
{
    size_t most = 0;

    for (size_t parts = 1; parts < row[i].template.n; parts++) {
        size_t found = 0;

        for (size_t k = i + 1; k < n; k++) {
            found += !stem[k] && template_shares(&row[i].template, &row[k].template, parts);
        }
        if (!found || found < most) { // who shares more parts shares these too
            break;
        }
        most = found;
        *ret_parts = parts;
    }
    return most;
}

// Gives the rows that begin alike a stem; stem[] is its number plus one, or 0.
static bool find_stems(struct arena *a, const struct pattern_row *row, size_t n,
                       struct pattern_run *r, uint16_t *stem)
{
    struct template_stem *all = arena_array(a, n + 1, sizeof(*all));
    uint16_t found = 0;

    for (size_t i = 0; all && i < n; i++) {
        const struct template *t = &row[i].template;
        size_t parts;

        if (stem[i] || !sharers(row, n, i, stem, &parts)) {
            continue;
        }
        all[found] = (struct template_stem){t, parts, t->part[parts].before.n};
        stem[i] = ++found;
        for (size_t k = i + 1; k < n; k++) {
            size_t same = stem[k] ? 0 : template_shares(t, &row[k].template, parts);

            if (same) {
                stem[k] = found;
                all[found - 1].n = same < all[found - 1].n ? same : all[found - 1].n;
            }
        }
    }
    r->stem = all;
    return all != NULL;
}

static struct pattern_try try_of(const struct pattern_run *r, const struct template *t,
                                 uint16_t row, uint16_t stem, const uint16_t *need)
{
    struct pattern_try x = {.head = t->head, .mask = t->head_mask, .row = row, .stem = stem};
    struct span first = t->n ? t->part[0].before : SPAN_NONE;

    memcpy(x.need, need, sizeof(x.need));
    if (first.n > sizeof(x.end) && first.n <= UINT16_MAX) {
        x.end = span_load8(first.p + first.n - sizeof(x.end));
        x.nend = (uint16_t)first.n;
    }
    if (stem) {
        const struct template_stem *s = &r->stem[stem - 1];
        struct span next = t->part[s->parts].before;

        x.then = template_head(span_sub(next, s->n, next.n));
        x.then_mask = template_head_mask(next.n - s->n);
    }
    return x;
}

// How many rows from each one on can only be refused together.
static void count_alike(struct pattern_try *row, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        struct pattern_try *t = &row[i];
        const struct pattern_try *u = t + 1;
        bool last = i + 1 == n;
        bool head = !last && t->head == u->head && t->mask == u->mask && t->end == u->end &&
                    t->nend == u->nend;
        bool then =
            head && t->stem == u->stem && t->then == u->then && t->then_mask == u->then_mask;

        t->heads = (uint16_t)(1 + (head ? u->heads : 0));
        t->thens = (uint16_t)(1 + (then ? u->thens : 0));
    }
}

static bool fill(struct arena *a, const struct source *s, struct pattern_run *r, size_t first,
                 size_t n)
{
    size_t buckets = (size_t)1 << r->bits, total = 0;
    uint16_t *begin = arena_array(a, buckets + 1, sizeof(*begin));
    uint16_t(*need)[PATTERN_NEEDS] = arena_array(a, n, sizeof(*need));
    uint16_t *stem = arena_array(a, n + 1, sizeof(*stem));
    struct pattern_try *row;

    for (size_t b = 0; b < buckets; b++) {
        for (size_t i = first; i < first + n; i++) {
            total += in_bucket(r, &s->pattern[i], b);
        }
    }
    row = arena_array(a, total + 1, sizeof(*row));
    if (!begin || !need || !stem || !row || total > UINT16_MAX ||
        !find_stems(a, s->pattern + first, n, r, stem)) {
        return false;
    }
    find_needs(s->pattern + first, n, need);
    total = 0;
    for (size_t b = 0; b < buckets; b++) {
        begin[b] = (uint16_t)total;
        for (size_t i = first; i < first + n; i++) {
            if (in_bucket(r, &s->pattern[i], b)) {
                row[total++] = try_of(r, &s->pattern[i].template, (uint16_t)i, stem[i - first],
                                      need[i - first]);
            }
        }
        count_alike(row + begin[b], total - begin[b]);
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
