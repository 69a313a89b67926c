// hsms_tap.c - from packets to messages.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/hsms_tap.h"

#include <stdlib.h>

#include "core/frame/hsms.h"
#include "core/frame/hsms_open.h"

enum { KEEP_CAP = 64 * 1024 }; // of an emptied buffer

// What is known of one connection besides TCP.
struct flow {
    struct hsms_cut cut[2];
    struct hsms_open *open; // from the first message on
    struct hsms_votes votes;
    bool selected, was_selected, foreign;
    uint64_t messages;
    char end[2][64];
};

struct hsms_tap {
    struct tcp *tcp;
    struct hsms_roles *roles;
    struct hsms_votes *learnt; // by connection, of the first pass
    size_t nlearnt, learnt_cap, connections;
    bool learning, again;
    size_t held, max_held;
    void (*seen)(void *ctx, const struct hsms_seen *s);
    void *ctx;
    struct hsms_tap_counts counts;
};

// ---- who

static const struct hsms_votes *own_votes(const struct hsms_tap *t, const struct tcp_conn *c)
{
    const struct flow *f = c->user;

    return t->again && c->number <= t->nlearnt ? &t->learnt[c->number - 1] : &f->votes;
}

static enum hsms_role client_role(struct hsms_tap *t, const struct tcp_conn *c)
{
    const struct hsms_end *e = hsms_roles_end(t->roles, &c->end[TCP_SERVER]);

    return hsms_roles_client(t->roles, c->end, own_votes(t, c), &e->votes);
}

static bool speaks_hsms(struct hsms_tap *t, const struct tcp_conn *c)
{
    return hsms_roles_end(t->roles, &c->end[TCP_SERVER])->messages > 0;
}

static void learn(struct hsms_tap *t, struct tcp_conn *c, enum tcp_side from, struct span bytes)
{
    struct flow *f = c->user;
    struct hsms_end *e = hsms_roles_end(t->roles, &c->end[TCP_SERVER]);
    enum hsms_evidence what = HSMS_SAID;
    enum hsms_role said = hsms_evidence_of(bytes, &what);

    hsms_vote(&f->votes, from == TCP_CLIENT, said, what);
    if (!t->again) {
        hsms_vote(&e->votes, from == TCP_CLIENT, said, what);
        e->messages++;
    }
}

static void remember(struct hsms_tap *t, const struct tcp_conn *c)
{
    const struct flow *f = c->user;

    if (!t->learning || c->number > HSMS_LEARNT_MAX) {
        return;
    }
    while (t->learnt_cap < c->number) {
        size_t cap = t->learnt_cap ? 2 * t->learnt_cap : 64;
        struct hsms_votes *v = realloc(t->learnt, cap * sizeof(*v));

        if (!v) {
            return;
        }
        memset(v + t->learnt_cap, 0, (cap - t->learnt_cap) * sizeof(*v));
        t->learnt = v;
        t->learnt_cap = cap;
    }
    t->nlearnt = c->number > t->nlearnt ? c->number : t->nlearnt;
    t->learnt[c->number - 1] = f->votes;
}

// ---- what

static struct hsms_seen seen_of(struct hsms_tap *t, struct tcp_conn *c, enum tcp_side from,
                                enum hsms_what what)
{
    struct flow *f = c->user;
    enum hsms_role client = client_role(t, c);

    return (struct hsms_seen){
        .what = what,
        .src = f->end[from],
        .dst = f->end[!from],
        .sender = (from == TCP_CLIENT) == (client == HSMS_HOST) ? HSMS_HOST : HSMS_EQUIPMENT,
        .connection = c->number,
        .selected = f->selected,
    };
}

static void say(struct hsms_tap *t, struct hsms_seen *s)
{
    if (!t->learning) {
        t->seen(t->ctx, s);
    }
}

// A right header: what else a number of bytes could be by chance is not taken for HSMS.
static bool right_head(const struct hsms_cut_out *o)
{
    struct hsms_head h = hsms_head_of(o->bytes.p);

    return h.ptype == 0 &&
           (h.stype == HSMS_DATA ? h.stream != 0
                                 : o->length == HSMS_HEAD && hsms_stype_name(h.stype));
}

static void follow_selection(struct flow *f, const struct hsms_head *h)
{
    if (h->stype == HSMS_SELECT_RSP && h->byte3 == 0) {
        f->selected = f->was_selected = true;
    } else if ((h->stype == HSMS_DESELECT_RSP && h->byte3 == 0) || h->stype == HSMS_SEPARATE_REQ) {
        f->selected = false;
    }
}

