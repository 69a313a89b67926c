// tcp_half.c - order, repeats and holes of one direction.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/tcp_half.h"

#include <stdlib.h>

struct tcp_piece {
    struct tcp_piece *next;
    uint32_t seq, wire;
    size_t n; // captured bytes, at the head
    struct packet_mark mark;
    char bytes[];
};

static int32_t distance(uint32_t from, uint32_t to)
{
    return (int32_t)(to - from);
}

static void advance(struct tcp_in *in, uint32_t n)
{
    in->seq += n;
    in->wire -= n;
    in->bytes = span_sub(in->bytes, n, in->bytes.n);
}

// How many bytes differ where a piece that waits and a segment overlap.
static uint64_t differences(const struct tcp_piece *p, const struct tcp_in *in)
{
    uint64_t differ = 0;
    size_t off = (size_t)distance(p->seq, in->seq);

    for (size_t i = 0; i < in->bytes.n && off + i < p->n; i++) {
        differ += p->bytes[off + i] != in->bytes.p[i];
    }
    return differ;
}

static bool keep(struct tcp_half *h, struct tcp_piece **at, const struct tcp_in *in, uint32_t wire)
{
    size_t n = in->bytes.n < wire ? in->bytes.n : wire;
    struct tcp_piece *p = malloc(sizeof(*p) + n);

    if (!p) {
        return false;
    }
    *p = (struct tcp_piece){.next = *at, .seq = in->seq, .wire = wire, .n = n, .mark = in->mark};
    if (n) {
        memcpy(p->bytes, in->bytes.p, n);
    }
    if (!h->ahead) {
        h->hole_since = in->mark.time;
        h->patience = 0;
    }
    *at = p;
    h->npieces++;
    h->held += n;
    return true;
}

// The part of a segment that lies ahead: what is there already stays as it came first.
static enum tcp_put_rc wait(struct tcp_half *h, struct tcp_in *in, struct tcp_out *ret)
{
    struct tcp_piece **at = &h->ahead;
    uint32_t room = in->wire;

    while (*at && distance(in->seq, (*at)->seq) <= 0) {
        uint32_t covered = (*at)->wire - (uint32_t)distance((*at)->seq, in->seq);

        if (distance((*at)->seq + (*at)->wire, in->seq) < 0) {
            ret->conflicts += differences(*at, in);
            advance(in, covered < in->wire ? covered : in->wire);
            return TCP_PUT_NONE;
        }
        at = &(*at)->next;
    }
    if (h->npieces >= TCP_AHEAD_PIECES || h->held + in->bytes.n > TCP_AHEAD_BYTES) {
        return TCP_PUT_FULL;
    }
    if (*at && (uint32_t)distance(in->seq, (*at)->seq) < room) {
        room = (uint32_t)distance(in->seq, (*at)->seq);
    }
    if (!keep(h, at, in, room)) {
        if (h->ahead) {
            return TCP_PUT_FULL;
        }
        // no memory at all: it will show as a hole
    }
    advance(in, room);
    return TCP_PUT_NONE;
}

enum tcp_put_rc tcp_half_put(struct tcp_half *h, struct tcp_in *in, struct tcp_out *ret)
{
    int32_t ahead = distance(h->next, in->seq);
    uint32_t n = in->wire;

    *ret = (struct tcp_out){.own = in->mark};
    if (ahead < 0) { // repeated
        advance(in, (uint32_t)-ahead < in->wire ? (uint32_t)-ahead : in->wire);
        return TCP_PUT_NONE;
    }
    if (ahead > TCP_WINDOW_MAX || in->wire > TCP_WINDOW_MAX) {
        return TCP_PUT_STRAY;
    }
    if (ahead > 0) {
        return wait(h, in, ret);
    }
    if (h->ahead && (uint32_t)distance(h->next, h->ahead->seq) < n) {
        n = (uint32_t)distance(h->next, h->ahead->seq);
    }
    if (n > in->bytes.n) {
        n = in->bytes.n ? (uint32_t)in->bytes.n : n;
    }
    if (in->bytes.n == 0) {
        ret->lost = n;
    } else {
        ret->bytes = span_sub(in->bytes, 0, n);
    }
    h->next += n;
    advance(in, n);
    return ret->lost ? TCP_PUT_LOST : TCP_PUT_OUT;
}

static void drop_first(struct tcp_half *h)
{
    struct tcp_piece *p = h->ahead;

    h->ahead = p->next;
    h->npieces--;
    h->held -= p->n;
    h->patience = 0;
    h->hole_since = h->ahead ? h->ahead->mark.time : 0;
}

bool tcp_half_take(struct tcp_half *h, struct tcp_out *ret)
{
    struct tcp_piece *p = h->ahead;

    if (!p || p->seq != h->next) {
        return false;
    }
    *ret = (struct tcp_out){.own = p->mark, .piece = p};
    if (p->n) {
        ret->bytes = span_of(p->bytes, p->n);
    } else {
        ret->lost = p->wire;
    }
    if (p->n && p->n < p->wire) { // the uncaptured tail is a piece of its own
        struct tcp_piece *tail = malloc(sizeof(*tail));

        if (tail) {
            *tail = (struct tcp_piece){.next = p->next,
                                       .seq = p->seq + (uint32_t)p->n,
                                       .wire = p->wire - (uint32_t)p->n,
                                       .mark = p->mark};
            p->next = tail;
            h->npieces++;
        }
        h->next += (uint32_t)p->n;
    } else {
        h->next += p->wire;
    }
    drop_first(h);
    return true;
}

void tcp_half_taken(struct tcp_out *out)
{
    free(out->piece);
    out->piece = NULL;
}

uint64_t tcp_half_hole(struct tcp_half *h)
{
    uint32_t n = h->ahead ? (uint32_t)distance(h->next, h->ahead->seq) : 0;

    h->next += n;
    return n;
}

void tcp_half_ack(struct tcp_half *h, uint32_t ack)
{
    if (!h->acked_known || distance(h->acked, ack) > 0) {
        h->acked_known = true;
        h->acked = ack;
    }
}

bool tcp_half_impatient(struct tcp_half *h, ntime_t now)
{
    if (!h->ahead) {
        return false;
    }
    if (h->acked_known && distance(h->acked, h->ahead->seq) <= 0) {
        h->patience++;
    }
    return h->patience > TCP_PATIENCE || now - h->hole_since > TCP_HOLE_NS;
}

void tcp_half_clear(struct tcp_half *h)
{
    while (h->ahead) {
        struct tcp_piece *p = h->ahead;

        drop_first(h);
        free(p);
    }
}
