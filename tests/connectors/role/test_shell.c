// test_shell.c - the shell over a store in memory: restarts, lost stores, verdicts.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "connectors/role/engine_reload.h"
#include "connectors/role/engine_shell.h"
#include "connectors/role/engine_watch.h"
#include "tests/support/tape.h"

struct world {
    struct rig rig;
    struct tape tape;
    struct store_mem *mem;
    struct store port; // what the shell sees: may refuse to commit
    struct store_ops ops;
    int refuse;
    struct shell *shell;
    unsigned detects;
};

static struct world w;

static const struct engine_set *hook_set(void *ctx, const struct digest *d, struct err *err)
{
    (void)ctx;
    (void)err;
    return digest_eq(d, &w.rig.set.digest) ? &w.rig.set : NULL;
}

static void hook_committed(void *ctx, struct pos pos)
{
    (void)ctx;
    (void)pos;
}

static void hook_send(void *ctx, const struct effect_send *cmd)
{
    (void)ctx;
    (void)cmd;
}

static void hook_release(void *ctx, uint32_t epoch, uint64_t block)
{
    (void)ctx;
    (void)epoch;
    (void)block;
}

static utime_t hook_wall(void *ctx)
{
    (void)ctx;
    return rig_time(0);
}

static int mem_load(struct store *s, struct arena *a, struct store_state *ret, struct err *err)
{
    (void)s;
    return store_mem_port(w.mem)->ops->load(store_mem_port(w.mem), a, ret, err);
}

static int mem_inputs(struct store *s, struct pos from, struct arena *a, struct store_input **ret,
                      size_t *n, struct err *err)
{
    (void)s;
    return store_mem_port(w.mem)->ops->inputs(store_mem_port(w.mem), from, a, ret, n, err);
}

static int mem_commit(struct store *s, const struct store_commit *c, struct err *err)
{
    (void)s;
    if (w.refuse) {
        w.refuse--;
        return err_set(err, E_SYSTEM, "store.away", "the store is away");
    }
    return store_mem_port(w.mem)->ops->commit(store_mem_port(w.mem), c, err);
}

static int mem_waiting(struct store *s, size_t max, struct arena *a, struct store_waiting *ret,
                       struct err *err)
{
    (void)s;
    return store_mem_port(w.mem)->ops->waiting(store_mem_port(w.mem), max, a, ret, err);
}

static int mem_barrier(struct store *s, struct span name, bool *ret, struct err *err)
{
    (void)s;
    return store_mem_port(w.mem)->ops->barrier(store_mem_port(w.mem), name, ret, err);
}

static void open_shell(void)
{
    struct shell_hooks hooks = {hook_set, hook_committed, hook_send, hook_release, hook_wall, NULL};
    struct err err = ERR_INIT;

    if (shell_open(&w.port, &hooks, w.detects, &w.rig.set.digest, &w.shell, &err) ||
        shell_tail(w.shell, 1, 1, w.tape.n, &err)) {
        err_print(stderr, &err);
        fail();
    }
}

static void begin(unsigned detects)
{
    memset(&w, 0, sizeof(w));
    rig_init(&w.rig, NULL);
    tape_record(&w.tape, &w.rig, 3);
    w.mem = store_mem_new(fab_site_number(w.rig.fab));
    w.ops = (struct store_ops){.load = mem_load,
                               .inputs = mem_inputs,
                               .commit = mem_commit,
                               .waiting = mem_waiting,
                               .barrier = mem_barrier};
    w.port.ops = &w.ops;
    w.detects = detects;
    open_shell();
}

static void end(void)
{
    shell_close(w.shell);
    store_mem_free(w.mem);
    tape_free(&w.tape);
    rig_finish(&w.rig);
}

static int feed(uint64_t block)
{
    struct err err = ERR_INIT;

    assert_int_equal(
        shell_result(w.shell, (unsigned)(block % w.detects), w.tape.result[block - 1], &err), 0);
    return shell_work(w.shell, &err);
}

