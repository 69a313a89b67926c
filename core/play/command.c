// command.c - a command and a report as msgpack arrays with one encoding.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/command.h"

#include "core/base/utf8.h"
#include "core/play/mpack.h"

enum { KEY_ID_LEN = 8, EID_LEN = 16, REPORT_ITEMS = 7 };

static struct span eid_span(const struct eid *id)
{
    return span_of((const char *)id->b, sizeof(id->b));
}

// Before 1970 or after the year 292,000 is no time of a command.
static void put_time(struct buf *b, utime_t t)
{
    if (t < 0) {
        b->failed = true;
    } else {
        mpack_put_uint(b, (uint64_t)t);
    }
}

static void put_name(struct buf *b, struct span s)
{
    mpack_put_str(b, s, COMMAND_NAME_MAX);
}

void command_put(struct buf *b, const struct command *c)
{
    size_t start = b->len;

    if (c->napprovals > COMMAND_APPROVALS_MAX || c->key_id.n != KEY_ID_LEN) {
        b->failed = true;
        return;
    }
    mpack_put_array(b, COMMAND_ITEMS);
    mpack_put_uint(b, c->alg);
    mpack_put_bin(b, c->key_id, KEY_ID_LEN);
    put_name(b, c->agent);
    mpack_put_bin(b, eid_span(&c->id), EID_LEN);
    mpack_put_bin(b, eid_span(&c->run), EID_LEN);
    mpack_put_uint(b, c->step);
    mpack_put_uint(b, c->attempt);
    mpack_put_uint(b, c->token);
    mpack_put_uint(b, c->counter);
    put_time(b, c->not_before);
    put_time(b, c->not_after);
    mpack_put_uint(b, c->max_runtime_ms);
    put_name(b, c->action);
    put_name(b, c->target);
    mpack_put_str(b, c->params, COMMAND_PARAMS_MAX);
    put_name(b, c->pre_state);
    mpack_put_bin(b, span_of((const char *)c->plan_hash.b, SHA256_LEN), SHA256_LEN);
    mpack_put_array(b, (uint32_t)c->napprovals);
    for (size_t i = 0; i < c->napprovals; i++) {
        mpack_put_array(b, 2);
        put_name(b, c->approval[i].person);
        put_name(b, c->approval[i].function);
    }
    if (b->len - start > COMMAND_MAX) {
        b->failed = true;
    }
}

static struct eid get_eid(struct mpack_rd *r)
{
    struct span s = mpack_bin(r, EID_LEN, EID_LEN);
    struct eid id = {{0}};

    if (s.n == EID_LEN) {
        memcpy(id.b, s.p, EID_LEN);
    }
    return id;
}

static utime_t get_time(struct mpack_rd *r)
{
    return (utime_t)mpack_uint(r, INT64_MAX);
}

static struct span get_name(struct mpack_rd *r)
{
    return mpack_str(r, COMMAND_NAME_MAX);
}

static struct digest get_digest(struct mpack_rd *r)
{
    struct span s = mpack_bin(r, SHA256_LEN, SHA256_LEN);
    struct digest d = {{0}};

    if (s.n == SHA256_LEN) {
        memcpy(d.b, s.p, SHA256_LEN);
    }
    return d;
}

static void get_approvals(struct mpack_rd *r, struct command *c)
{
    c->napprovals = mpack_array(r, 0, COMMAND_APPROVALS_MAX);
    for (size_t i = 0; i < c->napprovals; i++) {
        mpack_array(r, 2, 2);
        c->approval[i].person = get_name(r);
        c->approval[i].function = get_name(r);
    }
}

// The verdict once everything was read; `what` is "command" or "report".
static int get_end(const struct mpack_rd *r, const char *what, struct err *err)
{
    char code[40];

    if (r->why != MPACK_OK) {
        snprintf(code, sizeof(code), "%s.%s", what, mpack_fault_code(r->why));
        return err_set(err, E_INPUT, code, "value %u of the %s %s", r->item, what,
                       mpack_fault_text(r->why));
    }
    if (!rd_done(&r->in)) {
        snprintf(code, sizeof(code), "%s.trailing", what);
        return err_set(err, E_INPUT, code, "%zu bytes follow the %s", r->in.n, what);
    }
    return E_OK;
}

int command_get(struct span bytes, struct command *ret, struct err *err)
{
    struct mpack_rd r = mpack_of(bytes);
    struct command *c = ret;

    *c = (struct command){0};
    if (bytes.n > COMMAND_MAX) {
        return err_set(err, E_LIMIT, "command.bound", "a command has %zu bytes, at most %d may be",
                       bytes.n, COMMAND_MAX);
    }
    mpack_array(&r, COMMAND_ITEMS, COMMAND_ITEMS);
    c->alg = (uint8_t)mpack_uint(&r, UINT8_MAX);
    c->key_id = mpack_bin(&r, KEY_ID_LEN, KEY_ID_LEN);
    c->agent = get_name(&r);
    c->id = get_eid(&r);
    c->run = get_eid(&r);
    c->step = (uint32_t)mpack_uint(&r, UINT32_MAX);
    c->attempt = (uint32_t)mpack_uint(&r, UINT32_MAX);
    c->token = mpack_uint(&r, UINT64_MAX);
    c->counter = mpack_uint(&r, UINT64_MAX);
    c->not_before = get_time(&r);
    c->not_after = get_time(&r);
    c->max_runtime_ms = (uint32_t)mpack_uint(&r, UINT32_MAX);
    c->action = get_name(&r);
    c->target = get_name(&r);
    c->params = mpack_str(&r, COMMAND_PARAMS_MAX);
    c->pre_state = get_name(&r);
    c->plan_hash = get_digest(&r);
    get_approvals(&r, c);
    return get_end(&r, "command", err);
}

void command_signed(struct buf *b, const char *context, struct span bytes)
{
    buf_put(b, context, strlen(context) + 1);
    buf_put_span(b, bytes);
}

void report_put(struct buf *b, const struct command_report *r)
{
    char text[REPORT_TEXT_MAX + 1];
    size_t n = utf8_sanitise_str(r->text, text, sizeof(text));

    mpack_put_array(b, REPORT_ITEMS);
    mpack_put_bin(b, eid_span(&r->id), EID_LEN);
    put_name(b, r->agent);
    mpack_put_uint(b, r->counter);
    put_name(b, r->state);
    put_name(b, r->code);
    mpack_put_str(b, span_of(text, n), REPORT_TEXT_MAX);
    put_time(b, r->at);
}

int report_get(struct span bytes, struct command_report *ret, struct err *err)
{
    struct mpack_rd r = mpack_of(bytes);

    *ret = (struct command_report){0};
    mpack_array(&r, REPORT_ITEMS, REPORT_ITEMS);
    ret->id = get_eid(&r);
    ret->agent = get_name(&r);
    ret->counter = mpack_uint(&r, UINT64_MAX);
    ret->state = get_name(&r);
    ret->code = get_name(&r);
    ret->text = mpack_str(&r, REPORT_TEXT_MAX);
    ret->at = get_time(&r);
    return get_end(&r, "report", err);
}
