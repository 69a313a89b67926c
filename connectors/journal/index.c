// index.c - where each block lies, and how far each source has come.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "connectors/journal/inner.h"

static bool grow(void *array, size_t n, size_t *cap, size_t size)
{
    void **p = array;
    size_t want = *cap ? *cap * 2 : 64;
    void *q;

    if (n < *cap) {
        return true;
    }
    q = realloc(*p, want * size);
    if (q) {
        *p = q;
        *cap = want;
    }
    return q != NULL;
}

bool journal_index_segment(struct journal *j, uint64_t first)
{
    size_t cap = j->segments_cap;

    if (!grow(&j->segment, j->nsegments, &cap, sizeof(*j->segment)) ||
        !grow(&j->size, j->nsegments, &j->segments_cap, sizeof(*j->size))) {
        return false;
    }
    j->segments_cap = cap;
    j->segment[j->nsegments] = first;
    j->size[j->nsegments] = 0;
    j->nsegments++;
    return true;
}

bool journal_index_block(struct journal *j, uint64_t number, size_t offset, size_t length)
{
    if (!grow(&j->index, j->nindex, &j->index_cap, sizeof(*j->index))) {
        return false;
    }
    if (j->nindex == 0) {
        j->index_first = number;
    }
    j->index[j->nindex++] = (struct place){(uint32_t)(j->segment_base + j->nsegments - 1),
                                           (uint32_t)offset, (uint32_t)length};
    j->size[j->nsegments - 1] = offset + length;
    return true;
}

void journal_unindex_oldest(struct journal *j)
{
    uint64_t next = j->segment[1];
    size_t gone = (size_t)(next - j->index_first);

    j->nindex -= gone;
    memmove(j->index, j->index + gone, j->nindex * sizeof(*j->index));
    j->index_first = next;
    j->nsegments--;
    memmove(j->segment, j->segment + 1, j->nsegments * sizeof(*j->segment));
    memmove(j->size, j->size + 1, j->nsegments * sizeof(*j->size));
    j->segment_base++;
}

bool journal_find(const struct journal *j, uint64_t number, struct journal_place *ret)
{
    const struct place *p;

    if (j->nindex == 0 || number < j->index_first || number - j->index_first >= j->nindex) {
        return false;
    }
    p = &j->index[number - j->index_first];
    *ret = (struct journal_place){j->segment[p->segment - j->segment_base], p->offset, p->length};
    return true;
}

static void keep_decl(struct journal_source *s, struct span bytes)
{
    char *copy;

    if (span_eq(s->decl, bytes)) {
        return;
    }
    copy = malloc(bytes.n ? bytes.n : 1);
    if (copy) {
        memcpy(copy, bytes.p, bytes.n);
        free((void *)(uintptr_t)s->decl.p);
        s->decl = span_of(copy, bytes.n);
    }
}

static void note_barrier(struct journal *j, const struct record *r)
{
    if (r->type == REC_BARRIER) {
        j->barrier = (struct journal_barrier){true, j->last + 1, r->received};
    } else if (r->type == REC_END || (r->type == REC_EVENT && (r->flags & REC_RECORDED)) ||
               (r->type == REC_TICK && r->received > j->barrier.time)) {
        j->barrier.waiting = false;
    }
}

void journal_note(struct journal *j, const struct record *r)
{
    struct journal_source *s = &j->source[r->source < JOURNAL_SOURCES_MAX ? r->source : 0];

    note_barrier(j, r);
    switch (r->type) {
    case REC_SOURCE:
        if (r->source != 0) {
            keep_decl(s, r->bytes);
        }
        if (r->seq >= s->seq) {
            s->seq = r->seq;
            s->origin_a = r->origin_a;
            s->origin_b = r->origin_b;
            s->received = r->received;
        }
        break;
    case REC_EVENT:
    case REC_BARRIER:
    case REC_END:
        s->seq = r->seq;
        s->origin_a = r->origin_a;
        s->origin_b = r->origin_b;
        s->received = r->received;
        break;
    case REC_TICK:
    case REC_RELOAD:
        s->seq = r->seq;
        s->received = r->type == REC_TICK ? r->received : s->received;
        break;
    default: break;
    }
}
