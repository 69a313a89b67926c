// store_suite.c - the tests themselves: lease, position, rows, inputs, snapshots, what waits.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "tests/support/store_mem.h"

struct bench { // what a test works with
    const struct store_suite *s;
    struct store *store;
    struct arena a;
    struct store_state st;
    struct buf b;
    struct err err;
};

static void load(struct bench *t)
{
    assert_int_equal(t->store->ops->load(t->store, &t->a, &t->st, &t->err), 0);
}

static struct bench begin(void **state)
{
    struct bench t = {.s = *state};

    t.s->clear(t.s->ctx);
    t.store = t.s->open(t.s->ctx);
    assert_non_null(t.store);
    arena_init(&t.a, 1 << 24);
    buf_init(&t.b, 1 << 22);
    load(&t);
    return t;
}

static void end(struct bench *t)
{
    t->store->ops->close(t->store);
    arena_free(&t->a);
    buf_free(&t->b);
}

static struct pos at_block(uint64_t block)
{
    return (struct pos){block ? 1 : 0, block, block ? POS_END : 0};
}

// From block n to n + 1 with the effects gathered in t->b.
static struct store_commit commit_of(struct bench *t, uint64_t n)
{
    return (struct store_commit){.token = t->st.token,
                                 .from = at_block(n),
                                 .to = at_block(n + 1),
                                 .digest = digest_of(span_str("d")),
                                 .effects = buf_span(&t->b)};
}

static int commit(struct bench *t, uint64_t n)
{
    struct store_commit c = commit_of(t, n);
    int rc = t->store->ops->commit(t->store, &c, &t->err);

    if (rc < 0) {
        char text[1400];

        print_message("commit says: %s\n", err_text(&t->err, text, sizeof(text)));
    }
    buf_clear(&t->b);
    return rc;
}

static void put_tool(struct bench *t, const char *asset, const char *state)
{
    struct effect_tool e = {.asset = span_str(asset),
                            .state = span_str(state),
                            .since = UTIME_NONE,
                            .qtime_end = UTIME_NONE};

    effect_put_tool(&t->b, &e);
}

static void assert_cell(struct bench *t, enum effect_kind kind, const char *where, const char *is,
                        const char *get, const char *want)
{
    AUTO_BUF out;

    buf_init(&out, 1 << 16);
    assert_true(t->s->cell(t->s->ctx, kind, where, is, get, &out));
    buf_u8(&out, 0);
    assert_string_equal(out.p, want);
}

// ---- lease and position

static void a_new_store_is_fresh(void **state)
{
    struct bench t = begin(state);

    assert_true(t.st.fresh);
    assert_int_equal(t.st.pos.epoch, 0);
    assert_int_equal(t.st.nsnapshots, 0);
    assert_true(t.st.token > 0);
    assert_true(t.st.site > 0);
    end(&t);
}

static void a_commit_moves_position_and_digest(void **state)
{
    struct bench t = begin(state);
    struct digest d = digest_of(span_str("d"));

    assert_int_equal(commit(&t, 0), 0);
    load(&t);
    assert_false(t.st.fresh);
    assert_int_equal(pos_cmp(t.st.pos, at_block(1)), 0);
    assert_true(digest_eq(&t.st.digest, &d));
    assert_int_equal(commit(&t, 1), 0);
    end(&t);
}

static void every_load_takes_a_higher_lease(void **state)
{
    struct bench t = begin(state);
    uint64_t before = t.st.token;

    load(&t);
    assert_true(t.st.token > before);
    end(&t);
}

static void a_commit_under_an_old_lease_is_refused(void **state)
{
    struct bench t = begin(state);
    struct store *other = t.s->open(t.s->ctx);
    struct store_state theirs;

    assert_int_equal(commit(&t, 0), 0);
    assert_int_equal(other->ops->load(other, &t.a, &theirs, &t.err), 0);
    put_tool(&t, "ETCH-01", "productive");
    assert_int_equal(commit(&t, 1), E_STATE);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TOOL), 0);
    t.st.token = theirs.token; // whoever holds the lease goes on from the same place
    assert_int_equal(commit(&t, 1), 0);
    other->ops->close(other);
    end(&t);
}

