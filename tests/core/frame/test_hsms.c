// test_hsms.c - HSMS streams in any pieces, lost framing, holes.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/frame/hsms.h"
#include "core/frame/hsms_roles.h"

#define SELECT   "\0\0\0\x0a\xff\xff\0\0\0\1\0\0\0\1"
#define START    "\0\0\0\x15\0\0\x82\x29\0\0\0\0\0\3\1\2A\5START\1\0"
#define LINKTEST "\0\0\0\x0a\xff\xff\0\0\0\5\0\0\0\x09"
#define LIT(s)   span_of(s, sizeof(s) - 1)

struct got {
    size_t n;
    struct {
        char what; // M, F
        uint64_t offset, bytes;
        const char *fault;
    } v[64];
};

static void take(struct hsms_cut *c, struct got *g, bool end)
{
    struct hsms_cut_out o;
    enum hsms_cut_rc rc;

    while ((rc = end ? hsms_cut_end(c, &o) : hsms_cut_next(c, &o)) != HSMS_CUT_NONE) {
        assert_true(g->n < 64);
        g->v[g->n].what = rc == HSMS_CUT_MESSAGE ? 'M' : 'F';
        g->v[g->n].offset = o.offset;
        g->v[g->n].bytes = rc == HSMS_CUT_MESSAGE ? o.bytes.n + 4 : o.fault_bytes;
        g->v[g->n++].fault = o.fault;
        if (end) {
            break;
        }
    }
}

static struct got cut(struct span s, size_t piece, uint64_t *ret_rest)
{
    struct packet_mark none = {.number = 0};
    struct hsms_cut c;
    struct got g = {.n = 0};

    hsms_cut_init(&c, false);
    for (size_t at = 0; at < s.n; at += piece) {
        // a copy of its own, so that a sanitizer sees a read behind it
        struct span part = span_sub(s, at, piece);
        char *p = malloc(part.n);

        assert_non_null(p);
        memcpy(p, part.p, part.n);
        hsms_cut_feed(&c, span_of(p, part.n), none, none);
        take(&c, &g, false);
        assert_true(c.held.cap < 4096); // never by what a length says
        free(p);
    }
    *ret_rest = hsms_cut_rest(&c);
    take(&c, &g, true);
    hsms_cut_free(&c);
    return g;
}

static void check(struct span s, const char *should, uint64_t rest)
{
    for (size_t piece = 1; piece <= s.n; piece++) {
        uint64_t left;
        struct got g = cut(s, piece, &left);
        char is[2048];
        size_t n = 0;

        is[0] = '\0';
        for (size_t i = 0; i < g.n; i++) {
            n += (size_t)snprintf(is + n, sizeof(is) - n, "%c%llu+%llu%s%s ", g.v[i].what,
                                  (unsigned long long)g.v[i].offset,
                                  (unsigned long long)g.v[i].bytes, g.v[i].fault ? ":" : "",
                                  g.v[i].fault ? g.v[i].fault : "");
        }
        assert_string_equal(is, should);
        assert_int_equal(left, rest);
    }
}

static void test_messages(void **state)
{
    (void)state;
    check(LIT(SELECT START LINKTEST), "M0+14 M14+25 M39+14 ", 0);
    check(LIT(SELECT "\0\0\0\x15\0\0\x82\x29\0\0"), "M0+14 ", 10);
    check(LIT("\0\0"), "", 2);
}

static void test_absurd_lengths(void **state)
{
    (void)state;
    check(LIT(SELECT "\xff\xff\xff\xff\xff\xff\0\0\0\5\0\0\0\x09\0\0\0\0\0\0"),
          "M0+14 F14+20:length_absurd ", 0);
    check(LIT("GET / HTTP/1.1\r\nHost: tool\r\n\r\n" SELECT START),
          "F0+30:length_absurd M30+14 M44+25 ", 0);
    check(LIT(SELECT "\x7f\xff\xff\xff" LINKTEST START), "M0+14 F14+4:length_absurd M18+14 M32+25 ",
          0);
    // just above what is taken
    check(LIT("\x02\0\0\1" SELECT), "F0+4:length_absurd M4+14 ", 0);
}

static void test_short_lengths(void **state)
{
    (void)state;
    check(LIT("\0\0\0\3abc" START), "F0+7:length_short M7+25 ", 0);
    check(LIT("\0\0\0\0" START), "F0+4:length_short M4+25 ", 0);
    // a run of zeros is one fault more, not one for every four
    check(LIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" SELECT),
          "F0+4:length_short F4+12:length_short M16+14 ", 0);
}

