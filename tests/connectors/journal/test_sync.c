// test_sync.c - nothing counts as durable before the disk has said so.
// SPDX-License-Identifier: Apache-2.0
//
// The test stands in for fdatasync(): it remembers how long each file was when it was synced.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/journal/journal.h"
#include "connectors/journal/segment.h"

enum { FILES_MAX = 64, BLOCKS = 40, SEGMENT = 16 * 1024 };

static struct {
    bool broken;
    size_t n;
    struct {
        ino_t inode;
        off_t length;
    } file[FILES_MAX];
} disk;

int fdatasync(int fd)
{
    struct stat st;
    size_t i = 0;

    if (disk.broken || fstat(fd, &st) < 0) {
        errno = EIO;
        return -1;
    }
    while (i < disk.n && disk.file[i].inode != st.st_ino) {
        i++;
    }
    assert_true(i < FILES_MAX);
    disk.n += i == disk.n;
    disk.file[i].inode = st.st_ino;
    disk.file[i].length = st.st_size;
    return 0;
}

static off_t synced_length(int dirfd, uint64_t segment)
{
    char name[SEGMENT_NAME];
    struct stat st;

    assert_int_equal(fstatat(dirfd, segment_name(segment, name), &st, 0), 0);
    for (size_t i = 0; i < disk.n; i++) {
        if (disk.file[i].inode == st.st_ino) {
            return disk.file[i].length;
        }
    }
    return 0;
}

struct place_of_test {
    char path[64];
    int dirfd;
    struct journal *j;
};

static int setup(void **state)
{
    static struct place_of_test p;

    disk.broken = false;
    disk.n = 0;
    (void)snprintf(p.path, sizeof(p.path), "/tmp/fabsoc-sync-XXXXXX");
    assert_non_null(mkdtemp(p.path));
    p.dirfd = open(p.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(p.dirfd >= 0);
    assert_int_equal(journal_open(p.dirfd, SEGMENT, &p.j, NULL), 0);
    assert_int_equal(journal_declare(p.j, &(struct source_decl){.name = SPAN_LIT("s")}, 1), 1);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct place_of_test *p = *state;
    DIR *d = opendir(p->path);

    journal_close(p->j);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        (void)unlinkat(p->dirfd, e->d_name, 0);
    }
    closedir(d);
    close(p->dirfd);
    assert_int_equal(rmdir(p->path), 0);
    return 0;
}

static void write_block(struct journal *j, unsigned n)
{
    char text[1000];

    memset(text, 'x', sizeof(text));
    assert_int_equal(journal_put(j,
                                 &(struct record){.type = REC_EVENT,
                                                  .source = 1,
                                                  .received = 1000 + n,
                                                  .bytes = span_of(text, sizeof(text))},
                                 NULL),
                     0);
    assert_int_equal(journal_flush(j, NULL), 0);
}

static void a_written_block_is_not_durable_until_it_is_synced(void **state)
{
    struct place_of_test *p = *state;

    write_block(p->j, 1);
    assert_int_equal(journal_last(p->j), 1);
    assert_int_equal(journal_durable(p->j), 0);
    assert_int_equal(journal_sync(p->j, NULL), 0);
    assert_int_equal(journal_durable(p->j), 1);
}

static void a_disk_that_refuses_makes_nothing_durable(void **state)
{
    struct place_of_test *p = *state;

    write_block(p->j, 1);
    disk.broken = true;
    assert_int_equal(journal_sync(p->j, NULL), E_SYSTEM);
    assert_int_equal(journal_durable(p->j), 0);
    disk.broken = false;
    assert_int_equal(journal_sync(p->j, NULL), 0);
    assert_int_equal(journal_durable(p->j), 1);
}

static void every_durable_block_lies_below_a_synced_end(void **state)
{
    struct place_of_test *p = *state;
    struct journal_place at;
    size_t files;

    for (unsigned n = 0; n < BLOCKS; n++) {
        write_block(p->j, n);
        if (n % 7 == 3) {
            assert_int_equal(journal_sync(p->j, NULL), 0);
        }
        for (uint64_t b = 1; b <= journal_durable(p->j); b++) {
            assert_true(journal_find(p->j, b, &at));
            assert_true((off_t)(at.offset + at.length) <= synced_length(p->dirfd, at.segment));
        }
    }
    files = disk.n;
    assert_true(files >= 2); // more than one segment was written
    assert_true(journal_durable(p->j) >= 36);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_written_block_is_not_durable_until_it_is_synced),
        T(a_disk_that_refuses_makes_nothing_durable),
        T(every_durable_block_lies_below_a_synced_end),
    };

    return cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