static void a_commit_from_another_position_is_refused(void **state)
{
    struct bench t = begin(state);

    assert_int_equal(commit(&t, 0), 0);
    put_tool(&t, "ETCH-01", "productive");
    assert_int_equal(commit(&t, 0), E_STATE);
    assert_int_equal(commit(&t, 2), E_STATE);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TOOL), 0);
    assert_int_equal(commit(&t, 1), 0);
    end(&t);
}

// ---- rows

static void every_kind_of_effect_becomes_a_row(void **state)
{
    struct bench t = begin(state);

    for (int k = 0; k < EFFECT_COUNT; k++) {
        store_suite_effect(&t.b, (enum effect_kind)k, 1);
    }
    assert_int_equal(commit(&t, 0), 0);
    for (int k = 0; k < EFFECT_COUNT; k++) {
        assert_int_equal(t.s->count(t.s->ctx, (enum effect_kind)k), 1);
    }
    end(&t);
}

// What was written is what is read, field by field, in every column of every table.
static void every_field_keeps_its_value(void **state)
{
    struct bench t = begin(state);

    for (int k = 0; k < EFFECT_COUNT; k++) {
        const struct def_row *row = effect_row((enum effect_kind)k);
        char key[200], field[200];
        struct effect e;
        struct rd r;

        store_suite_effect(&t.b, (enum effect_kind)k, 5);
        r = rd_of(buf_span(&t.b));
        assert_int_equal(effect_next(&r, &e), 1);
        (void)snprintf(key, sizeof(key), "%s", row->field[0].name);
        AUTO_BUF bytes;
        buf_init(&bytes, 1 << 16);
        buf_put_span(&bytes, buf_span(&t.b));
        assert_int_equal(commit(&t, (uint64_t)k), 0);
        for (size_t f = 0; f < row->nfields; f++) {
            AUTO_BUF is, want;

            buf_init(&is, 1 << 16);
            buf_init(&want, 1 << 16);
            store_mem_field(&is, &e, key);
            store_mem_field(&want, &e, row->field[f].name);
            buf_u8(&is, 0);
            buf_u8(&want, 0);
            (void)snprintf(field, sizeof(field), "%s", row->field[f].name);
            assert_cell(&t, (enum effect_kind)k, key, is.p, field, want.p);
        }
    }
    end(&t);
}

static void none_stays_none(void **state)
{
    struct bench t = begin(state);

    put_tool(&t, "ETCH-01", "productive");
    assert_int_equal(commit(&t, 0), 0);
    assert_cell(&t, EFFECT_TOOL, "asset", "ETCH-01", "since", "");
    assert_cell(&t, EFFECT_TOOL, "asset", "ETCH-01", "area", "");
    end(&t);
}

static void an_upsert_replaces_its_row_whole(void **state)
{
    struct bench t = begin(state);

    put_tool(&t, "ETCH-01", "productive");
    put_tool(&t, "ETCH-02", "standby");
    assert_int_equal(commit(&t, 0), 0);
    put_tool(&t, "ETCH-01", "unscheduled_down");
    assert_int_equal(commit(&t, 1), 0);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TOOL), 2);
    assert_cell(&t, EFFECT_TOOL, "asset", "ETCH-01", "state", "unscheduled_down");
    assert_cell(&t, EFFECT_TOOL, "asset", "ETCH-02", "state", "standby");
    end(&t);
}

static void the_last_of_several_upserts_in_a_commit_stays(void **state)
{
    struct bench t = begin(state);

    put_tool(&t, "ETCH-01", "productive");
    put_tool(&t, "ETCH-02", "productive");
    put_tool(&t, "ETCH-01", "standby");
    put_tool(&t, "ETCH-01", "engineering");
    assert_int_equal(commit(&t, 0), 0);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TOOL), 2);
    assert_cell(&t, EFFECT_TOOL, "asset", "ETCH-01", "state", "engineering");
    end(&t);
}

