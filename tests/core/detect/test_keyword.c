// test_keyword.c - keywords in records of JSON that are not taken apart, against all rules tried.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/keyword.h"
#include "tests/core/detect/one.h"

enum { PRODUCTS = 60, RULES = 3 * PRODUCTS, EVENTS = 20000, TEXTS = 6, TEXT_MAX = 400 };

static uint64_t seed = 20261122;

static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

// Characters as UTF-8, and their number: few, so that keywords stand in texts.
static const struct letter {
    const char *text;
    unsigned number;
} letters[] = {
    {"a", 'a'},
    {"b", 'b'},
    {"B", 'B'},
    {"u", 'u'},
    {"0", '0'},
    {"7", '7'},
    {" ", ' '},
    {".", '.'},
    {"/", '/'},
    {"\\", '\\'},
    {"\"", '"'},
    {"<", '<'},
    {"k", 'k'},
    {"\n", '\n'},
    {"\t", '\t'},
    {"\xc3\xa4", 228},
    {"'", '\''},
    {"-", '-'},
    {"\xe2\x84\xaa", 0x212a},
};

static const struct letter *any_letter(void)
{
    return &letters[dice(dice(3) ? 8 : ARRAY_LEN(letters))]; // rather the plain ones
}

// What keywords and texts have in common, in letters[].
static const char *const words[] = {"a/b", "B<7", "kab", "\\u07", "b\"a", "u 0.7"};

static const char *any_word(void)
{
    return words[dice(ARRAY_LEN(words))];
}

static const struct letter *letter_of(char c)
{
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        if (letters[i].number == (unsigned)c) {
            return &letters[i];
        }
    }
    fail_msg("no letter %c", c);
    return NULL;
}

static void put_keyword(struct buf *b, size_t n)
{
    buf_str(b, "'");
    if (dice(3) == 0) {
        buf_str(b, any_word());
    }
    while (n--) {
        const char *t = any_letter()->text;

        buf_str(b, *t == '\'' ? "''" : *t == '\n' || *t == '\t' ? "" : t);
    }
    buf_str(b, "'");
}

static void put_rule(struct buf *b, int product, int n, bool hidden, struct span keywords)
{
    buf_printf(b,
               "---\ntitle: r%d\nlogsource: {product: p%d}\ndetection:\n  k:" SPAN_FMT
               "\n  condition: %s\n",
               n, product, SPAN_ARG(keywords), hidden ? "not (not k)" : "k");
}

// The same rules twice; the second time a double negation hides what they require.
static void put_rules(struct buf *plain, struct buf *hidden)
{
    for (int i = 0; i < RULES; i++) {
        static const char *const form[] = {"\n    - ", "\n    - ", "\n    '|all':\n      - ",
                                           "\n    '|re':\n      - ", "\n    '|re|i':\n      - "};
        uint32_t f = dice(ARRAY_LEN(form));
        AUTO_BUF k;

        buf_init(&k, 1000);
        buf_str(&k, form[f]);
        if (f >= 3) {
            buf_printf(&k, "'%s'", dice(2) ? "ab?[kb]" : "u0+7k|kab");
        } else {
            put_keyword(&k, dice(4));
            buf_str(&k, f == 2 ? "\n      - " : "\n    - ");
            put_keyword(&k, 2 + dice(4));
        }
        put_rule(plain, i / 3, i, false, buf_span(&k));
        put_rule(hidden, i / 3, i, true, buf_span(&k));
    }
    buf_u8(plain, 0);
    buf_u8(hidden, 0);
}

// A letter as JSON may write it; with numbers, nothing stands beyond ASCII.
static void put_json(struct buf *b, const struct letter *l, uint32_t numbers)
{
    const char *bare = strchr("\"\\\n\t", (int)l->number) && l->number < 128 ? NULL : l->text;

    if (dice(1000) < numbers || (numbers && l->number >= 0x80)) {
        buf_printf(b, dice(2) ? "\\u%04x" : "\\u%04X", l->number);
    } else if (l->number == '/' && dice(2)) {
        buf_str(b, "\\/");
    } else if (bare) {
        buf_str(b, bare);
    } else {
        buf_printf(b, "\\%c", l->number == '\n' ? 'n' : l->number == '\t' ? 't' : (int)l->number);
    }
}

struct made {
    struct event ev;
    struct okv all[TEXTS + 2], known[TEXTS + 2];
    size_t nall;
    char text[TEXTS + 2][TEXT_MAX];
    struct buf raw;
};

static const struct okv *take_all(void *ctx, const struct event *ev, size_t *ret_n)
{
    struct made *r = ctx;

    (void)ev;
    *ret_n = r->nall;
    return r->all;
}

struct text {
    struct made *r;
    size_t i, n;
    bool in_json;
    uint32_t numbers;
};

static void add_letter(struct text *t, const struct letter *l)
{
    memcpy(t->r->text[t->i] + t->n, l->text, strlen(l->text));
    t->n += strlen(l->text);
    if (t->in_json) {
        put_json(&t->r->raw, l, t->numbers);
    }
}

