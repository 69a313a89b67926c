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
        {"[abc]def", "adef|bdef|cdef"},
        {"xy[\\d]yz", "xy"},
        {"w[^a]yz", "yz"},
        {"[a-c]yz", "yz"},
        {"[abcde]yz", "yz"},
        {"\\.[ \"']{1}", ". |.\"|.'"},
        {"w[xy][pq]", "wx|wy"},
        {"w[xy]?z", ""},
        {"`\\w", "`"},
        {"\\w`+(a|b)", "`"},
        {"a\\.", "a."},
        {"\\d:", ""},
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
    static const char *const piece[] = {"a", "b", "c",  "k",           "s",
                                        ".", "/", "-x", "\xc3\xa4",    "\xe2\x84\xaa",
                                        "A", "B", "1",  "\xe2\x80\x93"};

    while (n--) {
        buf_str(b, piece[dice(ARRAY_LEN(piece))]);
    }
}

// What rules look for in another form than they write it, and events hold.
static const char *const secret[] = {"kab", "Sesame", "a.b/c", "-x -y",
                                     "kskskskskskskskskskskskskskskskskk"};

static void put_utf16(struct buf *b, struct span text, bool big)
{
    for (size_t i = 0; i < text.n; i++) {
        char pair[2] = {big ? '\0' : text.p[i], big ? text.p[i] : '\0'};

        buf_put(b, pair, 2);
    }
}

static void put_base64(struct buf *b, struct span text)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < text.n; i += 3) {
        uint32_t v = 0;

        for (size_t k = 0; k < 3; k++) {
            v = v << 8 | (i + k < text.n ? (unsigned char)text.p[i + k] : 0);
        }
        for (size_t k = 0; k < 4; k++) {
            buf_put(b, i + k > text.n ? "=" : &digit[v >> (18 - 6 * k) & 63], 1);
        }
    }
}

// A secret with something around it, plain, in UTF-16, and each of both in Base64.
static void put_hidden(struct buf *b)
{
    uint32_t form = dice(6);
    AUTO_BUF plain, wide;

    buf_init(&plain, 1000);
    buf_init(&wide, 2000);
    put_text(&plain, dice(4));
    buf_str(&plain, secret[dice(ARRAY_LEN(secret))]);
    put_text(&plain, dice(3));
    put_utf16(&wide, buf_span(&plain), form == 5);
    if (form < 2) {
        put_base64(b, buf_span(&plain));
    } else if (form < 4) {
        put_base64(b, buf_span(&wide));
    } else {
        buf_put_span(b, buf_span(&wide));
    }
}

static void put_secret_item(struct buf *b, const char *field)
{
    static const char *const modifier[] = {
        "base64|contains",       "base64offset|contains", "wide|base64offset|contains",
        "utf16|base64|contains", "utf16be|contains",      "utf16le|endswith",
        "wide|contains|cased"};

    buf_printf(b, "{%s|%s: ['%s', '%s']}", field, modifier[dice(ARRAY_LEN(modifier))],
               secret[dice(ARRAY_LEN(secret))], secret[dice(ARRAY_LEN(secret))]);
}

enum form { FORM_OTHER, FORM_SECRET, FORM_REF, FORMS };

static enum form put_item(struct buf *b)
{
    static const char *const field[] = {"f", "g", "h"};
    static const char *const modifier[] = {
        "",      "|contains",       "|startswith",   "|endswith", "|re",
        "|re|i", "|contains|cased", "|contains|all", "|exists",   "|windash|contains",
        "",      "|fieldref"};
    static const char *const place[] = {"", "|contains", "|startswith", "|endswith", "|cased"};
    uint32_t m = dice(ARRAY_LEN(modifier)), n = 1 + dice(3);