static void a_repeated_insert_undoes_its_whole_commit(void **state)
{
    struct bench t = begin(state);

    put_tool(&t, "ETCH-01", "productive");
    store_suite_effect(&t.b, EFFECT_TIMELINE, 1);
    assert_int_equal(commit(&t, 0), 0);
    put_tool(&t, "ETCH-01", "standby");
    put_tool(&t, "ETCH-03", "standby");
    store_suite_effect(&t.b, EFFECT_TIMELINE, 2);
    store_suite_effect(&t.b, EFFECT_TIMELINE, 1);
    assert_int_equal(commit(&t, 1), E_INPUT);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TIMELINE), 1);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TOOL), 1);
    assert_cell(&t, EFFECT_TOOL, "asset", "ETCH-01", "state", "productive");
    store_suite_effect(&t.b, EFFECT_TIMELINE, 2);
    assert_int_equal(commit(&t, 1), 0);
    end(&t);
}

static void text_that_a_database_cannot_hold_is_named(void **state)
{
    static const struct span bad[] = {{"a\0b", 3}, {"\xff", 1}, {"\xed\xa0\x80", 3}};
    struct bench t = begin(state);

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct effect_tool e = {.asset = SPAN_LIT("ETCH-01"),
                                .state = bad[i],
                                .since = UTIME_NONE,
                                .qtime_end = UTIME_NONE};

        effect_put_tool(&t.b, &e);
        err_clear(&t.err);
        assert_int_equal(commit(&t, 0), E_INPUT);
        assert_string_equal(t.err.code, "store.text");
        assert_non_null(strstr(t.err.msg, "effect tool"));
        assert_non_null(strstr(t.err.msg, "state"));
    }
    assert_int_equal(commit(&t, 0), 0);
    end(&t);
}

static void bytes_that_are_no_effect_are_refused(void **state)
{
    struct bench t = begin(state);

    put_tool(&t, "ETCH-01", "productive");
    buf_u8(&t.b, 250);
    assert_int_equal(commit(&t, 0), E_INPUT);
    assert_int_equal(t.s->count(t.s->ctx, EFFECT_TOOL), 0);
    end(&t);
}

// ---- inputs, snapshots

static void inputs_come_back_in_order_behind_a_position(void **state)
{
    struct bench t = begin(state);
    struct store_input in[2] = {
        {.pos = at_block(1), .n = 0, .now = 11, .body = SPAN_LIT("\x03one")},
        {.pos = at_block(1), .n = 1, .now = 12, .body = SPAN_LIT("\x03two")}};
    struct store_input *got;
    size_t n;

    for (uint64_t b = 0; b < 3; b++) {
        struct store_commit c = commit_of(&t, b);

        in[0].pos = in[1].pos = at_block(b + 1);
        c.ninputs = 2;
        c.input = in;
        assert_int_equal(t.store->ops->commit(t.store, &c, &t.err), 0);
    }
    assert_int_equal(t.store->ops->inputs(t.store, at_block(1), &t.a, &got, &n, &t.err), 0);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(pos_cmp(got[i].pos, at_block(2 + i / 2)), 0);
        assert_int_equal(got[i].n, i % 2);
        assert_int_equal(got[i].now, 11 + i % 2);
        assert_true(span_eq(got[i].body, in[i % 2].body));
    }
    end(&t);
}

static void three_snapshots_are_kept_newest_first(void **state)
{
    static const char bytes[] = "snapshot \0 with any byte \xff 0";
    struct bench t = begin(state);

    for (uint64_t b = 0; b < 5; b++) {
        struct store_commit c = commit_of(&t, b);
        struct store_snapshot snap = {.pos = at_block(b + 1),
                                      .digest = digest_of(span_str("s")),
                                      .state = span_of(bytes, sizeof(bytes) - 1 - b)};

        c.snapshot = &snap;
        assert_int_equal(t.store->ops->commit(t.store, &c, &t.err), 0);
    }
    load(&t);
    assert_int_equal(t.st.nsnapshots, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct store_snapshot *s = &t.st.snapshot[i];
        struct digest d = digest_of(span_str("s"));

        assert_int_equal(pos_cmp(s->pos, at_block(5 - i)), 0);
        assert_true(span_eq(s->state, span_of(bytes, sizeof(bytes) - 1 - (4 - i))));
        assert_true(digest_eq(&s->digest, &d));
    }
    end(&t);
}

