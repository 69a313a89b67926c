// hsms.c - messages out of one direction's bytes.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/hsms.h"

enum {
    LENGTH_BYTES = 4,
    CONTROL_BYTES = LENGTH_BYTES + HSMS_HEAD,
    JOIN_MAX = 1 << 20, // a message at which a search may end without having seen its end
};

void hsms_cut_init(struct hsms_cut *c, bool segments)
{
    *c = (struct hsms_cut){.segments = segments};
    buf_init(&c->held, LENGTH_BYTES + (size_t)HSMS_LENGTH_MAX);
}

void hsms_cut_free(struct hsms_cut *c)
{
    buf_free(&c->held);
}

static uint32_t length_at(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool hsms_plausible(struct span s)
{
    uint32_t length = s.n >= LENGTH_BYTES ? length_at(s.p) : 0;
    const unsigned char *h = (const unsigned char *)s.p + LENGTH_BYTES;

    if (length < HSMS_HEAD || length > HSMS_LENGTH_MAX || (s.n > 8 && h[4] != 0)) {
        return false;
    }
    if (s.n <= 9) {
        return true; // so far
    }
    return h[5] == HSMS_DATA ? (h[2] & 0x7f) != 0
                             : length == HSMS_HEAD && hsms_stype_name(h[5]) != NULL;
}

// ---- searching

// All 14 bytes of a control message. Only Reject.req and the answers use bytes 2 and 3.
static bool is_control(const char *p)
{
    return length_at(p) == HSMS_HEAD && (unsigned char)p[LENGTH_BYTES + 5] != HSMS_DATA &&
           hsms_plausible(span_of(p, CONTROL_BYTES));
}

static void search(struct hsms_cut *c, const char *fault)
{
    bool begun = c->held.len > 0;

    c->searching = true;
    c->doubt = false;
    c->fault = fault;
    c->fault_at = c->at;
    c->fault_first = begun ? c->first : c->own;
    c->fault_now = c->now;
}

void hsms_cut_join(struct hsms_cut *c)
{
    search(c, HSMS_BYTES_LOST);
}

// A segment that consists of messages.
static bool is_chain(struct span s)
{
    bool any = false;

    while (s.n >= CONTROL_BYTES && hsms_plausible(s)) {
        uint64_t whole = LENGTH_BYTES + (uint64_t)length_at(s.p);

        if (whole > s.n) {
            return whole <= JOIN_MAX;
        }
        s = span_sub(s, (size_t)whole, s.n);
        any = true;
    }
    return any && s.n == 0;
}

static void forget_held(struct hsms_cut *c, size_t n)
{
    buf_drop(&c->held, n);
    c->at += n;
}

static void forget_piece(struct hsms_cut *c, size_t n)
{
    c->piece = span_sub(c->piece, n, c->piece.n);
    c->at += n;
}

static void hold(struct hsms_cut *c, size_t n)
{
    if (c->held.len == 0) {
        c->first = c->own;
    }
    buf_put(&c->held, c->piece.p, n);
    c->piece = span_sub(c->piece, n, c->piece.n);
}

// True: the stream goes on at held or piece.
static bool search_on(struct hsms_cut *c)
{
    char bridge[2 * CONTROL_BYTES];
    size_t held = c->held.len, ahead, i;

    if (c->segments && c->fresh && is_chain(c->piece)) {
        forget_held(c, held);
        return true;
    }
    // what is held is shorter than a control message: one may begin in it and end in the piece
    ahead = c->piece.n < CONTROL_BYTES ? c->piece.n : CONTROL_BYTES;
    memcpy(bridge, c->held.len ? c->held.p : "", held);
    memcpy(bridge + held, ahead ? c->piece.p : "", ahead);
    for (i = 0; i < held && i + CONTROL_BYTES <= held + ahead; i++) {
        if (is_control(bridge + i)) {
            forget_held(c, i);
            return true;
        }
    }
    forget_held(c, i < held ? i : held);
    for (i = 0; c->held.len == 0 && i + CONTROL_BYTES <= c->piece.n; i++) {
        if (is_control(c->piece.p + i)) {
            forget_piece(c, i);
            return true;
        }
    }
    forget_piece(c, c->held.len == 0 ? i : 0);
    hold(c, c->piece.n);
    return false;
}

static enum hsms_cut_rc found(struct hsms_cut *c, uint64_t at, struct hsms_cut_out *ret)
{
    c->searching = false;
    *ret = (struct hsms_cut_out){.offset = c->fault_at,
                                 .fault = c->fault,
                                 .fault_bytes = at - c->fault_at,
                                 .first = c->fault_first,
                                 .last = c->fault_now};
    return at > c->fault_at ? HSMS_CUT_FAULT : HSMS_CUT_NONE;
}

// ---- holes

static enum hsms_cut_rc lose(struct hsms_cut *c, struct hsms_cut_out *ret)
{
    uint64_t n = c->gap, whole, lacks;

    c->gap = 0;
    if (c->skip) {
        uint64_t d = c->skip < n ? c->skip : n;

        c->skip -= d;
        c->at += d;
        n -= d;
    }
    if (n == 0 || c->searching) {
        c->at += n + c->held.len;
        buf_clear(&c->held);
        return HSMS_CUT_NONE;
    }
    whole = c->held.len >= LENGTH_BYTES ? LENGTH_BYTES + (uint64_t)length_at(c->held.p) : 0;
    lacks = whole ? whole - c->held.len : 0;
    if (n > lacks) {
        search(c, HSMS_BYTES_LOST);
    } else {
        *ret = (struct hsms_cut_out){.offset = c->at,
                                     .fault = HSMS_BYTES_LOST,
                                     .fault_bytes = whole,
                                     .first = c->first,
                                     .last = c->now};
        c->skip = lacks - n;
    }
    c->at += c->held.len + n;
    buf_clear(&c->held);
    return c->searching ? HSMS_CUT_NONE : HSMS_CUT_FAULT;
}

// ---- messages

static enum hsms_cut_rc bad_length(struct hsms_cut *c, uint32_t length, struct hsms_cut_out *ret)
{
    bool again = c->doubt;

    if (length > HSMS_LENGTH_MAX || again) {
        search(c, length > HSMS_LENGTH_MAX ? HSMS_LENGTH_ABSURD : HSMS_LENGTH_SHORT);
        return HSMS_CUT_NONE;
    }
    *ret = (struct hsms_cut_out){.offset = c->at,
                                 .fault = HSMS_LENGTH_SHORT,
                                 .fault_bytes = LENGTH_BYTES + length,
                                 .first = c->held.len ? c->first : c->own,
                                 .last = c->now};
    c->doubt = true;
    c->skip = LENGTH_BYTES + length - c->held.len;
    c->at += c->held.len;
    buf_clear(&c->held);
    return HSMS_CUT_FAULT;
}

static enum hsms_cut_rc cut(struct hsms_cut *c, struct hsms_cut_out *ret)
{
    size_t held = c->held.len, whole;
    uint32_t length;

    if (held + c->piece.n < LENGTH_BYTES) {
        hold(c, c->piece.n);
        return HSMS_CUT_NONE;
    }
    if (held && held < LENGTH_BYTES) {
        hold(c, LENGTH_BYTES - held);
    }
    held = c->held.len;
    length = length_at(held ? c->held.p : c->piece.p);
    if (length < HSMS_HEAD || length > HSMS_LENGTH_MAX) {
        return bad_length(c, length, ret);
    }
    whole = LENGTH_BYTES + (size_t)length;
    if (held || c->piece.n < whole) {
        hold(c, c->piece.n < whole - held ? c->piece.n : whole - held);
        if (c->held.len < whole) {
            return HSMS_CUT_NONE;
        }
    }
    *ret = (struct hsms_cut_out){.length = length,
                                 .offset = c->at,
                                 .first = c->held.len ? c->first : c->own,
                                 .last = c->now};
    c->doubt = false;
    if (c->held.len) {
        ret->bytes = span_of(c->held.p + LENGTH_BYTES, length);
        c->given = whole;
    } else {
        ret->bytes = span_sub(c->piece, LENGTH_BYTES, length);
        c->piece = span_sub(c->piece, whole, c->piece.n);
    }
    c->at += whole;
    return HSMS_CUT_MESSAGE;
}

void hsms_cut_feed(struct hsms_cut *c, struct span piece, struct packet_mark own,
                   struct packet_mark now)
{
    c->piece = piece;
    c->own = own;
    c->now = now;
    c->fresh = true;
}

void hsms_cut_gap(struct hsms_cut *c, uint64_t n, struct packet_mark now)
{
    c->piece = SPAN_NONE;
    c->gap = n;
    c->own = c->now = now;
}

enum hsms_cut_rc hsms_cut_next(struct hsms_cut *c, struct hsms_cut_out *ret)
{
    enum hsms_cut_rc rc = HSMS_CUT_NONE;

    buf_drop(&c->held, c->given);
    c->given = 0;
    if (!buf_ok(&c->held)) { // no memory: what was held is lost, and is said to be
        size_t n = c->held.len;

        buf_clear(&c->held);
        search(c, HSMS_BYTES_LOST);
        c->at += n;
    }
    if (c->gap) {
        return lose(c, ret);
    }
    while (c->piece.n && rc == HSMS_CUT_NONE) {
        if (c->skip) {
            size_t n = c->skip < c->piece.n ? (size_t)c->skip : c->piece.n;

            c->skip -= n;
            forget_piece(c, n);
        } else if (c->searching) {
            rc = search_on(c) ? found(c, c->at, ret) : HSMS_CUT_NONE;
        } else {
            rc = cut(c, ret);
        }
        c->fresh = false;
    }
    return rc;
}

enum hsms_cut_rc hsms_cut_end(struct hsms_cut *c, struct hsms_cut_out *ret)
{
    uint64_t end = c->at + c->held.len;

    buf_clear(&c->held);
    c->at = end;
    return c->searching ? found(c, end, ret) : HSMS_CUT_NONE;
}

uint64_t hsms_cut_rest(const struct hsms_cut *c)
{
    return c->searching ? 0 : c->held.len - c->given;
}