static void put_text(struct made *r, size_t i, bool in_json, uint32_t numbers)
{
    struct text t = {r, i, 0, in_json, numbers};

    for (uint32_t k = dice(8); k--;) {
        if (dice(4)) {
            add_letter(&t, any_letter());
            continue;
        }
        for (const char *w = any_word(); *w; w++) {
            bool wide = *w == 'k' && dice(2); // K of Kelvin is a k to who ignores case
            add_letter(&t, wide ? &letters[ARRAY_LEN(letters) - 1] : letter_of(*w));
        }
    }
    r->all[r->nall++] = (struct okv){SPAN_LIT("f"), {V_STR, span_of(r->text[i], t.n), 0}};
}

// One field before the JSON text, its own, and one made of it; of its own some are known.
static void put_record(struct made *r)
{
    uint32_t numbers = dice(3) ? 0 : dice(200);

    buf_clear(&r->raw);
    r->nall = 0;
    put_text(r, 0, false, 0);
    buf_str(&r->raw, "{");
    for (size_t i = 1; i <= TEXTS; i++) {
        buf_str(&r->raw, i > 1 ? ",\"f\":\"" : "\"f\":\"");
        put_text(r, i, true, numbers);
        buf_str(&r->raw, "\"");
    }
    buf_str(&r->raw, "}");
    put_text(r, TEXTS + 1, false, 0);
    r->ev = (struct event){.source = "test", .kind = KIND_OTHER, .raw = buf_span(&r->raw)};
}

// The record as it is when only wanted fields were taken; the others are found on demand.
static void leave_out(struct made *r)
{
    r->ev.json = r->ev.raw;
    r->ev.okv = r->known;
    r->ev.take_all = take_all;
    r->ev.take_ctx = r;
    r->known[r->ev.nokv++] = r->all[0];
    r->ev.json_from = 1;
    for (size_t i = 1; i <= TEXTS; i++) {
        if (dice(4) == 0) {
            r->known[r->ev.nokv++] = r->all[i];
        }
    }
    r->ev.json_to = r->ev.nokv;
    r->known[r->ev.nokv++] = r->all[TEXTS + 1];
}

static void load(struct rig *plain, struct rig *hidden)
{
    AUTO_BUF a, b;

    buf_init(&a, 10 << 20);
    buf_init(&b, 10 << 20);
    put_rules(&a, &b);
    rig_open(plain);
    rig_open(hidden);
    rig_text(plain, "a.yml", buf_span(&a).p);
    rig_text(hidden, "a.yml", buf_span(&b).p);
    rig_load(plain);
    rig_load(hidden);
    assert_int_equal(plain->faults.count, hidden->faults.count);
    assert_true(ruleset_count(plain->set) > RULES / 2);
}

static size_t compare(struct rig *plain, struct rig *hidden, const struct event *ev)
{
    struct hit hit[2][8];
    size_t n = matcher_run(plain->m, ev, hit[0], 8), m = matcher_run(hidden->m, ev, hit[1], 8);

    if (n != m) {
        fail_msg("%zu and not %zu rules on " SPAN_FMT, n, m, SPAN_ARG(ev->raw));
    }
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(hit[0][k].rule, hit[1][k].rule);
    }
    return n;
}

static void no_keyword_of_any_text_is_missed(void **state)
{
    static struct made r;
    struct rig plain, hidden;
    size_t hits = 0;

    (void)state;
    buf_init(&r.raw, 1 << 16);
    load(&plain, &hidden);
    for (int i = 0; i < EVENTS; i++) {
        char product[8];

        put_record(&r);
        r.ev.logsource[0] =
            span_of(product, (size_t)snprintf(product, sizeof(product), "p%u", dice(PRODUCTS)));
        r.ev.okv = r.all;
        r.ev.nokv = r.nall;
        if (dice(4)) {
            r.ev.nokv = 0;
            leave_out(&r);
        }
        hits += compare(&plain, &hidden, &r.ev);
    }
    assert_true(hits > EVENTS / 4);
    assert_int_equal(matcher_faults(plain.m), 0);
    rig_close(&plain);
    rig_close(&hidden);
    buf_free(&r.raw);
}

static unsigned taken;

static const struct okv *count_takes(void *ctx, const struct event *ev, size_t *ret_n)
{
    (void)ctx;
    taken++;
    *ret_n = ev->nokv;
    return ev->okv;
}

// The way of nearly all records.
static void a_record_without_keywords_is_not_taken_apart(void **state)
{
    static const struct {
        const char *raw;
        bool taken;
    } c[] = {
        {"{\"f\":\"C:\\\\Users\\\\x\\u003c\\u0026\\/\",\"g\":\"cmd.exe\"}", false},
        {"{\"f\":\"C:\\\\windows\\\\PERFC.dat\"}", true}, // the keyword
        {"{\"f\":\"\\u0070erfc.dat\"}", true},            // may be
        {"{\"f\":\"\\u00e4\\u4f60\"}", false},
    };
    struct rig r;
    struct hit hit;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", one_rule("  k: ['\\perfc.dat', 'other word']\n  condition: k"));
    rig_load(&r);
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        struct one o;

        one_event(&o);
        o.ev.raw = o.ev.json = span_str(c[i].raw);
        o.ev.take_all = count_takes;
        taken = 0;
        (void)matcher_run(r.m, &o.ev, &hit, 1);
        if ((taken > 0) != c[i].taken) {
            fail_msg("%s is%s taken apart", c[i].raw, taken ? "" : " not");
        }
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_keyword_of_any_text_is_missed),
        cmocka_unit_test(a_record_without_keywords_is_not_taken_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
