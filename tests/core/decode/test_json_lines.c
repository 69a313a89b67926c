// test_json_lines.c - the fast reader of JSON on real records, whole and damaged, and at its bounds.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <ftw.h>
#include <zlib.h>

#include "core/frame/frame.h"
#include "tests/core/decode/files.h"
#include "tests/core/decode/json_both.h"

enum { RECORDS_MAX = 20000, PER_FILE = 150, FILE_MAX = 8 << 20 };

static struct arena kept;      // the records
static char content[FILE_MAX]; // the begin of a file
static struct span record[RECORDS_MAX];
static size_t nrecords;
static uint64_t seed = 20261122;

static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

// The text at the very end of its memory, so that reading behind it is seen (with ASan).
static bool both(struct json_both *b, struct span text)
{
    char *copy = malloc(text.n ? text.n : 1);
    const char *why;

    assert_non_null(copy);
    memcpy(copy, text.p, text.n);
    why = json_both_read(b, span_of(copy, text.n));
    free(copy);
    if (why) {
        fail_msg("%s: " SPAN_FMT, why, SPAN_ARG(text));
    }
    return b->right;
}

static void skip_unless_able(const struct json_both *b)
{
    if (!b->able) {
        print_message("skipped: the processor lacks what the fast reader needs (AVX2, BMI)\n");
        skip();
    }
}

// The first records of a file, packed or not; of a line with a header in front of its JSON, that.
static int add_file(const char *path, const struct stat *st, int flag)
{
    struct framer *f;
    struct frame frame;
    gzFile in;
    int n;

    (void)st;
    if (flag != FTW_F || span_ends(span_str(path), SPAN_LIT(".yaml")) ||
        span_ends(span_str(path), SPAN_LIT("expected.json"))) {
        return 0;
    }
    f = framer_new(FRAME_AUTO);
    in = gzopen(path, "rb");
    assert_true(f && in);
    n = gzread(in, content, sizeof(content));
    framer_feed(f, span_of(content, n > 0 ? (size_t)n : 0));
    framer_finish(f);
    for (int i = 0; i < PER_FILE && framer_next(f, &frame) == FRAME_ONE; i++) {
        size_t brace = span_find(frame.bytes, '{');

        if (brace < frame.bytes.n && nrecords < RECORDS_MAX) {
            record[nrecords++] = arena_span(&kept, span_sub(frame.bytes, brace, frame.bytes.n));
        }
    }
    gzclose(in);
    framer_free(f);
    return 0;
}

// Every other name of every record: others are passed over, and some objects have no wanted name in them.
static struct wants *half_of_the_names(void)
{
    struct wants *none = wants_new(), *want = wants_new();
    struct fields f;
    struct arena arena;

    arena_init(&arena, JSON_BOTH_MEMORY);
    assert_true(none && want && fields_init(&f, none, &arena));
    for (size_t i = 0; i < nrecords; i++) {
        struct json_fault fault;

        fields_clear(&f);
        arena_reset(&arena);
        (void)json_flatten(record[i], &f, &fault);
        for (size_t k = 0; k < f.n; k++) {
            struct span name = f.v[k].name;

            if (name.n && name.p[name.n / 2] % 2 == 0) {
                (void)wants_add(want, name);
            }
        }
    }
    fields_free(&f);
    arena_free(&arena);
    wants_free(none);
    return want;
}

static int begin(void **state)
{
    static const char *const dirs[] = {"../shared/data/suricata-eve", "../shared/data/sysmon",
                                       "../shared/data/pam-elastic", "../shared/data/vendor-ecs",
                                       "../shared/data/sigma-regression"};

    (void)state;
    arena_init(&kept, 1 << 30);
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
        (void)ftw(dirs[i], add_file, 16);
    }
    return arena_ok(&kept) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(&kept);
    return 0;
}

// In no order, so that what is remembered of one record is mostly wrong for the next.
static void shuffle(void)
{
    for (size_t i = nrecords; i > 1; i--) {
        size_t k = dice((uint32_t)i);
        struct span s = record[i - 1];

        record[i - 1] = record[k];
        record[k] = s;
    }
}

