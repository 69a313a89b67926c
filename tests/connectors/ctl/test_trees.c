// test_trees.c - the cache between two runs: found, told by, and never believed.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/buf.h"

enum { RULES = 400, DOCUMENTS = RULES + 1, FLIPS = 60 };

static char cache[300], state[300], rules[300], input[300];

static void remove_all(const char *dir)
{
    char command[400];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0); // below the test's own directory
}

static void put_rule(int i, const char *user)
{
    char name[64];
    AUTO_BUF b;

    buf_init(&b, 4096);
    buf_printf(&b,
               "title: rule %d\nid: 00000000-0000-4000-8000-%012d\nlevel: high\n"
               "description: \"%0100d\"\nlogsource: {product: linux, service: sshd}\n"
               "detection:\n  a:\n    fab.kind: logon\n    user.name: '%s%d'\n  condition: a\n",
               i, i, i, user, i);
    (void)snprintf(name, sizeof(name), "rules/r%04d.yml", i);
    (void)ran_file(name, buf_span(&b));
}

static void begin(void)
{
    AUTO_BUF log;

    (void)snprintf(cache, sizeof(cache), "%s/cache", ran_dir);
    (void)snprintf(state, sizeof(state), "%s/state", ran_dir);
    (void)snprintf(rules, sizeof(rules), "%s/rules", ran_dir);
    remove_all(cache);
    remove_all(state);
    remove_all(rules);
    assert_int_equal(mkdir(rules, 0700), 0);
    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("XDG_STATE_HOME", state, 1);
    setenv("FABSOC_CACHE", "", 1);
    for (int i = 0; i < RULES; i++) {
        put_rule(i, "user");
    }
    (void)ran_file("rules/broken.yml", SPAN_LIT("title: b\nlogsource: {product: linux}\n"
                                                "detection: {a: {f|what: x}, condition: a}\n"));
    buf_init(&log, 1 << 20);
    for (int i = 0; i < RULES; i += 7) {
        buf_printf(&log,
                   "<86>Nov  2 00:00:%02d h sshd[1]: Accepted password for user%d from 10.0.0.9 "
                   "port 2 ssh2\n",
                   i % 60, i);
    }
    (void)snprintf(input, sizeof(input), "%s", ran_file("in.log", buf_span(&log)));
}

static struct ran scan(void)
{
    return ran("scan", "--stats", "--rules", rules, input);
}

static long stat_of(const struct ran *r, const char *name)
{
    char key[100];
    const char *at;

    (void)snprintf(key, sizeof(key), "\"%s\":", name);
    at = strstr(r->err, key);
    assert_non_null(at);
    return strtol(at + strlen(key), NULL, 10);
}

static void expect(const struct ran *r, const char *out, long cached, long read, long refused)
{
    assert_int_equal(r->status, 1); // the broken one
    assert_non_null(strstr(r->err, "broken.yml:3:"));
    if (out) {
        assert_string_equal(r->out, out);
    }
    assert_int_equal(stat_of(r, "rule_files_cached"), cached);
    assert_int_equal(stat_of(r, "rule_files_read"), read);
    assert_int_equal(stat_of(r, "rule_caches_refused"), refused);
    assert_int_equal(stat_of(r, "rules_loaded"), RULES);
    assert_int_equal(stat_of(r, "rules_refused"), 1);
}

// The path of the rules' cache: the one that is not in `but`. The sources have another.
static size_t files_in(const char *dir, char ret[20][600])
{
    DIR *d = opendir(dir);
    const struct dirent *e;
    size_t n = 0;

    assert_non_null(d);
    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] != '.') {
            assert_true(n < 20);
            (void)snprintf(ret[n++], 600, "%s/%s", dir, e->d_name);
        }
    }
    closedir(d);
    return n;
}

static const char *folder(void)
{
    static char path[400];

    (void)snprintf(path, sizeof(path), "%s/fabsoc", cache);
    return path;
}

static struct span slurp(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n;
    char *p;

    assert_true(fd >= 0);
    p = ran_slurp(fd, &n);
    return span_of(p, n);
}

static void spill(const char *path, struct span bytes)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
    close(fd);
}

// The path of the cache that has the rules' texts: the title of one stands in it.
static const char *rules_cache(void)
{
    static char path[20][600];
    size_t n = files_in(folder(), path);

    for (size_t i = 0; i < n; i++) {
        struct span bytes = slurp(path[i]);
        bool found = span_find_span(bytes, SPAN_LIT("rule 399")) < bytes.n;

        free((void *)(uintptr_t)bytes.p);
        if (found) {
            return path[i];
        }
    }
    fail_msg("no cache of the rules in %s", folder());
    return NULL;
}

