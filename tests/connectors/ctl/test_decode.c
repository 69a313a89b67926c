// test_decode.c - fabsocctl decode: what DESIGN 9 promises to scripts.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

#include <dirent.h>
#include <zlib.h>
#include <zstd.h>

#define DATA  "../shared/data/"
#define FEEDS "share/demo/story/feeds/"

static void record_has_the_promised_names(void **state)
{
    struct ran r = ran("decode", FEEDS "tools.rec");
    json_t *v = ran_json(&r, 0);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    assert_string_equal(ran_text(v, "file"), FEEDS "tools.rec");
    assert_int_equal(ran_int(v, "line"), 1);
    assert_string_equal(ran_text(v, "source"), "fab-tool");
    assert_true(json_is_object(json_object_get(v, "ecs")));
    assert_true(json_is_object(json_object_get(v, "event")));
    assert_non_null(json_object_get(v, "raw"));
    assert_int_equal(strlen(ran_text(v, "@timestamp")), sizeof("2026-11-22T01:02:03.456789Z") - 1);
    json_decref(v);
    ran_free(&r);
}

static void crlf_bom_and_empty_lines_count_as_lines(void **state)
{
    struct ran r =
        ran_with(SPAN_LIT("\xef\xbb\xbf{\"a\":1}\r\n\r\nno source knows this\r\n\xff\xfe\r\nlast"),
                 "decode", "-", NULL);
    static const json_int_t line[] = {1, 3, 4, 5};

    (void)state;
    assert_int_equal(r.status, 0);
    assert_int_equal(ran_lines(&r), ARRAY_LEN(line));
    for (size_t i = 0; i < ARRAY_LEN(line); i++) {
        json_t *v = ran_json(&r, i);

        assert_string_equal(ran_text(v, "file"), "-");
        assert_int_equal(ran_int(v, "line"), line[i]);
        assert_string_equal(ran_text(v, "source"), "raw");
        json_decref(v);
    }
    assert_non_null(strstr(r.out, "\"raw\":\"\\\\xff\\\\xfe\""));
    ran_free(&r);
}

static void pretty_printed_json_says_where_it_ends(void **state)
{
    struct ran r = ran_with(SPAN_LIT("{\n \"event_type\": \"dns\",\n \"n\": 1\n}\n{\"b\": 2}\n"),
                            "decode", "-", NULL);
    json_t *v = ran_json(&r, 0), *w = ran_json(&r, 1);

    (void)state;
    assert_int_equal(ran_int(v, "line"), 1);
    assert_int_equal(ran_int(v, "line_end"), 4);
    assert_int_equal(ran_int(w, "line"), 5);
    assert_null(json_object_get(w, "line_end"));
    json_decref(v);
    json_decref(w);
    ran_free(&r);
}

static void recording_feeds_the_receive_time(void **state)
{
    struct ran r = ran_with(SPAN_LIT("# for people\n"
                                     "@2031-05-06T07:08:09.5Z no time in here\n"
                                     "!2031-05-06T07:08:10Z barrier x\n"
                                     "@2031-01-02T00:00:00Z <86>Jan  1 23:59:58 h sshd[1]: "
                                     "Accepted password for a from 10.0.0.1 port 2 ssh2\n"),
                            "decode", "-", NULL);
    json_t *v = ran_json(&r, 0), *w = ran_json(&r, 1);

    (void)state;
    assert_int_equal(ran_lines(&r), 2);
    assert_int_equal(ran_int(v, "line"), 2);
    assert_string_equal(ran_text(v, "@timestamp"), "2031-05-06T07:08:09.500000Z");
    assert_int_equal(ran_int(w, "line"), 4);
    assert_string_equal(ran_text(w, "@timestamp"), "2031-01-01T23:59:58.000000Z");
    json_decref(v);
    json_decref(w);
    ran_free(&r);
}

static struct span gzipped(struct span in, char *out, size_t size)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p,
                  .avail_in = (uInt)in.n,
                  .next_out = (Bytef *)out,
                  .avail_out = (uInt)size};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&z);
    return span_of(out, size - z.avail_out);
}

// Two members or frames, as log rotation leaves them; lines go on counting.
static void packed_files_are_told_by_content(void **state)
{
    static const char text[] = "one\n\ntwo\n";
    static char out[1000];
    struct span a = gzipped(span_str(text), out, 500);
    struct ran plain = ran_with(SPAN_LIT("one\n\ntwo\none\n\ntwo\n"), "decode", "-", NULL), r;
    size_t n;

    (void)state;
    memcpy(out + a.n, out, a.n);
    r = ran_with(span_of(out, 2 * a.n), "decode", "-", NULL);
    assert_int_equal(r.status, 0);
    assert_int_equal(ran_lines(&r), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *v = ran_json(&r, i), *w = ran_json(&plain, i);

        assert_int_equal(ran_int(v, "line"), ran_int(w, "line"));
        json_decref(v);
        json_decref(w);
    }
    ran_free(&r);
    n = ZSTD_compress(out, 500, text, sizeof(text) - 1, 3);
    assert_false(ZSTD_isError(n));
    memcpy(out + n, out, n);
    r = ran_with(span_of(out, 2 * n), "decode", "-", NULL);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    assert_int_equal(ran_lines(&r), 4);
    ran_free(&r);
    ran_free(&plain);
}

