// test_matcher.c - the hot path: no allocation, limits that are counted, nothing filtered away.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"
#include "tests/support/counted.h"

static void make_event(struct one *o, const char *raw)
{
    one_event(o);
    o->ev.raw = span_str(raw);
    o->ev.kind = KIND_LOGON;
    o->ev.field[FIELD_USER_NAME] = (struct fval){V_STR, SPAN_LIT("Root"), 0};
    fieldset_add(&o->ev.mask, FIELD_USER_NAME);
    one_put(o, "Image", "C:\\Windows\\System32\\CMD.EXE");
    one_put(o, "CommandLine", "cmd /c powershell -enc SQBFAFgA");
    one_put(o, "EventID", "<int>1");
    one_put(o, "ip", "10.1.2.3");
}

static const char rules_text[] =
    "title: a\nlogsource: {product: p}\ndetection: {s: {Image|endswith: '\\cmd.exe'}, "
    "condition: s}\n---\n"
    "title: b\nlogsource: {product: p}\ndetection: {s: {CommandLine|re|i: 'POWERSHELL.*-enc'}, "
    "condition: s}\n---\n"
    "title: c\nlogsource: {product: p}\ndetection: {s: [root, enc], condition: s}\n---\n"
    "title: d\nlogsource: {product: p}\ndetection: {s: {user.name: root, EventID: 1}, c: "
    "{fab.ctx.checkout: false}, condition: s and c}\n---\n"
    "title: e\nlogsource: {product: p}\ndetection: {s: {ip|cidr: 10.0.0.0/8, fab.kind: logon}, "
    "condition: s}\n---\n"
    "title: f\nlogsource: {product: p}\ndetection: {s: {CommandLine|contains: 'Äö'}, condition: "
    "not s}\n";

static void matching_an_event_allocates_nothing(void **state)
{
    struct hit hit[16];
    struct one o;
    struct rig r;
    size_t before, n = 0;
    void *volatile p;

    (void)state;
    if (!COUNTED) {
        print_message("skipped: allocations cannot be counted under the address sanitiser\n");
        skip();
    }
    rig_open(&r);
    rig_text(&r, "a.yml", rules_text);
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    make_event(&o, "raw text of root");
    for (int i = 0; i < 3; i++) { // the first events find their room
        n = matcher_run(r.m, &o.ev, hit, ARRAY_LEN(hit));
    }
    assert_int_equal(n, 6);
    before = allocations;
    for (int i = 0; i < 1000; i++) {
        n += matcher_run(r.m, &o.ev, hit, ARRAY_LEN(hit));
    }
    assert_int_equal(n, 6006);
    assert_int_equal(allocations - before, 0);
    p = malloc(1);
    free(p);
    assert_int_equal(allocations - before, 1); // the counter counts
    rig_close(&r);
}

// An event of several log sources is asked the rules of each, every rule once.
static void rules_of_every_log_source_are_asked(void **state)
{
    static const char rules[] =
        "title: a\nlogsource: {category: pam}\ndetection: {s: {f: x}, condition: s}\n---\n"
        "title: b\nlogsource: {product: p}\ndetection: {s: {f: x}, condition: s}\n---\n"
        "title: c\nlogsource: {product: P, category: Start}\ndetection: {s: {f: x}, condition: "
        "s}\n---\n"
        "title: d\nlogsource: {product: q, category: start}\ndetection: {s: {f: x}, condition: "
        "s}\n---\n"
        "title: e\nlogsource: {category: start, service: t}\ndetection: {s: {f: x}, condition: "
        "s}\n";
    struct hit hit[8];
    struct one o;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", rules);
    rig_load(&r);
    one_event(&o);
    one_put(&o, "f", "x");
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 8), 1);
    o.ev.nalso = 2;
    o.ev.also[0][0] = o.ev.also[1][0] = SPAN_LIT("p");
    o.ev.also[0][1] = SPAN_LIT("PAM");
    o.ev.also[1][1] = SPAN_LIT("start");
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 8), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(hit[i].rule, i);
    }
    rig_close(&r);
}

enum { WORDS = 40, WORD_RULES = 2 * WORDS };

