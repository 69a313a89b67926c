// test_treecache.c - trees as bytes, and a file of them that is checked.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/treecache.h"
#include "core/base/ytree.h"

#define KEY SPAN_LIT("0123456789abcdef0123456789abcdef")

static const char full[] =
    "title: t\nlist:\n  - x\n  - \"yes\"\n  - {a: 1, b: [], c: {}}\nnul: ~\n"
    "long: |\n  one\n  two\n\"quo\\0ted\": 'it''s'\n---\n- second\n---\nthird\n";

static bool same_node(const struct ynode *x, const struct ynode *y)
{
    bool same = x->type == y->type && x->plain == y->plain && x->line == y->line &&
                x->col == y->col && x->n == y->n && span_eq(x->text, y->text);

    for (size_t i = 0; same && i < x->n; i++) {
        same = same_node(x->item[i], y->item[i]) &&
               (x->type != Y_MAP ||
                (span_eq(x->key[i], y->key[i]) && x->key_line[i] == y->key_line[i]));
    }
    return same && (x->type != Y_SCALAR || y->text.p[y->text.n] == '\0');
}

static bool same_docs(const struct ydocs *x, const struct ydocs *y)
{
    bool same = x->n == y->n && strcmp(x->path, y->path) == 0;

    for (size_t i = 0; same && i < x->n; i++) {
        same = same_node(x->doc[i], y->doc[i]);
    }
    return same;
}

static struct span pack(struct arena *a, struct span text, struct ydocs *d)
{
    struct err err = ERR_INIT;
    struct span tree;
    AUTO_BUF b;

    buf_init(&b, 1 << 20);
    assert_int_equal(ydoc_load(a, text, "p.yaml", d, &err), 0);
    ydoc_pack(&b, d);
    tree = arena_span(a, buf_span(&b));
    assert_int_equal(tree.n, b.len);
    return tree;
}

static void a_tree_comes_back_as_it_was(void **state)
{
    struct ydocs d, back;
    struct span tree;
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    tree = pack(&a, SPAN_LIT(full), &d);
    assert_int_equal(d.n, 3);
    assert_true(ydoc_unpack(&a, tree, "p.yaml", &back));
    assert_true(same_docs(&d, &back));
    tree = pack(&a, SPAN_LIT(""), &d);
    assert_true(tree.n > 0);
    assert_true(ydoc_unpack(&a, tree, "p.yaml", &back));
    assert_int_equal(back.n, 0);
    arena_free(&a);
}

static size_t walk(const struct ynode *n, unsigned depth)
{
    size_t sum = n->text.n ? (size_t)n->text.p[0] + (size_t)n->text.p[n->text.n] : n->line;

    assert_true(depth <= YDOC_DEPTH_MAX);
    assert_true(n->type != Y_MAP || n->n <= YDOC_KEYS_MAX);
    for (size_t i = 0; i < n->n; i++) {
        sum += walk(n->item[i], depth + 1) + (n->type == Y_MAP ? n->key[i].n + n->key_line[i] : 0);
    }
    return sum;
}

// Into a piece of memory of exactly its size; what comes out is walked.
static bool try_bytes(struct span bytes)
{
    char *copy = malloc(bytes.n ? bytes.n : 1);
    struct ydocs d;
    struct arena a;
    bool ok;

    assert_non_null(copy);
    memcpy(copy, bytes.p, bytes.n);
    arena_init(&a, 64 << 20);
    ok = ydoc_unpack(&a, span_of(copy, bytes.n), "p.yaml", &d);
    assert_true(arena_ok(&a)); // the bytes alone say how much room a tree takes
    for (size_t i = 0; ok && i < d.n; i++) {
        (void)walk(d.doc[i], 0);
    }
    arena_free(&a);
    free(copy);
    return ok;
}

static void any_bytes_are_read_or_refused(void **state)
{
    static const char huge[] = {1, 2, 1, 1, (char)0xff, (char)0xff, (char)0xff, (char)0xff, 0x0f};
    char bytes[sizeof(full) * 4], deep[1000];
    struct span tree;
    struct ydocs d;
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    tree = pack(&a, SPAN_LIT(full), &d);
    assert_true(tree.n < sizeof(bytes));
    memcpy(bytes, tree.p, tree.n);
    for (size_t n = 0; n < tree.n; n++) {
        assert_false(try_bytes(span_of(bytes, n)));
    }
    bytes[tree.n] = 0;
    assert_false(try_bytes(span_of(bytes, tree.n + 1)));
    for (size_t i = 0; i < tree.n; i++) {
        for (int v = 0; v < 256; v++) {
            bytes[i] = (char)v;
            (void)try_bytes(span_of(bytes, tree.n));
        }
        bytes[i] = tree.p[i];
    }
    assert_false(try_bytes(span_of(huge, sizeof(huge))));
    deep[0] = 1;
    for (size_t i = 1; i + 4 <= sizeof(deep); i += 4) {
        memcpy(deep + i, "\x02\x01\x01\x01", 4); // a list of one list
    }
    assert_false(try_bytes(span_of(deep, sizeof(deep))));
    arena_free(&a);
}

