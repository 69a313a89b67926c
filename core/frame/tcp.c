// tcp.c - the table of connections, and what each packet does to one.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/tcp.h"

#include <stdlib.h>

#include "core/base/hash.h"
#include "core/frame/tcp_half.h"

// Which of two lists a connection waits in for its place to be needed.
enum { LIST_LESSER, LIST_LIVE, LISTS };

struct tcp {
    const struct tcp_ops *ops;
    void *ctx;
    size_t max, n, nbuckets;
    struct tcp_conn **bucket;
    struct {
        struct tcp_conn *oldest, *newest;
    } list[LISTS];
    struct tcp_counts counts;
};

struct tcp *tcp_new(size_t max, const struct tcp_ops *ops, void *ctx)
{
    struct tcp *t = calloc(1, sizeof(*t));

    if (!t) {
        return NULL;
    }
    *t = (struct tcp){.ops = ops, .ctx = ctx, .max = max, .nbuckets = 64};
    while (t->nbuckets < max) {
        t->nbuckets *= 2;
    }
    t->bucket = calloc(t->nbuckets, sizeof(struct tcp_conn *));
    if (!t->bucket) {
        free(t);
        return NULL;
    }
    return t;
}

const struct tcp_counts *tcp_counts(const struct tcp *t)
{
    return &t->counts;
}

// ---- lists and buckets

static void leave_list(struct tcp *t, struct tcp_conn *c)
{
    if (c->older) {
        c->older->newer = c->newer;
    } else {
        t->list[c->list].oldest = c->newer;
    }
    if (c->newer) {
        c->newer->older = c->older;
    } else {
        t->list[c->list].newest = c->older;
    }
    c->older = c->newer = NULL;
}

static void enter_list(struct tcp *t, struct tcp_conn *c)
{
    c->list = c->accepted && !c->over ? LIST_LIVE : LIST_LESSER;
    c->older = t->list[c->list].newest;
    if (c->older) {
        c->older->newer = c;
    } else {
        t->list[c->list].oldest = c;
    }
    t->list[c->list].newest = c;
}

static uint64_t hash_of(const struct tcp_end *a, const struct tcp_end *b)
{
    // the same for both directions
    return hash64(1, span_of((const char *)a, sizeof(*a))) ^
           hash64(1, span_of((const char *)b, sizeof(*b)));
}