// Plays to the end; the shell is thrown away before every block of which `kill` says so.
static void play(unsigned seed, bool kill)
{
    uint64_t b = 1;

    while (b <= w.tape.n) {
        if (b % 50 == 20 && shell_live(w.shell) && store_mem_waiting(w.mem) == 0) {
            store_mem_intent(w.mem, "sato", "security", "note", "1", "seen");
            shell_news(w.shell);
        }
        if (kill && rand_r(&seed) % 40 == 0) {
            shell_close(w.shell);
            open_shell();
            b = shell_next_block(w.shell);
        }
        assert_int_equal(feed(b), 0);
        b++;
    }
    assert_true(shell_live(w.shell));
}

static void restarts_leave_the_same_rows_and_count_every_intent_once(void **state)
{
    struct buf calm, rough;

    (void)state;
    buf_init(&calm, (size_t)64 << 20);
    buf_init(&rough, (size_t)64 << 20);
    for (unsigned n = 1; n <= 3; n++) {
        begin(n);
        play(n, n > 1);
        buf_clear(n == 1 ? &calm : &rough);
        store_mem_print(w.mem, n == 1 ? &calm : &rough);
        if (n > 1) {
            assert_int_equal(rough.len, calm.len);
            assert_memory_equal(rough.p, calm.p, calm.len);
        }
        end();
    }
    buf_free(&calm);
    buf_free(&rough);
}

static void an_intent_is_applied_once_though_its_commit_had_to_wait(void **state)
{
    (void)state;
    begin(1);
    for (uint64_t b = 1; b <= 30; b++) {
        assert_int_equal(feed(b), 0);
    }
    store_mem_intent(w.mem, "sato", "security", "note", "1", "seen");
    shell_news(w.shell);
    w.refuse = 2;
    assert_int_equal(feed(31), E_SYSTEM);
    shell_news(w.shell); // the store came back and says that something waits
    assert_int_equal(feed(32), E_SYSTEM);
    assert_int_equal(feed(33), 0);
    assert_int_equal(store_mem_rows(w.mem, EFFECT_INTENT), 1);
    assert_int_equal(store_mem_waiting(w.mem), 0);
    end();
}

static void an_intent_whose_wake_up_was_lost_is_found_within_the_quiet_blocks(void **state)
{
    uint64_t b = 1;

    (void)state;
    begin(1);
    for (; b <= 30; b++) {
        assert_int_equal(feed(b), 0);
    }
    store_mem_intent(w.mem, "sato", "security", "note", "1", "seen"); // and nobody says so
    for (; b <= 30 + SHELL_QUIET_BLOCKS; b++) {
        assert_int_equal(feed(b), 0);
    }
    assert_int_equal(store_mem_rows(w.mem, EFFECT_INTENT), 1);
    assert_int_equal(store_mem_waiting(w.mem), 0);
    end();
}

static void reports_are_held_back_before_there_is_no_room(void **state)
{
    AUTO_BUF b;
    size_t n = 0;

    (void)state;
    begin(1);
    buf_init(&b, 256);
    input_put_control(&b, &(struct input_control){.kind = SPAN_LIT("reset")});
    while (shell_input_room(w.shell)) {
        assert_int_equal(shell_input(w.shell, buf_span(&b)), 0);
        n++;
    }
    assert_true(n >= 4 * 30);                                // thirty tools, four reports each
    assert_int_equal(shell_input(w.shell, buf_span(&b)), 0); // a notice still fits
    assert_int_equal(feed(1), 0);
    assert_true(shell_input_room(w.shell));
    end();
}

static void note(void *ctx, const struct input *in)
{
    struct verdict_killer *v = ctx;

    if (in->kind == INPUT_NOTICE) {
        assert_true(verdict_parse(in->notice.text, v));
    }
}

static void a_verdict_on_a_record_is_known_after_a_restart(void **state)
{
    struct verdict_killer v = {0};
    AUTO_BUF b;

    (void)state;
    begin(2);
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(feed(i), 0);
    }
    buf_init(&b, 256);
    input_put_notice(&b, &(struct input_notice){.kind = SPAN_LIT("killer"),
                                                .text = SPAN_LIT("block=9 rec=4 detect=1")});
    assert_int_equal(shell_input(w.shell, buf_span(&b)), 0);
    assert_int_equal(feed(6), 0);
    shell_close(w.shell);
    open_shell();
    shell_recorded(w.shell, note, &v);
    assert_int_equal(v.block, 9);
    assert_int_equal(v.rec, 4);
    assert_false(verdict_parse(SPAN_LIT("block=x rec=1"), &v));
    assert_false(verdict_parse(SPAN_LIT("block=1"), &v));
    end();
}