// ---- the file

enum { FILES = 40 };

struct shelf {
    struct arena a;
    struct textfile file[FILES];
    struct digest reader;
    struct buf out;
};

static void shelf_open(struct shelf *s)
{
    static const struct treecache none;
    struct treelist l;

    arena_init(&s->a, 1 << 20);
    buf_init(&s->out, 1 << 20);
    for (int i = 0; i < FILES; i++) {
        s->file[i].path = arena_printf(&s->a, "f%d.yaml", i);
        s->file[i].text = span_str(arena_printf(&s->a, "n: %d\nl: [a, 'b', %d]\n", i / 2, i / 2));
    }
    s->file[7].text = SPAN_LIT("broken: [");
    s->reader = treecache_reader(SPAN_LIT("build"));
    assert_true(treelist_make(&l, &s->a, &none, s->file, FILES));
    assert_int_equal(l.found, 0);
    assert_int_equal(l.made, FILES - 1);
    assert_int_equal(l.tree[7].n, 0);
    assert_true(treelist_write(&l, &s->a, KEY, &s->reader, &s->out));
}

static void shelf_close(struct shelf *s)
{
    buf_free(&s->out);
    arena_free(&s->a);
}

static void what_was_written_is_found_by_its_text_alone(void **state)
{
    struct treecache c;
    struct treelist l;
    struct shelf s;

    (void)state;
    shelf_open(&s);
    assert_int_equal(treecache_open(&c, buf_span(&s.out), KEY, &s.reader), TREECACHE_GOOD);
    assert_int_equal(c.n, FILES / 2); // equal texts once; one of the two that are 3 can be read
    s.file[11].text = SPAN_LIT("n: 5\nl: [a, 'b', 6]\n");
    assert_true(treelist_make(&l, &s.a, &c, s.file, FILES));
    assert_int_equal(l.found, FILES - 2);
    assert_int_equal(l.made, 1);
    for (int i = 0; i < FILES; i++) {
        struct err err = ERR_INIT, other = ERR_INIT;
        struct ydocs d, want;
        int rc = ydoc_load(&s.a, s.file[i].text, s.file[i].path, &want, &err);

        assert_int_equal(
            ydoc_load_tree(&s.a, s.file[i].text, l.tree[i], s.file[i].path, &d, &other), rc);
        assert_string_equal(err.msg, other.msg);
        assert_true(rc || same_docs(&want, &d));
        assert_int_equal(l.tree[i].n == 0, rc != 0);
    }
    shelf_close(&s);
}

static void every_changed_byte_is_seen(void **state)
{
    struct treecache c;
    struct shelf s;

    (void)state;
    shelf_open(&s);
    for (size_t i = 0; i < s.out.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            s.out.p[i] = (char)(s.out.p[i] ^ 1 << bit);
            assert_int_not_equal(treecache_open(&c, buf_span(&s.out), KEY, &s.reader),
                                 TREECACHE_GOOD);
            assert_int_equal(c.n, 0);
            s.out.p[i] = (char)(s.out.p[i] ^ 1 << bit);
        }
    }
    for (size_t n = 0; n < s.out.len; n++) {
        assert_int_not_equal(treecache_open(&c, span_of(s.out.p, n), KEY, &s.reader),
                             TREECACHE_GOOD);
    }
    buf_u8(&s.out, 0);
    assert_int_equal(treecache_open(&c, buf_span(&s.out), KEY, &s.reader), TREECACHE_CHANGED);
    shelf_close(&s);
}

static void another_key_or_another_build_is_refused(void **state)
{
    struct digest other = treecache_reader(SPAN_LIT("another build"));
    struct treecache c;
    struct shelf s;

    (void)state;
    shelf_open(&s);
    assert_int_equal(treecache_open(&c, buf_span(&s.out),
                                    SPAN_LIT("0123456789abcdef0123456789abcdeF"), &s.reader),
                     TREECACHE_CHANGED);
    assert_int_equal(treecache_open(&c, buf_span(&s.out), SPAN_NONE, &s.reader), TREECACHE_CHANGED);
    assert_int_equal(treecache_open(&c, buf_span(&s.out), KEY, &other), TREECACHE_FOREIGN);
    assert_int_equal(treecache_open(&c, SPAN_LIT("title: a rule\n"), KEY, &s.reader),
                     TREECACHE_FOREIGN);
    assert_int_equal(treecache_open(&c, SPAN_NONE, KEY, &s.reader), TREECACHE_FOREIGN);
    shelf_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_comes_back_as_it_was),
        cmocka_unit_test(any_bytes_are_read_or_refused),
        cmocka_unit_test(what_was_written_is_found_by_its_text_alone),
        cmocka_unit_test(every_changed_byte_is_seen),
        cmocka_unit_test(another_key_or_another_build_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
