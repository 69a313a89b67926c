// ran.h - running build/MODE/fabsocctl as a script does: status, standard output, standard error.
// SPDX-License-Identifier: Apache-2.0
//
// Tests run from the tree's top. Files they make lie in one directory below TMPDIR that ran_end()
// removes.
#ifndef TESTS_CONNECTORS_CTL_RAN_H
#define TESTS_CONNECTORS_CTL_RAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/base/attr.h"
#include "core/base/span.h"

enum { RAN_ARGS_MAX = 40 };

struct ran {
    int status;
    char *out, *err; // terminated
    size_t out_len;
};

static inline char *ran_slurp(int fd, size_t *ret_n)
{
    off_t n = lseek(fd, 0, SEEK_END);
    char *p = calloc(1, (size_t)n + 1);

    assert_non_null(p);
    assert_int_equal(pread(fd, p, (size_t)n, 0), n);
    *ret_n = (size_t)n;
    close(fd);
    return p;
}

static inline const char *ran_program(void)
{
    static char path[1024];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *at;

    assert_true(n > 0);
    path[n] = '\0';
    at = strstr(path, "/tests/");
    assert_non_null(at);
    (void)snprintf(at, sizeof(path) - (size_t)(at - path), "/fabsocctl");
    return path;
}

// Arguments up to NULL; `input` = standard input (empty span: nothing).
static inline struct ran ran_with(struct span input, ...)
{
    int in = memfd_create("in", 0), out = memfd_create("out", 0), err = memfd_create("err", 0);
    char *argv[RAN_ARGS_MAX];
    struct ran r = {0};
    int status, n = 0;
    size_t unused;
    va_list ap;
    pid_t pid;

    argv[n++] = (char *)(uintptr_t)ran_program();
    va_start(ap, input);
    while (n < RAN_ARGS_MAX - 1 && (argv[n] = va_arg(ap, char *)) != NULL) {
        n++;
    }
    va_end(ap);
    argv[n] = NULL;
    assert_int_equal(write(in, input.n ? input.p : "", input.n), (ssize_t)input.n);
    (void)lseek(in, 0, SEEK_SET);
    pid = fork();
    if (pid == 0) {
        dup2(in, 0);
        dup2(out, 1);
        dup2(err, 2);
        execv(argv[0], argv);
        _exit(127);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(in);
    r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    r.out = ran_slurp(out, &r.out_len);
    r.err = ran_slurp(err, &unused);
    return r;
}

#define ran(...) ran_with(SPAN_NONE, __VA_ARGS__, NULL)

static inline void ran_free(struct ran *r)
{
    free(r->out);
    free(r->err);
}

static inline size_t ran_lines(const struct ran *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->out_len; i++) {
        n += r->out[i] == '\n';
    }
    return n;
}

// Line `i` (from 0) of standard output as JSON; the test fails when it is none. json_decref() it.
static inline json_t *ran_json(const struct ran *r, size_t i)
{
    const char *at = r->out, *end;
    json_error_t e;
    json_t *v;

    while (i-- && at) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    end = at ? strchr(at, '\n') : NULL;
    if (!at || !end) {
        fail_msg("there is no such line");
        return NULL;
    }
    v = json_loadb(at, (size_t)(end - at), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
    if (!v) {
        fail_msg("not JSON: %s in %.*s", e.text, (int)(end - at), at);
    }
    return v;
}

static inline const char *ran_text(const json_t *v, const char *key)
{
    const char *s = json_string_value(json_object_get(v, key));

    return s ? s : "(none)";
}

static inline json_int_t ran_int(const json_t *v, const char *key)
{
    return json_integer_value(json_object_get(v, key));
}

// ---- files

static char ran_dir[256];

static inline int ran_begin(void **state)
{
    const char *tmp = getenv("TMPDIR");

    (void)state;
    (void)snprintf(ran_dir, sizeof(ran_dir), "%s/fabsoc-ctl-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(ran_dir) ? 0 : -1;
}

static inline int ran_end(void **state)
{
    char command[300];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", ran_dir);
    return system(command) == 0 ? 0 : -1; // a test's own directory, made by mkdtemp
}

// The path of a file of this test with that content; valid until the next eight calls.
static inline char *ran_file(const char *name, struct span text)
{
    static char path[8][512];
    static unsigned next;
    char *p = path[next++ % 8];
    FILE *f;

    (void)snprintf(p, sizeof(path[0]), "%s/%s", ran_dir, name);
    f = fopen(p, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.n ? text.p : "", 1, text.n, f), text.n);
    assert_int_equal(fclose(f), 0);
    return p;
}

#endif
