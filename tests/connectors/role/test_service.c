// test_service.c - fabsocd, intake and detect together, with an engine that only keeps results.
// SPDX-License-Identifier: Apache-2.0
//
// The test program is also that engine: started under the name `engine` it runs the stand-in.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/journal/journal.h"
#include "connectors/journal/segment.h"
#include "connectors/os/files.h"
#include "core/model/result.h"
#include "tests/support/standin_engine.h"

enum { FEEDS = 3, LINES = 900, PATIENCE_MS = 60000 };

struct service {
    char dir[64]; // everything of one run
    int dirfd, watch;
    pid_t pid;
    unsigned changes; // of the results file, seen so far
};

static char build_dir[PATH_MAX];

static void write_file(const struct service *s, const char *name, const char *text)
{
    struct err err = ERR_INIT;

    if (file_write_atomic(s->dirfd, name, span_str(text), 0644, &err) < 0) {
        err_print(stderr, &err);
        fail();
    }
}

static void link_program(const struct service *s, const char *name, const char *target)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "libexec/%s", name);
    assert_int_equal(symlinkat(target, s->dirfd, path), 0);
}

static void make_house(struct service *s)
{
    char target[PATH_MAX + 32];

    *s = (struct service){.dir = "/tmp/fabsoc service-XXXXXX", .watch = -1};
    assert_non_null(mkdtemp(s->dir));
    assert_int_equal(chmod(s->dir, 0755), 0);
    s->dirfd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(s->dirfd >= 0);
    static const char *const dirs[] = {"libexec",     "state", "set",        "set/rules",
                                       "set/sources", "story", "story/feeds"};
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        assert_int_equal(mkdirat(s->dirfd, dirs[i], 0755), 0);
    }
    assert_int_equal(fchmodat(s->dirfd, "state", 0777, 0), 0); // the stand-in writes there
    (void)snprintf(target, sizeof(target), "%s/libexec/intake", build_dir);
    link_program(s, "intake", target);
    (void)snprintf(target, sizeof(target), "%s/libexec/detect", build_dir);
    link_program(s, "detect", target);
    memset(target, 0, sizeof(target));
    assert_true(readlink("/proc/self/exe", target, sizeof(target) - 1) > 0);
    link_program(s, "engine", target);
    write_file(s, "set/rules/r.yml",
               "title: Marked line\nid: 0f0e7c0e-0000-4000-8000-000000000001\nlevel: high\n"
               "logsource:\n  category: test\ndetection:\n  keywords:\n    - marked\n"
               "  condition: keywords\n");
}

static void configure(const struct service *s, unsigned detects, bool story)
{
    char text[2048];

    (void)snprintf(text, sizeof(text),
                   "state: \"%s/state\"\nlibexec: \"%s/libexec\"\ndetects: %u\n%s%s%s"
                   "set: {rules: \"%s/set/rules\", sources: \"%s/set/sources\"}\n"
                   "roles: {gate: false, sign: false}\n"
                   "intake: {block_kib: 4, segment_mib: 1}\n",
                   s->dir, s->dir, detects, story ? "story: \"" : "", story ? s->dir : "",
                   story ? "/story\"\n" : "", s->dir, s->dir);
    write_file(s, "fabsoc.yaml", text);
}

// A story whose feeds interleave, with equal times, gaps and a barrier in the middle.
static void write_story(const struct service *s)
{
    struct buf b;
    char name[64];

    write_file(s, "story/story.yaml",
               "feeds:\n"
               "  - {name: a, file: 0.rec, kind: sensor}\n"
               "  - {name: b, file: 1.rec, kind: pam}\n"
               "  - {name: c, file: 2.rec, kind: fab}\n");
    for (unsigned f = 0; f < FEEDS; f++) {
        buf_init(&b, 1 << 20);
        for (unsigned i = 0; i < LINES; i++) {
            unsigned ms = i * 37 * (f + 1) % 100 + i * 100; // of the hour

            buf_printf(&b, "@2026-03-01T10:%02u:%02u.%03uZ feed %u line %u %s\n", ms / 60000 % 60,
                       ms / 1000 % 60, ms % 1000, f, i, i % 50 == 7 ? "marked" : "plain");
        }
        (void)snprintf(name, sizeof(name), "story/feeds/%u.rec", f);
        assert_int_equal(file_write_atomic(s->dirfd, name, buf_span(&b), 0644, NULL), 0);
        buf_free(&b);
    }
    write_file(s, "story/feeds/barriers.rec", "!2026-03-01T10:00:45.500Z barrier first\n");
}