// ---- what waits

static struct store_waiting waiting(struct bench *t, size_t max)
{
    struct store_waiting w;

    assert_int_equal(t->store->ops->waiting(t->store, max, &t->a, &w, &t->err), 0);
    return w;
}

static int commit_inputs(struct bench *t, uint64_t block, const struct span *body, size_t n)
{
    struct store_input in[8];
    struct store_commit c = commit_of(t, block);
    int rc;

    for (size_t i = 0; i < n; i++) {
        in[i] = (struct store_input){.pos = c.to, .n = (uint32_t)i, .now = 1, .body = body[i]};
    }
    c.ninputs = n;
    c.input = in;
    rc = t->store->ops->commit(t->store, &c, &t->err);
    buf_clear(&t->b);
    return rc;
}

static void an_intent_waits_until_a_commit_applies_it(void **state)
{
    struct bench t = begin(state);
    struct store_waiting w;
    struct input in;

    store_suite_effect(&t.b, EFFECT_GROUP, 1);
    assert_int_equal(commit(&t, 0), 0);
    for (int i = 0; i < 3; i++) {
        t.s->ask(t.s->ctx, "1", i == 1 ? "second" : "other");
    }
    w = waiting(&t, 2);
    assert_int_equal(w.n, 2);
    assert_int_equal(input_get(w.body[1], &in), 0);
    assert_int_equal(in.kind, INPUT_INTENT);
    assert_true(span_eq(in.intent.verb, SPAN_LIT("ack_group")));
    assert_true(span_eq(in.intent.subject, SPAN_LIT("1")));
    assert_true(span_eq(in.intent.args, SPAN_LIT("second")));
    assert_true(in.intent.person.n > 0);
    struct effect_intent_done done = {
        .intent = in.intent.intent - 1, .outcome = SPAN_LIT("applied"), .applied = 5};

    effect_put_intent_done(&t.b, &done);
    assert_int_equal(commit_inputs(&t, 1, w.body, 1), 0);
    w = waiting(&t, 10);
    assert_int_equal(w.n, 2);
    assert_int_equal(input_get(w.body[0], &in), 0);
    assert_true(span_eq(in.intent.args, SPAN_LIT("second")));
    end(&t);
}

static void a_refused_commit_leaves_its_intents_waiting(void **state)
{
    struct bench t = begin(state);
    struct store_waiting w;

    store_suite_effect(&t.b, EFFECT_GROUP, 1);
    assert_int_equal(commit(&t, 0), 0);
    t.s->ask(t.s->ctx, "1", "note");
    w = waiting(&t, 10);
    assert_int_equal(w.n, 1);
    assert_int_equal(commit_inputs(&t, 7, w.body, 1), E_STATE);
    assert_int_equal(waiting(&t, 10).n, 1);
    end(&t);
}

static void a_signature_waits_until_a_commit_applies_it(void **state)
{
    static const unsigned char sig[64] = {1, 0, 255};
    struct bench t = begin(state);
    struct eid id = eid_make(1, (struct pos){1, 1, POS_END}, 1);
    struct store_waiting w;
    struct input in;

    store_suite_effect(&t.b, EFFECT_COMMAND, 1);
    assert_int_equal(commit(&t, 0), 0);
    assert_int_equal(waiting(&t, 10).n, 0);
    t.s->sign(t.s->ctx, &id, span_of((const char *)sig, sizeof(sig)));
    w = waiting(&t, 10);
    assert_int_equal(w.n, 1);
    assert_int_equal(input_get(w.body[0], &in), 0);
    assert_int_equal(in.kind, INPUT_SIGNATURE);
    assert_true(eid_eq(&in.signature.command, &id));
    assert_memory_equal(in.signature.signature.p, sig, sizeof(sig));
    assert_int_equal(commit_inputs(&t, 1, w.body, 1), 0);
    assert_int_equal(waiting(&t, 10).n, 0);
    end(&t);
}

