// fuzz_tree.c - any bytes as a tree of YAML: what is taken can be walked, and is written as it was.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/treecache.h"
#include "core/base/ytree.h"
#include "tests/fuzz/fuzz.h"

static size_t walk(const struct ynode *n)
{
    size_t sum = n->text.n ? (unsigned char)n->text.p[0] + (unsigned char)n->text.p[n->text.n] : 0;

    for (size_t i = 0; i < n->n; i++) {
        sum += walk(n->item[i]) + (n->type == Y_MAP && n->key[i].n ? n->key[i].p[0] != 0 : 0);
    }
    return sum;
}

static void check_tree(struct span bytes)
{
    struct ydocs d, again;
    struct arena a;
    struct buf b;

    arena_init(&a, 64 << 20);
    buf_init(&b, 64 << 20);
    if (ydoc_unpack(&a, bytes, "fuzz", &d)) {
        for (size_t i = 0; i < d.n; i++) {
            (void)walk(d.doc[i]);
        }
        ydoc_pack(&b, &d);
        FUZZ_CHECK(buf_ok(&b) && ydoc_unpack(&a, buf_span(&b), "fuzz", &again));
        FUZZ_CHECK(again.n == d.n);
    }
    FUZZ_CHECK(arena_ok(&a));
    buf_free(&b);
    arena_free(&a);
}

// No key of ours, so no file may pass.
static void check_file(struct span bytes)
{
    static const char key[TREECACHE_KEY_MIN + 1] = "not the key of any file that is ";
    struct digest reader = treecache_reader(SPAN_LIT("fuzz"));
    struct treecache c;

    FUZZ_CHECK(treecache_open(&c, bytes, span_of(key, TREECACHE_KEY_MIN), &reader) !=
               TREECACHE_GOOD);
    FUZZ_CHECK(treecache_find(&c, &reader).n == 0);
    c = (struct treecache){.file = bytes, .n = bytes.n / 64}; // as if it had passed
    (void)treecache_find(&c, &reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span bytes = fuzz_copy(data, n);

    check_tree(bytes);
    check_file(bytes);
    free((void *)(uintptr_t)bytes.p);
    return 0;
}