static uint32_t dice(uint32_t n)
{
    static uint64_t seed = 20261123;

    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

// Rules 2i and 2i+1 ask for the word i as product, and as service besides the word 0 as product.
static void load_words(struct rig *r)
{
    AUTO_BUF b;

    buf_init(&b, 1 << 20);
    for (int i = 0; i < WORDS; i++) {
        buf_printf(
            &b, "%stitle: a%d\nlogsource: {product: w%d}\ndetection: {s: {f: x}, condition: s}\n",
            i ? "---\n" : "", i, i);
        buf_printf(&b,
                   "---\ntitle: b%d\nlogsource: {product: w0, service: a_long_word_%d}\n"
                   "detection: {s: {f: x}, condition: s}\n",
                   i, i);
    }
    buf_u8(&b, 0);
    rig_open(r);
    rig_text(r, "a.yml", b.p);
    rig_load(r);
    assert_int_equal(r->faults.count, 0);
}

static char lasting[WORDS][2][40]; // words that stay as they are

static bool lasts(const void *ctx, struct span text)
{
    assert_ptr_equal(ctx, lasting);
    assert_true(text.n);
    return text.p >= lasting[0][0] && text.p < lasting[0][0] + sizeof(lasting);
}

static void make_lasting(void)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        (void)snprintf(lasting[i][0], sizeof(lasting[i][0]), "W%u", i);
        (void)snprintf(lasting[i][1], sizeof(lasting[i][1]), "a long word %u", i);
    }
}

// More combinations than are remembered, and words that change where they lie, besides some that do not:
// only texts decide.
static void tell_by_texts(bool steady)
{
    static char word[EVENT_ALSO_MAX + 1][2][300];
    struct one o;
    struct rig r;

    load_words(&r);
    make_lasting();
    if (steady) {
        matcher_steady(r.m, lasts, lasting);
    }
    one_event(&o);
    one_put(&o, "f", "x");
    for (int i = 0; i < 20000; i++) {
        struct hit hit[WORD_RULES];
        bool want[WORD_RULES] = {false};
        size_t n, at = 0;

        o.ev.nalso = dice(8) ? dice(3) : dice(EVENT_ALSO_MAX + 1);
        for (size_t k = 0; k <= o.ev.nalso; k++) {
            uint32_t a = dice(4) ? dice(3) : dice(WORDS), b = dice(WORDS);
            struct span *ls = k ? o.ev.also[k - 1] : o.ev.logsource;

            (void)snprintf(word[k][0], sizeof(word[k][0]), "W%u", a);
            (void)snprintf(word[k][1], sizeof(word[k][1]), dice(20) ? "a long word %u" : "%0200u",
                           b);
            ls[0] = span_str(word[k][0]);
            ls[1] = SPAN_NONE;
            ls[2] = dice(2) ? span_str(word[k][1]) : SPAN_NONE;
            if (dice(2)) {
                ls[0] = span_str(lasting[a][0]);
            }
            if (ls[2].n && word[k][1][0] == 'a' && dice(2)) {
                ls[2] = span_str(lasting[b][1]);
            }
            want[2 * a] = true;
            want[2 * b + 1] = want[2 * b + 1] || (a == 0 && ls[2].n && word[k][1][0] == 'a');
        }
        n = matcher_run(r.m, &o.ev, hit, WORD_RULES);
        for (uint32_t k = 0; k < WORD_RULES; k++) {
            if (want[k]) {
                assert_true(at < n);
                assert_int_equal(hit[at++].rule, k);
            }
        }
        assert_int_equal(at, n);
    }
    assert_int_equal(matcher_unasked(r.m), 0);
    rig_close(&r);
}

static void log_sources_are_told_by_their_texts(void **state)
{
    (void)state;
    tell_by_texts(false);
    tell_by_texts(true);
}

static void hits_beyond_the_room_are_counted(void **state)
{
    struct hit hit[2];
    struct one o;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", rules_text);
    rig_load(&r);
    make_event(&o, "raw text of root");
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 2), 2);
    assert_int_equal(matcher_overflow(r.m), 4);
    assert_int_equal(hit[0].rule, 0); // in order of their numbers
    assert_int_equal(hit[1].rule, 1);
    rig_close(&r);
}

