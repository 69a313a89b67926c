// test_files.c - reading trees in one order, writing whole.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/os/files.h"

static char dir[] = "/tmp/fabsoc-files-XXXXXX";
static int dirfd_;

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir)) {
        return -1;
    }
    dirfd_ = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dirfd_ < 0 ? -1 : 0;
}

static int drop_dir(void **state)
{
    (void)state;
    (void)unlinkat(dirfd_, "b/z.yaml", 0);
    (void)unlinkat(dirfd_, "b", AT_REMOVEDIR);
    (void)unlinkat(dirfd_, "a.yaml", 0);
    (void)unlinkat(dirfd_, "note.txt", 0);
    close(dirfd_);
    return rmdir(dir);
}

static void a_tree_is_read_in_the_order_of_paths(void **state)
{
    static const char *const ends[] = {".yaml", NULL};
    struct arena a;
    struct file_tree t;
    struct err err = ERR_INIT;
    struct digest before, after;

    (void)state;
    arena_init(&a, 1 << 20);
    assert_int_equal(mkdirat(dirfd_, "b", 0700), 0);
    assert_int_equal(file_write_atomic(dirfd_, "b/z.yaml", SPAN_LIT("1"), 0600, &err), 0);
    assert_int_equal(file_write_atomic(dirfd_, "a.yaml", SPAN_LIT("2"), 0600, &err), 0);
    assert_int_equal(file_write_atomic(dirfd_, "note.txt", SPAN_LIT("3"), 0600, &err), 0);

    assert_int_equal(file_read_tree(dirfd_, ".", "set", ends, &a, &t, &err), 0);

    assert_int_equal(t.n, 2);
    assert_string_equal(t.file[0].path, "set/a.yaml");
    assert_string_equal(t.file[1].path, "set/b/z.yaml");
    assert_true(span_eq(t.file[1].text, SPAN_LIT("1")));
    before = file_tree_digest(t.file, t.n);
    t.file[1].text = SPAN_LIT("9");
    after = file_tree_digest(t.file, t.n);
    assert_false(digest_eq(&before, &after));
    arena_free(&a);
}

static void a_longer_file_than_allowed_is_refused(void **state)
{
    struct err err = ERR_INIT;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 100);
    assert_int_equal(file_read(dirfd_, "a.yaml", 0, &b, &err), E_LIMIT);
    assert_string_equal(err.code, "file.size");
    assert_int_equal(file_read(dirfd_, "a.yaml", 1, &b, &err), 0);
    assert_int_equal(file_read(dirfd_, "none", 1, &b, &err), E_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_read_in_the_order_of_paths),
        cmocka_unit_test(a_longer_file_than_allowed_is_refused),
    };

    return cmocka_run_group_tests_name("files", tests, make_dir, drop_dir);
}