static void the_second_run_reads_no_yaml_and_says_the_same(void **s)
{
    struct ran off, first, second;
    struct stat st;

    (void)s;
    begin();
    setenv("FABSOC_CACHE", "off", 1);
    off = scan();
    expect(&off, NULL, 0, DOCUMENTS, 0);
    assert_true(ran_lines(&off) > RULES / 8);
    assert_int_equal(access(cache, F_OK), -1);
    setenv("FABSOC_CACHE", "", 1);
    first = scan();
    expect(&first, off.out, 0, DOCUMENTS, 0);
    second = scan();
    expect(&second, off.out, DOCUMENTS, 0, 0);
    assert_int_equal(stat(rules_cache(), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(folder(), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    ran_free(&off);
    ran_free(&first);
    ran_free(&second);
}

static void a_changed_rule_is_the_rule_that_counts(void **s)
{
    struct ran r;
    char *plain;

    (void)s;
    begin();
    r = scan();
    plain = r.out;
    free(r.err);
    put_rule(7, "nobody");
    r = scan();
    expect(&r, NULL, DOCUMENTS - 1, 1, 0);
    assert_non_null(strstr(plain, "\"rule 7\""));
    assert_null(strstr(r.out, "\"rule 7\""));
    ran_free(&r);
    put_rule(7, "user");
    r = scan();
    expect(&r, plain, DOCUMENTS - 1, 1, 0);
    ran_free(&r);
    r = scan();
    expect(&r, plain, DOCUMENTS, 0, 0);
    ran_free(&r);
    free(plain);
}

static void a_changed_cache_changes_nothing_and_is_made_anew(void **s)
{
    struct span whole;
    struct ran r;
    char *plain;

    (void)s;
    begin();
    r = scan();
    plain = r.out;
    free(r.err);
    whole = slurp(rules_cache());
    for (size_t i = 0; i < FLIPS; i++) {
        size_t at = i < 8 ? i * 9 : whole.n / FLIPS * i;
        char *copy = malloc(whole.n);

        assert_non_null(copy);
        memcpy(copy, whole.p, whole.n);
        copy[at] = (char)(copy[at] ^ 1 << i % 8);
        spill(rules_cache(), i % 10 == 9 ? span_of(copy, at) : span_of(copy, whole.n));
        free(copy);
        r = scan();
        expect(&r, plain, 0, DOCUMENTS, 1);
        assert_non_null(strstr(r.err, "cache."));
        ran_free(&r);
        r = scan();
        expect(&r, plain, DOCUMENTS, 0, 0);
        ran_free(&r);
    }
    free((void *)(uintptr_t)whole.p);
    free(plain);
}

// Whoever can write the folder but not read the key has no way to make his own tree pass.
static void another_key_than_the_one_it_was_written_with_is_refused(void **s)
{
    char key[400];
    struct ran r;

    (void)s;
    begin();
    r = scan();
    ran_free(&r);
    (void)snprintf(key, sizeof(key), "%s/fabsoc/cache.key", state);
    spill(key, SPAN_LIT("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"));
    r = scan();
    expect(&r, NULL, 0, DOCUMENTS, 1);
    assert_non_null(strstr(r.err, "cache.changed"));
    ran_free(&r);
    assert_int_equal(chmod(key, 0644), 0);
    r = scan();
    expect(&r, NULL, 0, DOCUMENTS, 0);
    assert_non_null(strstr(r.err, "key.mode"));
    ran_free(&r);
}

static void what_others_may_write_is_no_cache(void **s)
{
    char moved[400];
    struct ran r;

    (void)s;
    begin();
    r = scan();
    ran_free(&r);
    assert_int_equal(chmod(rules_cache(), 0644), 0);
    r = scan(); // as if there were none; then it is written again
    expect(&r, NULL, 0, DOCUMENTS, 0);
    ran_free(&r);
    r = scan();
    expect(&r, NULL, DOCUMENTS, 0, 0);
    ran_free(&r);
    assert_int_equal(chmod(folder(), 0777), 0);
    r = scan();
    expect(&r, NULL, 0, DOCUMENTS, 0);
    ran_free(&r);
    assert_int_equal(chmod(folder(), 0700), 0);
    (void)snprintf(moved, sizeof(moved), "%s/moved", ran_dir);
    remove_all(moved);
    assert_int_equal(rename(folder(), moved), 0);
    assert_int_equal(symlink(moved, folder()), 0);
    r = scan();
    expect(&r, NULL, 0, DOCUMENTS, 0);
    ran_free(&r);
    setenv("XDG_CACHE_HOME", "/proc/none", 1); // nothing can be made there
    r = scan();
    expect(&r, NULL, 0, DOCUMENTS, 0);
    ran_free(&r);
}

static void there_is_a_bound_on_the_number_of_files(void **s)
{
    char path[20][600];

    (void)s;
    begin();
    for (int i = 0; i < 18; i++) {
        char name[64];
        struct ran r;

        (void)snprintf(name, sizeof(name), "rules/more%d.yml", i);
        (void)ran_file(name, SPAN_LIT("title: more\nlogsource: {product: linux}\n"
                                      "detection: {a: {f: x}, condition: a}\n"));
        r = scan();
        assert_int_equal(stat_of(&r, "rule_files_cached"), 0); // another list, another file
        ran_free(&r);
    }
    assert_int_equal(files_in(folder(), path), 16);
}

static void list_and_explain_take_it_too(void **s)
{
    struct ran cold, warm;

    (void)s;
    begin();
    setenv("FABSOC_CACHE", "off", 1);
    cold = ran("rules", "explain", "--rules", rules, "00000000-0000-4000-8000-000000000008");
    setenv("FABSOC_CACHE", "", 1);
    for (int i = 0; i < 2; i++) {
        warm = ran("rules", "explain", "--rules", rules, "00000000-0000-4000-8000-000000000008");
        assert_string_equal(warm.out, cold.out);
        assert_string_equal(warm.err, cold.err);
        assert_int_equal(warm.status, cold.status);
        assert_non_null(rules_cache());
        ran_free(&warm);
    }
    assert_non_null(strstr(cold.out, "user8"));
    ran_free(&cold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_run_reads_no_yaml_and_says_the_same),
        cmocka_unit_test(a_changed_rule_is_the_rule_that_counts),
        cmocka_unit_test(a_changed_cache_changes_nothing_and_is_made_anew),
        cmocka_unit_test(another_key_than_the_one_it_was_written_with_is_refused),
        cmocka_unit_test(what_others_may_write_is_no_cache),
        cmocka_unit_test(there_is_a_bound_on_the_number_of_files),
        cmocka_unit_test(list_and_explain_take_it_too),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
