// peer.c - pieces to messages, messages to pieces.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ws/peer.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/rd.h"

int peer_init(struct peer *p, struct lws *wsi, enum wire_from self)
{
    *p = (struct peer){.wsi = wsi, .session = session_of(self)};
    buf_init(&p->in, WIRE_MESSAGE_MAX);
    buf_init(&p->out, PEER_OUT_MAX);
    p->frame = malloc(LWS_PRE + WIRE_MESSAGE_MAX);
    return p->frame ? 0 : E_SYSTEM;
}

void peer_free(struct peer *p)
{
    buf_free(&p->in);
    buf_free(&p->out);
    free(p->frame);
    p->frame = NULL;
    p->wsi = NULL;
}

struct eid peer_random_id(void)
{
    struct eid id = {{0}};

    (void)RAND_bytes(id.b, sizeof(id.b));
    return id;
}

void peer_close(struct peer *p, int code, const char *why)
{
    if (p->close_code == 0) {
        p->close_code = code;
        snprintf(p->close_why, sizeof(p->close_why), "%s", why);
        p->session.state = SESSION_ENDED;
    }
    if (p->wsi) {
        (void)lws_callback_on_writable(p->wsi);
    }
}

bool peer_full(const struct peer *p)
{
    return p->out.len - p->out_at > PEER_OUT_SOFT;
}

void peer_send(struct peer *p, enum wire_type type, const struct eid *id, struct span body)
{
    AUTO_BUF b = {0};

    if (p->close_code) {
        return;
    }
    buf_init(&b, WIRE_MESSAGE_MAX);
    session_put(&p->session, &b, type, id ? *id : peer_random_id(), body);
    if (p->out_at && p->out_at == p->out.len) {
        buf_clear(&p->out);
        p->out_at = 0;
    }
    buf_blob(&p->out, buf_span(&b));
    if (!buf_ok(&b) || !buf_ok(&p->out)) {
        peer_close(p, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION + 2, "try again later"); // 1013
        return;
    }
    (void)lws_callback_on_writable(p->wsi);
}

static void answer_unsupported(struct peer *p, const struct wire_msg *m)
{
    struct wire_unsupported u = {.type = m->type, .msg_id = m->msg_id};
    AUTO_BUF b = {0};

    buf_init(&b, 256);
    wire_put_unsupported(&b, &u);
    peer_send(p, WIRE_UNSUPPORTED, NULL, buf_span(&b));
}

// Answers of the session itself, the same on both sides. True: nothing for the caller.
static bool is_housekeeping(struct peer *p, const struct wire_msg *m)
{
    if (m->type == WIRE_PING) {
        peer_send(p, WIRE_PONG, NULL, m->body);
    }
    if (session_owes_ack(&p->session)) {
        struct wire_ack a = {.taken = p->session.taken};
        AUTO_BUF b = {0};

        buf_init(&b, 64);
        wire_put_ack(&b, &a);
        peer_send(p, WIRE_ACK, NULL, buf_span(&b));
    }
    return m->type == WIRE_PING || m->type == WIRE_PONG || m->type == WIRE_ACK ||
           m->type == WIRE_UNSUPPORTED;
}

static enum peer_event closing(struct peer *p, enum wire_close code)
{
    peer_close(p, (int)code, wire_close_reason(code));
    return PEER_CLOSING;
}

static enum peer_event take_message(struct peer *p, struct wire_msg *m)
{
    struct err err = ERR_INIT;
    enum wire_close code = WIRE_CLOSE_NONE;

    if (wire_get(buf_span(&p->in), m, &err)) {
        peer_close(p, WIRE_CLOSE_MALFORMED, err.msg);
        return PEER_CLOSING;
    }
    switch (session_take(&p->session, m, &code)) {
    case SESSION_CLOSE: return closing(p, code);
    case SESSION_UNSUPPORTED: answer_unsupported(p, m); return PEER_MORE;
    default: return is_housekeeping(p, m) ? PEER_MORE : PEER_MESSAGE;
    }
}

enum peer_event peer_take(struct peer *p, const void *in, size_t len, struct wire_msg *ret_msg)
{
    if (p->close_code) {
        return PEER_CLOSING;
    }
    if (lws_is_first_fragment(p->wsi)) {
        buf_clear(&p->in);
        if (!lws_frame_is_binary(p->wsi)) {
            return closing(p, WIRE_CLOSE_MALFORMED);
        }
    }
    // What the frame still declares counts at its first piece: nothing is gathered for it.
    if (len + lws_remaining_packet_payload(p->wsi) > WIRE_MESSAGE_MAX - p->in.len) {
        return closing(p, WIRE_CLOSE_TOO_LARGE);
    }
    buf_put(&p->in, in, len);
    if (!buf_ok(&p->in)) {
        return closing(p, WIRE_CLOSE_TOO_LARGE);
    }
    return lws_is_final_fragment(p->wsi) ? take_message(p, ret_msg) : PEER_MORE;
}

int peer_write(struct peer *p)
{
    struct rd r;
    struct span m;

    if (p->close_code) {
        lws_close_reason(p->wsi, (enum lws_close_status)p->close_code,
                         (unsigned char *)p->close_why, strlen(p->close_why));
        return -1;
    }
    if (p->out_at >= p->out.len) {
        return 0;
    }
    r = rd_of(span_sub(buf_span(&p->out), p->out_at, SIZE_MAX));
    m = rd_blob(&r);
    memcpy(p->frame + LWS_PRE, m.p, m.n);
    p->out_at += 4 + m.n;
    if (lws_write(p->wsi, p->frame + LWS_PRE, m.n, LWS_WRITE_BINARY) < (int)m.n) {
        return -1;
    }
    if (p->out_at > PEER_OUT_MAX / 4) {
        buf_drop(&p->out, p->out_at);
        p->out_at = 0;
    }
    if (p->out_at < p->out.len) {
        (void)lws_callback_on_writable(p->wsi);
    }
    return 0;
}
