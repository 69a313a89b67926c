// desk_fake.c - the fake's tables, questions and answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/desk_fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep(struct fake_waiting *w, const char *list, const struct span *param, size_t n)
{
    struct span names = span_str(list);

    for (size_t i = 0; i < n && names.n; i++) {
        struct span name = span_cut(&names, ',');
        uint64_t limit;

        if (span_eq_str(name, "after")) {
            snprintf(w->after, sizeof(w->after), SPAN_FMT, SPAN_ARG(param[i]));
        } else if (span_eq_str(name, "limit")) {
            w->limit = span_u64(param[i], &limit) ? limit : 0;
        } else {
            snprintf(w->param, sizeof(w->param), SPAN_FMT, SPAN_ARG(param[i]));
        }
    }
}

static int fake_ask(struct desk *d, uint64_t ticket, enum desk_query q, const struct span *param,
                    size_t n)
{
    struct desk_fake *f = (struct desk_fake *)d;
    struct fake_waiting *w;
    const char *list = desk_query_def(q)->params;

    if (n != desk_list_count(list)) { // a view that does not keep the contract
        fprintf(stderr, "query %s: %zu parameters\n", desk_query_def(q)->name, n);
        abort();
    }
    if (f->nwaiting == DESK_PENDING) {
        return E_LIMIT;
    }
    f->asked++;
    w = &f->waiting[f->nwaiting++];
    *w = (struct fake_waiting){.ticket = ticket, .query = q, .limit = FAKE_ROWS};
    keep(w, list, param, n);
    memcpy(f->last_param, w->param, sizeof(f->last_param));
    return 0;
}

static int fake_call(struct desk *d, uint64_t ticket, enum desk_call c, const struct span *arg,
                     size_t n)
{
    struct desk_fake *f = (struct desk_fake *)d;

    if (n != desk_list_count(desk_call_def(c)->params)) {
        fprintf(stderr, "call %s: %zu arguments\n", desk_call_def(c)->name, n);
        abort();
    }
    if (f->nwaiting == DESK_PENDING) {
        return E_LIMIT;
    }
    buf_printf(&f->log, "%s(", desk_call_def(c)->name);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&f->log, "%s" SPAN_FMT, i ? "," : "", SPAN_ARG(arg[i]));
    }
    buf_str(&f->log, ")\n");
    f->waiting[f->nwaiting++] = (struct fake_waiting){.ticket = ticket, .is_call = true, .call = c};
    return 0;
}

static void answer_call(struct desk_fake *f, const struct fake_waiting *w, struct desk_answer *a)
{
    a->event = DESK_DONE;
    a->call = w->call;
    a->nrows = a->ncols = 1;
    f->cells[0] = span_str(w->call == DESK_CALL_READ_RAW ? f->raw_hex : f->done);
    if (f->refuse) {
        a->event = DESK_FAULT;
        a->nrows = 0;
        (void)err_set(&a->err, E_STATE, "api.refused", "%s", f->refuse);
        f->refuse = NULL;
    }
}

static void answer_query(struct desk_fake *f, const struct fake_waiting *w, struct desk_answer *a)
{
    int key = desk_column(w->query, "key");
    size_t from = 0;

    a->event = DESK_PAGE;
    a->query = w->query;
    a->ncols = desk_list_count(desk_query_def(w->query)->columns);
    for (size_t i = 0; *w->after && key >= 0 && i < f->nrows[w->query]; i++) {
        from = span_eq_str(f->row[w->query][i][key], w->after) ? i + 1 : from;
    }
    for (size_t i = from; i < f->nrows[w->query] && a->nrows < w->limit; i++) {
        memcpy(&f->cells[a->nrows++ * a->ncols], f->row[w->query][i],
               a->ncols * sizeof(struct span));
    }
}

static enum desk_event fake_next(struct desk *d, struct desk_answer *a)
{
    struct desk_fake *f = (struct desk_fake *)d;
    struct fake_waiting w;

    *a = (struct desk_answer){.cell = f->cells};
    if (f->nevents) {
        a->event = f->event[0];
        memmove(f->event, f->event + 1, --f->nevents * sizeof(f->event[0]));
        return a->event;
    }
    if (f->stalled || f->nwaiting == 0) {
        return DESK_NONE;
    }
    w = f->waiting[0];
    memmove(f->waiting, f->waiting + 1, --f->nwaiting * sizeof(w));
    a->ticket = w.ticket;
    if (w.is_call) {
        answer_call(f, &w, a);
    } else {
        answer_query(f, &w, a);
    }
    return a->event;
}

static int fake_fd(struct desk *d)
{
    (void)d;
    return -1;
}

static bool fake_wants_write(struct desk *d)
{
    (void)d;
    return false;
}

static int fake_turn(struct desk *d, struct err *err)
{
    (void)d;
    (void)err;
    return 0;
}

static void fake_close(struct desk *d)
{
    desk_fake_free((struct desk_fake *)d);
}

static const struct desk_ops fake_ops = {.fd = fake_fd,
                                         .wants_write = fake_wants_write,
                                         .turn = fake_turn,
                                         .ask = fake_ask,
                                         .call = fake_call,
                                         .next = fake_next,
                                         .close = fake_close};

struct desk_fake *desk_fake_new(void)
{
    struct desk_fake *f = calloc(1, sizeof(*f));

    if (!f) {
        abort();
    }
    f->desk.ops = &fake_ops;
    arena_init(&f->mem, 64 << 20);
    buf_init(&f->log, 1 << 20);
    snprintf(f->done, sizeof(f->done), "ok");
    return f;
}

void desk_fake_free(struct desk_fake *f)
{
    arena_free(&f->mem);
    buf_free(&f->log);
    free(f);
}

void desk_fake_row(struct desk_fake *f, enum desk_query q, ...)
{
    size_t ncols = desk_list_count(desk_query_def(q)->columns), n = f->nrows[q]++;
    struct span *row = arena_array(&f->mem, ncols, sizeof(*row));
    const char *name;
    va_list ap;

    if (!row || n >= FAKE_ROWS) {
        abort();
    }
    row[0] = span_str(arena_printf(&f->mem, "%s-%zu", desk_query_def(q)->name, n));
    f->row[q][n] = row;
    va_start(ap, q);
    while ((name = va_arg(ap, const char *)) != NULL) {
        int col = desk_column(q, name);

        if (col < 0) {
            fprintf(stderr, "query %s has no column %s\n", desk_query_def(q)->name, name);
            abort();
        }
        row[col] = arena_span(&f->mem, span_str(va_arg(ap, const char *)));
    }
    va_end(ap);
    if (desk_column(q, "key") >= 0 && !row[desk_column(q, "key")].n) {
        row[desk_column(q, "key")] = span_str(arena_printf(&f->mem, "%06zu", n));
    }
}

void desk_fake_clear(struct desk_fake *f, enum desk_query q)
{
    f->nrows[q] = 0;
}

void desk_fake_tell(struct desk_fake *f, enum desk_event e)
{
    if (f->nevents < 16) {
        f->event[f->nevents++] = e;
    }
}

const char *desk_fake_log(struct desk_fake *f)
{
    char *text = arena_str(&f->mem, buf_span(&f->log));

    buf_clear(&f->log);
    return text;
}
