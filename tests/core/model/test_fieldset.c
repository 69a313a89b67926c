// test_fieldset.c - every core field has a bit of its own, and travels in an observation.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/model/event.h"
#include "core/model/result.h"

static void every_field_has_a_bit_of_its_own(void **state)
{
    (void)state;
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        struct fieldset s = {0};

        fieldset_add(&s, f);
        for (unsigned g = 0; g < FIELD_COUNT; g++) {
            assert_int_equal(fieldset_has(&s, g), f == g);
        }
        assert_int_equal(fieldset_next(&s, 0), f);
        assert_int_equal(fieldset_next(&s, f), f);
        assert_int_equal(fieldset_next(&s, f + 1), FIELD_COUNT);
        assert_true(fieldset_valid(&s));
        fieldset_drop(&s, f);
        assert_int_equal(fieldset_next(&s, 0), FIELD_COUNT);
    }
}

static void a_walk_meets_each_member_once_in_order(void **state)
{
    static const enum field in[] = {0, FIELD_USER_NAME, 63, 64, FIELD_COUNT - 1};
    struct fieldset s = {0};
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(in) / sizeof(*in); i++) {
        fieldset_add(&s, in[i]);
    }
    for (unsigned f = fieldset_next(&s, 0); f < FIELD_COUNT; f = fieldset_next(&s, f + 1)) {
        assert_true(n < sizeof(in) / sizeof(*in));
        assert_int_equal(f, in[n++]);
    }
    assert_int_equal(n, sizeof(in) / sizeof(*in));
}

static void bits_that_are_no_field_are_seen(void **state)
{
    struct fieldset s = {0};

    (void)state;
    for (unsigned b = FIELD_COUNT; b < 64 * FIELDSET_WORDS; b++) {
        memset(&s, 0, sizeof(s));
        s.w[b / 64] = UINT64_C(1) << (b % 64);
        assert_false(fieldset_valid(&s));
    }
}

static void an_observation_keeps_its_last_field(void **state)
{
    struct obs o = {.kind = KIND_SECRET_LEAKED};
    struct digest set = {{0}};
    AUTO_BUF b = {0};
    struct result r;
    struct res_item it;

    (void)state;
    buf_init(&b, 4096);
    fieldset_add(&o.mask, FIELD_ACTIONS);
    o.field[FIELD_ACTIONS] = SPAN_LIT("login calibrate");
    fieldset_add(&o.mask, FIELD_EVENT_ACTION);
    o.field[FIELD_EVENT_ACTION] = SPAN_LIT("leaked");
    result_begin(&b, 1, 7, &set);
    result_obs(&b, &o);
    assert_int_equal(result_end(&b), 0);
    assert_int_equal(result_open(buf_span(&b), &r), 0);
    assert_int_equal(result_next(&r, &it), 1);
    assert_int_equal(it.obs.kind, KIND_SECRET_LEAKED);
    assert_true(span_eq(it.obs.field[FIELD_ACTIONS], SPAN_LIT("login calibrate")));
    assert_true(span_eq(it.obs.field[FIELD_EVENT_ACTION], SPAN_LIT("leaked")));
    assert_int_equal(it.obs.mask.w[0], o.mask.w[0]);
    assert_int_equal(it.obs.mask.w[1], o.mask.w[1]);
}

// The closed list of reference use: a product's own word becomes one of these.
static void kinds_of_the_closed_list_are_known(void **state)
{
    static const char *const names[] = {
        "request.cancelled",      "credential.view", "session.shadow_join", "session.window_title",
        "grant.elevated",         "account.orphan",  "breakglass.reviewed", "review.overdue",
        "vault.safe_perm_change", "secret.leaked"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        int k = kind_of(span_str(names[i]));

        assert_true(k >= 0);
        assert_string_equal(kind_name((enum kind)k), names[i]);
    }
    assert_int_equal(kind_of(SPAN_LIT("session.unheard_of")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_a_bit_of_its_own),
        cmocka_unit_test(a_walk_meets_each_member_once_in_order),
        cmocka_unit_test(bits_that_are_no_field_are_seen),
        cmocka_unit_test(an_observation_keeps_its_last_field),
        cmocka_unit_test(kinds_of_the_closed_list_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