static void feed(struct hsms_cut *c, struct got *g, struct span s)
{
    struct packet_mark none = {.number = 0};

    hsms_cut_feed(c, s, none, none);
    take(c, g, false);
}

static void gap(struct hsms_cut *c, struct got *g, uint64_t n)
{
    struct packet_mark none = {.number = 0};

    hsms_cut_gap(c, n, none);
    take(c, g, false);
}

// A hole inside one message costs that one; a larger one ends at the next segment that is messages.
static void test_holes(void **state)
{
    struct span start = LIT(START), select = LIT(SELECT);
    struct hsms_cut c;
    struct got g = {.n = 0};

    (void)state;
    hsms_cut_init(&c, true);
    feed(&c, &g, span_sub(start, 0, 12));
    gap(&c, &g, 5);
    feed(&c, &g, span_sub(start, 17, 8));
    feed(&c, &g, start);
    assert_int_equal(g.n, 2);
    assert_string_equal(g.v[0].fault, HSMS_BYTES_LOST);
    assert_int_equal(g.v[0].bytes, 25);
    assert_int_equal(g.v[1].offset, 25);
    // over the end of the message, into the next: not aligned, then aligned
    feed(&c, &g, span_sub(start, 0, 12));
    gap(&c, &g, 20);
    feed(&c, &g, span_sub(start, 7, 18));
    feed(&c, &g, start);
    assert_int_equal(g.n, 4);
    assert_int_equal(g.v[2].what, 'F');
    assert_int_equal(g.v[2].offset, 50);
    assert_int_equal(g.v[2].bytes, 50);
    assert_int_equal(g.v[3].offset, 100);
    // a hole between messages
    gap(&c, &g, 3);
    feed(&c, &g, select);
    assert_int_equal(g.n, 6);
    assert_int_equal(g.v[5].offset, 128);
    hsms_cut_free(&c);
}

// What the client says decides, then what others at the same server say; a port never does.
static void test_roles(void **state)
{
    static const struct {
        struct span message;
        bool by_client;
        enum hsms_role client;
    } rows[] = {
        {SPAN_LIT("\0\0\x06\x0b\0\0\0\0\0\1"), true, HSMS_EQUIPMENT},  // S6F11
        {SPAN_LIT("\0\0\x06\x0c\0\0\0\0\0\1"), true, HSMS_HOST},       // S6F12
        {SPAN_LIT("\0\0\x82\x29\0\0\0\0\0\1"), false, HSMS_EQUIPMENT}, // S2F41
        {SPAN_LIT("\0\0\x81\x0d\0\0\0\0\0\1\1\2\x41\0\x41\0"), false,
         HSMS_HOST},                                                       // S1F13, model named
        {SPAN_LIT("\0\0\x81\x0d\0\0\0\0\0\1\1\0"), false, HSMS_EQUIPMENT}, // S1F13, empty list
        {SPAN_LIT("\xff\xff\0\0\0\1\0\0\0\1"), false, HSMS_EQUIPMENT},     // Select.req
        {SPAN_LIT("\0\0\x87\x03\0\0\0\0\0\1"), false, HSMS_HOST},          // S7F3 says nothing
    };
    static struct hsms_roles roles;
    struct tcp_end ends[2] = {{.port = 40000}, {.port = 5000}};

    (void)state;
    ends[0].addr[15] = 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hsms_votes votes = {{{0}}}, none = {{{0}}};
        enum hsms_evidence e = HSMS_SAID;
        enum hsms_role said = hsms_evidence_of(rows[i].message, &e);

        hsms_vote(&votes, rows[i].by_client, said, e);
        assert_int_equal(hsms_roles_client(&roles, ends, &votes, &none), rows[i].client);
        assert_int_equal(hsms_roles_client(&roles, ends, &none, &votes), rows[i].client);
    }
    // an address that was told is stronger than anything said
    assert_true(hsms_roles_tell(&roles, ends[0].addr));
    assert_int_equal(hsms_roles_client(&roles, ends, NULL, NULL), HSMS_EQUIPMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),      cmocka_unit_test(test_absurd_lengths),
        cmocka_unit_test(test_short_lengths), cmocka_unit_test(test_holes),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
