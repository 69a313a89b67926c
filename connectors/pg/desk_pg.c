// desk_pg.c - the queue of requests, their answers, and what happened meanwhile.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/desk_pg.h"

#include <stdlib.h>

#include "connectors/pg/desk_link.h"
#include "core/base/attr.h"
#include "core/base/utf8.h"

enum { PARAM_BYTES_MAX = 64 * 1024 };

struct request {
    uint64_t ticket;
    bool is_call;
    enum desk_query query;
    enum desk_call call;
    size_t nparams;
    char *param[DESK_PARAMS_MAX]; // into `text`
    char *text;                   // owned
};

struct answer {
    struct request of; // its text is gone
    PGresult *r;       // NULL: err
    struct err err;
};

struct desk_pg {
    struct desk port; // first: the port is the struct
    struct desk_link link;
    size_t nrequests;
    struct request request[DESK_PENDING]; // oldest first
    bool sent;  // request[0], or what is left of its answer, is with the server
    bool taken; // its answer came, the closing NULL did not
    size_t nanswers;
    struct answer answer[DESK_PENDING];
    bool lost, say_lost, say_back;
    // What the last next() gave out.
    PGresult *shown;
    struct span *cell;
    size_t cap_cells;
};

static struct desk_pg *of(struct desk *d)
{
    return (struct desk_pg *)d;
}

static int desk_pg_fd(struct desk *d)
{
    return desk_link_fd(&of(d)->link);
}

static bool desk_pg_wants_write(struct desk *d)
{
    return desk_link_wants_write(&of(d)->link);
}

// ---- requests

static int request_add(struct desk_pg *d, struct request *q, const struct span *param, size_t n,
                       size_t wanted)
{
    size_t bytes = 0;
    char *at;

    if (d->lost) {
        return E_SYSTEM;
    }
    if (n != wanted || n > DESK_PARAMS_MAX) {
        return E_USAGE;
    }
    for (size_t i = 0; i < n; i++) {
        if (span_find(param[i], '\0') != param[i].n || !utf8_valid(param[i])) {
            return E_INPUT;
        }
        bytes += param[i].n + 1;
    }
    if (bytes > PARAM_BYTES_MAX || d->nrequests + d->nanswers >= DESK_PENDING ||
        !(q->text = malloc(bytes + 1))) {
        return E_LIMIT;
    }
    at = q->text;
    q->nparams = n;
    for (size_t i = 0; i < n; i++) {
        q->param[i] = at;
        if (param[i].n) {
            memcpy(at, param[i].p, param[i].n);
        }
        at += param[i].n;
        *at++ = '\0';
    }
    d->request[d->nrequests++] = *q;
    return 0;
}

static int desk_pg_ask(struct desk *d, uint64_t ticket, enum desk_query q, const struct span *param,
                       size_t n)
{
    struct request r = {.ticket = ticket, .query = q};
    const struct desk_def *def = desk_query_def(q);

    return def ? request_add(of(d), &r, param, n, desk_list_count(def->params)) : E_USAGE;
}

static int desk_pg_call(struct desk *d, uint64_t ticket, enum desk_call c, const struct span *arg,
                        size_t n)
{
    struct request r = {.ticket = ticket, .is_call = true, .call = c};
    const struct desk_def *def = desk_call_def(c);

    return def ? request_add(of(d), &r, arg, n, desk_list_count(def->params)) : E_USAGE;
}

// ---- answers

static void finish(struct desk_pg *d, PGresult *r, const struct err *err)
{
    struct answer *a = &d->answer[d->nanswers++];

    *a = (struct answer){.of = d->request[0], .r = r};
    if (err) {
        a->err = *err;
    }
    free(a->of.text);
    a->of.text = NULL;
    d->nrequests--;
    memmove(&d->request[0], &d->request[1], d->nrequests * sizeof(d->request[0]));
}

static void fail_all(struct desk_pg *d)
{
    while (d->nrequests) {
        finish(d, NULL, &d->link.why);
    }
}

// "refused CODE sentence" of an api function; false for every other text.
static bool refused(const PGresult *r, struct err *err)
{
    struct span text, code;

    if (PQntuples(r) != 1 || PQnfields(r) != 1) {
        return false;
    }
    text = pg_span(r, 0, 0);
    if (!span_starts(text, SPAN_LIT("refused "))) {
        return false;
    }
    (void)span_cut(&text, ' ');
    code = span_cut(&text, ' ');
    (void)err_set(err, E_STATE, "", SPAN_FMT, SPAN_ARG(text));
    (void)snprintf(err->code, sizeof(err->code), SPAN_FMT, SPAN_ARG(code));
    return true;
}

static void take(struct desk_pg *d, PGresult *r)
{
    struct err err = ERR_INIT;

    if (PQresultStatus(r) != PGRES_TUPLES_OK) {
        (void)pg_fault(d->link.c, r, &err,
                       d->request[0].is_call ? desk_call_def(d->request[0].call)->name
                                             : desk_query_def(d->request[0].query)->name);
    } else if (!d->request[0].is_call || !refused(r, &err)) {
        finish(d, r, NULL);
        return;
    }
    PQclear(r);
    finish(d, NULL, &err);
}

