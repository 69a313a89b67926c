// test_order.c - time and order: the watermark, block borders, snapshots, windows.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/engine/said.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    said_begin(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

// ---- the watermark

static void a_logon_waits_for_a_checkout_that_a_slower_source_says_later(void **state)
{
    (void)state;
    said_sshd(&rig, 5, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    rig_tick(&rig, 6); // a tick has passed, but not the watermark
    rig_block(&rig);
    said_checkout(&rig, 4, "mes-1", "svc_mes");
    said_ticks(&rig, 7, 30);
    rig_block(&rig);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "late"), "0");
}

static void what_comes_behind_the_watermark_is_counted_late(void **state)
{
    (void)state;
    said_sshd(&rig, 5, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    said_ticks(&rig, 6, 40);
    rig_block(&rig);
    said_checkout(&rig, 4, "mes-1", "svc_mes");
    said_ticks(&rig, 41, 60);
    rig_block(&rig);

    assert_int_equal(said_alerts(&rig, "Privileged account used without a checkout"), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "late"), "1");
    assert_int_equal(rig_count(&rig, EFFECT_SOURCE, "late", "1", NULL), 1);
}

// A service that is pointed at a file whose records are older than its first tick.
static void an_old_file_that_is_heard_first_is_not_late(void **state)
{
    (void)state;
    rig_tick(&rig, 9);
    rig_block(&rig);
    said_checkout(&rig, 4, "mes-1", "svc_mes");
    said_sshd(&rig, 5, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    rig_tick(&rig, 10);
    rig_block(&rig);
    said_sshd(&rig, 6, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    said_ticks(&rig, 11, 40);
    rig_block(&rig);

    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "late"), "0");
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
}

// A record of `days` ago that comes in second `at`.
static void old_record(uint16_t source, int at, int days)
{
    result_counts(&rig.result, &(struct counts){.source = source,
                                                .records = 1,
                                                .newest = rig_time(at) - days * UTIME_DAY,
                                                .received = rig_time(at) * 1000});
}

static void assert_watermark(int second, int days)
{
    char want[TIME_TEXT];

    (void)utime_text(rig_time(second) - days * UTIME_DAY, want);
    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "watermark"), want);
}

