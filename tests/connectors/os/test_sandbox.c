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
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "connectors/os/sandbox.h"

// Runs `act` in a child inside a sandbox with `groups`; its exit code.
static int inside(unsigned groups, int (*act)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        int root = open("/", O_PATH | O_CLOEXEC), tmp = open("/tmp", O_PATH | O_CLOEXEC);
        struct sandbox s = {
            .groups = groups, .read_dirs = &root, .nread = 1, .write_dirs = &tmp, .nwrite = 1};
        struct err err = ERR_INIT;

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

static void local_time_needs_no_file_behind_the_sandbox(void **state)
{
    (void)state;
    assert_int_equal(inside(SANDBOX_EXEC, ask_local_time), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_needs_the_network_group),
        cmocka_unit_test(a_file_needs_the_opening_group),
        cmocka_unit_test(a_process_needs_the_exec_group),
        cmocka_unit_test(executable_memory_needs_the_jit_group),
        cmocka_unit_test(local_time_needs_no_file_behind_the_sandbox),
    };

    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
