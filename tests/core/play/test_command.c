// test_command.c - a command has one encoding, and nothing else is read as one.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/play/command.h"
#include "core/play/mpack.h"

static struct command example(void)
{
    struct command c = {
        .alg = 1,
        .key_id = SPAN_LIT("\x01\x02\x03\x04\x05\x06\x07\xff"),
        .agent = SPAN_LIT("agent-litho"),
        .id = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
        .run = {{0xff, 0xfe}},
        .step = 3,
        .attempt = 1,
        .token = 200,
        .counter = 70000,
        .not_before = 1795312767000000,
        .not_after = 1795312887000000,
        .max_runtime_ms = 30000,
        .action = SPAN_LIT("pam.terminate"),
        .target = SPAN_LIT("LITHO-03"),
        .params = SPAN_LIT("{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{}}}"),
        .pre_state = SPAN_LIT("live"),
        .napprovals = 2,
        .approval = {{SPAN_LIT("sato"), SPAN_LIT("security")},
                     {SPAN_LIT("kimura"), SPAN_LIT("fab-operations")}},
    };

    memset(c.plan_hash.b, 0xab, sizeof(c.plan_hash.b));
    return c;
}

static void same(const struct command *a, const struct command *b)
{
    assert_int_equal(a->alg, b->alg);
    assert_true(span_eq(a->key_id, b->key_id));
    assert_true(span_eq(a->agent, b->agent));
    assert_true(eid_eq(&a->id, &b->id));
    assert_true(eid_eq(&a->run, &b->run));
    assert_int_equal(a->step, b->step);
    assert_int_equal(a->attempt, b->attempt);
    assert_int_equal(a->token, b->token);
    assert_int_equal(a->counter, b->counter);
    assert_int_equal(a->not_before, b->not_before);
    assert_int_equal(a->not_after, b->not_after);
    assert_int_equal(a->max_runtime_ms, b->max_runtime_ms);
    assert_true(span_eq(a->action, b->action));
    assert_true(span_eq(a->target, b->target));
    assert_true(span_eq(a->params, b->params));
    assert_true(span_eq(a->pre_state, b->pre_state));
    assert_true(digest_eq(&a->plan_hash, &b->plan_hash));
    assert_int_equal(a->napprovals, b->napprovals);
    for (size_t i = 0; i < a->napprovals; i++) {
        assert_true(span_eq(a->approval[i].person, b->approval[i].person));
        assert_true(span_eq(a->approval[i].function, b->approval[i].function));
    }
}

static void written_command_reads_back_the_same(void **state)
{
    struct command c = example(), got;
    struct err err = ERR_INIT;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    command_put(&b, &c);
    assert_true(buf_ok(&b));
    assert_int_equal(command_get(buf_span(&b), &got, &err), E_OK);
    same(&c, &got);
}

// Written out by hand from the msgpack specification, so that writer and reader cannot agree on an
// error.
static void first_bytes_are_those_of_the_specification(void **state)
{
    static const unsigned char want[] = {
        0xdc, 0x00, 0x12,                                                     // array of 18
        0x01,                                                                 // alg
        0xc4, 0x08, 1,    2,    3,    4,    5,    6,    7,    0xff,           // key id
        0xab, 'a',  'g',  'e',  'n',  't',  '-',  'l',  'i',  't',  'h', 'o', // agent
        0xc4, 0x10, 1,    2,    3,    4,    5,    6,    7,    8,    9,   10,
        11,   12,   13,   14,   15,   16, // id
        0xc4, 0x10, 0xff, 0xfe, 0,    0,    0,    0,    0,    0,    0,   0,
        0,    0,    0,    0,    0,    0,                      // run
        0x03, 0x01, 0xcc, 200,  0xce, 0x00, 0x01, 0x11, 0x70, // step attempt token counter
        0xcf, 0x00, 0x06, 0x60,                               // not_before begins
    };
    struct command c = example();
    AUTO_BUF b;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    command_put(&b, &c);
    assert_true(b.len > sizeof(want));
    assert_memory_equal(b.p, want, sizeof(want));
}