static void damaged_packing_keeps_what_stood_before_it(void **state)
{
    static char text[200000], out[200000];
    struct span z;
    struct ran r;

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = i % 50 == 49 ? '\n' : (char)('a' + (i * i / 7) % 26);
    }
    z = gzipped(span_of(text, sizeof(text)), out, sizeof(out));
    r = ran_with(span_of(z.p, z.n - 20), "decode", "-", NULL);
    assert_int_equal(r.status, 1);
    assert_true(ran_lines(&r) > 3000);
    assert_non_null(strstr(r.err, "-: input.short: "));
    ran_free(&r);
    memset(out + z.n / 2, 0xff, 200);
    r = ran_with(z, "decode", "-", NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "-: input.gzip: "));
    ran_free(&r);
}

static void statuses_are_those_of_the_manual(void **state)
{
    struct ran r = ran("decode", "/nonexistent/file", FEEDS "windows.rec");

    (void)state;
    assert_int_equal(r.status, 2); // could not, and yet the other file was read
    assert_true(ran_lines(&r) > 0);
    assert_true(strncmp(r.err, "/nonexistent/file: input.open: ", 31) == 0);
    ran_free(&r);
    r = ran("decode");
    assert_int_equal(r.status, 64);
    assert_string_equal(r.out, "");
    ran_free(&r);
    r = ran("decode", "--as", "nosuch", "-");
    assert_int_equal(r.status, 64);
    ran_free(&r);
}

static void told_source_is_used_and_integers_keep_64_bits(void **state)
{
    struct ran r =
        ran_with(SPAN_LIT("[1, 18446744073709551615]"), "decode", "--as", "json", "-", NULL);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "\"source\":\"json\""));
    assert_non_null(strstr(r.out, "\"event\":[1,18446744073709551615]"));
    ran_free(&r);
}

// JSONTestSuite: y_ must be read, n_ must be refused, i_ is either; it never crashes.
static void json_texts_are_read_or_refused(void **state)
{
    DIR *d = opendir(DATA "json/test_parsing");
    struct dirent *e;
    size_t n = 0;

    (void)state;
    if (!d) {
        fail_msg("cannot run without %s", DATA "json/test_parsing");
    }
    while ((e = readdir(d)) != NULL) {
        char path[600];
        struct ran r;

        if (e->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/%s", DATA "json/test_parsing", e->d_name);
        r = ran("decode", "--as", "json", path);
        if ((e->d_name[0] == 'y' && r.status != 0) || (e->d_name[0] == 'n' && r.status != 1) ||
            r.status > 1) {
            fail_msg("%s: status %d", e->d_name, r.status);
        }
        assert_int_equal(ran_lines(&r), 1);
        ran_free(&r);
        n++;
    }
    closedir(d);
    assert_true(n > 100);
}

static void escapes_do_not_reach_the_terminal(void **state)
{
    struct ran r =
        ran_with(SPAN_LIT("\x1b]0;owned\x07 line\n"), "decode", "-", "/no\x1b[2Jwhere", NULL);

    (void)state;
    assert_null(strchr(r.out, '\x1b'));
    assert_null(strchr(r.err, '\x1b'));
    assert_int_equal(r.status, 2);
    ran_free(&r);
}

// Read to its end it would never be done.
static void a_device_without_an_end_is_refused(void **state)
{
    struct ran r = ran("decode", "/dev/full"), none = ran("decode", "/dev/null");

    (void)state;
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "/dev/full"));
    assert_int_equal(none.status, 0);
    assert_string_equal(none.out, "");
    ran_free(&r);
    ran_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_has_the_promised_names),
        cmocka_unit_test(crlf_bom_and_empty_lines_count_as_lines),
        cmocka_unit_test(pretty_printed_json_says_where_it_ends),
        cmocka_unit_test(recording_feeds_the_receive_time),
        cmocka_unit_test(packed_files_are_told_by_content),
        cmocka_unit_test(damaged_packing_keeps_what_stood_before_it),
        cmocka_unit_test(statuses_are_those_of_the_manual),
        cmocka_unit_test(told_source_is_used_and_integers_keep_64_bits),
        cmocka_unit_test(json_texts_are_read_or_refused),
        cmocka_unit_test(escapes_do_not_reach_the_terminal),
        cmocka_unit_test(a_device_without_an_end_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
