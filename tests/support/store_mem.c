// store_mem.c - commits on rows in memory, with an undo list.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_mem.h"

#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "tests/support/store_mem_rows.h"

struct posted {
    struct span body;
    bool applied;
};

struct store_mem {
    struct store port; // first: the port is the struct
    struct arena a;
    uint16_t site;
    uint64_t token, intents;
    bool fresh;
    struct pos pos;
    struct digest digest;
    size_t nsnapshots;
    struct store_snapshot snapshot[3];
    size_t ninputs, cap_inputs;
    struct store_input *input;
    size_t nposted, cap_posted;
    struct posted *posted;
    struct mem_rows rows[EFFECT_COUNT];
    struct mem_undo undo;
};

static struct store_mem *mem_of(struct store *s)
{
    return (struct store_mem *)s;
}

static int mem_load(struct store *s, struct arena *a, struct store_state *ret, struct err *err)
{
    struct store_mem *m = mem_of(s);

    *ret = (struct store_state){.fresh = m->fresh,
                                .pos = m->pos,
                                .digest = m->digest,
                                .token = ++m->token,
                                .site = m->site,
                                .nsnapshots = m->nsnapshots};
    for (size_t i = 0; i < m->nsnapshots; i++) {
        ret->snapshot[i] = m->snapshot[i];
        ret->snapshot[i].state = arena_span(a, m->snapshot[i].state);
    }
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "store.memory", "the snapshots do not fit");
}

static int mem_inputs(struct store *s, struct pos from, struct arena *a, struct store_input **ret,
                      size_t *ret_n, struct err *err)
{
    struct store_mem *m = mem_of(s);
    struct store_input *in = arena_array(a, m->ninputs + 1, sizeof(*in));
    size_t n = 0;

    for (size_t i = 0; in && i < m->ninputs; i++) {
        if (pos_cmp(m->input[i].pos, from) > 0) {
            in[n] = m->input[i];
            in[n++].body = arena_span(a, m->input[i].body);
        }
    }
    *ret = in;
    *ret_n = n;
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "store.memory", "the inputs do not fit");
}

// ---- commit

static int text_check(const struct effect *e, struct err *err)
{
    const struct def_row *row = effect_row(e->kind);

    for (size_t i = 0; i < row->nfields; i++) {
        const struct span *s =
            (const struct span *)((const char *)&e->alert + row->field[i].offset);

        if (row->field[i].type == DEF_str && (span_find(*s, '\0') != s->n || !utf8_valid(*s))) {
            return err_set(err, E_INPUT, "store.text", "effect %s: field %s is not clean text",
                           row->name, row->field[i].name);
        }
    }
    return 0;
}

static int rows_apply(struct store_mem *m, struct span effects, struct err *err)
{
    struct rd r = rd_of(effects);
    struct effect e;
    int rc;

    for (;;) {
        const char *at = (const char *)r.p;

        if ((rc = effect_next(&r, &e)) <= 0) {
            return rc == 0 ? 0 : err_set(err, rc, "store.effect", "bytes are no effect");
        }
        if ((rc = text_check(&e, err)) < 0) {
            return rc;
        }
        rc = mem_rows_put(&m->rows[e.kind], &m->a, &m->undo, &e,
                          span_of(at, (size_t)((const char *)r.p - at)));
        if (rc < 0) {
            return err_set(err, E_INPUT, "store.duplicate",
                           "effect %s: a row with this key was written before",
                           effect_row(e.kind)->name);
        }
    }
}

static bool posted_is(struct span body, const struct input *in)
{
    struct input mine;

    if (input_get(body, &mine) != 0 || mine.kind != in->kind) {
        return false;
    }
    if (in->kind == INPUT_INTENT) {
        return mine.intent.intent == in->intent.intent;
    }
    return in->kind == INPUT_SIGNATURE && eid_eq(&mine.signature.command, &in->signature.command);
}

