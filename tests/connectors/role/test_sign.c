// test_sign.c - what sign refuses, each beside the same row unmutated that it would sign.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/role/sign.h"

#define NOW (1800000000 * UTIME_SECOND)

struct fixture {
    struct sig_key key;
    struct command c;
    struct sign_row row;
    struct buf bytes;
};

static void begin(struct fixture *f)
{
    static const unsigned char raw[SIG_KEY_LEN] = {1, 2, 3};

    *f = (struct fixture){.key = sig_key_of(raw)};
    f->c = (struct command){.alg = 1,
                            .key_id = span_of((const char *)f->key.id, SIG_KEY_ID_LEN),
                            .agent = SPAN_LIT("pam-01"),
                            .step = 3,
                            .counter = 9,
                            .not_before = NOW,
                            .not_after = NOW + 120 * UTIME_SECOND,
                            .action = SPAN_LIT("pam.terminate")};
    f->c.id.b[3] = 1;
    f->c.run.b[3] = 2;
    f->c.plan_hash.b[3] = 3;
    buf_init(&f->bytes, COMMAND_MAX);
    command_put(&f->bytes, &f->c);
    assert_true(buf_ok(&f->bytes));
    f->row = (struct sign_row){.id = f->c.id,
                               .run = f->c.run,
                               .step = 3,
                               .agent = SPAN_LIT("pam-01"),
                               .counter = 9,
                               .plan_hash = span_of((char *)f->c.plan_hash.b, SHA256_LEN),
                               .bytes = buf_span(&f->bytes)};
}

static void encode_again(struct fixture *f)
{
    buf_clear(&f->bytes);
    command_put(&f->bytes, &f->c);
    f->row.bytes = buf_span(&f->bytes);
}

static void assert_refused(struct fixture *f, const char *code)
{
    struct err err = ERR_INIT;

    assert_int_not_equal(sign_check(&f->row, &f->key, NOW, &err), 0);
    assert_string_equal(err.code, code);
    buf_free(&f->bytes);
}

static void approved_command_is_right(void **state)
{
    struct fixture f;
    struct err err = ERR_INIT;

    (void)state;
    begin(&f);
    assert_int_equal(sign_check(&f.row, &f.key, NOW, &err), 0);
    buf_free(&f.bytes);
}

static void changed_plan_hash_is_refused(void **state)
{
    unsigned char other[SHA256_LEN] = {0};
    struct fixture f;

    (void)state;
    begin(&f);
    f.row.plan_hash = span_of((char *)other, SHA256_LEN);
    assert_refused(&f, "sign.differs");
}

static void each_column_must_agree_with_the_bytes(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f), f.row.id.b[0] ^= 1, assert_refused(&f, "sign.differs");
    begin(&f), f.row.run.b[0] ^= 1, assert_refused(&f, "sign.differs");
    begin(&f), f.row.step++, assert_refused(&f, "sign.differs");
    begin(&f), f.row.counter++, assert_refused(&f, "sign.differs");
    begin(&f), f.row.agent = SPAN_LIT("pam-02"), assert_refused(&f, "sign.differs");
}

static void bytes_that_are_no_command_are_refused(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.row.bytes.n--;
    assert_refused(&f, "command.short");
}

static void other_key_is_refused(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.key.id[0] ^= 1; // the bytes point at the fixture's key: give them the old name back
    f.c.key_id = SPAN_LIT("12345678");
    encode_again(&f);
    assert_refused(&f, "sign.key");
}

static void closed_and_wide_windows_are_refused(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.c.not_before = NOW - 60 * UTIME_SECOND;
    f.c.not_after = NOW - 1;
    encode_again(&f);
    assert_refused(&f, "sign.expired");
    begin(&f);
    f.c.not_after++;
    encode_again(&f);
    assert_refused(&f, "sign.window");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(approved_command_is_right),
        cmocka_unit_test(changed_plan_hash_is_refused),
        cmocka_unit_test(each_column_must_agree_with_the_bytes),
        cmocka_unit_test(bytes_that_are_no_command_are_refused),
        cmocka_unit_test(other_key_is_refused),
        cmocka_unit_test(closed_and_wide_windows_are_refused),
    };

    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