static void every_truncation_is_refused(void **state)
{
    struct command c = example(), got;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    command_put(&b, &c);
    for (size_t n = 0; n < b.len; n++) {
        struct err err = ERR_INIT;
        char *copy = malloc(n + 1); // exact size, so that a read past the end is seen by asan

        assert_non_null(copy);
        memcpy(copy, b.p, n);
        assert_int_equal(command_get(span_of(copy, n), &got, &err), E_INPUT);
        assert_string_equal(err.code, "command.short");
        free(copy);
    }
}

static void every_flipped_bit_is_refused_or_another_command(void **state)
{
    struct command c = example(), got;
    AUTO_BUF b;
    AUTO_BUF again;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    buf_init(&again, COMMAND_MAX);
    command_put(&b, &c);
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        b.p[bit / 8] ^= (char)(1 << bit % 8);
        if (command_get(buf_span(&b), &got, NULL) == E_OK) {
            buf_clear(&again);
            command_put(&again, &got);
            assert_true(buf_ok(&again));
            assert_true(span_eq(buf_span(&again), buf_span(&b)));
        }
        b.p[bit / 8] ^= (char)(1 << bit % 8);
    }
}

static void trailing_byte_is_refused(void **state)
{
    struct command c = example(), got;
    struct err err = ERR_INIT;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    command_put(&b, &c);
    buf_u8(&b, 0);
    assert_int_equal(command_get(buf_span(&b), &got, &err), E_INPUT);
    assert_string_equal(err.code, "command.trailing");
}

static void longer_forms_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        char type;
    } longer[] = {
        {"\xcc\x7f", 2, 'u'},
        {"\xcd\x00\xff", 3, 'u'},
        {"\xce\x00\x00\xff\xff", 5, 'u'},
        {"\xcf\x00\x00\x00\x00\xff\xff\xff\xff", 9, 'u'},
        {"\xd9\x01"
         "a",
         3, 's'},
        {"\xda\x00\x01"
         "a",
         4, 's'},
        {"\xc5\x00\x01"
         "a",
         4, 'b'},
        {"\xdc\x00\x01\x01", 4, 'a'},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(longer); i++) {
        struct mpack_rd r = mpack_of(span_of(longer[i].bytes, longer[i].n));

        switch (longer[i].type) {
        case 'u': mpack_uint(&r, UINT64_MAX); break;
        case 's': mpack_str(&r, 100); break;
        case 'b': mpack_bin(&r, 0, 100); break;
        default: mpack_array(&r, 0, 100);
        }
        assert_int_equal(r.why, MPACK_LONG);
        assert_false(rd_ok(&r.in));
    }
}

static void numbers_at_every_border_read_back(void **state)
{
    static const uint64_t v[] = {0,     1,     127,        128,        255,       256,
                                 65535, 65536, UINT32_MAX, 1ULL << 32, UINT64_MAX};
    static const size_t len[] = {1, 1, 1, 2, 2, 3, 3, 5, 5, 9, 9};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        struct mpack_rd r;
        AUTO_BUF b;

        buf_init(&b, 16);
        mpack_put_uint(&b, v[i]);
        assert_int_equal(b.len, len[i]);
        r = mpack_of(buf_span(&b));
        assert_true(mpack_uint(&r, UINT64_MAX) == v[i]);
        assert_true(rd_done(&r.in));
    }
}

static void strings_at_every_border_read_back(void **state)
{
    static const size_t n[] = {0, 31, 32, 255, 256, COMMAND_PARAMS_MAX};
    static char text[COMMAND_PARAMS_MAX + 1];

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < ARRAY_LEN(n); i++) {
        struct mpack_rd r;
        AUTO_BUF b;

        buf_init(&b, COMMAND_MAX);
        mpack_put_str(&b, span_of(text, n[i]), COMMAND_PARAMS_MAX);
        r = mpack_of(buf_span(&b));
        assert_int_equal(mpack_str(&r, COMMAND_PARAMS_MAX).n, n[i]);
        assert_true(rd_done(&r.in));
    }
}

