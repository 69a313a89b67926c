// test_sandbox.c - what a closed sandbox refuses, each beside what it allows.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "connectors/os/sandbox.h"

// Of sanitizer builds only: where a report goes.
extern void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

// Runs `act` in a child inside a sandbox with `groups`; its exit code.
static int inside(unsigned groups, int (*act)(void))
{
    int status;
    pid_t pid;

    (void)fflush(NULL); // the child may call exit()
    pid = fork();
    if (pid == 0) {
        int root = open("/", O_PATH | O_CLOEXEC), tmp = open("/tmp", O_PATH | O_CLOEXEC);
        struct sandbox s = {
            .groups = groups, .read_dirs = &root, .nread = 1, .write_dirs = &tmp, .nwrite = 1};
        struct err err = ERR_INIT;

        (void)alarm(60); // who stands for ever has failed
        if (sandbox_enter(&s, &err) < 0) {
            err_print(stderr, &err);
            _exit(99);
        }
        _exit(act());
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int make_file(void)
{
    return open("/tmp", O_TMPFILE | O_WRONLY, 0600) < 0 ? errno : 0;
}

static int read_file(void)
{
    return open("/", O_RDONLY) < 0 ? errno : 0;
}

static int make_process(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    return pid < 0 ? errno : 0;
}

static int make_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? errno : 0;
}

// Whether anything was said about a refused call while a library asked for local time.
static int ask_local_time(void)
{
    time_t t = 1795312496;
    char said[8];
    int err[2];

    if (pipe2(err, O_NONBLOCK) || dup2(err[1], STDERR_FILENO) < 0 || !localtime(&t)) {
        return 98;
    }
    return read(err[0], said, sizeof(said)) > 0;
}

// What a refused call gives here.
static int refused(void)
{
    return sandbox_is_whole() ? EPERM : 0;
}

static void a_socket_needs_the_network_group(void **state)
{
    (void)state;
    assert_int_equal(inside(0, make_socket), EPERM);
    assert_int_equal(inside(SANDBOX_NET, make_socket), 0);
}

static void a_file_needs_the_opening_group(void **state)
{
    (void)state;
    assert_int_equal(inside(0, make_file), refused());
    assert_int_equal(inside(SANDBOX_OPEN, make_file), refused());
    assert_int_equal(inside(SANDBOX_OPEN, read_file), 0);
    assert_int_equal(inside(SANDBOX_OPEN | SANDBOX_WRITE, make_file), 0);
}

static void a_process_needs_the_exec_group(void **state)
{
    (void)state;
    assert_int_equal(inside(SANDBOX_OPEN | SANDBOX_NET, make_process), refused());
    assert_int_equal(inside(SANDBOX_EXEC, make_process), 0);
}

static void executable_memory_needs_the_jit_group(void **state)
{
    (void)state;
    assert_int_equal(inside(SANDBOX_OPEN, make_code), refused());
    assert_int_equal(inside(SANDBOX_JIT, make_code), 0);
}

static int leave(void)
{
    exit(0); // with everything that wants to be done at an exit
}

static int leave_a_leak(void)
{
    void *volatile lost;
    int null = open("/dev/null", O_WRONLY);

    // This report is wanted: it fails no check. The number of a descriptor stands for a pointer.
    __sanitizer_set_report_fd((void *)(intptr_t)null);
    for (int i = 0; i < 10; i++) { // one may still lie in a register
        lost = malloc(1000);
    }
    lost = NULL;
    (void)lost;
    exit(0);
}

// A sanitizer's check for leaks runs at the exit, inside the sandbox; it must neither stand nor be blind.
static void an_exit_ends_and_sees_leaks_in_every_sandbox(void **state)
{
    static const unsigned groups[] = {
        0,
        SANDBOX_NET,
        SANDBOX_OPEN | SANDBOX_JIT,
        SANDBOX_OPEN | SANDBOX_WRITE | SANDBOX_NET,
        SANDBOX_EXEC,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        assert_int_equal(inside(groups[i], leave), 0);
        if (__sanitizer_set_report_fd) {
            assert_int_not_equal(inside(groups[i], leave_a_leak), 0);
        }
    }
}

static int overflow(void)
{
    volatile int most = INT_MAX;

    most += 1;
    (void)most;
    return 0;
}

// This program again, told where reports go; it does what is undefined inside a sandbox.
static pid_t run_overflow(const char *path)
{
    char name[] = "test_sandbox", word[] = "overflow";
    char *argv[] = {name, word, NULL}, *env[3] = {NULL};
    pid_t pid;

    assert_true(asprintf(&env[0], "UBSAN_OPTIONS=log_path=%s", path) > 0);
    assert_true(asprintf(&env[1], "ASAN_OPTIONS=log_path=%s", path) > 0);
    pid = fork();
    if (pid == 0) {
        (void)execve("/proc/self/exe", argv, env);
        _exit(99);
    }
    free(env[0]);
    free(env[1]);
    return pid;
}

// Undefined behaviour is reported where memory errors are: a shared libubsan knows no such place.
static void undefined_behaviour_is_reported_into_the_file_that_was_named(void **state)
{
    char dir[] = "/tmp/fabsoc-XXXXXX", path[64], file[96], text[4096] = "";
    int status, fd;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/report", dir);
    pid = run_overflow(path);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)snprintf(file, sizeof(file), "%s.%d", path, pid);
    fd = open(file, O_RDONLY | O_CLOEXEC);
    // An ordinary build reports nothing and ends well.
    assert_int_equal(WIFEXITED(status) && WEXITSTATUS(status) == 0, !__sanitizer_set_report_fd);
    assert_int_equal(fd >= 0, __sanitizer_set_report_fd != NULL);
    if (fd >= 0) {
        assert_true(read(fd, text, sizeof(text) - 1) > 0);
        close(fd);
        assert_non_null(strstr(text, "signed integer overflow"));
    }
    (void)unlink(file);
    assert_int_equal(rmdir(dir), 0);
}

static int overflow_inside(void)
{
    struct sandbox s = {0};
    struct err err = ERR_INIT;

    return sandbox_enter(&s, &err) ? 99 : overflow();
}

static void local_time_needs_no_file_behind_the_sandbox(void **state)
{
    (void)state;
    assert_int_equal(inside(SANDBOX_EXEC, ask_local_time), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_needs_the_network_group),
        cmocka_unit_test(a_file_needs_the_opening_group),
        cmocka_unit_test(a_process_needs_the_exec_group),
        cmocka_unit_test(executable_memory_needs_the_jit_group),
        cmocka_unit_test(an_exit_ends_and_sees_leaks_in_every_sandbox),
        cmocka_unit_test(undefined_behaviour_is_reported_into_the_file_that_was_named),
        cmocka_unit_test(local_time_needs_no_file_behind_the_sandbox),
    };

    if (argc == 2 && strcmp(argv[1], "overflow") == 0) {
        return overflow_inside();
    }
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