static void take_message(struct hsms_tap *t, struct tcp_conn *c, enum tcp_side from,
                         const struct hsms_cut_out *o)
{
    struct flow *f = c->user;
    struct hsms_head h = hsms_head_of(o->bytes.p);
    struct hsms_seen s;

    if (right_head(o)) {
        learn(t, c, from, o->bytes);
    } else if (!speaks_hsms(t, c)) {
        f->foreign = true;
        return;
    }
    f->messages++;
    s = seen_of(t, c, from, HSMS_SEEN_MESSAGE);
    s.frame = o->last.number;
    s.frame_first = o->first.number;
    s.time = o->last.time;
    s.offset = o->offset;
    s.length = o->length;
    s.bytes = o->bytes;
    s.ordinal = f->messages;
    if (f->open || (f->open = calloc(1, sizeof(*f->open)))) {
        hsms_open_take(f->open, from, &s);
    }
    follow_selection(f, &h);
    say(t, &s);
}

static void take_fault(struct hsms_tap *t, struct tcp_conn *c, enum tcp_side from,
                       const struct hsms_cut_out *o)
{
    struct flow *f = c->user;
    struct hsms_seen s;

    if (!speaks_hsms(t, c)) {
        f->foreign = true;
        return;
    }
    s = seen_of(t, c, from, HSMS_SEEN_FAULT);
    s.frame = o->last.number;
    s.frame_first = o->first.number;
    s.time = o->last.time;
    s.offset = s.fault_at = o->offset;
    s.fault = o->fault;
    s.fault_bytes = o->fault_bytes;
    say(t, &s);
}

static void drain(struct hsms_tap *t, struct tcp_conn *c, enum tcp_side from)
{
    struct flow *f = c->user;
    struct hsms_cut *cut = &f->cut[from];
    struct hsms_cut_out o;
    enum hsms_cut_rc rc;

    t->held -= cut->held.cap;
    while ((rc = hsms_cut_next(cut, &o)) != HSMS_CUT_NONE) {
        if (rc == HSMS_CUT_MESSAGE) {
            take_message(t, c, from, &o);
        } else {
            take_fault(t, c, from, &o);
        }
    }
    if (cut->held.len == 0 && cut->held.cap > KEEP_CAP) {
        buf_free(&cut->held);
    }
    t->held += cut->held.cap;
}

// ---- from TCP

static void on_opened(void *ctx, struct tcp_conn *c)
{
    struct flow *f = calloc(1, sizeof(*f));

    (void)ctx;
    c->user = f;
    if (f) {
        hsms_cut_init(&f->cut[0], true);
        hsms_cut_init(&f->cut[1], true);
        tcp_end_text(&c->end[0], f->end[0]);
        tcp_end_text(&c->end[1], f->end[1]);
        f->selected = c->joined;
    }
}

static void on_joined(void *ctx, struct tcp_conn *c, enum tcp_side from)
{
    struct flow *f = c->user;

    (void)ctx;
    if (f) {
        hsms_cut_join(&f->cut[from]);
    }
}

static void on_data(void *ctx, struct tcp_conn *c, enum tcp_side from, struct span bytes,
                    struct packet_mark own, struct packet_mark now)
{
    struct flow *f = c->user;

    if (f) {
        hsms_cut_feed(&f->cut[from], bytes, own, now);
        drain(ctx, c, from);
    }
}

static void on_gap(void *ctx, struct tcp_conn *c, enum tcp_side from, uint64_t n,
                   struct packet_mark now)
{
    struct flow *f = c->user;

    if (f) {
        hsms_cut_gap(&f->cut[from], n, now);
        drain(ctx, c, from);
    }
}

static void end_stream(struct hsms_tap *t, struct tcp_conn *c, enum tcp_side from)
{
    struct flow *f = c->user;
    struct hsms_cut_out o;

    if (hsms_cut_end(&f->cut[from], &o) == HSMS_CUT_FAULT) {
        take_fault(t, c, from, &o);
    }
}