// A copy with a few bits turned, bytes left out or put in, cut off, or gone on with by another record.
static struct span damaged(struct span s, struct buf *out)
{
    struct span other = record[dice((uint32_t)nrecords)];
    size_t at = dice((uint32_t)s.n);

    buf_clear(out);
    switch (dice(5)) {
    case 0: // cut off
        buf_put_span(out, span_sub(s, 0, at));
        break;
    case 1: // closed too early
        buf_put_span(out, span_sub(s, 0, at));
        buf_u8(out, (uint8_t) "}]\""[dice(3)]);
        break;
    case 2: // bits
        buf_put_span(out, s);
        for (uint32_t i = 1 + dice(3); i; i--) {
            out->p[dice((uint32_t)s.n)] ^= (char)(1u << dice(8));
        }
        break;
    case 3: // a byte out, or a byte in
        buf_put_span(out, span_sub(s, 0, at));
        if (dice(2)) {
            buf_u8(out, (uint8_t) "\"\\{}[]:,0- \n\xc3"[dice(13)]);
            at--;
        }
        buf_put_span(out, span_sub(s, at + 1, s.n));
        break;
    default:
        buf_put_span(out, span_sub(s, 0, at));
        buf_put_span(out, span_sub(other, dice((uint32_t)other.n), other.n));
        break;
    }
    return buf_span(out);
}

static void real_records_give_the_same_fields_whole_and_damaged(void **state)
{
    struct json_both b;
    size_t right = 0, still = 0;
    AUTO_BUF text;

    (void)state;
    if (nrecords == 0) {
        print_message("skipped: no test data beside the project\n");
        skip();
    }
    assert_true(nrecords > 5000);
    assert_true(json_both_init(&b, half_of_the_names()));
    skip_unless_able(&b);
    assert_true(wants_count(b.want) > 1000 && wants_count(b.want) < 60000);
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < nrecords; i++) {
        right += both(&b, record[i]); // in their own order: guesses are mostly right
    }
    shuffle();
    for (size_t i = 0; i < nrecords; i++) {
        assert_true(both(&b, record[i]) || right < nrecords);
        still += both(&b, damaged(record[i], &text));
        still += both(&b, damaged(record[i], &text));
    }
    assert_true(right > nrecords * 9 / 10);
    assert_true(still > nrecords / 10 && still < nrecords);
    json_both_free(&b);
}

// More keys than the reader remembers, each wanted, in objects that are wanted and that are not.
static void keys_that_push_each_other_out_are_read_all_the_same(void **state)
{
    struct wants *want = wants_new();
    struct json_both b;
    AUTO_BUF text;

    (void)state;
    for (int i = 0; want && i < 3 * JSON_PLACES; i++) {
        char name[40];

        (void)wants_add(want, span_of(name, (size_t)snprintf(name, sizeof(name), "key%d", i)));
        (void)wants_add(want,
                        span_of(name, (size_t)snprintf(name, sizeof(name), "o%d.key%d", i % 7, i)));
    }
    assert_true(json_both_init(&b, want));
    skip_unless_able(&b);
    buf_init(&text, 1 << 20);
    for (int round = 0; round < 300; round++) {
        unsigned deep = 0;

        buf_clear(&text);
        buf_u8(&text, '{');
        for (int i = 0; i < 400; i++) {
            bool open = dice(12) == 0 && deep < 5;

            buf_printf(&text,
                       dice(5) ? "\"key%u\":" : "\"o%u\":", open ? dice(9) : dice(3 * JSON_PLACES));
            deep += open;
            buf_str(&text, open ? "{" : "1");
            while (!open && deep && dice(3) == 0) {
                buf_u8(&text, '}');
                deep--;
            }
            if (!open) {
                buf_u8(&text, ',');
            }
        }
        buf_str(&text, "\"key0\":[]}");
        for (; deep; deep--) {
            buf_u8(&text, '}');
        }
        assert_true(both(&b, buf_span(&text)));
        assert_true(b.taken.n > 100);
    }
    json_both_free(&b);
}