static void start(struct service *s)
{
    char program[PATH_MAX + 32], conf[128], path[128];

    (void)snprintf(program, sizeof(program), "%s/fabsocd", build_dir);
    (void)snprintf(conf, sizeof(conf), "%s/fabsoc.yaml", s->dir);
    (void)snprintf(path, sizeof(path), "%s/state", s->dir);
    s->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    assert_true(inotify_add_watch(s->watch, path, IN_MODIFY | IN_CREATE) >= 0);
    s->changes = 0;
    s->pid = fork();
    if (s->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM); // a failed test leaves nothing behind
        int log = openat(s->dirfd, "log", O_WRONLY | O_CREAT | O_APPEND, 0644);

        (void)dup2(log, STDERR_FILENO);
        execl(program, "fabsocd", conf, (char *)NULL);
        _exit(127);
    }
    assert_true(s->pid > 0);
}

static void say_log(const struct service *s)
{
    AUTO_BUF b;

    buf_init(&b, 1 << 20);
    if (file_read(s->dirfd, "log", 1 << 20, &b, NULL) == 0) {
        fprintf(stderr, SPAN_FMT, SPAN_ARG(buf_span(&b)));
    }
}

// Waits until the state directory says something new; false when nothing came for very long.
static bool wait_change(struct service *s)
{
    struct pollfd p = {.fd = s->watch, .events = POLLIN};
    char events[8192];

    if (poll(&p, 1, PATIENCE_MS) <= 0) {
        return false;
    }
    while (read(s->watch, events, sizeof(events)) > 0) {
    }
    s->changes++;
    return true;
}

static bool exists(const struct service *s, const char *name)
{
    return faccessat(s->dirfd, name, F_OK, 0) == 0;
}

static void stop(struct service *s)
{
    int status;

    assert_int_equal(kill(s->pid, SIGTERM), 0);
    assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        say_log(s);
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(s->watch);
}

static void wait_done(struct service *s)
{
    while (!exists(s, "state/done")) {
        if (!wait_change(s)) {
            say_log(s);
            fail_msg("the recording did not end");
        }
    }
}

static int drop_entry(int dirfd, const char *name)
{
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    while (d && (e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            (void)drop_entry(fd, e->d_name);
        }
    }
    if (d) {
        closedir(d);
    }
    return unlinkat(dirfd, name, d ? AT_REMOVEDIR : 0);
}

static void drop_house(struct service *s)
{
    close(s->dirfd);
    (void)drop_entry(AT_FDCWD, s->dir);
}

// ---- killing