    if (m == 8) {
        buf_printf(b, "{%s|exists: %s}", field[dice(3)], dice(2) ? "true" : "false");
        return FORM_OTHER;
    }
    if (m == 10) {
        put_secret_item(b, field[dice(3)]);
        return FORM_SECRET;
    }
    if (m == 11) {
        buf_printf(b, "{%s|fieldref%s: %s}", field[dice(3)], place[dice(ARRAY_LEN(place))],
                   field[dice(3)]);
        return FORM_REF;
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
    return FORM_OTHER;
}

enum { RULES = 600, EVENTS = 4000 };

static enum form asks[RULES]; // a rule of one selection: what it asks for

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
        asks[i] = put_item(&body);
        asks[i] = strcmp(c, "s") == 0 ? asks[i] : FORM_OTHER;
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
    size_t hits = 0, by_form[FORMS] = {0};

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
            if (dice(3) == 0) {
                put_hidden(&text[k]);
            }
        }
        for (size_t k = 0; k < fields && k < 5; k++) {
            one_put(&o, name[dice(ARRAY_LEN(name))], "");
            o.kv[k].v.s = buf_span(&text[dice(4) ? k : 0]); // some are the same
        }
        n = matcher_run(plain.m, &o.ev, hit[0], RULES);
        m = matcher_run(hidden.m, &o.ev, hit[1], RULES);
        assert_int_equal(n, m);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(hit[0][k].rule, hit[1][k].rule);
            by_form[asks[hit[0][k].rule]]++;
        }
        hits += n;
        for (size_t k = 0; k < 5; k++) {
            buf_free(&text[k]);
        }
    }
    assert_true(hits > EVENTS && by_form[FORM_SECRET] > 100 && by_form[FORM_REF] > 100);
    assert_int_equal(matcher_faults(plain.m), 0);
    rig_close(&plain);
    rig_close(&hidden);
}

enum { LISTS = 120, LIST_MAX = 40, LIST_EVENTS = 3000 };

static void put_value(struct buf *b, const char *modifier)
{
    if (!*modifier && dice(6) == 0) {
        buf_printf(b, "%u", dice(3)); // a number of the rule
        return;
    }
    buf_str(b, "'");
    if (!*modifier && dice(2)) {
        buf_str(b, "*");
    }
    put_text(b, 2 + dice(4));
    if (!strstr(modifier, "re") && dice(8) == 0) {
        buf_str(b, "*");
        put_text(b, 1 + dice(3));
    }
    if (!*modifier && dice(2)) {
        buf_str(b, "*");
    }
    buf_str(b, "'");
}

// A rule with one long list, and one with each value in a selection of its own.
static void put_list(struct buf *joined, struct buf *split, int rule)
{
    static const char *const modifier[] = {
        "",          "",      "|contains",       "|startswith",
        "|endswith", "|re|i", "|contains|cased", "|contains|windash"};
    const char *m = modifier[dice(ARRAY_LEN(modifier))];
    uint32_t n = 8 + dice(LIST_MAX - 8);
    AUTO_BUF all, each;

    buf_init(&all, 1 << 16);
    buf_init(&each, 1 << 16);
    for (uint32_t i = 0; i < n; i++) {
        AUTO_BUF v;

        buf_init(&v, 1000);
        put_value(&v, m);
        buf_printf(&all, "%s" SPAN_FMT, i ? ", " : "", SPAN_ARG(buf_span(&v)));
        buf_printf(&each, "s%u: {f%s: " SPAN_FMT "}, ", i, m, SPAN_ARG(buf_span(&v)));
    }
    buf_printf(joined,
               "---\ntitle: r%d\nlogsource: {product: p}\ndetection: {s: {f%s: [" SPAN_FMT
               "]}, condition: s}\n",
               rule, m, SPAN_ARG(buf_span(&all)));
    buf_printf(split,
               "---\ntitle: r%d\nlogsource: {product: p}\ndetection: {" SPAN_FMT
               "condition: 1 of s*}\n",
               rule, SPAN_ARG(buf_span(&each)));
}