// Around the longest key that is remembered; long ones begin and end alike.
static void keys_of_every_length_are_found(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct wants *want = wants_new();
    struct json_both b;
    AUTO_BUF text;

    (void)state;
    for (size_t n = 1; want && n < 40; n++) {
        if (n % 3) {
            (void)wants_add(want, span_of(letters, n));
        }
    }
    assert_true(json_both_init(&b, want));
    skip_unless_able(&b);
    buf_init(&text, 1 << 16);
    for (int round = 0; round < 3000; round++) {
        size_t before = 0;

        buf_clear(&text);
        buf_u8(&text, '{');
        for (size_t n = 1; n < 40; n++) {
            const char *gap = dice(4) ? "" : " ";
            size_t len = dice(3) ? n : 28 + dice(7);

            if (dice(10) == 0) {
                continue;
            }
            buf_printf(&text, "%s\"", before++ ? "," : "");
            buf_put_span(&text, span_of(letters, len));
            if (dice(6) == 0) {
                text.p[text.len - 1 - dice((uint32_t)len)] ^= 1;
            }
            buf_printf(&text, "\"%s:%s%u", gap, gap, dice(1000));
        }
        buf_u8(&text, '}');
        assert_true(both(&b, buf_span(&text)));
        // the key may be the last thing before the end of the memory
        for (size_t cut = 1; cut < 45; cut++) {
            (void)both(&b, span_sub(buf_span(&text), 0, text.len - cut));
        }
    }
    json_both_free(&b);
}

static void the_bounds_of_depth_and_number_are_the_same(void **state)
{
    struct wants *want = wants_new();
    struct json_both b;
    AUTO_BUF text;

    (void)state;
    assert_true(want && wants_add(want, SPAN_LIT("a")) == 0);
    (void)wants_add(want, SPAN_LIT("a.a"));
    assert_true(json_both_init(&b, want));
    skip_unless_able(&b);
    buf_init(&text, 1 << 20);
    for (int deep = JSON_DEPTH - 2; deep <= JSON_DEPTH + 2; deep++) {
        for (int kind = 0; kind < 6; kind++) { // lists, objects, both by turns; wanted or not
            for (int full = 0; full < 2; full++) {
                buf_clear(&text);
                buf_printf(&text, "{\"%c\":", kind < 3 ? 'a' : 'x');
                for (int i = 1; i < deep; i++) {
                    buf_str(&text, kind % 3 == 0 || (kind % 3 == 2 && i % 2) ? "[" : "{\"a\":");
                }
                buf_str(&text, full ? "1" : "{}");
                for (int i = deep - 1; i > 0; i--) {
                    buf_str(&text, kind % 3 == 0 || (kind % 3 == 2 && i % 2) ? "]" : "}");
                }
                buf_u8(&text, '}');
                assert_int_equal(both(&b, buf_span(&text)), deep + !full <= JSON_DEPTH);
            }
        }
    }
    for (int n = FIELDS_MAX - 1; n <= FIELDS_MAX + 1; n++) {
        buf_clear(&text);
        buf_str(&text, "{\"a\":[");
        for (int i = 0; i < n; i++) {
            buf_str(&text, i ? ",1" : "1");
        }
        buf_str(&text, "]}");
        assert_int_equal(both(&b, buf_span(&text)), n <= FIELDS_MAX);
        text.p[text.len - 1] = ' '; // the same as a list
        assert_int_equal(both(&b, span_sub(buf_span(&text), 5, text.len - 6)), n <= FIELDS_MAX);
    }
    json_both_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_records_give_the_same_fields_whole_and_damaged),
        cmocka_unit_test(keys_that_push_each_other_out_are_read_all_the_same),
        cmocka_unit_test(keys_of_every_length_are_found),
        cmocka_unit_test(the_bounds_of_depth_and_number_are_the_same),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