static void killers_are_known_once_each_until_their_block_is_stepped(void **state)
{
    static struct killers ks;

    (void)state;
    ks.n = 0;
    assert_true(killers_add(&ks, &(struct verdict_killer){9, 4}));
    assert_true(killers_add(&ks, &(struct verdict_killer){9, 4}));
    assert_true(killers_add(&ks, &(struct verdict_killer){9, 5}));
    assert_true(killers_add(&ks, &(struct verdict_killer){8, 5}));
    assert_int_equal(ks.n, 3);
    killers_forget(&ks, 9);
    assert_int_equal(ks.n, 2);
    for (uint32_t i = 0; i < KILLERS_MAX - 2; i++) {
        assert_true(killers_add(&ks, &(struct verdict_killer){10, i}));
    }
    assert_false(killers_add(&ks, &(struct verdict_killer){11, 0}));
    assert_true(killers_add(&ks, &(struct verdict_killer){10, 0}));
}

// The number after the head of MSG_FROM, then (block, record) each.
static void after_a_restart_detect_hears_of_killers_in_later_blocks_too(void **state)
{
    static struct killers ks;
    const struct watch watch = {.block = 6, .careful = true};
    struct rd r;
    AUTO_BUF b;

    (void)state;
    ks.n = 0;
    (void)killers_add(&ks, &(struct verdict_killer){4, 1}); // stepped
    (void)killers_add(&ks, &(struct verdict_killer){7, 2}); // of the other detect
    (void)killers_add(&ks, &(struct verdict_killer){6, 3});
    (void)killers_add(&ks, &(struct verdict_killer){12, 4});
    buf_init(&b, 256);
    watch_from(&watch, &ks, 0, 2, 6, &b);
    r = rd_of(buf_span(&b));
    assert_int_equal(rd_u8(&r), 0);
    assert_int_equal(rd_u64(&r), 6);
    assert_int_equal(rd_u8(&r), 1);
    assert_int_equal(rd_u32(&r), 2);
    assert_int_equal(rd_u64(&r), 6);
    assert_int_equal(rd_u32(&r), 3);
    assert_int_equal(rd_u64(&r), 12);
    assert_int_equal(rd_u32(&r), 4);
    assert_true(rd_done(&r));
}

static void a_set_is_asked_for_once_and_again_of_a_new_intake(void **state)
{
    const struct digest a = {{1}}, b = {{2}}, c = {{3}};
    struct reload r = {.wanted = b};

    (void)state;
    reload_tail(&r, 7);
    assert_false(reload_due(&r, &a, 6)); // what is in the journal may name it
    assert_true(reload_due(&r, &a, 7));
    reload_asked(&r);
    assert_false(reload_due(&r, &a, 8));
    r.wanted = c;
    assert_false(reload_due(&r, &a, 9)); // one at a time
    assert_true(reload_due(&r, &b, 10));
    reload_asked(&r);
    reload_tail(&r, 12); // the old intake may have died with it
    assert_false(reload_due(&r, &b, 11));
    assert_true(reload_due(&r, &b, 12));
    reload_refused(&r, &b);
    assert_false(reload_due(&r, &b, 13));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarts_leave_the_same_rows_and_count_every_intent_once),
        cmocka_unit_test(an_intent_is_applied_once_though_its_commit_had_to_wait),
        cmocka_unit_test(an_intent_whose_wake_up_was_lost_is_found_within_the_quiet_blocks),
        cmocka_unit_test(reports_are_held_back_before_there_is_no_room),
        cmocka_unit_test(a_verdict_on_a_record_is_known_after_a_restart),
        cmocka_unit_test(killers_are_known_once_each_until_their_block_is_stepped),
        cmocka_unit_test(a_set_is_asked_for_once_and_again_of_a_new_intake),
        cmocka_unit_test(after_a_restart_detect_hears_of_killers_in_later_blocks_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