static void put_any(struct one *o, struct buf *text)
{
    static const char *const other[] = {"<null>",   "<int>1", "<float>1.0",
                                        "<float>2", "",       "<bool>true"};

    put_text(text, dice(14));
    buf_u8(text, 0);
    one_put(o, dice(5) ? "f" : "g", dice(4) ? buf_span(text).p : other[dice(ARRAY_LEN(other))]);
}

static void load_lists(struct rig *joined, struct rig *split)
{
    AUTO_BUF a, b;

    buf_init(&a, 10 << 20);
    buf_init(&b, 10 << 20);
    for (int i = 0; i < LISTS; i++) {
        put_list(&a, &b, i);
    }
    buf_u8(&a, 0);
    buf_u8(&b, 0);
    rig_open(joined);
    rig_open(split);
    rig_text(joined, "a.yml", buf_span(&a).p);
    rig_text(split, "a.yml", buf_span(&b).p);
    rig_load(joined);
    rig_load(split);
    assert_int_equal(joined->faults.count, 0);
    assert_int_equal(split->faults.count, 0);
}

static void a_long_list_says_what_its_values_say(void **state)
{
    static struct hit hit[2][LISTS];
    struct rig joined, split;
    size_t hits = 0;

    (void)state;
    load_lists(&joined, &split);
    for (int i = 0; i < LIST_EVENTS; i++) {
        struct one o;
        struct buf text[3];
        size_t n, m, fields = 1 + dice(3);

        one_event(&o);
        for (size_t k = 0; k < fields; k++) {
            buf_init(&text[k], 1000);
            put_any(&o, &text[k]);
        }
        n = matcher_run(joined.m, &o.ev, hit[0], LISTS);
        m = matcher_run(split.m, &o.ev, hit[1], LISTS);
        assert_int_equal(n, m);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(hit[0][k].rule, hit[1][k].rule);
        }
        hits += n;
        for (size_t k = 0; k < fields; k++) {
            buf_free(&text[k]);
        }
    }
    assert_in_range(hits, LIST_EVENTS, LIST_EVENTS * LISTS / 2); // neither all nor none
    rig_close(&joined);
    rig_close(&split);
}

// More rules than one word of words has bits; the texts share every gram but those of their number.
static void thousands_of_texts_with_one_beginning_are_told_apart(void **state)
{
    enum { MANY = 4500 };
    struct rig r;
    AUTO_BUF rules;

    (void)state;
    buf_init(&rules, 10 << 20);
    for (int i = 0; i < MANY; i++) {
        buf_printf(&rules,
                   "%stitle: r%d\nlogsource: {product: p}\n"
                   "detection: {s: {%s: 'aaaa_fab%04d from'}, condition: s}\n",
                   i ? "---\n" : "", i,
                   i % 3 == 0   ? "f|contains"
                   : i % 3 == 1 ? "f|startswith"
                                : "g",
                   i);
    }
    buf_u8(&rules, 0);
    rig_open(&r);
    rig_text(&r, "a.yml", buf_span(&rules).p);
    rig_load(&r);
    assert_int_equal(ruleset_count(r.set), MANY);
    for (int i = 0; i < MANY + 10; i++) {
        struct hit hit[4];
        char text[64];
        struct one o;

        one_event(&o);
        (void)snprintf(text, sizeof(text), "aaaa_fab%04d from%s", i, i % 3 == 2 ? "" : " x");
        one_put(&o, i % 3 == 2 ? "g" : "f", text);
        assert_int_equal(matcher_run(r.m, &o.ev, hit, ARRAY_LEN(hit)), i < MANY ? 1 : 0);
        if (i < MANY) {
            assert_int_equal(hit[0].rule, i);
        }
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regular_expression_names_what_it_requires),
        cmocka_unit_test(no_candidate_is_left_out_of_made_up_rules),
        cmocka_unit_test(a_long_list_says_what_its_values_say),
        cmocka_unit_test(thousands_of_texts_with_one_beginning_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