static bool same_end(const struct tcp_end *a, const struct tcp_end *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static struct tcp_conn *find(const struct tcp *t, const struct tcp_segment *s, uint64_t hash,
                             enum tcp_side *ret_from)
{
    struct tcp_conn *c = t->bucket[hash & (t->nbuckets - 1)];

    for (; c; c = c->chain) {
        if (same_end(&c->end[0], &s->src) && same_end(&c->end[1], &s->dst)) {
            *ret_from = TCP_CLIENT;
            return c;
        }
        if (same_end(&c->end[1], &s->src) && same_end(&c->end[0], &s->dst)) {
            *ret_from = TCP_SERVER;
            return c;
        }
    }
    return NULL;
}

static void forget(struct tcp *t, struct tcp_conn *c)
{
    struct tcp_conn **at = &t->bucket[c->hash & (t->nbuckets - 1)];

    while (*at != c) {
        at = &(*at)->chain;
    }
    *at = c->chain;
    leave_list(t, c);
    t->n--;
    tcp_half_clear(&c->half[0]);
    tcp_half_clear(&c->half[1]);
    free(c);
}

void tcp_free(struct tcp *t)
{
    if (t) {
        for (int l = 0; l < LISTS; l++) {
            while (t->list[l].oldest) {
                forget(t, t->list[l].oldest);
            }
        }
        free(t->bucket);
        free(t);
    }
}

// ---- ends

static void give_up_hole(struct tcp *t, struct tcp_conn *c, enum tcp_side side,
                         struct packet_mark mark)
{
    struct tcp_half *h = &c->half[side];
    uint64_t n = tcp_half_hole(h);

    if (n) {
        c->gaps++;
        c->lost += n;
        t->counts.gaps++;
        t->counts.lost += n;
        t->ops->gap(t->ctx, c, side, n, mark);
    }
}

// What waits goes on, each piece at its own packet.
static void deliver(struct tcp *t, struct tcp_conn *c, enum tcp_side side,
                    const struct packet_mark *now)
{
    struct tcp_out out;

    while (tcp_half_take(&c->half[side], &out)) {
        if (out.lost) {
            c->gaps++;
            c->lost += out.lost;
            t->counts.gaps++;
            t->counts.lost += out.lost;
            t->ops->gap(t->ctx, c, side, out.lost, now ? *now : out.own);
        } else {
            t->ops->data(t->ctx, c, side, out.bytes, out.own, now ? *now : out.own);
        }
        tcp_half_taken(&out);
    }
}

static void flush(struct tcp *t, struct tcp_conn *c, enum tcp_side side, struct packet_mark mark)
{
    while (c->half[side].ahead) {
        give_up_hole(t, c, side, mark);
        deliver(t, c, side, NULL);
    }
}

static void close_conn(struct tcp *t, struct tcp_conn *c, const char *given_up)
{
    if (c->over) {
        return;
    }
    c->given_up = given_up;
    flush(t, c, TCP_CLIENT, c->last);
    flush(t, c, TCP_SERVER, c->last);
    leave_list(t, c);
    c->over = true;
    enter_list(t, c);
    t->ops->closed(t->ctx, c);
}

bool tcp_evict(struct tcp *t)
{
    struct tcp_conn *c =
        t->list[LIST_LESSER].oldest ? t->list[LIST_LESSER].oldest : t->list[LIST_LIVE].oldest;

    if (!c) {
        return false;
    }
    if (!c->over) {
        t->counts.evicted++;
        close_conn(t, c, "its place was needed for others");
    }
    forget(t, c);
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct tcp_conn *x = *(struct tcp_conn *const *)a, *y = *(struct tcp_conn *const *)b;

    return x->number < y->number ? -1 : x->number > y->number;
}

void tcp_finish(struct tcp *t)
{
    struct tcp_conn **all = t->n ? malloc(t->n * sizeof(struct tcp_conn *)) : NULL;
    size_t n = 0;

    for (int l = 0; l < LISTS && all; l++) {
        for (struct tcp_conn *c = t->list[l].oldest; c; c = c->newer) {
            all[n++] = c;
        }
    }
    if (all) {
        qsort(all, n, sizeof(struct tcp_conn *), by_number);
    }
    for (size_t i = 0; i < n; i++) {
        close_conn(t, all[i], NULL);
    }
    free(all);
    while (tcp_evict(t)) {
    }
}

// ---- beginnings

static struct tcp_conn *begin(struct tcp *t, const struct tcp_segment *s, uint64_t hash,
                              struct packet_mark mark, enum tcp_side *ret_from)
{
    bool syn = s->flags & TCP_SYN, ack = s->flags & TCP_ACK;
    struct tcp_conn *c;

    // without a SYN: only what carries bytes; whoever answers a SYN, or has the lower port, is the server
    if (!syn && s->wire == 0) {
        return NULL;
    }
    *ret_from = syn                         ? (ack ? TCP_SERVER : TCP_CLIENT)
                : s->src.port < s->dst.port ? TCP_SERVER
                                            : TCP_CLIENT;
    while (t->n >= t->max && tcp_evict(t)) {
    }
    c = calloc(1, sizeof(*c));
    if (!c) {
        t->counts.evicted++;
        return NULL;
    }
    c->end[*ret_from] = s->src;
    c->end[!*ret_from] = s->dst;
    c->number = ++t->counts.connections;
    c->hash = hash;
    c->first = c->last = mark;
    c->joined = !syn;
    c->accepted = !syn || ack;
    c->chain = t->bucket[hash & (t->nbuckets - 1)];
    t->bucket[hash & (t->nbuckets - 1)] = c;
    t->n++;
    enter_list(t, c);
    t->ops->opened(t->ctx, c);
    return c;
}

// A SYN for ends that are known: the same one again, or a new connection between them.
static bool is_new(const struct tcp_conn *c, enum tcp_side from, const struct tcp_segment *s)
{
    const struct tcp_half *h = &c->half[from];

    if (!(s->flags & TCP_SYN) || (s->flags & TCP_ACK)) {
        return false;
    }
    return c->over || from == TCP_SERVER || (h->known && h->isn != s->seq);
}

// ---- one packet

static void note_end(struct tcp_conn *c, char how, enum tcp_side by, struct packet_mark mark)
{
    if (!c->ended) {
        c->ended = how;
        c->ended_by = by;
        c->ended_packet = mark.number;
    }
}

static void take_syn(struct tcp *t, struct tcp_conn *c, enum tcp_side from,
                     const struct tcp_segment *s)
{
    struct tcp_half *h = &c->half[from];

    if (!h->known) {
        h->known = true;
        h->isn = s->seq;
        h->next = s->seq + 1;
    }
    if (from == TCP_SERVER && !c->accepted) {
        leave_list(t, c);
        c->accepted = true;
        enter_list(t, c);
    }
}

static void take_data(struct tcp *t, struct tcp_conn *c, enum tcp_side from,
                      const struct tcp_segment *s, struct packet_mark mark)
{
    struct tcp_half *h = &c->half[from];
    uint32_t seq = s->seq + (s->flags & TCP_SYN ? 1 : 0);
    struct tcp_in in = {.seq = seq, .wire = s->wire, .bytes = s->payload, .mark = mark};

    if (s->wire == 0) {
        return;
    }
    if (!h->known) {
        h->known = true;
        h->isn = seq - 1;
        h->next = seq;
        t->ops->joined(t->ctx, c, from);
    }
    while (in.wire) {
        struct tcp_out out;
        enum tcp_put_rc rc = tcp_half_put(h, &in, &out);

        if (rc == TCP_PUT_OUT) {
            t->ops->data(t->ctx, c, from, out.bytes, mark, mark);
        } else if (rc == TCP_PUT_LOST) {
            c->gaps++;
            c->lost += out.lost;
            t->counts.gaps++;
            t->counts.lost += out.lost;
            t->ops->gap(t->ctx, c, from, out.lost, mark);
        } else if (rc == TCP_PUT_FULL) {
            give_up_hole(t, c, from, mark);
            deliver(t, c, from, NULL);
            continue;
        } else if (rc == TCP_PUT_STRAY) {
            t->counts.strays++;
            break;
        }
        c->conflicts += out.conflicts;
        t->counts.conflicts += out.conflicts;
        deliver(t, c, from, &mark);
    }
}

// Holes that will not be filled any more.
static void mind_holes(struct tcp *t, struct tcp_conn *c, struct packet_mark mark)
{
    for (int side = 0; side < 2; side++) {
        if (tcp_half_impatient(&c->half[side], mark.time)) {
            give_up_hole(t, c, (enum tcp_side)side, mark);
            deliver(t, c, (enum tcp_side)side, NULL);
        }
    }
}

static void take_fin(struct tcp_conn *c, enum tcp_side from, const struct tcp_segment *s,
                     struct packet_mark mark)
{
    struct tcp_half *h = &c->half[from];

    if (!h->fin_known) {
        h->fin_known = true;
        h->fin = s->seq + s->wire + (s->flags & TCP_SYN ? 1 : 0);
        note_end(c, 'F', from, mark);
    }
}

static bool all_said(const struct tcp_half *h)
{
    return h->fin_known && (!h->known || (int32_t)(h->next - h->fin) >= 0);
}

// A reset that the receiver would not believe ends nothing (RFC 5961).
static bool reset_is_real(const struct tcp_conn *c, enum tcp_side from, const struct tcp_segment *s)
{
    const struct tcp_half *h = &c->half[from], *other = &c->half[!from];

    if (h->known) {
        int32_t d = (int32_t)(s->seq - h->next);

        return d >= -65536 && d <= TCP_WINDOW_MAX;
    }
    return !other->known || !(s->flags & TCP_ACK) || (int32_t)(s->ack - other->isn) >= 0;
}

static void take(struct tcp *t, struct tcp_conn *c, enum tcp_side from, const struct tcp_segment *s,
                 struct packet_mark mark)
{
    c->last = mark;
    leave_list(t, c);
    enter_list(t, c);
    if (c->over) {
        return;
    }
    if (s->flags & TCP_SYN) {
        take_syn(t, c, from, s);
    }
    if (s->flags & TCP_ACK) {
        tcp_half_ack(&c->half[!from], s->ack);
    }
    if (s->flags & TCP_RST) {
        if (reset_is_real(c, from, s)) {
            note_end(c, 'R', from, mark);
            close_conn(t, c, NULL);
        } else {
            t->counts.strays++;
        }
        return;
    }
    take_data(t, c, from, s, mark);
    if (s->flags & TCP_FIN) {
        take_fin(c, from, s, mark);
    }
    mind_holes(t, c, mark);
    if (all_said(&c->half[TCP_CLIENT]) && all_said(&c->half[TCP_SERVER])) {
        close_conn(t, c, NULL);
    }
}

void tcp_segment(struct tcp *t, const struct tcp_segment *s, struct packet_mark mark)
{
    uint64_t hash = hash_of(&s->src, &s->dst);
    enum tcp_side from = TCP_CLIENT;
    struct tcp_conn *c = find(t, s, hash, &from);

    if (c && is_new(c, from, s)) {
        close_conn(t, c, "a new connection took its ends");
        forget(t, c);
        c = NULL;
    }
    if (!c) {
        c = begin(t, s, hash, mark, &from);
    }
    if (c) {
        take(t, c, from, s, mark);
    }
}
