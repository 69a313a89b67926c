// test_journal.c - what the journal keeps through restarts, cuts and damage.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/journal/journal.h"
#include "connectors/journal/segment.h"
#include "connectors/os/files.h"

enum { BLOCKS = 40, PER_BLOCK = 7, SOURCES = 3, SMALL_SEGMENT = 6000 };

struct place_of_test {
    char path[64];
    int dir;
};

static void make_place(struct place_of_test *p)
{
    (void)snprintf(p->path, sizeof(p->path), "/tmp/fabsoc-journal-XXXXXX");
    assert_non_null(mkdtemp(p->path));
    p->dir = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(p->dir >= 0);
}

static void empty_place(const struct place_of_test *p)
{
    DIR *d = opendir(p->path);
    struct dirent *e;

    assert_non_null(d);
    while ((e = readdir(d)) != NULL) {
        (void)unlinkat(p->dir, e->d_name, 0);
    }
    closedir(d);
}

static void drop_place(struct place_of_test *p)
{
    empty_place(p);
    close(p->dir);
    assert_int_equal(rmdir(p->path), 0);
}

static struct journal *must_open(const struct place_of_test *p)
{
    struct journal *j = NULL;
    struct err err = ERR_INIT;

    if (journal_open(p->dir, SMALL_SEGMENT, &j, &err) < 0) {
        err_print(stderr, &err);
        fail();
    }
    return j;
}

static void put_event(struct journal *j, uint16_t source, unsigned n)
{
    struct err err = ERR_INIT;
    char text[64];
    int len =
        snprintf(text, sizeof(text), "source %u event %u %0*u", source, n, 1 + (int)(n % 20), n);

    assert_int_equal(journal_put(j,
                                 &(struct record){.type = REC_EVENT,
                                                  .source = source,
                                                  .received = 1000 + n,
                                                  .origin_a = source,
                                                  .origin_b = n,
                                                  .bytes = span_of(text, (size_t)len)},
                                 &err),
                     0);
}

// Block b holds PER_BLOCK events; event n of all goes to source 1 + n % SOURCES.
static void write_blocks(struct journal *j, unsigned from, unsigned to)
{
    struct err err = ERR_INIT;

    for (unsigned b = from; b < to; b++) {
        for (uint16_t s = 1; s <= SOURCES && b == 0; s++) {
            char name[8];

            (void)snprintf(name, sizeof(name), "s%u", s);
            assert_int_equal(
                journal_declare(j, &(struct source_decl){.number = s, .name = span_str(name)}, 5),
                s);
        }
        for (unsigned i = 0; i < PER_BLOCK; i++) {
            unsigned n = b * PER_BLOCK + i;

            put_event(j, (uint16_t)(1 + n % SOURCES), n);
        }
        assert_int_equal(journal_flush(j, &err), 0);
        assert_int_equal(journal_sync(j, &err), 0);
    }
}

static struct digest read_block(const struct place_of_test *p, const struct journal *j, uint64_t n)
{
    struct journal_reader r;
    struct journal_place at;
    struct err err = ERR_INIT;
    struct digest d;
    AUTO_BUF b;

    buf_init(&b, BLOCK_MAX);
    journal_reader_init(&r, p->dir);
    assert_true(journal_find(j, n, &at));
    assert_int_equal(journal_read(&r, &at, &b, &err), 0);
    d = digest_of(buf_span(&b));
    journal_reader_close(&r);
    return d;
}

static bool is_filler(const struct place_of_test *p, const struct journal *j, uint64_t n)
{
    struct journal_reader r;
    struct journal_place at;
    struct block b;
    struct record rec;
    bool filler;
    AUTO_BUF bytes;

    buf_init(&bytes, BLOCK_MAX);
    journal_reader_init(&r, p->dir);
    assert_true(journal_find(j, n, &at));
    assert_int_equal(journal_read(&r, &at, &bytes, NULL), 0);
    assert_int_equal(block_open(buf_span(&bytes), &b, NULL), 0);
    assert_int_equal(b.number, n);
    filler = b.count == 1 && block_next(&b.records, &rec, NULL) == 1 && rec.type == REC_SKIPPED &&
             rec.source == 0;
    journal_reader_close(&r);
    return filler;
}

// The segments of a whole journal, to be written back for each trial.
struct kept {
    size_t n;
    uint64_t first[64];
    struct buf bytes[64];
    struct digest block[BLOCKS + 1];
};

static void keep_journal(const struct place_of_test *p, struct kept *k)
{
    struct journal *j = must_open(p);
    struct journal_place at;

    memset(k, 0, sizeof(*k));
    for (uint64_t n = 1; n <= BLOCKS; n++) {
        k->block[n] = read_block(p, j, n);
        assert_true(journal_find(j, n, &at));
        if (k->n == 0 || k->first[k->n - 1] != at.segment) {
            assert_true(k->n < 64);
            buf_init(&k->bytes[k->n], 1 << 20);
            assert_int_equal(segment_load(p->dir, at.segment, &k->bytes[k->n], NULL), 0);
            k->first[k->n++] = at.segment;
        }
    }
    journal_close(j);
}