static void what_is_over_a_bound_is_not_written(void **state)
{
    static char text[COMMAND_PARAMS_MAX + 1];
    struct command bad[6];
    AUTO_BUF b;

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        bad[i] = example();
    }
    bad[0].params = span_of(text, sizeof(text));
    bad[1].agent = span_of(text, COMMAND_NAME_MAX + 1);
    bad[2].napprovals = COMMAND_APPROVALS_MAX + 1;
    bad[3].not_before = UTIME_NONE;
    bad[4].target = SPAN_LIT("\xff");
    bad[5].key_id = SPAN_LIT("short");
    buf_init(&b, 2 * COMMAND_MAX);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        buf_clear(&b);
        command_put(&b, &bad[i]);
        assert_false(buf_ok(&b));
    }
}

static void largest_command_fits(void **state)
{
    static char text[COMMAND_PARAMS_MAX];
    struct command c = example(), got;
    struct span name;
    AUTO_BUF b;

    (void)state;
    memset(text, 'x', sizeof(text));
    name = span_of(text, COMMAND_NAME_MAX);
    c.params = span_of(text, sizeof(text));
    c.agent = c.action = c.target = c.pre_state = name;
    c.napprovals = COMMAND_APPROVALS_MAX;
    for (size_t i = 0; i < c.napprovals; i++) {
        c.approval[i] = (struct command_approval){name, name};
    }
    buf_init(&b, COMMAND_MAX);
    command_put(&b, &c);
    assert_true(buf_ok(&b));
    assert_int_equal(command_get(buf_span(&b), &got, NULL), E_OK);
    same(&c, &got);
}

static void signed_bytes_begin_with_context_and_its_terminator(void **state)
{
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 100);
    command_signed(&b, COMMAND_CONTEXT, SPAN_LIT("\x90"));
    assert_true(span_eq(buf_span(&b), SPAN_LIT("fabsoc-cmd-v1\0\x90")));
}

static struct command_report example_report(void)
{
    return (struct command_report){
        .id = {{9, 8, 7}},
        .agent = SPAN_LIT("agent-litho"),
        .counter = 300,
        .state = SPAN_LIT("finished"),
        .code = SPAN_NONE,
        .text = SPAN_LIT("session 77 ended"),
        .at = 1795312767000000,
    };
}

static void report_reads_back_and_its_truncations_do_not(void **state)
{
    struct command_report r = example_report(), got;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    report_put(&b, &r);
    assert_int_equal(report_get(buf_span(&b), &got, NULL), E_OK);
    assert_true(eid_eq(&r.id, &got.id));
    assert_true(span_eq(r.agent, got.agent));
    assert_int_equal(r.counter, got.counter);
    assert_true(span_eq(r.state, got.state));
    assert_int_equal(got.code.n, 0);
    assert_true(span_eq(r.text, got.text));
    assert_int_equal(r.at, got.at);
    for (size_t n = 0; n < b.len; n++) {
        assert_int_equal(report_get(span_of(b.p, n), &got, NULL), E_INPUT);
    }
}

static void report_text_from_a_far_end_is_made_clean(void **state)
{
    struct command_report r = example_report(), got;
    AUTO_BUF b;

    (void)state;
    r.text = SPAN_LIT("vlan\x1b[2J \xff");
    buf_init(&b, COMMAND_MAX);
    report_put(&b, &r);
    assert_int_equal(report_get(buf_span(&b), &got, NULL), E_OK);
    assert_true(span_eq(got.text, SPAN_LIT("vlan\\x1b[2J \\xff")));
}

static void command_is_no_report(void **state)
{
    struct command c = example();
    struct command_report got;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, COMMAND_MAX);
    command_put(&b, &c);
    assert_int_equal(report_get(buf_span(&b), &got, NULL), E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_command_reads_back_the_same),
        cmocka_unit_test(first_bytes_are_those_of_the_specification),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_another_command),
        cmocka_unit_test(trailing_byte_is_refused),
        cmocka_unit_test(longer_forms_are_refused),
        cmocka_unit_test(numbers_at_every_border_read_back),
        cmocka_unit_test(strings_at_every_border_read_back),
        cmocka_unit_test(what_is_over_a_bound_is_not_written),
        cmocka_unit_test(largest_command_fits),
        cmocka_unit_test(signed_bytes_begin_with_context_and_its_terminator),
        cmocka_unit_test(report_reads_back_and_its_truncations_do_not),
        cmocka_unit_test(report_text_from_a_far_end_is_made_clean),
        cmocka_unit_test(command_is_no_report),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