// ---- barriers

static bool holds(struct bench *t, const char *name)
{
    bool yes = false;

    assert_int_equal(t->store->ops->barrier(t->store, span_str(name), &yes, &t->err), 0);
    return yes;
}

static void barriers_say_what_the_memory_holds(void **state)
{
    struct bench t = begin(state);
    struct store_waiting w;

    assert_true(holds(&t, "idle"));
    assert_false(holds(&t, "incidents_open_1"));
    assert_false(holds(&t, "runs_finished_1"));
    store_suite_effect(&t.b, EFFECT_GROUP, 1);
    store_suite_effect(&t.b, EFFECT_INCIDENT, 1);
    store_suite_effect(&t.b, EFFECT_RUN, 1);
    assert_int_equal(commit(&t, 0), 0);
    assert_true(holds(&t, "incidents_open_1"));
    assert_false(holds(&t, "incidents_open_2"));
    assert_false(holds(&t, "runs_finished_1"));
    t.s->ask(t.s->ctx, "1", "note");
    assert_false(holds(&t, "idle"));
    assert_false(holds(&t, "intents_1"));
    w = waiting(&t, 1);
    assert_int_equal(commit_inputs(&t, 1, w.body, 1), 0);
    assert_true(holds(&t, "idle"));
    assert_true(holds(&t, "intents_1"));
    assert_false(holds(&t, "intents_2"));
    end(&t);
}

static void an_unknown_barrier_is_refused(void **state)
{
    static const char *const bad[] = {"no_such", "Idle", "intents_",
                                      "",        "_3",   "intents_1234567890"};
    struct bench t = begin(state);
    bool yes;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(t.store->ops->barrier(t.store, span_str(bad[i]), &yes, &t.err), E_INPUT);
    }
    end(&t);
}

#define PROMISE(f)                                                                                 \
    {                                                                                              \
        .name = #f, .test_func = f                                                                 \
    }

int store_suite_run(const struct store_suite *s)
{
    struct CMUnitTest tests[] = {
        PROMISE(a_new_store_is_fresh),
        PROMISE(a_commit_moves_position_and_digest),
        PROMISE(every_load_takes_a_higher_lease),
        PROMISE(a_commit_under_an_old_lease_is_refused),
        PROMISE(a_commit_from_another_position_is_refused),
        PROMISE(every_kind_of_effect_becomes_a_row),
        PROMISE(every_field_keeps_its_value),
        PROMISE(none_stays_none),
        PROMISE(an_upsert_replaces_its_row_whole),
        PROMISE(the_last_of_several_upserts_in_a_commit_stays),
        PROMISE(a_repeated_insert_undoes_its_whole_commit),
        PROMISE(text_that_a_database_cannot_hold_is_named),
        PROMISE(bytes_that_are_no_effect_are_refused),
        PROMISE(inputs_come_back_in_order_behind_a_position),
        PROMISE(three_snapshots_are_kept_newest_first),
        PROMISE(an_intent_waits_until_a_commit_applies_it),
        PROMISE(a_refused_commit_leaves_its_intents_waiting),
        PROMISE(a_signature_waits_until_a_commit_applies_it),
        PROMISE(barriers_say_what_the_memory_holds),
        PROMISE(an_unknown_barrier_is_refused),
    };
    struct CMUnitTest bound[ARRAY_LEN(tests)];

    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        bound[i] = tests[i];
        bound[i].initial_state = (void *)(uintptr_t)s;
    }
    return _cmocka_run_group_tests(s->name, bound, ARRAY_LEN(bound), NULL, NULL);
}
