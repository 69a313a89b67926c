// test_replay.c - snapshots, sets and borders of blocks change nothing.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/tape.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static void intent(struct engine *e, uint64_t id, const char *verb, struct buf *out)
{
    struct input in = {.kind = INPUT_INTENT};
    struct err err = ERR_INIT;

    in.intent = (struct input_intent){.intent = id,
                                      .person = SPAN_LIT("sato"),
                                      .functions = SPAN_LIT("security"),
                                      .verb = span_str(verb),
                                      .subject = SPAN_LIT("1"),
                                      .args = SPAN_LIT("seen")};
    (void)engine_input(e, &in, out, &err);
}

static void step(struct engine *e, const struct tape *t, size_t i, struct buf *out)
{
    struct err err = ERR_INIT;

    if (engine_block(e, t->result[i], out, &err)) {
        err_print(stderr, &err);
        fail();
    }
    if (i % 7 == 3) {
        intent(e, i, i % 2 ? "ack_group" : "note", out);
    }
    engine_end_block(e, out);
}

static void an_engine_loaded_at_any_block_goes_on_with_the_same_bytes(void **state)
{
    struct tape t;
    struct buf whole, rest, snap;
    struct engine *e = engine_new(&rig.set);
    struct digest all, end;
    size_t *from;

    (void)state;
    tape_record(&t, &rig, 3);
    from = calloc(t.n + 1, sizeof(*from));
    buf_init(&whole, SIZE_MAX / 2);
    buf_init(&rest, SIZE_MAX / 2);
    buf_init(&snap, SIZE_MAX / 2);
    for (size_t i = 0; i < t.n; i++) {
        step(e, &t, i, &whole);
        from[i + 1] = whole.len;
    }
    all = engine_digest(e);
    assert_true(t.n > 60);
    for (size_t cut = 1; cut < t.n; cut += 23) {
        struct engine *a = engine_new(&rig.set), *b = engine_new(&rig.set);
        struct err err = ERR_INIT;

        buf_clear(&rest);
        buf_clear(&snap);
        for (size_t i = 0; i < cut; i++) {
            step(a, &t, i, &rest);
        }
        engine_save(a, &snap);
        assert_int_equal(engine_load(b, buf_span(&snap), &err), 0);
        buf_clear(&rest);
        for (size_t i = cut; i < t.n; i++) {
            step(b, &t, i, &rest);
        }
        assert_int_equal(rest.len, whole.len - from[cut]);
        assert_memory_equal(rest.p, whole.p + from[cut], rest.len);
        end = engine_digest(b);
        assert_true(digest_eq(&end, &all));
        engine_free(a);
        engine_free(b);
    }
    engine_free(e);
    free(from);
    tape_free(&t);
    buf_free(&whole);
    buf_free(&rest);
    buf_free(&snap);
}

// Another set right behind a snapshot: what waits is finished with ids of the block before.
static void ids_made_before_a_snapshot_are_not_made_again_behind_it(void **state)
{
    struct engine_set other = rig.set;
    struct engine *a = engine_new(&rig.set), *b = engine_new(&rig.set);
    struct buf out, snap, x, y;
    struct err err = ERR_INIT;
    struct tape t;

    (void)state;
    other.digest = digest_of(SPAN_LIT("other"));
    tape_record(&t, &rig, 1);
    buf_init(&out, SIZE_MAX / 2);
    buf_init(&snap, SIZE_MAX / 2);
    buf_init(&x, SIZE_MAX / 2);
    buf_init(&y, SIZE_MAX / 2);
    for (size_t i = 0; i < t.waits; i++) {
        assert_int_equal(engine_block(a, t.result[i], &out, &err), 0);
        intent(a, i, "note", &out); // makes ids at the block's end
        engine_end_block(a, &out);
    }
    engine_save(a, &snap);
    assert_int_equal(engine_load(b, buf_span(&snap), &err), 0);
    assert_int_equal(engine_use_set(a, &other, &x), 0);
    assert_int_equal(engine_use_set(b, &other, &y), 0);
    assert_true(x.len > 0);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.p, y.p, x.len);
    engine_free(a);
    engine_free(b);
    tape_free(&t);
    buf_free(&out);
    buf_free(&snap);
    buf_free(&x);
    buf_free(&y);
}

static void a_snapshot_of_another_set_is_refused(void **state)
{
    struct engine_set other = rig.set;
    struct engine *b;
    struct buf snap;
    struct digest d;
    struct err err = ERR_INIT;

    (void)state;
    other.digest = digest_of(SPAN_LIT("other"));
    b = engine_new(&other);
    buf_init(&snap, 1 << 24);
    engine_save(rig.engine, &snap);
    assert_true(engine_saved_set(buf_span(&snap), &d));
    assert_true(digest_eq(&d, &rig.set.digest));
    assert_int_equal(engine_load(b, buf_span(&snap), &err), E_STATE);
    assert_string_equal(err.code, "snapshot.set");
    engine_free(b);
    buf_free(&snap);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Rows as sorted lines without what names a place in the journal.
static char *rows_of(struct rig *r, size_t per)
{
    static const enum effect_kind kinds[] = {
        EFFECT_ALERT, EFFECT_GROUP,   EFFECT_INCIDENT, EFFECT_CLOCK,  EFFECT_TIMELINE,
        EFFECT_TOOL,  EFFECT_SESSION, EFFECT_WINDOW,   EFFECT_SOURCE, EFFECT_ENTITY};
    char **line = calloc(20000, sizeof(*line));
    size_t n = 0, len = 1;
    char *all;

    tape_play(r, per);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const struct def_row *row = effect_row(kinds[k]);

        for (size_t i = 0; i < rig_rows(r, kinds[k]); i++) {
            AUTO_BUF b;

            buf_init(&b, 1 << 20);
            buf_printf(&b, "%s", row->name);
            for (size_t f = 0; f < row->nfields; f++) {
                const char *name = row->field[f].name;

                if (row->field[f].type != DEF_eid && strcmp(name, "block") && strcmp(name, "rec")) {
                    buf_printf(&b, " %s=%s", name, rig_cell(r, kinds[k], i, name));
                }
            }
            line[n] = calloc(1, b.len + 2);
            memcpy(line[n], b.p, b.len);
            line[n][b.len] = '\n';
            len += b.len + 1;
            n++;
        }
    }
    qsort(line, n, sizeof(*line), by_text);
    all = calloc(1, len);
    for (size_t i = 0; i < n; i++) {
        strncat(all, line[i], len - strlen(all) - 1);
        free(line[i]);
    }
    free(line);
    return all;
}

static void rows_do_not_depend_on_where_blocks_end(void **state)
{
    static const size_t per[] = {1, 3, 17, 400};
    char *first = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(per) / sizeof(per[0]); i++) {
        struct rig r;
        char *rows;

        rig_init(&r, NULL);
        rows = rows_of(&r, per[i]);
        assert_non_null(strstr(rows, "incident"));
        if (first) {
            assert_string_equal(rows, first);
            free(rows);
        } else {
            first = rows;
        }
        rig_finish(&r);
    }
    free(first);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_engine_loaded_at_any_block_goes_on_with_the_same_bytes),
        T(ids_made_before_a_snapshot_are_not_made_again_behind_it),
        T(a_snapshot_of_another_set_is_refused),
        cmocka_unit_test(rows_do_not_depend_on_where_blocks_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
