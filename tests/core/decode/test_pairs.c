// test_pairs.c - CEF read in blocks against the plain way to read it; pairs that were written.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/decode/pairs.h"

enum { ROUNDS = 60000, PIECES = 60, FIELDS = 200 };

static uint64_t seed = 20261122;

static size_t below(size_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (size_t)(seed >> 33) % n;
}

// ---- the plain way, by the words of the format

struct plain {
    size_t n;
    struct {
        char name[512], value[2048];
        size_t nname, nvalue;
    } f[FIELDS];
};

static bool plain_key(char c)
{
    return c && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.[]_", c);
}

static bool plain_blank(char c)
{
    return c && strchr(" \t\r\n", c);
}

static void put(struct plain *r, const char *name, size_t nname, const char *v, size_t n,
                const char *escaped)
{
    char *out = r->f[r->n].value;
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        char next = i + 1 < n ? v[i + 1] : '\0';

        if (escaped && v[i] == '\\' && next && (strchr(escaped, next) || strchr("nr", next))) {
            out[used++] = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
            i++;
        } else {
            out[used++] = v[i];
        }
    }
    memcpy(r->f[r->n].name, name, nname);
    r->f[r->n].nname = nname;
    r->f[r->n++].nvalue = used;
}

static void put_trimmed(struct plain *r, const char *name, size_t nname, const char *v, size_t n,
                        bool quotes, const char *escaped)
{
    while (n && plain_blank(*v)) {
        v++;
        n--;
    }
    while (n && plain_blank(v[n - 1])) {
        n--;
    }
    if (quotes && n > 1 && v[0] == '"' && v[n - 1] == '"') {
        v++;
        n -= 2;
    }
    put(r, name, nname, v, n, escaped);
}

// Whether a key begins at `k`, and where its '=' is.
static bool key_begins(const char *s, size_t n, size_t k, size_t from, size_t *ret)
{
    size_t i = k;

    while (i < n && plain_key(s[i])) {
        i++;
    }
    *ret = i;
    return i > k && i < n && s[i] == '=' && (k == from || strchr(" \t\n", s[k - 1]));
}

static void plain_extension(const char *s, size_t n, struct plain *r)
{
    size_t at = 0, equal = 0, first = r->n, end;

    while (at < n && !key_begins(s, n, at, 0, &equal)) {
        at++;
    }
    while (at < n) {
        size_t next = equal + 1, then = 0;

        while (next < n && !key_begins(s, n, next, equal + 1, &then)) {
            next++;
        }
        put_trimmed(r, s + at, equal - at, s + equal + 1, next - equal - 1, true, "=\\|\"");
        at = next;
        equal = then;
    }
    end = r->n;
    for (size_t i = first; i < end; i++) {
        size_t m = r->f[i].nname;

        if (m < 6 || m > 40 || memcmp(r->f[i].name + m - 5, "Label", 5) != 0) {
            continue;
        }
        for (size_t k = i > first + 8 ? i - 8 : first; k < end && k < i + 8; k++) {
            if (r->f[k].nname == m - 5 && memcmp(r->f[k].name, r->f[i].name, m - 5) == 0 &&
                r->f[k].nvalue) {
                put(r, r->f[i].value, r->f[i].nvalue, r->f[k].value, r->f[k].nvalue, NULL);
                break;
            }
        }
    }
}

static bool plain_cef(const char *s, size_t n, struct plain *r)
{
    static const char *const names[] = {"CEFVersion",    "DeviceVendor",       "DeviceProduct",
                                        "DeviceVersion", "DeviceEventClassID", "Name",
                                        "Severity"};
    size_t from = 0;

    for (size_t part = 0; part < 7; part++) {
        size_t i = from;

        while (i < n && s[i] != '|') {
            i += s[i] == '\\' ? 2 : 1;
        }
        put_trimmed(r, names[part], strlen(names[part]), s + from, (i < n ? i : n) - from, false,
                    "|\\");
        if (i >= n) {
            return part == 6;
        }
        from = i + 1;
    }
    plain_extension(s + from, n - from, r);
    return true;
}