static void write_back(const struct place_of_test *p, const struct kept *k)
{
    empty_place(p);
    for (size_t i = 0; i < k->n; i++) {
        struct err err = ERR_INIT;

        if (segment_store(p->dir, k->first[i], buf_span(&k->bytes[i]), false, &err) < 0) {
            err_print(stderr, &err);
            fail_msg("segment %zu of %zu could not be put back", i, k->n);
        }
    }
}

static void free_kept(struct kept *k)
{
    for (size_t i = 0; i < k->n; i++) {
        buf_free(&k->bytes[i]);
    }
}

static unsigned seed_of_test(void)
{
    const char *s = getenv("FABSOC_SEED");
    unsigned seed = s ? (unsigned)strtoul(s, NULL, 10) : 20261122u;

    print_message("FABSOC_SEED=%u\n", seed);
    return seed;
}

static void a_restart_goes_on_where_the_journal_ends(void **state)
{
    struct place_of_test p;
    struct journal *j;
    const struct journal_source *s;

    (void)state;
    make_place(&p);
    j = must_open(&p);
    assert_int_equal(journal_last(j), 0);
    write_blocks(j, 0, 3);
    put_event(j, 1, 999); // never flushed: never happened
    journal_close(j);

    j = must_open(&p);
    s = journal_source(j, 2);
    assert_int_equal(journal_epoch(j), 1);
    assert_int_equal(journal_last(j), 3);
    assert_int_equal(s->seq, 7);
    assert_int_equal(s->origin_b, 19);
    assert_int_equal(journal_source_named(j, SPAN_LIT("s3")), 3);
    write_blocks(j, 3, 4);
    assert_int_equal(journal_durable(j), 4);
    journal_close(j);
    drop_place(&p);
}

static void one_writer_at_a_time(void **state)
{
    struct place_of_test p;
    struct journal *j, *other = NULL;

    (void)state;
    make_place(&p);
    j = must_open(&p);
    assert_int_equal(journal_open(p.dir, 0, &other, NULL), E_STATE);
    journal_close(j);
    assert_int_equal(journal_open(p.dir, 0, &other, NULL), 0);
    journal_close(other);
    drop_place(&p);
}

static void a_segment_alone_gives_all_high_waters(void **state)
{
    struct place_of_test p;
    struct kept k;
    struct journal *j;

    (void)state;
    make_place(&p);
    j = must_open(&p);
    write_blocks(j, 0, BLOCKS);
    journal_close(j);
    keep_journal(&p, &k);
    assert_true(k.n >= 4);

    j = must_open(&p);
    assert_int_equal(journal_prune(j, k.first[2] - 2, 0), 1);  // one block short of the second
    assert_int_equal(journal_prune(j, BLOCKS, UINT64_MAX), 0); // history is kept
    assert_int_equal(journal_prune(j, BLOCKS, 0), k.n - 3);
    assert_int_equal(journal_first(j), k.first[k.n - 2]);
    journal_close(j);

    j = must_open(&p);
    assert_int_equal(journal_last(j), BLOCKS);
    for (uint16_t s = 1; s <= SOURCES; s++) {
        uint64_t all = BLOCKS * PER_BLOCK;

        assert_int_equal(journal_source(j, s)->seq, all / SOURCES + (s <= all % SOURCES));
    }
    journal_close(j);
    free_kept(&k);
    drop_place(&p);
}

static void each_cut_keeps_every_whole_block(void **state)
{
    struct place_of_test p;
    struct kept k;
    struct journal *j;

    (void)state;
    srand(seed_of_test());
    make_place(&p);
    j = must_open(&p);
    write_blocks(j, 0, BLOCKS);
    journal_close(j);
    keep_journal(&p, &k);
    for (unsigned trial = 0; trial < 500; trial++) {
        size_t seg = (size_t)rand() % k.n;
        size_t cut = (size_t)rand() % (k.bytes[seg].len + 1);
        char name[SEGMENT_NAME];
        uint64_t last = k.first[seg] - 1;
        struct span rest = span_sub(buf_span(&k.bytes[seg]), 0, cut);

        write_back(&p, &k);
        for (size_t i = seg + 1; i < k.n; i++) { // a power cut leaves nothing newer
            assert_int_equal(unlinkat(p.dir, segment_name(k.first[i], name), 0), 0);
        }
        assert_int_equal(segment_store(p.dir, k.first[seg], rest, false, NULL), 0);
        while (block_length(rest) && block_length(rest) <= rest.n) {
            rest = span_sub(rest, block_length(rest), rest.n);
            last++;
        }

        j = must_open(&p);
        assert_int_equal(journal_last(j), last);
        assert_int_equal(journal_found(j)->torn_bytes, rest.n);
        assert_int_equal(journal_found(j)->lost_blocks, 0);
        for (uint64_t n = 1; n <= last; n++) {
            struct digest d = read_block(&p, j, n);

            assert_true(digest_eq(&d, &k.block[n]));
        }
        if (trial % 50 == 0 && last > 0) { // and it can be written again
            write_blocks(j, (unsigned)last, (unsigned)last + 1);
            assert_int_equal(journal_durable(j), last + 1);
        }
        journal_close(j);
    }
    free_kept(&k);
    drop_place(&p);
}