// One result a request; further ones of the same are dropped.
static void receive(struct desk_pg *d)
{
    while (d->link.c && d->sent && !PQisBusy(d->link.c)) {
        PGresult *r = PQgetResult(d->link.c);

        if (!r) {
            d->sent = d->taken = false;
        } else if (d->taken) {
            PQclear(r);
        } else {
            d->taken = true;
            take(d, r);
        }
    }
}

static void send_next(struct desk_pg *d)
{
    const struct request *q = &d->request[0];

    if (d->link.state != LINK_READY || d->sent || d->nrequests == 0) {
        return;
    }
    if (!PQsendQueryParams(d->link.c, q->is_call ? sql_call(q->call) : sql_desk(q->query),
                           (int)q->nparams, NULL, (const char *const *)q->param, NULL, NULL, 0)) {
        link_lose(&d->link);
        return;
    }
    d->sent = true;
    desk_link_flush(&d->link);
}

static int desk_pg_turn(struct desk *port, struct err *err)
{
    struct desk_pg *d = of(port);

    desk_link_turn(&d->link);
    if (d->link.state == LINK_READY) {
        receive(d);
        send_next(d);
    }
    if (d->link.state == LINK_AWAY && !d->lost) {
        d->lost = d->say_lost = true;
        d->sent = d->taken = false;
    }
    if (d->link.state == LINK_AWAY) {
        fail_all(d);
    }
    if (d->link.state == LINK_READY && d->lost) {
        d->lost = false;
        d->say_back = true;
    }
    (void)err;
    return 0;
}

// ---- what happened

static size_t show_cells(struct desk_pg *d, struct desk_answer *ret)
{
    size_t n = ret->nrows * ret->ncols;

    if (n > d->cap_cells) {
        struct span *grown = realloc(d->cell, n * sizeof(*grown));

        if (!grown) {
            return 0;
        }
        d->cell = grown;
        d->cap_cells = n;
    }
    for (size_t i = 0; i < n; i++) {
        d->cell[i] = pg_span(d->shown, (int)(i / ret->ncols), (int)(i % ret->ncols));
    }
    ret->cell = d->cell;
    return n;
}

static enum desk_event give(struct desk_pg *d, struct desk_answer *ret)
{
    struct answer a = d->answer[0];

    d->nanswers--;
    memmove(&d->answer[0], &d->answer[1], d->nanswers * sizeof(d->answer[0]));
    ret->ticket = a.of.ticket;
    ret->query = a.of.query;
    ret->call = a.of.call;
    ret->err = a.err;
    if (!a.r) {
        return DESK_FAULT;
    }
    d->shown = a.r;
    ret->nrows = (size_t)PQntuples(a.r);
    ret->ncols = (size_t)PQnfields(a.r);
    if (ret->nrows && show_cells(d, ret) == 0) {
        (void)err_set(&ret->err, E_SYSTEM, "desk.memory", "no memory for the answer");
        return DESK_FAULT;
    }
    return a.of.is_call ? DESK_DONE : DESK_PAGE;
}

static enum desk_event desk_pg_next(struct desk *port, struct desk_answer *ret)
{
    struct desk_pg *d = of(port);

    PQclear(d->shown);
    d->shown = NULL;
    *ret = (struct desk_answer){.event = DESK_NONE};
    if (d->say_lost) {
        d->say_lost = false;
        ret->err = d->link.why;
        ret->event = DESK_LOST;
    } else if (d->nanswers) {
        ret->event = give(d, ret);
    } else if (d->say_back) {
        d->say_back = false;
        ret->event = DESK_BACK;
    } else if (d->link.news) {
        d->link.news = false;
        ret->event = DESK_NEWS;
    }
    return ret->event;
}

static void desk_pg_close(struct desk *port)
{
    struct desk_pg *d = of(port);

    PQclear(d->shown);
    for (size_t i = 0; i < d->nanswers; i++) {
        PQclear(d->answer[i].r);
    }
    for (size_t i = 0; i < d->nrequests; i++) {
        free(d->request[i].text);
    }
    desk_link_close(&d->link);
    free(d->cell);
    free(d);
}

static const struct desk_ops ops = {
    .fd = desk_pg_fd,
    .wants_write = desk_pg_wants_write,
    .turn = desk_pg_turn,
    .ask = desk_pg_ask,
    .call = desk_pg_call,
    .next = desk_pg_next,
    .close = desk_pg_close,
};

int desk_pg_open(const char *conninfo, struct desk **ret, struct err *err)
{
    struct desk_pg *d = calloc(1, sizeof(*d));
    int rc;

    *ret = NULL;
    if (!d) {
        return err_set(err, E_SYSTEM, "desk.memory", "no memory");
    }
    d->port.ops = &ops;
    if ((rc = desk_link_open(&d->link, conninfo, err)) < 0) {
        free(d);
        return rc;
    }
    *ret = &d->port;
    return 0;
}