static void say_connection(struct hsms_tap *t, struct tcp_conn *c, const uint64_t rest[2])
{
    struct flow *f = c->user;
    struct hsms_seen s;

    if (!speaks_hsms(t, c) && (f->foreign || rest[0] || rest[1])) {
        t->counts.foreign += !t->learning;
        return;
    }
    s = seen_of(t, c, TCP_CLIENT, HSMS_SEEN_CONNECTION);
    s.frame = c->last.number;
    s.frame_first = c->first.number;
    s.time = c->last.time;
    s.end = (struct hsms_connection){
        .accepted = c->accepted,
        .selected = f->was_selected,
        .client = s.sender,
        .messages = f->messages,
        .first_frame = c->first.number,
        .last_frame = c->last.number,
        .ended = c->ended,
        .ended_by_client = c->ended_by == TCP_CLIENT,
        .ended_frame = c->ended_packet,
        .incomplete = {rest[0], rest[1]},
        .gaps = c->gaps,
        .lost = c->lost,
        .conflicts = c->conflicts,
        .given_up = c->given_up,
    };
    say(t, &s);
}

static void on_closed(void *ctx, struct tcp_conn *c)
{
    struct hsms_tap *t = ctx;
    struct flow *f = c->user;
    uint64_t rest[2];

    if (!f) {
        return;
    }
    for (int side = 0; side < 2; side++) {
        rest[side] = hsms_cut_rest(&f->cut[side]);
        end_stream(t, c, (enum tcp_side)side);
        t->held -= f->cut[side].held.cap;
    }
    remember(t, c);
    say_connection(t, c, rest);
    hsms_cut_free(&f->cut[0]);
    hsms_cut_free(&f->cut[1]);
    free(f->open);
    free(f);
    c->user = NULL;
}

static const struct tcp_ops ops = {
    .opened = on_opened,
    .joined = on_joined,
    .data = on_data,
    .gap = on_gap,
    .closed = on_closed,
};

// ---- outside

struct hsms_tap *hsms_tap_new(size_t connections, size_t held, bool learning,
                              void (*seen)(void *ctx, const struct hsms_seen *s), void *ctx)
{
    struct hsms_tap *t = calloc(1, sizeof(*t));

    if (!t) {
        return NULL;
    }
    t->connections = connections;
    t->max_held = held;
    t->learning = learning;
    t->seen = seen;
    t->ctx = ctx;
    t->roles = calloc(1, sizeof(*t->roles));
    t->tcp = tcp_new(connections, &ops, t);
    if (!t->roles || !t->tcp) {
        hsms_tap_free(t);
        return NULL;
    }
    return t;
}

// What is open is let go without a word.
static void forget_all(struct hsms_tap *t)
{
    bool learning = t->learning;

    t->learning = true;
    if (t->tcp) {
        while (tcp_evict(t->tcp)) {
        }
    }
    tcp_free(t->tcp);
    t->tcp = NULL;
    t->learning = learning;
}

void hsms_tap_free(struct hsms_tap *t)
{
    if (t) {
        if (t->roles) {
            forget_all(t);
        }
        tcp_free(t->tcp);
        free(t->roles);
        free(t->learnt);
        free(t);
    }
}

void hsms_tap_untell(struct hsms_tap *t)
{
    hsms_roles_untell(t->roles);
}

bool hsms_tap_tell(struct hsms_tap *t, const uint8_t addr[16])
{
    return hsms_roles_tell(t->roles, addr);
}

void hsms_tap_packet(struct hsms_tap *t, int link, struct span bytes, uint32_t length, ntime_t time)
{
    struct packet_mark mark = {.number = ++t->counts.packets, .time = time};
    struct tcp_segment s;

    switch (packet_read(link, bytes, length, &s)) {
    case PACKET_TCP: break;
    case PACKET_OTHER: t->counts.other++; return;
    case PACKET_FRAGMENT: t->counts.fragments++; return;
    case PACKET_CUT: t->counts.cut++; return;
    case PACKET_LINK: t->counts.unknown_link++; return;
    }
    t->counts.tcp++;
    tcp_segment(t->tcp, &s, mark);
    while (t->held > t->max_held && tcp_evict(t->tcp)) {
    }
}

void hsms_tap_finish(struct hsms_tap *t)
{
    tcp_finish(t->tcp);
}

bool hsms_tap_again(struct hsms_tap *t)
{
    forget_all(t);
    t->counts = (struct hsms_tap_counts){0};
    t->learning = false;
    t->again = true;
    t->held = 0;
    t->tcp = tcp_new(t->connections, &ops, t);
    return t->tcp != NULL;
}

const struct hsms_tap_counts *hsms_tap_counts(const struct hsms_tap *t)
{
    return &t->counts;
}

const struct tcp_counts *hsms_tap_tcp(const struct hsms_tap *t)
{
    return tcp_counts(t->tcp);
}