// ---- both

static void same(const char *text, size_t n, struct fields *f)
{
    static struct plain r;
    char *copy = malloc(n + !n); // of its own size, so that a byte read behind it is seen
    const char *why;
    bool right;

    assert_non_null(copy);
    memcpy(copy, text, n);
    fields_clear(f);
    arena_reset(f->arena);
    r.n = 0;
    right = plain_cef(text, n, &r);
    why = cef_flatten(span_of(copy, n), f);
    assert_int_equal(why == NULL, right);
    assert_int_equal(f->n, r.n);
    for (size_t i = 0; i < r.n; i++) {
        assert_int_equal(f->v[i].name.n, r.f[i].nname);
        assert_memory_equal(f->v[i].name.p, r.f[i].name, r.f[i].nname);
        assert_int_equal(f->v[i].v.type, V_STR);
        assert_int_equal(f->v[i].v.i, 0);
        assert_int_equal(f->v[i].v.s.n, r.f[i].nvalue);
        assert_true(r.f[i].nvalue == 0 || memcmp(f->v[i].v.s.p, r.f[i].value, r.f[i].nvalue) == 0);
    }
    free(copy);
}

static struct wants *want;
static struct arena arena;

static void cef_in_blocks_is_cef_byte_by_byte(void **state)
{
    static const char *const pieces[] = {"=",
                                         " ",
                                         "|",
                                         "\\",
                                         "a",
                                         "b=",
                                         " cs1=",
                                         " cs1Label=",
                                         "\"",
                                         "\n",
                                         "\t",
                                         "[0]=",
                                         " x.y-z_=",
                                         "\\=",
                                         "\\\\",
                                         " act=\"Logon\"",
                                         "\\n",
                                         "\xE9",
                                         "a long, l",
                                         "@=",
                                         " Label=",
                                         "\\|x",
                                         " cs2Label=S cs2=",
                                         " aNameOfMoreThanSixteenBytes=",
                                         " aNameOfMoreThanSixteenBytesLabel=\"N\"",
                                         "/=",
                                         "Y",
                                         "{=",
                                         "0",
                                         "9=",
                                         " z",
                                         "-"};
    struct fields f;

    (void)state;
    assert_true(fields_init(&f, want, &arena));
    for (int round = 0; round < ROUNDS; round++) {
        char text[4096] = "0|V|P|1|2|N|3|";
        size_t n = round % 8 ? 14 : 0;

        for (size_t i = below(PIECES); i-- > 0;) {
            const char *p = pieces[below(sizeof(pieces) / sizeof(pieces[0]))];

            memcpy(text + n, p, strlen(p));
            n += strlen(p);
        }
        same(text, n, &f);
    }
    fields_free(&f);
}

// More keys than are found at once.
static void many_keys_are_many_fields(void **state)
{
    struct fields f;

    (void)state;
    assert_true(fields_init(&f, want, &arena));
    for (int keys = 0; keys < 150; keys++) {
        char text[4096] = "0|V|P|1|2|N|3|";
        size_t n = 14;

        for (int i = 0; i < keys; i++) {
            n += (size_t)sprintf(text + n, "%sk%d=v\\\\%d", i ? " " : "", i, i);
        }
        same(text, n, &f);
        assert_int_equal(f.n, 7 + keys);
    }
    fields_free(&f);
}

// ---- pairs that were written are read again

struct writer {
    char text[4096];
    size_t n;
};

static void write_text(struct writer *w, const char *p)
{
    memcpy(w->text + w->n, p, strlen(p));
    w->n += strlen(p);
}

