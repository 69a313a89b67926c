// test_audit_chain.c - the chain computed in C: known bytes, and every way to break it.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connectors/ctl/audit_chain.h"

#define AT "2026-11-20T08:00:00.000000Z"

// Two entries with hashes computed from the text of 0005_audit.sql, by hand.
static void two_entries(struct audit_entry e[2])
{
    static const char zero[SHA256_LEN];
    char bytes[256];
    int n;

    e[0] = (struct audit_entry){.seq = 1,
                                .at = SPAN_LIT(AT),
                                .actor = SPAN_LIT("sato"),
                                .kind = SPAN_LIT("intent"),
                                .subject = SPAN_LIT("note 1"),
                                .text = SPAN_LIT("\xc3\xa9,1:")};
    n = snprintf(bytes, sizeof(bytes),
                 "fabsoc-audit-v1\n1:1,27:" AT ",4:sato,6:intent,6:note 1,5:\xc3\xa9,1:,");
    e[0].hash = digest_of2(span_of(zero, sizeof(zero)), span_of(bytes, (size_t)n));
    e[1] = (struct audit_entry){.seq = 2,
                                .at = SPAN_LIT(AT),
                                .actor = SPAN_LIT("engine"),
                                .kind = SPAN_LIT("tier"),
                                .prev = e[0].hash};
    n = snprintf(bytes, sizeof(bytes), "fabsoc-audit-v1\n1:2,27:" AT ",6:engine,4:tier,0:,0:,");
    e[1].hash =
        digest_of2(span_of((const char *)e[0].hash.b, SHA256_LEN), span_of(bytes, (size_t)n));
}

static void a_whole_chain_is_accepted(void **state)
{
    struct audit_chain c = {0};
    struct audit_entry e[2];
    struct err err = ERR_INIT;

    (void)state;
    two_entries(e);
    assert_int_equal(audit_chain_add(&c, &e[0], &err), 0);
    assert_int_equal(audit_chain_add(&c, &e[1], &err), 0);
    assert_int_equal(audit_chain_end(&c, 2, &e[1].hash, &err), 0);
}

static void broken_at(struct audit_entry e[2], int index, const char *code)
{
    struct audit_chain c = {0};
    struct err err = ERR_INIT;

    for (int i = 0; i < 2; i++) {
        int rc = audit_chain_add(&c, &e[i], &err);

        assert_int_equal(rc, i == index ? E_INPUT : 0);
        if (rc) {
            assert_string_equal(err.code, code);
            return;
        }
    }
}

static void every_changed_column_is_found(void **state)
{
    struct audit_entry e[2];
    struct span *const column[] = {&e[1].at, &e[1].actor, &e[1].kind, &e[1].subject, &e[1].text};

    (void)state;
    for (size_t i = 0; i < sizeof(column) / sizeof(column[0]); i++) {
        two_entries(e);
        *column[i] = SPAN_LIT("other");
        broken_at(e, 1, "audit.hash");
    }
    two_entries(e);
    e[1].hash.b[31] ^= 1;
    broken_at(e, 1, "audit.hash");
}

// Moving bytes from one column to the next must not give the same canonical bytes.
static void columns_cannot_be_shifted(void **state)
{
    struct audit_entry e[2];

    (void)state;
    two_entries(e);
    e[0].subject = SPAN_LIT("note 1,5:\xc3\xa9");
    e[0].text = SPAN_LIT("1:");
    broken_at(e, 0, "audit.hash");
}

static void gaps_and_foreign_links_are_found(void **state)
{
    struct audit_entry e[2];
    struct audit_chain c = {0};
    struct err err = ERR_INIT;

    (void)state;
    two_entries(e);
    assert_int_equal(audit_chain_add(&c, &e[1], &err), E_INPUT);
    assert_string_equal(err.code, "audit.gap");
    e[1].prev.b[0] ^= 1;
    broken_at(e, 1, "audit.prev");
    c = (struct audit_chain){0};
    two_entries(e);
    assert_int_equal(audit_chain_add(&c, &e[0], &err), 0);
    assert_int_equal(audit_chain_end(&c, 2, &e[1].hash, &err), E_INPUT);
    assert_string_equal(err.code, "audit.tail");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_chain_is_accepted),
        cmocka_unit_test(every_changed_column_is_found),
        cmocka_unit_test(columns_cannot_be_shifted),
        cmocka_unit_test(gaps_and_foreign_links_are_found),
    };

    return cmocka_run_group_tests_name("audit_chain", tests, NULL, NULL);
}