static void a_source_that_reads_the_past_holds_nobody_up(void **state)
{
    (void)state;
    rig_tick(&rig, 9);
    old_record(OS, 9, 3); // alone it is followed in its order
    rig_tick(&rig, 10);
    rig_block(&rig);
    assert_watermark(9 - 2, 3);
    said_sensor(&rig, 11, "10.99.1.1", "10.20.3.13", "60");
    old_record(OS, 11, 3);
    rig_tick(&rig, 12);
    rig_block(&rig);
    assert_watermark(11 - 2, 0);
    said_sshd(&rig, 12, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77"); // it has come up
    said_sensor(&rig, 14, "10.99.1.1", "10.20.3.13", "60");
    rig_tick(&rig, 15);
    rig_block(&rig);
    assert_watermark(12 - 2, 0);
}

// ---- block borders

// Ten minutes of several sources; `cut` ends a block behind every item.
static void night(struct rig *r, bool cut)
{
    static const char *const tools[] = {"10.20.3.13", "10.20.4.13", "10.20.5.13"};

    for (int t = 1; t <= 600; t++) {
        if (t % 40 == 3) {
            said_sensor(r, t - 1, t % 80 == 3 ? "10.99.1.1" : "10.99.1.2", tools[t / 40 % 3], "60");
        }
        if (t % 7 == 2) {
            said_sshd(r, t - 2, KIND_LOGON_FAILED, t % 2 ? "mes-1" : "rms-1", "root", "10.20.40.9");
        }
        if (t == 100 || t == 400) {
            said_session(r, t, "s-1", "litho-01",
                         t == 100 ? KIND_SESSION_START : KIND_SESSION_STOP);
        }
        if (t % 150 == 20) {
            said_sshd(r, t, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
        }
        if (cut) {
            rig_block(r);
        }
        rig_tick(r, t);
        if (cut) {
            rig_block(r);
        }
    }
    rig_block(r);
}

static const struct {
    enum effect_kind kind;
    const char *field[12];
} compared[] = {
    {EFFECT_ALERT,
     {"number", "rule_id", "event_time", "found", "source", "seq", "tier", "asset", "actor",
      "summary", "severity"}},
    {EFFECT_GROUP,
     {"number", "alerts", "first", "last", "found", "tier", "state", "expected", "why", "ack_due"}},
    {EFFECT_INCIDENT,
     {"number", "title", "asset", "tier", "hazard", "alerts", "score", "first", "last", "opened",
      "source_kinds"}},
    {EFFECT_ENTITY, {"kind", "value", "alerts", "first", "last"}},
    {EFFECT_TIMELINE, {"kind", "actor", "text", "event_time", "found"}},
    {EFFECT_CLOCK, {"phase", "tier", "started", "due", "breached"}},
    {EFFECT_SESSION, {"id", "person", "started", "ended", "state"}},
    {EFFECT_SOURCE, {"number", "records", "newest", "received", "late", "asks"}},
    {EFFECT_STATUS, {"events", "alerts", "groups", "incidents", "late", "watermark", "expected"}},
};

static void assert_same_rows(struct rig *a, struct rig *b)
{
    for (size_t k = 0; k < sizeof(compared) / sizeof(compared[0]); k++) {
        assert_int_equal(rig_rows(a, compared[k].kind), rig_rows(b, compared[k].kind));
        for (size_t i = 0; i < rig_rows(a, compared[k].kind); i++) {
            for (size_t f = 0; f < 12 && compared[k].field[f]; f++) {
                char *left = strdup(rig_cell(a, compared[k].kind, i, compared[k].field[f]));

                assert_non_null(left);
                assert_string_equal(left, rig_cell(b, compared[k].kind, i, compared[k].field[f]));
                free(left);
            }
        }
    }
}

static void blocks_cut_anywhere_give_the_same_rows(void **state)
{
    struct rig other;

    (void)state;
    said_begin(&other);
    night(&rig, false);
    night(&other, true);

    assert_true(rig_rows(&rig, EFFECT_INCIDENT) >= 3);
    assert_true(rig_rows(&rig, EFFECT_ALERT) >= 20);
    assert_same_rows(&rig, &other);
    rig_finish(&other);
}

static void the_same_inputs_give_the_same_bytes(void **state)
{
    struct digest a, b;
    struct rig other;

    (void)state;
    said_begin(&other);
    night(&rig, false);
    night(&other, false);
    a = engine_digest(rig.engine);
    b = engine_digest(other.engine);

    assert_true(digest_eq(&a, &b));
    rig_finish(&other);
}

// ---- snapshots

static void step_both(struct rig *r, struct engine *copy)
{
    struct err err = ERR_INIT;
    AUTO_BUF left;
    AUTO_BUF right;

    buf_init(&left, (size_t)64 << 20);
    buf_init(&right, (size_t)64 << 20);
    assert_int_equal(result_end(&r->result), 0);
    r->open = false;
    assert_int_equal(engine_block(r->engine, buf_span(&r->result), &left, &err), 0);
    assert_int_equal(engine_block(copy, buf_span(&r->result), &right, &err), 0);
    engine_end_block(r->engine, &left);
    engine_end_block(copy, &right);
    assert_true(left.len > 1000);
    assert_int_equal(left.len, right.len);
    assert_memory_equal(left.p, right.p, left.len);
}

static void an_engine_loaded_from_a_snapshot_goes_on_with_the_same_bytes(void **state)
{
    struct err err = ERR_INIT;
    struct engine *copy = engine_new(&rig.set);
    AUTO_BUF first;
    AUTO_BUF again;

    (void)state;
    buf_init(&first, (size_t)256 << 20);
    buf_init(&again, (size_t)256 << 20);
    night(&rig, false);
    said_sensor(&rig, 600, "10.99.1.9", "10.20.3.14", "60"); // waits behind the watermark
    said_session(&rig, 600, "s-2", "litho-05", KIND_SESSION_START);
    rig_block(&rig);
    engine_save(rig.engine, &first);
    assert_non_null(copy);
    assert_int_equal(engine_load(copy, buf_span(&first), &err), 0);
    engine_save(copy, &again);
    assert_int_equal(first.len, again.len);
    assert_memory_equal(first.p, again.p, first.len);

    said_sshd(&rig, 602, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    said_sshd(&rig, 603, KIND_LOGON_FAILED, "mes-1", "root", "10.20.40.9");
    said_ticks(&rig, 601, 1500);
    step_both(&rig, copy);
    engine_free(copy);
}

static void a_damaged_snapshot_is_refused(void **state)
{
    struct err err = ERR_INIT;
    AUTO_BUF saved;

    (void)state;
    buf_init(&saved, (size_t)256 << 20);
    night(&rig, false);
    engine_save(rig.engine, &saved);
    for (size_t i = 0; i < saved.len; i += saved.len / 97 + 1) {
        struct engine *copy = engine_new(&rig.set);

        assert_non_null(copy);
        saved.p[i] ^= 4;
        assert_int_equal(engine_load(copy, buf_span(&saved), &err), E_INPUT);
        saved.p[i] ^= 4;
        assert_int_equal(engine_load(copy, span_sub(buf_span(&saved), 0, i), &err), E_INPUT);
        engine_free(copy);
    }
}

// ---- correlation windows

static const char guessing[] = "Password guessing from one address";

static void failures(int from, int to, int every)
{
    for (int t = from; t <= to; t += every) {
        said_sshd(&rig, t, KIND_LOGON_FAILED, "mes-1", "root", "10.20.40.9");
    }
}

static void ten_failures_are_guessing_only_within_five_minutes(void **state)
{
    (void)state;
    failures(10, 10 + 9 * 34, 34); // the tenth is 306 s behind the first
    said_ticks(&rig, 11, 400);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, guessing), 0);

    failures(1000, 1000 + 9 * 33, 33); // 297 s
    said_ticks(&rig, 1001, 1400);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, guessing), 1);
}