static void each_flipped_bit_costs_one_block_at_most(void **state)
{
    struct place_of_test p;
    struct kept k;
    struct journal *j;

    (void)state;
    srand(seed_of_test());
    make_place(&p);
    j = must_open(&p);
    write_blocks(j, 0, BLOCKS);
    journal_close(j);
    keep_journal(&p, &k);
    for (unsigned trial = 0; trial < 500; trial++) {
        size_t seg = (size_t)rand() % k.n;
        size_t at = (size_t)rand() % k.bytes[seg].len;
        char bit = (char)(1 << rand() % 8);
        unsigned changed = 0;

        k.bytes[seg].p[at] ^= bit;
        write_back(&p, &k);
        k.bytes[seg].p[at] ^= bit;

        j = must_open(&p);
        assert_true(journal_last(j) >= BLOCKS - 1); // the last block counts as torn
        for (uint64_t n = 1; n <= journal_last(j); n++) {
            struct digest d = read_block(&p, j, n);

            if (!digest_eq(&d, &k.block[n])) {
                changed++;
                assert_true(is_filler(&p, j, n));
            }
        }
        assert_int_equal(changed, journal_last(j) == BLOCKS ? 1 : 0);
        assert_int_equal(changed, journal_found(j)->lost_blocks);
        journal_close(j);
        if (changed) { // the repaired journal is whole, the damaged file is kept
            char bad[SEGMENT_NAME + 8];

            (void)segment_name(k.first[seg], bad);
            strncat(bad, ".bad", 5);
            assert_int_equal(faccessat(p.dir, bad, F_OK, 0), 0);
            j = must_open(&p);
            assert_int_equal(journal_found(j)->damaged_bytes, 0);
            assert_int_equal(journal_last(j), BLOCKS);
            journal_close(j);
        }
    }
    free_kept(&k);
    drop_place(&p);
}

static void a_lost_segment_leaves_its_numbers_filled(void **state)
{
    struct place_of_test p;
    struct kept k;
    struct journal *j;
    char name[SEGMENT_NAME];

    (void)state;
    make_place(&p);
    j = must_open(&p);
    write_blocks(j, 0, BLOCKS);
    journal_close(j);
    keep_journal(&p, &k);
    assert_int_equal(unlinkat(p.dir, segment_name(k.first[1], name), 0), 0);

    j = must_open(&p);
    assert_int_equal(journal_found(j)->lost_blocks, k.first[2] - k.first[1]);
    for (uint64_t n = 1; n <= BLOCKS; n++) {
        assert_int_equal(is_filler(&p, j, n), n >= k.first[1] && n < k.first[2]);
    }
    journal_close(j);
    free_kept(&k);
    drop_place(&p);
}

static void a_block_inside_an_event_is_never_taken_for_one(void **state)
{
    struct place_of_test p;
    struct journal *j;
    struct err err = ERR_INIT;
    struct buf seg;
    AUTO_BUF fake;

    (void)state;
    make_place(&p);
    buf_init(&fake, BLOCK_MAX);
    block_begin(&fake, 1, 500, &(struct digest){{0}});
    block_add(&fake, &(struct record){.type = REC_TICK, .epoch = 1, .seq = 9, .received = 1});
    assert_int_equal(block_end(&fake), 0);
    j = must_open(&p);
    write_blocks(j, 0, 1);
    assert_int_equal(
        journal_put(j, &(struct record){.type = REC_EVENT, .source = 1, .bytes = buf_span(&fake)},
                    &err),
        0);
    assert_int_equal(journal_flush(j, &err), 0);
    write_blocks(j, 2, 4);
    journal_close(j);
    buf_init(&seg, 1 << 20);
    assert_int_equal(segment_load(p.dir, 1, &seg, NULL), 0);
    // the second block's own magic and length go
    memset(seg.p + block_length(buf_span(&seg)), 0, 16);
    assert_int_equal(segment_store(p.dir, 1, buf_span(&seg), false, NULL), 0);
    buf_free(&seg);

    j = must_open(&p);
    assert_int_equal(journal_last(j), 4);
    assert_true(is_filler(&p, j, 2));
    assert_false(is_filler(&p, j, 3));
    journal_close(j);
    drop_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_goes_on_where_the_journal_ends),
        cmocka_unit_test(one_writer_at_a_time),
        cmocka_unit_test(a_segment_alone_gives_all_high_waters),
        cmocka_unit_test(each_cut_keeps_every_whole_block),
        cmocka_unit_test(each_flipped_bit_costs_one_block_at_most),
        cmocka_unit_test(a_lost_segment_leaves_its_numbers_filled),
        cmocka_unit_test(a_block_inside_an_event_is_never_taken_for_one),
    };

    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