static void posted_done(struct store_mem *m, const struct input *in)
{
    for (size_t i = 0; i < m->nposted; i++) {
        if (!m->posted[i].applied && posted_is(m->posted[i].body, in)) {
            m->posted[i].applied = true;
        }
    }
}

static void *grown(struct store_mem *m, void *old, size_t n, size_t *cap, size_t size)
{
    void *p = arena_grow(&m->a, old, n, cap, size);

    if (!p) {
        abort();
    }
    return p;
}

static void inputs_apply(struct store_mem *m, const struct store_commit *c)
{
    for (size_t i = 0; i < c->ninputs; i++) {
        struct input in;

        m->input = grown(m, m->input, m->ninputs, &m->cap_inputs, sizeof(*m->input));
        m->input[m->ninputs] = c->input[i];
        m->input[m->ninputs++].body = arena_span(&m->a, c->input[i].body);
        if (input_get(c->input[i].body, &in) == 0) {
            posted_done(m, &in);
        }
    }
}

static void intents_done(struct store_mem *m, struct span effects)
{
    struct rd r = rd_of(effects);
    struct effect e;

    while (effect_next(&r, &e) > 0) {
        if (e.kind == EFFECT_INTENT) {
            struct input in = {.kind = INPUT_INTENT, .intent.intent = e.intent_done.intent};

            posted_done(m, &in);
        }
    }
}

static void snapshot_keep(struct store_mem *m, const struct store_snapshot *s)
{
    size_t keep = m->nsnapshots < 2 ? m->nsnapshots : 2;

    memmove(&m->snapshot[1], &m->snapshot[0], keep * sizeof(m->snapshot[0]));
    m->snapshot[0] = *s;
    m->snapshot[0].state = arena_span(&m->a, s->state);
    m->nsnapshots = keep + 1;
}

static int mem_commit(struct store *s, const struct store_commit *c, struct err *err)
{
    struct store_mem *m = mem_of(s);
    int rc;

    if (c->token != m->token) {
        return err_set(err, E_STATE, "store.lease", "another engine has taken over");
    }
    if (pos_cmp(c->from, m->pos) != 0) {
        return err_set(err, E_STATE, "store.position", "the position was moved by another");
    }
    m->undo.n = 0;
    if ((rc = rows_apply(m, c->effects, err)) < 0) {
        mem_rows_undo(m->rows, &m->undo);
        return rc;
    }
    inputs_apply(m, c);
    intents_done(m, c->effects);
    if (c->snapshot) {
        snapshot_keep(m, c->snapshot);
    }
    m->fresh = false;
    m->pos = c->to;
    m->digest = c->digest;
    return 0;
}

// ---- what waits

static int mem_waiting(struct store *s, size_t max, struct arena *a, struct store_waiting *ret,
                       struct err *err)
{
    struct store_mem *m = mem_of(s);

    *ret = (struct store_waiting){.body = arena_array(a, max + 1, sizeof(struct span))};
    for (size_t i = 0; ret->body && i < m->nposted && ret->n < max; i++) {
        if (!m->posted[i].applied) {
            ret->body[ret->n++] = arena_span(a, m->posted[i].body);
        }
    }
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "store.memory", "what waits does not fit");
}

static int mem_barrier(struct store *s, struct span name, bool *ret, struct err *err)
{
    struct store_mem *m = mem_of(s);
    struct mem_facts f = {.waiting = store_mem_waiting(m), .rows = m->rows};

    for (size_t i = 0; i < m->nposted; i++) {
        struct input in;

        f.intents_applied += m->posted[i].applied && input_get(m->posted[i].body, &in) == 0 &&
                             in.kind == INPUT_INTENT;
    }
    return mem_barrier_holds(&f, name, ret, err);
}

static int mem_fd(struct store *s)
{
    (void)s;
    return -1;
}

static bool mem_news(struct store *s)
{
    return store_mem_waiting(mem_of(s)) > 0;
}