// A value as it is written, and what it says.
static void write_value(struct writer *w, struct plain *r, const char *key)
{
    static const char *const bare[] = {"1",    "10.0.0.1",     "a-value-of-more-than-sixteen-bytes",
                                       "x:y",  "\xC3\xA9",     "it's",
                                       "a\"b", "/usr/bin/cat", "\\n"};
    static const char *const quoted[][2] = {
        {"two words", "two words"},
        {"a=b, c=d; e|f", "a=b, c=d; e|f"},
        {"say \\\"x\\\" now", "say \"x\" now"},
        {"", ""},
        {"c:\\\\dir\\\\file", "c:\\dir\\file"},
        {"a quoted text of more than sixteen bytes", "a quoted text of more than sixteen bytes"},
        {"one\\ntwo", "one\ntwo"}};
    const char *says;

    if (below(2)) {
        size_t k = below(sizeof(quoted) / sizeof(quoted[0]));

        says = quoted[k][1];
        write_text(w, "\"");
        write_text(w, quoted[k][0]);
        write_text(w, "\"");
    } else {
        says = bare[below(sizeof(bare) / sizeof(bare[0]))];
        write_text(w, says);
    }
    put(r, key, strlen(key), says, strlen(says), NULL);
}

static void pairs_that_were_written_are_read_again(void **state)
{
    static const char *const keys[] = {"a", "srcip", "user.name", "x_y-z[0]",
                                       "aKeyOfMoreThanSixteenBytes"};
    static const char *const separators[] = {"", ",", ", ", ";", "; ", "|", "\t"};
    static struct plain r;
    struct fields f;

    (void)state;
    assert_true(fields_init(&f, want, &arena));
    for (int round = 0; round < ROUNDS; round++) {
        const char *separator = separators[below(sizeof(separators) / sizeof(separators[0]))];
        struct dialect d = {.separator = span_str(separator), .assign = SPAN_LIT("=")}, guess;
        size_t pairs = 1 + below(12);
        struct writer w = {.n = 0};
        char *copy;

        r.n = 0;
        for (size_t i = 0; i < pairs; i++) {
            const char *key = keys[below(sizeof(keys) / sizeof(keys[0]))];

            if (i) {
                write_text(&w, separator[0] ? separator : below(4) ? " " : "  ");
            }
            if (!separator[0] && below(6) == 0) {
                write_text(&w, "word ");
            }
            write_text(&w, key);
            write_text(&w, "=");
            write_value(&w, &r, key);
        }
        copy = malloc(w.n); // of its own size, so that a byte read behind it is seen
        assert_non_null(copy);
        memcpy(copy, w.text, w.n);
        fields_clear(&f);
        arena_reset(&arena);
        assert_null(pairs_flatten(span_of(copy, w.n), &d, SPAN_NONE, &f));
        if (f.n != r.n) {
            fail_msg("%zu pairs, not %zu, of \"%.*s\"", f.n, r.n, (int)w.n, w.text);
        }
        for (size_t i = 0; i < r.n; i++) {
            assert_int_equal(f.v[i].name.n, r.f[i].nname);
            assert_memory_equal(f.v[i].name.p, r.f[i].name, r.f[i].nname);
            assert_int_equal(f.v[i].v.s.n, r.f[i].nvalue);
            assert_true(r.f[i].nvalue == 0 ||
                        memcmp(f.v[i].v.s.p, r.f[i].value, r.f[i].nvalue) == 0);
        }
        if (separator[0] != '|') { // which ends no quotes when it is only guessed
            assert_int_equal(pairs_guess(span_of(copy, w.n), 3, &guess), pairs >= 3);
            assert_true(pairs < 3 || span_eq(guess.separator, d.separator));
        }
        free(copy);
    }
    fields_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cef_in_blocks_is_cef_byte_by_byte),
        cmocka_unit_test(many_keys_are_many_fields),
        cmocka_unit_test(pairs_that_were_written_are_read_again),
    };

    arena_init(&arena, 1 << 20);
    want = wants_new();
    return want ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
