// test_prefilter.c - required texts of expressions, and candidates against every rule tried.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/cover.h"
#include "tests/core/detect/one.h"

static void a_regular_expression_names_what_it_requires(void **state)
{
    static const struct {
        const char *expression, *texts; // joined by '|'; "" = none is known
    } c[] = {
        {"powershell", "powershell"},
        {"^C:\\\\Temp\\\\x\\.exe$", "c:\\temp\\x.exe"},
        {"a.*bcd", "bcd"},
        {"foo(bar)?", "foo"},
        {"foo(bxr)+", "bxr"}, // as long, and rarer letters
        {"colou?r", "colo"},
        {"ab+c", "ab"},
        {"ab{0,3}cde", "cde"},
        {"ab{2}xy", "xy"},
        {"x{y}zz", "x{y}zz"},
        {"(mimi|kiwi)(katz)?", "mimi|kiwi"},
        {"one|two|th.ee", "one|two|th"},
        {"one|t.o", ""},
        {"[abc]def", "def"},
        {"[]x]yz", "yz"},
        {"[[:alpha:]]yz", "yz"},
        {"[[:x]yz", ""},
        {"(?i)ABC", "abc"},
        {"(?x)a b c", ""},
        {"(?:abc|def)", "abc|def"},
        {"(?<name>qrs)t", "qrs"},
        {"(?=qqq)abc", "abc"},
        {"(?!qqqq)abc", "abc"},
        {"(?<!qqqq)abc", "abc"},
        {"\\d+\\s\\w", ""},
        {"\\x41bcd", "bcd"},
        {"\\x{263a}bcd", "bcd"},
        {"\\p{Lu}bcd", "bcd"},
        {"\\pLbcd", "bcd"},
        {"\\Qa.b\\Ecc", ""},
        {"(abc)\\1", ""},
        {"a\\|bc", "a|bc"},
        {"caf\xc3\xa9s", "caf"},
        {"(*ANYCRLF)abc", ""},
        {"a(?#b)cd", ""},
        {"abc(?R)?", ""},
        {"", ""},
        {"((((((((((((((((((abc))))))))))))))))))", ""},
    };
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        struct span text[8], want = span_str(c[i].texts);
        size_t n = cover_regex(&a, span_str(c[i].expression), text, ARRAY_LEN(text));
        AUTO_BUF b;

        buf_init(&b, 1000);
        for (size_t k = 0; k < n; k++) {
            buf_printf(&b, "%s" SPAN_FMT, k ? "|" : "", SPAN_ARG(text[k]));
        }
        if (!span_eq(buf_span(&b), want)) {
            fail_msg("%s gives " SPAN_FMT " and not %s", c[i].expression, SPAN_ARG(buf_span(&b)),
                     c[i].texts);
        }
    }
    arena_free(&a);
}

static uint64_t seed = 20261122;

static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

// Few letters, so that texts overlap; wide ones among them.
static void put_text(struct buf *b, size_t n)
{
    static const char *const piece[] = {
        "a", "b", "c", "k", "s", ".", "/", "-x", "\xc3\xa4", "\xe2\x84\xaa", "A", "B", "1"};

    while (n--) {
        buf_str(b, piece[dice(ARRAY_LEN(piece))]);
    }
}

static void put_item(struct buf *b)
{
    static const char *const field[] = {"f", "g", "h"};
    static const char *const modifier[] = {
        "",      "|contains",       "|startswith",   "|endswith", "|re",
        "|re|i", "|contains|cased", "|contains|all", "|exists",   "|windash|contains"};
    uint32_t m = dice(ARRAY_LEN(modifier)), n = 1 + dice(3);

    if (m == 8) {
        buf_printf(b, "{%s|exists: %s}", field[dice(3)], dice(2) ? "true" : "false");
        return;
    }
    buf_printf(b, "{%s%s: [", field[dice(3)], modifier[m]);
    for (uint32_t i = 0; i < n; i++) {
        buf_str(b, i ? ", '" : "'");
        if (m == 0 && dice(4) == 0) {
            buf_str(b, "*"); // a wildcard within
        }
        put_text(b, 1 + dice(6));
        if (m == 4 || m == 5) {
            static const char *const more[] = {"", "?", "+", ".*ab", "(a|bc)", "[ab]k", "{2}"};

            buf_str(b, more[dice(ARRAY_LEN(more))]);
        } else if (m < 4 && dice(5) == 0) {
            buf_str(b, "*");
            put_text(b, 1 + dice(4));
        }
        buf_str(b, "'");
    }
    buf_str(b, "]}");
}

enum { RULES = 400, EVENTS = 4000 };

// The same rules twice; the second time a double negation hides what they require.
static void put_rules(struct buf *plain, struct buf *hidden)
{
    static const char *const condition[] = {"s",           "s and t",   "s or t",
                                            "s and not t", "1 of them", "all of them"};

    for (int i = 0; i < RULES; i++) {
        const char *c = condition[dice(ARRAY_LEN(condition))];
        AUTO_BUF body;

        buf_init(&body, 10000);
        buf_str(&body, "s: ");
        put_item(&body);
        buf_str(&body, ", t: ");
        put_item(&body);
        for (int k = 0; k < 2; k++) {
            buf_printf(k ? hidden : plain,
                       "%stitle: r%d\nlogsource: {product: p}\ndetection: {" SPAN_FMT
                       ", condition: '%s%s%s'}\n",
                       i ? "---\n" : "", i, SPAN_ARG(buf_span(&body)), k ? "not (not (" : "", c,
                       k ? "))" : "");
        }
    }
    buf_u8(plain, 0);
    buf_u8(hidden, 0);
}

static void no_candidate_is_left_out_of_made_up_rules(void **state)
{
    static struct hit hit[2][RULES];
    struct rig plain, hidden;
    AUTO_BUF a, b;
    size_t hits = 0;

    (void)state;
    buf_init(&a, 10 << 20);
    buf_init(&b, 10 << 20);
    put_rules(&a, &b);
    rig_open(&plain);
    rig_open(&hidden);
    rig_text(&plain, "a.yml", buf_span(&a).p);
    rig_text(&hidden, "a.yml", buf_span(&b).p);
    rig_load(&plain);
    rig_load(&hidden);
    assert_int_equal(plain.faults.count, hidden.faults.count);
    assert_true(ruleset_count(plain.set) > RULES / 2);
    for (int i = 0; i < EVENTS; i++) {
        static const char *const name[] = {"f", "g", "h", "other"};
        struct one o;
        struct buf text[5];
        size_t n, m, fields = dice(6);

        one_event(&o);
        for (size_t k = 0; k < 5; k++) {
            buf_init(&text[k], 1000);
            put_text(&text[k], dice(12));
            buf_u8(&text[k], 0);
        }
        for (size_t k = 0; k < fields && k < 5; k++) {
            one_put(&o, name[dice(ARRAY_LEN(name))], text[k].p);
        }
        n = matcher_run(plain.m, &o.ev, hit[0], RULES);
        m = matcher_run(hidden.m, &o.ev, hit[1], RULES);
        assert_int_equal(n, m);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(hit[0][k].rule, hit[1][k].rule);
        }
        hits += n;
        for (size_t k = 0; k < 5; k++) {
            buf_free(&text[k]);
        }
    }
    assert_true(hits > EVENTS);
    assert_int_equal(matcher_faults(plain.m), 0);
    rig_close(&plain);
    rig_close(&hidden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regular_expression_names_what_it_requires),
        cmocka_unit_test(no_candidate_is_left_out_of_made_up_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
