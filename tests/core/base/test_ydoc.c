// test_ydoc.c - YAML as a tree with places, and what it refuses.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/ydoc.h"

struct doc {
    struct arena a;
    struct ydocs d;
    struct err err;
    int rc;
};

static void load(struct doc *d, struct span text)
{
    *d = (struct doc){0};
    arena_init(&d->a, 64 << 20);
    d->rc = ydoc_load(&d->a, text, "t.yaml", &d->d, &d->err);
}

static void refused(struct span text, const char *code, unsigned line)
{
    struct doc d;

    load(&d, text);
    assert_int_equal(d.rc < 0, 1);
    assert_string_equal(d.err.code, code);
    assert_string_equal(d.err.path, "t.yaml");
    if (line) {
        assert_int_equal(d.err.line, line);
    }
    arena_free(&d.a);
}

static void every_node_knows_where_it_stood(void **state)
{
    struct doc d;
    struct ynode *b;
    int64_t i;
    bool yes = false;

    (void)state;
    load(&d, SPAN_LIT("a: 12\nb:\n  - x\n  - \"yes\"\nc: yes\n"));
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.d.n, 1);
    assert_true(y_int(y_get(d.d.doc[0], "a"), &i) && i == 12);
    b = y_get(d.d.doc[0], "b");
    assert_int_equal(b->type, Y_LIST);
    assert_int_equal(b->n, 2);
    assert_int_equal(b->item[1]->line, 4);
    assert_int_equal(b->item[1]->col, 5);
    assert_false(y_bool(b->item[1], &yes)); // quoted: a text
    assert_true(y_bool(y_get(d.d.doc[0], "c"), &yes) && yes);
    assert_null(y_get(y_get(d.d.doc[0], "none"), "deeper"));
    assert_true(y_is_null(NULL));
    arena_free(&d.a);
}

static void several_documents_are_several_and_empty_ones_none(void **state)
{
    struct doc d;

    (void)state;
    load(&d, SPAN_LIT("a: 1\n---\n---\nb: 2\n"));
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.d.n, 2);
    arena_free(&d.a);
    load(&d, SPAN_LIT(""));
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.d.n, 0);
    arena_free(&d.a);
}

static void what_no_document_of_ours_needs_is_refused(void **state)
{
    (void)state;
    refused(SPAN_LIT("a: &x 1\nb: *x\n"), "yaml.alias", 2);
    refused(SPAN_LIT("a: 1\nb: 2\na: 3\n"), "yaml.duplicate", 3);
    refused(SPAN_LIT("? [a]\n: 1\n"), "yaml.key", 1);
    refused(SPAN_LIT("a: !!python/object 1\n"), "yaml.tag", 1);
    refused(SPAN_LIT("a: [1\n"), "yaml.syntax", 0);
    refused(SPAN_LIT("a: \"\xff\"\n"), "yaml.syntax", 0);
}

static void depth_and_length_have_their_bounds(void **state)
{
    enum { LONG = (4 << 20) + 1 };
    char deep[400], *text = malloc(LONG);
    struct doc d;

    (void)state;
    assert_non_null(text);
    memset(deep, '[', 64);
    memset(deep + 64, ']', 64);
    load(&d, span_of(deep, 128));
    assert_int_equal(d.rc, 0);
    arena_free(&d.a);
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    refused(span_of(deep, 400), "yaml.depth", 1);
    memset(text, ' ', LONG);
    refused(span_of(text, LONG), "yaml.limit", 0);
    load(&d, span_of(text, LONG - 1));
    assert_int_equal(d.rc, 0);
    arena_free(&d.a);
    free(text);
}

static void faults_name_the_key_and_its_line(void **state)
{
    static const char *const known[] = {"a", NULL};
    struct doc d;
    struct span text;
    struct ynode *n;

    (void)state;
    load(&d, SPAN_LIT("a: ''\n\nstranger: 1\n"));
    assert_int_equal(y_only(&d.d, d.d.doc[0], known, &d.err), E_INPUT);
    assert_int_equal(d.err.line, 3);
    assert_non_null(strstr(d.err.msg, "stranger"));
    d.err = ERR_INIT;
    assert_int_equal(y_need_text(&d.d, d.d.doc[0], "a", &text, &d.err), E_INPUT);
    assert_string_equal(d.err.code, "yaml.empty");
    d.err = ERR_INIT;
    assert_int_equal(y_need(&d.d, d.d.doc[0], "missing", Y_MAP, &n, &d.err), E_INPUT);
    assert_string_equal(d.err.code, "yaml.missing");
    d.err = ERR_INIT;
    assert_int_equal(y_need(&d.d, d.d.doc[0], "a", Y_MAP, &n, &d.err), E_INPUT);
    assert_string_equal(d.err.code, "yaml.type");
    arena_free(&d.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_knows_where_it_stood),
        cmocka_unit_test(several_documents_are_several_and_empty_ones_none),
        cmocka_unit_test(what_no_document_of_ours_needs_is_refused),
        cmocka_unit_test(depth_and_length_have_their_bounds),
        cmocka_unit_test(faults_name_the_key_and_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