static void an_expression_that_passes_its_limit_is_a_counted_fault(void **state)
{
    static char text[4000];
    const uint32_t *rule;
    struct hit hit[4];
    struct one o;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             "title: a\nlogsource: {product: p}\ndetection: {s: {f|re: '^(a+)+$'}, condition: s}\n"
             "---\ntitle: b\nlogsource: {product: p}\ndetection: {s: {f|re: '^(a+)+$'}, "
             "condition: not s}\n---\ntitle: c\nlogsource: {product: p}\ndetection: {s: "
             "{f|endswith: '!'}, condition: s}\n");
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    memset(text, 'a', sizeof(text) - 2);
    text[sizeof(text) - 2] = '!';
    one_event(&o);
    one_put(&o, "f", text);
    // Neither the rule nor its negation says anything; the third rule is not disturbed.
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 4), 1);
    assert_int_equal(hit[0].rule, 2);
    assert_int_equal(matcher_faults(r.m), 2);
    assert_int_equal(matcher_faulted(r.m, &rule), 2);
    assert_true(rule[0] == 0 && rule[1] == 1);
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 4), 1);
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 4), 1);
    assert_int_equal(matcher_rule_faults(r.m, 0), 3);
    // Both are in quarantine now: the negation says nothing even where the expression would not find it.
    o.kv[0].v.s = SPAN_LIT("b");
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 4), 0);
    assert_int_equal(matcher_faulted(r.m, &rule), 0);
    matcher_forgive(r.m);
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 4), 1);
    assert_int_equal(hit[0].rule, 1);
    assert_int_equal(matcher_rule_faults(r.m, 2), 0);
    rig_close(&r);
}

static void hostile_values_do_no_harm(void **state)
{
    static const char *const value[] = {"", "\xff\xfe", "\xf0\x9f", "%s%n", "\x01\x02", "*?\\*"};
    struct hit hit[16];
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", rules_text);
    rig_load(&r);
    for (size_t i = 0; i < ARRAY_LEN(value); i++) {
        struct one o;

        make_event(&o, value[i]);
        for (size_t k = 0; k < o.ev.nokv; k++) {
            o.kv[k].v.s = span_str(value[i]);
        }
        (void)matcher_run(r.m, &o.ev, hit, ARRAY_LEN(hit));
    }
    assert_int_equal(matcher_faults(r.m), 0);
    rig_close(&r);
}

static void a_record_of_one_hundred_thousand_fields_is_matched(void **state)
{
    enum { N = 100000 };
    struct okv *kv = calloc(N, sizeof(*kv));
    struct hit hit[8];
    struct one o;
    struct rig r;

    (void)state;
    assert_non_null(kv);
    rig_open(&r);
    rig_text(&r, "a.yml", rules_text);
    rig_load(&r);
    for (size_t i = 0; i < N; i++) {
        kv[i] = (struct okv){SPAN_LIT("Image"), {V_STR, SPAN_LIT("nothing"), 0}};
    }
    kv[N - 1].v.s = SPAN_LIT("x\\cmd.exe");
    one_event(&o);
    o.ev.okv = kv;
    o.ev.nokv = N;
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 8), 2); // a, and f that negates
    assert_int_equal(matcher_faults(r.m), 0);
    rig_close(&r);
    free(kv);
}

static void the_values_of_a_core_list_are_asked_one_by_one(void **state)
{
    struct hit hit[4];
    struct one o;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             "title: a\nlogsource: {product: p}\ndetection: {s: {event.category: session}, "
             "condition: s}\n---\ntitle: b\nlogsource: {product: p}\ndetection: {s: "
             "{event.category|all: [authentication, session]}, condition: s}\n---\ntitle: c\n"
             "logsource: {product: p}\ndetection: {s: {event.category: 'authentication,session'}, "
             "condition: s}\n");
    rig_load(&r);
    one_event(&o);
    o.ev.field[FIELD_EVENT_CATEGORY] = (struct fval){V_STR, SPAN_LIT("authentication,session"), 0};
    o.ev.mask = (struct fieldset){0};
    fieldset_add(&o.ev.mask, FIELD_EVENT_CATEGORY);
    assert_int_equal(matcher_run(r.m, &o.ev, hit, 4), 2);
    assert_int_equal(hit[0].rule, 0);
    assert_int_equal(hit[1].rule, 1);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matching_an_event_allocates_nothing),
        cmocka_unit_test(rules_of_every_log_source_are_asked),
        cmocka_unit_test(log_sources_are_told_by_their_texts),
        cmocka_unit_test(hits_beyond_the_room_are_counted),
        cmocka_unit_test(an_expression_that_passes_its_limit_is_a_counted_fault),
        cmocka_unit_test(hostile_values_do_no_harm),
        cmocka_unit_test(a_record_of_one_hundred_thousand_fields_is_matched),
        cmocka_unit_test(the_values_of_a_core_list_are_asked_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