static void mem_close(struct store *s)
{
    (void)s;
}

static const struct store_ops mem_ops = {
    .load = mem_load,
    .inputs = mem_inputs,
    .commit = mem_commit,
    .waiting = mem_waiting,
    .barrier = mem_barrier,
    .fd = mem_fd,
    .news = mem_news,
    .close = mem_close,
};

// ---- for tests

struct store_mem *store_mem_new(uint16_t site)
{
    struct store_mem *m = calloc(1, sizeof(*m));

    if (!m) {
        abort();
    }
    m->port.ops = &mem_ops;
    m->site = site;
    m->fresh = true;
    arena_init(&m->a, SIZE_MAX / 2);
    return m;
}

void store_mem_clear(struct store_mem *m)
{
    struct arena a = m->a;
    uint16_t site = m->site;

    for (size_t i = 0; i < EFFECT_COUNT; i++) {
        mem_rows_free(&m->rows[i]);
    }
    free(m->undo.item);
    arena_free(&a);
    *m = (struct store_mem){.port.ops = &mem_ops, .site = site, .fresh = true};
    arena_init(&m->a, SIZE_MAX / 2);
}

void store_mem_free(struct store_mem *m)
{
    store_mem_clear(m);
    arena_free(&m->a);
    free(m);
}

struct store *store_mem_port(struct store_mem *m)
{
    return &m->port;
}

static void post(struct store_mem *m, struct buf *b)
{
    m->posted = grown(m, m->posted, m->nposted, &m->cap_posted, sizeof(*m->posted));
    m->posted[m->nposted++] = (struct posted){.body = arena_span(&m->a, buf_span(b))};
}

uint64_t store_mem_intent(struct store_mem *m, const char *person, const char *functions,
                          const char *verb, const char *subject, const char *args)
{
    struct input_intent in = {.intent = ++m->intents,
                              .person = span_str(person),
                              .functions = span_str(functions),
                              .verb = span_str(verb),
                              .subject = span_str(subject),
                              .args = span_str(args)};
    AUTO_BUF b;

    buf_init(&b, 1 << 20);
    input_put_intent(&b, &in);
    post(m, &b);
    return in.intent;
}

void store_mem_sign(struct store_mem *m, const struct eid *command, struct span signature)
{
    struct input_signature in = {.command = *command, .signature = signature};
    AUTO_BUF b;

    buf_init(&b, 1 << 20);
    input_put_signature(&b, &in);
    post(m, &b);
}

size_t store_mem_waiting(const struct store_mem *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->nposted; i++) {
        n += !m->posted[i].applied;
    }
    return n;
}

bool store_mem_posted(const struct store_mem *m, size_t i, struct input *ret, bool *applied)
{
    if (i >= m->nposted) {
        return false;
    }
    *applied = m->posted[i].applied;
    return input_get(m->posted[i].body, ret) == 0;
}

size_t store_mem_rows(const struct store_mem *m, enum effect_kind kind)
{
    return m->rows[kind].n;
}

bool store_mem_row(const struct store_mem *m, enum effect_kind kind, size_t i, struct effect *ret)
{
    return mem_rows_get(&m->rows[kind], i, ret);
}

bool store_mem_find(const struct store_mem *m, enum effect_kind kind, const void *key, size_t n,
                    struct effect *ret)
{
    return mem_rows_find_first(&m->rows[kind], kind, key, n, ret);
}

void store_mem_print(const struct store_mem *m, struct buf *out)
{
    for (size_t i = 0; i < EFFECT_COUNT; i++) {
        mem_rows_print(&m->rows[i], out);
    }
}

struct pos store_mem_pos(const struct store_mem *m)
{
    return m->pos;
}

size_t store_mem_inputs(const struct store_mem *m, const struct store_input **ret)
{
    *ret = m->input;
    return m->ninputs;
}
