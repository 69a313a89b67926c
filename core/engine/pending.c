// pending.c - the reorder heap.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pending.h"

#include <stdlib.h>

static bool before(const struct pending_item *a, const struct pending_item *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    if (a->source != b->source) {
        return a->source < b->source;
    }
    if (a->epoch != b->epoch) {
        return a->epoch < b->epoch;
    }
    return a->seq < b->seq;
}

void pending_free(struct pending *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->heap[i]);
    }
    free(p->heap);
    *p = (struct pending){0};
}

static size_t item_size(const struct pending_item *it)
{
    return sizeof(*it) + it->nmade * sizeof(*it->made) + it->nbytes;
}

static struct pending_item *item_new(const struct pending_item *head, const struct made *made,
                                     struct span bytes)
{
    size_t at_bytes = sizeof(*head) + head->nmade * sizeof(*made);
    struct pending_item *it = malloc(at_bytes + bytes.n);

    if (it) {
        *it = *head;
        it->made = (struct made *)(it + 1);
        it->bytes = (char *)it + at_bytes;
        if (head->nmade) {
            memcpy(it->made, made, head->nmade * sizeof(*made));
        }
        memcpy(it->bytes, bytes.p, bytes.n);
    }
    return it;
}

static bool insert(struct pending *p, struct pending_item *it)
{
    size_t i = p->n;

    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 256;
        struct pending_item **heap = realloc(p->heap, cap * sizeof(struct pending_item *));

        if (!heap) {
            free(it);
            return false;
        }
        p->heap = heap;
        p->cap = cap;
    }
    p->n++;
    p->bytes += item_size(it);
    for (; i && before(it, p->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        p->heap[i] = p->heap[(i - 1) / 2];
    }
    p->heap[i] = it;
    return true;
}

bool pending_push(struct pending *p, const struct obs *o, const struct made *made, uint32_t nmade,
                  struct buf *scratch)
{
    struct pending_item head = {
        .time = o->time, .source = o->source, .epoch = o->epoch, .seq = o->seq, .nmade = nmade};
    struct pending_item *it;

    buf_clear(scratch);
    result_obs(scratch, o);
    if (!buf_ok(scratch)) {
        return false;
    }
    head.nbytes = (uint32_t)scratch->len;
    it = item_new(&head, made, buf_span(scratch));
    return it && insert(p, it);
}

struct pending_item *pending_pop(struct pending *p, utime_t watermark)
{
    struct pending_item *top, *last;
    size_t i = 0;
    bool full = p->n > PENDING_MAX || p->bytes > PENDING_BYTES;

    if (p->n == 0 || (p->heap[0]->time > watermark && !full)) {
        return NULL;
    }
    top = p->heap[0];
    p->forced += top->time > watermark;
    p->bytes -= item_size(top);
    last = p->heap[--p->n];
    while (2 * i + 1 < p->n) {
        size_t child = 2 * i + 1;

        if (child + 1 < p->n && before(p->heap[child + 1], p->heap[child])) {
            child++;
        }
        if (!before(p->heap[child], last)) {
            break;
        }
        p->heap[i] = p->heap[child];
        i = child;
    }
    if (p->n) {
        p->heap[i] = last;
    }
    return top;
}

bool pending_obs(const struct pending_item *it, struct res_item *ret)
{
    struct result r = {.items = rd_of(span_of(it->bytes, it->nbytes))};

    return result_next(&r, ret) == 1 && ret->type == RES_OBS;
}

static int by_order(const void *a, const void *b)
{
    const struct pending_item *x = *(const struct pending_item *const *)a;
    const struct pending_item *y = *(const struct pending_item *const *)b;

    return before(x, y) ? -1 : before(y, x);
}

void pending_save(const struct pending *p, struct buf *out)
{
    struct pending_item **sorted = p->n ? malloc(p->n * sizeof(struct pending_item *)) : NULL;

    buf_u64(out, p->forced);
    buf_u32(out, (uint32_t)p->n);
    if (p->n && !sorted) {
        out->failed = true;
        return;
    }
    if (p->n) {
        memcpy(sorted, p->heap, p->n * sizeof(struct pending_item *));
        qsort(sorted, p->n, sizeof(struct pending_item *), by_order);
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct pending_item *it = sorted[i];

        buf_i64(out, it->time);
        buf_u32(out, it->source);
        buf_u32(out, it->epoch);
        buf_u64(out, it->seq);
        buf_u32(out, it->nmade);
        for (uint32_t m = 0; m < it->nmade; m++) {
            buf_put(out, it->made[m].alert.b, sizeof(it->made[m].alert.b));
            buf_u64(out, it->made[m].group);
        }
        buf_blob(out, span_of(it->bytes, it->nbytes));
    }
    free(sorted);
}

bool pending_load(struct pending *p, struct rd *in)
{
    uint32_t n;

    p->forced = rd_u64(in);
    n = rd_u32(in);
    for (uint32_t i = 0; i < n && rd_ok(in); i++) {
        struct pending_item head = {.time = rd_i64(in), .source = rd_u32(in)};
        struct made made[MADE_MAX];
        struct pending_item *it;
        struct span bytes;

        head.epoch = rd_u32(in);
        head.seq = rd_u64(in);
        head.nmade = rd_u32(in);
        if (head.nmade > MADE_MAX) {
            return false;
        }
        for (uint32_t m = 0; m < head.nmade; m++) {
            struct span id = rd_bytes(in, sizeof(made[m].alert.b));

            if (id.n) {
                memcpy(made[m].alert.b, id.p, id.n);
            }
            made[m].group = rd_u64(in);
        }
        bytes = rd_blob(in);
        head.nbytes = (uint32_t)bytes.n;
        if (!rd_ok(in) || bytes.n == 0) {
            return false;
        }
        it = item_new(&head, made, bytes);
        if (!it || !insert(p, it)) {
            return false;
        }
    }
    return rd_ok(in);
}