// The process of this role among fabsocd's children, 0 when there is none now.
static pid_t find_role(const struct service *s, const char *role)
{
    char path[64], list[512];
    FILE *f;
    char *at = list;
    pid_t found = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", s->pid, s->pid);
    f = fopen(path, "r");
    if (!f) {
        return 0;
    }
    list[fread(list, 1, sizeof(list) - 1, f)] = '\0';
    fclose(f);
    while (*at && !found) {
        long pid = strtol(at, &at, 10);
        char name[32] = "";

        if (pid <= 0) {
            break;
        }
        (void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
        f = fopen(path, "r");
        if (f) {
            name[fread(name, 1, sizeof(name) - 1, f)] = '\0';
            fclose(f);
        }
        found = strcmp(name, role) == 0 ? (pid_t)pid : 0;
    }
    return found;
}

static unsigned play_with_kills(struct service *s, unsigned kills, unsigned *seed)
{
    static const char *const roles[] = {"intake", "detect", "engine"};
    unsigned done = 0, next = 3;

    while (!exists(s, "state/done")) {
        if (!wait_change(s)) {
            say_log(s);
            fail_msg("the recording did not end after %u kills", done);
        }
        if (done < kills && s->changes >= next) {
            const char *role = roles[(unsigned)rand_r(seed) % 3];
            pid_t pid = find_role(s, role);

            if (pid && kill(pid, SIGKILL) == 0) {
                print_message("  killed %s at change %u\n", role, s->changes);
                done++;
                next = s->changes + 1 + (unsigned)rand_r(seed) % 12;
            }
        }
    }
    return done;
}

// ---- comparing

// The journal's records as one text a line, without what may differ: block borders and the ticks
// written at wall speed while it waited at the barrier and after the end.
static struct digest records_of(const struct service *s, unsigned *ret_events)
{
    int dir = openat(s->dirfd, "state/journal", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct journal *j = NULL;
    struct digest_ctx *c = digest_begin();
    struct journal_reader reader;
    bool ended = false;
    ntime_t last_tick = 0;
    AUTO_BUF bytes;

    buf_init(&bytes, BLOCK_MAX);
    *ret_events = 0;
    assert_int_equal(journal_open(dir, 0, &j, NULL), 0);
    assert_int_equal(journal_found(j)->damaged_bytes, 0);
    journal_reader_init(&reader, dir);
    for (uint64_t n = 1; n <= journal_last(j); n++) {
        struct journal_place at;
        struct block b;
        struct record r;

        assert_true(journal_find(j, n, &at));
        assert_int_equal(journal_read(&reader, &at, &bytes, NULL), 0);
        assert_int_equal(block_open(buf_span(&bytes), &b, NULL), 0);
        while (block_next(&b.records, &r, NULL) > 0) {
            char line[200];
            bool again = r.type == REC_TICK && (ended || r.received == last_tick);

            ended = ended || r.type == REC_END;
            if (again || (r.flags & REC_REPEAT)) {
                continue;
            }
            last_tick = r.type == REC_TICK || r.type == REC_BARRIER ? r.received : last_tick;
            *ret_events += r.type == REC_EVENT;
            digest_add(
                c, span_of(line, (size_t)snprintf(line, sizeof(line), "%d %u %u %llu %lld %llu|",
                                                  (int)r.type, r.flags, r.source,
                                                  r.source ? (unsigned long long)r.seq : 0,
                                                  (long long)r.received,
                                                  r.source ? (unsigned long long)r.origin_b : 0)));
            digest_add(c, r.bytes);
        }
    }
    journal_reader_close(&reader);
    journal_close(j);
    close(dir);
    return digest_end(c);
}

// The first `blocks` results (0 = all), and how many there are.
static struct digest results_of(const struct service *s, uint64_t blocks, uint64_t *ret_n)
{
    AUTO_BUF b;
    struct span rest, whole;
    uint64_t n = 0;

    buf_init(&b, 256 << 20);
    assert_int_equal(file_read(s->dirfd, "state/results", 256 << 20, &b, NULL), 0);
    rest = whole = buf_span(&b);
    while (rest.n && (blocks == 0 || n < blocks)) {
        struct rd r = rd_of(rest);
        uint32_t length = rd_u32(&r);
        struct result res;

        assert_int_equal(result_open(span_sub(rest, 0, length), &res), 0);
        assert_int_equal(res.block, ++n); // each block once, in order
        rest = span_sub(rest, length, rest.n);
    }
    *ret_n = n;
    return digest_of(span_sub(whole, 0, whole.n - rest.n));
}

static void killed_runs_leave_the_same_records(void **state)
{
    struct service s;
    struct digest calm, d;
    unsigned events;
    uint64_t n;
    const char *given = getenv("FABSOC_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 7;

    (void)state;
    print_message("FABSOC_SEED=%u\n", seed);
    make_house(&s);
    write_story(&s);
    configure(&s, 2, true);
    start(&s);
    wait_done(&s);
    stop(&s);
    calm = records_of(&s, &events);
    assert_int_equal(events, FEEDS * LINES);
    (void)results_of(&s, 0, &n);
    print_message("%u events in %llu blocks\n", events, (unsigned long long)n);

    for (unsigned detects = 1; detects <= 3; detects++) {
        assert_int_equal(drop_entry(s.dirfd, "state"), 0);
        assert_int_equal(mkdirat(s.dirfd, "state", 0777), 0);
        assert_int_equal(fchmodat(s.dirfd, "state", 0777, 0), 0);
        configure(&s, detects, true);
        start(&s);
        assert_true(play_with_kills(&s, 10, &seed) > 0);
        stop(&s);

        d = records_of(&s, &events);
        assert_int_equal(events, FEEDS * LINES);
        assert_true(digest_eq(&calm, &d));
        (void)results_of(&s, 0, &n);
    }
    drop_house(&s);
}

static void results_do_not_depend_on_how_many_detects(void **state)
{
    struct service s;
    struct digest first = {{0}};
    uint64_t blocks = 0, n;

    (void)state;
    make_house(&s);
    write_story(&s);
    for (unsigned detects = 1; detects <= 3; detects++) {
        struct digest d;

        configure(&s, detects, true);
        start(&s);
        wait_done(&s);
        stop(&s);
        d = results_of(&s, blocks, &n);
        if (detects == 1) {
            blocks = n;
            first = d;
        }
        assert_int_equal(n, blocks);
        assert_true(digest_eq(&first, &d));
        // the next run finds the same journal and has to answer all of it again
        assert_int_equal(unlinkat(s.dirfd, "state/results", 0), 0);
        assert_int_equal(unlinkat(s.dirfd, "state/done", 0), 0);
    }
    drop_house(&s);
}

static void live_sources_reach_the_engine(void **state)
{
    struct service s;
    char text[2048];
    struct buf results;

    (void)state;
    make_house(&s);
    (void)snprintf(text, sizeof(text),
                   "state: \"%s/state\"\nlibexec: \"%s/libexec\"\n"
                   "set: {rules: \"%s/set/rules\", sources: \"%s/set/sources\"}\n"
                   "roles: {gate: false, sign: false}\n"
                   "intake:\n  sources:\n"
                   "    - {name: u, input: udp, listen: \"127.0.0.1:0\", kind: net}\n"
                   "    - {name: t, input: tcp, listen: \"[::1]:0\", kind: net}\n"
                   "    - {name: f, input: follow, path: \"%s/grows.log\", kind: os}\n",
                   s.dir, s.dir, s.dir, s.dir, s.dir);
    write_file(&s, "fabsoc.yaml", text);
    write_file(&s, "grows.log", "followed line\n");
    start(&s);
    // declarations of all three sources stand in the first results
    buf_init(&results, 1 << 20);
    while (file_read(s.dirfd, "state/results", 1 << 20, &results, NULL) < 0 || results.len == 0) {
        assert_true(wait_change(&s));
    }
    assert_true(span_find_span(buf_span(&results), SPAN_LIT("sensor")) == results.len);
    assert_true(span_find_span(buf_span(&results), SPAN_LIT("net")) < results.len);
    buf_free(&results);
    stop(&s);
    assert_true(exists(&s, "state/run/ports"));
    drop_house(&s);
}

// In place of intake this program aborts, as after a failed assertion.
static void a_role_that_aborts_again_and_again_ends_the_service(void **state)
{
    struct service s;
    char self[PATH_MAX + 32] = "";
    int status;

    (void)state;
    make_house(&s);
    configure(&s, 1, false);
    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    assert_int_equal(unlinkat(s.dirfd, "libexec/intake", 0), 0);
    link_program(&s, "intake", self);
    start(&s);
    assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    close(s.watch);
    drop_house(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_runs_leave_the_same_records),
        cmocka_unit_test(results_do_not_depend_on_how_many_detects),
        cmocka_unit_test(live_sources_reach_the_engine),
        cmocka_unit_test(a_role_that_aborts_again_and_again_ends_the_service),
    };
    char *slash;

    (void)argc;
    if (strcmp(argv[0], "engine") == 0) {
        return standin_engine_run();
    }
    if (strcmp(argv[0], "intake") == 0) {
        abort();
    }
    // build/MODE/tests/connectors/role/test_service
    assert_true(readlink("/proc/self/exe", build_dir, sizeof(build_dir) - 1) > 0);
    for (int i = 0; i < 4 && (slash = strrchr(build_dir, '/')) != NULL; i++) {
        *slash = '\0';
    }
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