static void a_correlation_that_fired_is_quiet_for_its_time_span(void **state)
{
    (void)state;
    failures(10, 10 + 200, 5);
    said_ticks(&rig, 11, 400);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, guessing), 1);

    failures(410, 410 + 60, 5); // the first firing is more than five minutes old
    said_ticks(&rig, 411, 600);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, guessing), 2);
}

static void one_account_on_many_hosts_counts_each_host_once(void **state)
{
    static const char *const hosts[] = {"mes-1", "rms-1", "litho-01", "litho-05", "etch-01"};

    (void)state;
    for (int i = 0; i < 8; i++) {
        said_sshd(&rig, 10 + i, KIND_LOGON_FAILED, hosts[i % 4], "kato", "10.20.40.10");
    }
    said_ticks(&rig, 11, 60);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, "One account refused on many hosts"), 0);
    said_sshd(&rig, 61, KIND_LOGON_FAILED, hosts[4], "kato", "10.20.40.10");
    said_ticks(&rig, 62, 100);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, "One account refused on many hosts"), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_logon_waits_for_a_checkout_that_a_slower_source_says_later),
        T(what_comes_behind_the_watermark_is_counted_late),
        T(an_old_file_that_is_heard_first_is_not_late),
        T(a_source_that_reads_the_past_holds_nobody_up),
        T(blocks_cut_anywhere_give_the_same_rows),
        T(the_same_inputs_give_the_same_bytes),
        T(an_engine_loaded_from_a_snapshot_goes_on_with_the_same_bytes),
        T(a_damaged_snapshot_is_refused),
        T(ten_failures_are_guessing_only_within_five_minutes),
        T(a_correlation_that_fired_is_quiet_for_its_time_span),
        T(one_account_on_many_hosts_counts_each_host_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
