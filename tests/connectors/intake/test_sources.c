// test_sources.c - sockets and followed files into a journal, bad input included.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "connectors/intake/rotate.h"
#include "connectors/intake/source.h"
#include "core/base/rd.h"

// An intake without a process around it.
struct world {
    char path[64];
    int dir;
    struct loop *loop;
    struct journal *journal;
    struct gather gather;
    struct source_pool pool;
    struct source source;
    struct intake_source_conf conf;
    bool failed;
};

static void on_durable(void *ctx)
{
    (void)ctx;
}

static void on_fatal(void *ctx, const struct err *err)
{
    struct world *w = ctx;

    err_print(stderr, err);
    w->failed = true;
}

static void open_world(struct world *w)
{
    struct err err = ERR_INIT;

    w->loop = loop_new();
    assert_non_null(w->loop);
    assert_int_equal(journal_open(w->dir, 0, &w->journal, &err), 0);
    gather_init(&w->gather, w->loop, w->journal, BLOCK_SOFT, 5000);
    w->gather.durable = on_durable;
    w->gather.fatal = on_fatal;
    w->gather.ctx = w;
    source_pool_init(&w->pool, w->loop, &w->gather);
}

static void close_world(struct world *w)
{
    source_close(&w->source);
    source_pool_close(&w->pool);
    assert_true(gather_commit(&w->gather));
    journal_close(w->journal);
    loop_free(w->loop);
    assert_false(w->failed);
}

static void begin_world(struct world *w)
{
    *w = (struct world){.path = "/tmp/fabsoc-intake-XXXXXX"};
    assert_non_null(mkdtemp(w->path));
    w->dir = open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(w->dir >= 0);
    open_world(w);
}

static void end_world(struct world *w)
{
    DIR *d;
    struct dirent *e;

    close_world(w);
    d = opendir(w->path);
    while ((e = readdir(d)) != NULL) {
        (void)unlinkat(w->dir, e->d_name, 0);
    }
    closedir(d);
    close(w->dir);
    assert_int_equal(rmdir(w->path), 0);
}

static int bound_socket(bool tcp, struct sockaddr_in *ret)
{
    socklen_t n = sizeof(*ret);
    int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *ret =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    assert_int_equal(bind(fd, (struct sockaddr *)ret, sizeof(*ret)), 0);
    assert_int_equal(tcp ? listen(fd, 8) : 0, 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &n), 0);
    return fd;
}

static void start_source(struct world *w, enum intake_input input, int fd)
{
    struct err err = ERR_INIT;
    uint16_t n;

    w->conf.input = input;
    w->conf.listen = "test";
    w->conf.decl.name = SPAN_LIT("s");
    w->conf.decl.kind = SPAN_LIT("os");
    w->conf.decl.number = journal_source_named(w->journal, SPAN_LIT("s"));
    n = journal_declare(w->journal, &w->conf.decl, 0);
    assert_int_equal(source_start(&w->source, &w->pool, &w->conf, n, fd, &err), 0);
}

static int connected(const struct sockaddr_in *to, bool tcp)
{
    int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof(*to)), 0);
    return fd;
}

// Runs the loop until the source has `n` records in the durable journal.
static void run_until(struct world *w, uint64_t n)
{
    ntime_t end = clock_mono() + 20000000000;

    while (journal_source(w->journal, 1)->seq < n || journal_pending(w->journal)) {
        assert_true(clock_mono() < end);
        assert_int_equal(loop_step(w->loop, 100), 0);
    }
}

struct seen {
    uint64_t events, skipped_bytes, shed, oversize;
    struct buf text; // of all events, each with a line end
    uint64_t last_end;
};

static void read_back(struct world *w, struct seen *s)
{
    struct journal_reader reader;
    AUTO_BUF bytes;

    memset(s, 0, sizeof(*s));
    buf_init(&s->text, 64 << 20);
    buf_init(&bytes, BLOCK_MAX);
    journal_reader_init(&reader, w->dir);
    for (uint64_t n = 1; n <= journal_durable(w->journal); n++) {
        struct journal_place at;
        struct block b;
        struct record r;

        assert_true(journal_find(w->journal, n, &at));
        assert_int_equal(journal_read(&reader, &at, &bytes, NULL), 0);
        assert_int_equal(block_open(buf_span(&bytes), &b, NULL), 0);
        while (block_next(&b.records, &r, NULL) > 0) {
            struct rd rd = rd_of(r.bytes);

            if (r.type == REC_EVENT) {
                assert_int_equal(r.seq, ++s->events);
                s->oversize += (r.flags & REC_OVERSIZE) != 0;
                s->last_end = r.origin_b;
                buf_put_span(&s->text, r.bytes);
                buf_u8(&s->text, '\n');
            } else if (r.type == REC_SKIPPED) {
                uint64_t count = rd_u64(&rd);

                *(rd_u8(&rd) == SKIP_SHED ? &s->shed : &s->skipped_bytes) += count;
            }
        }
    }
    journal_reader_close(&reader);
}

static void datagrams_become_records(void **state)
{
    struct world w;
    struct sockaddr_in to;
    struct seen s;
    int fd;

    (void)state;
    begin_world(&w);
    start_source(&w, INPUT_UDP, bound_socket(false, &to));
    fd = connected(&to, false);
    for (unsigned i = 0; i < 20; i++) {
        char line[32];
        int n = snprintf(line, sizeof(line), "<13>line %u\n", i);

        assert_int_equal(write(fd, line, (size_t)n), n);
    }
    assert_int_equal(write(fd, "a\0b", 3), 3);
    run_until(&w, 21);
    read_back(&w, &s);
    assert_int_equal(s.events, 21);
    assert_true(span_starts(buf_span(&s.text), SPAN_LIT("<13>line 0\n<13>line 1\n")));
    assert_true(span_ends(buf_span(&s.text), SPAN_LIT("a\0b\n")));
    buf_free(&s.text);
    close(fd);
    end_world(&w);
}

static void both_framings_and_single_bytes(void **state)
{
    static const char stream[] = "5 hello<13>plain line\n12 with\nnewline<14>last\r\n";
    struct world w;
    struct sockaddr_in to;
    struct seen s;
    int fd;

    (void)state;
    begin_world(&w);
    start_source(&w, INPUT_TCP, bound_socket(true, &to));
    fd = connected(&to, true);
    for (size_t i = 0; i < sizeof(stream) - 1; i++) {
        assert_int_equal(write(fd, &stream[i], 1), 1);
        assert_int_equal(loop_step(w.loop, 0), 0);
    }
    run_until(&w, 4);
    read_back(&w, &s);
    assert_true(
        span_eq(buf_span(&s.text), SPAN_LIT("hello\n<13>plain line\nwith\nnewline\n<14>last\n")));
    buf_free(&s.text);
    close(fd);
    end_world(&w);
}

static void after_bad_input_a_right_record_still_comes(void **state)
{
    struct world w;
    struct sockaddr_in to;
    struct seen s;
    char *big = malloc(10 << 20);
    uint64_t before;
    size_t sent = 0;
    int fd;

    (void)state;
    begin_world(&w);
    start_source(&w, INPUT_TCP, bound_socket(true, &to));
    // a broken octet count ends its connection
    fd = connected(&to, true);
    assert_int_equal(write(fd, "99999999999 x", 13), 13);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while (read(fd, big, 1) < 0 && errno == EAGAIN) { // until the other side has closed it
        assert_int_equal(loop_step(w.loop, 10), 0);
    }
    close(fd);
    // ten megabytes without a line end, then a right line on the same connection
    fd = connected(&to, true);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    memset(big, 'x', 10 << 20);
    big[(10 << 20) - 1] = '\n';
    while (sent < 10 << 20) {
        ssize_t n = write(fd, big + sent, (10 << 20) - sent);

        sent += n > 0 ? (size_t)n : 0;
        assert_int_equal(loop_step(w.loop, 1), 0);
    }
    before = journal_source(w.journal, 1)->seq;
    assert_int_equal(write(fd, "<13>marker\n", 11), 11);
    run_until(&w, before + (before ? 1 : 2));
    read_back(&w, &s);
    assert_true(span_ends(buf_span(&s.text), SPAN_LIT("<13>marker\n")));
    assert_int_equal(s.oversize, 1);
    // every byte of the long line is kept or counted
    assert_true(s.skipped_bytes >= (10u << 20) - 1 - RECORD_MAX);
    buf_free(&s.text);
    close(fd);
    free(big);
    end_world(&w);
}

static void append(const struct world *w, const char *name, const char *text)
{
    int fd = openat(w->dir, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void follow_again(struct world *w)
{
    w->conf.path = "/x/grows.log";
    start_source(w, INPUT_FOLLOW, open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static void a_followed_file_survives_rotation_and_restart(void **state)
{
    struct world w;
    struct seen s;

    (void)state;
    begin_world(&w);
    append(&w, "grows.log", "one\ntwo\npart");
    follow_again(&w);
    run_until(&w, 2);
    close_world(&w); // "part" is not a record yet

    append(&w, "grows.log", "ial\nthree\n");
    assert_int_equal(renameat(w.dir, "grows.log", w.dir, "grows.log.1"), 0);
    append(&w, "grows.log", "four\n");
    open_world(&w);
    follow_again(&w);
    run_until(&w, 5);
    // rotation while it runs; the last line of the old file never got its end
    append(&w, "grows.log", "five\nunended");
    run_until(&w, 6);
    assert_int_equal(renameat(w.dir, "grows.log", w.dir, "grows.log.2"), 0);
    append(&w, "grows.log", "six\n");
    run_until(&w, 8);

    read_back(&w, &s);
    assert_true(span_eq(buf_span(&s.text),
                        SPAN_LIT("one\ntwo\npartial\nthree\nfour\nfive\nunended\nsix\n")));
    assert_int_equal(s.last_end, 4);
    buf_free(&s.text);
    end_world(&w);
}

// When it was written last, in seconds from now.
static void written(const struct world *w, const char *name, int seconds)
{
    struct timespec t[2];

    clock_gettime(CLOCK_REALTIME, &t[0]);
    t[0].tv_sec += seconds;
    t[1] = t[0];
    assert_int_equal(utimensat(w->dir, name, t, 0), 0);
}

static void turn(const struct world *w, const char *from, const char *to, int seconds)
{
    assert_int_equal(renameat(w->dir, from, w->dir, to), 0);
    written(w, to, seconds);
}

// Rotated three times while nobody was there: the middle ones are read in their order, a packed one is counted,
// and what only looks alike is left alone.
static void files_between_two_rotations_are_read(void **state)
{
    struct world w;
    struct seen s;

    (void)state;
    begin_world(&w);
    append(&w, "grows.log.9", "long ago\n");
    written(&w, "grows.log.9", -9000);
    append(&w, "grows.log", "one\n");
    follow_again(&w);
    run_until(&w, 1);
    close_world(&w);

    append(&w, "grows.log", "two\n");
    turn(&w, "grows.log", "grows.log.4", 10);
    append(&w, "grows.log.3.gz", "0123456789");
    written(&w, "grows.log.3.gz", 20);
    append(&w, "grows.log.2", "three\nfour\nun");
    written(&w, "grows.log.2", 30);
    append(&w, "grows.log-20261122", "five\n"); // another way of rotation, written later
    written(&w, "grows.log-20261122", 40);
    append(&w, "grows.log.bak", "not this\n");
    written(&w, "grows.log.bak", 41);
    append(&w, "grows.log.old.1", "nor this\n");
    written(&w, "grows.log.old.1", 42);
    append(&w, "grows.log", "six\n");
    open_world(&w);
    follow_again(&w);
    run_until(&w, 7);
    read_back(&w, &s);
    assert_true(span_eq(buf_span(&s.text), SPAN_LIT("one\ntwo\nthree\nfour\nun\nfive\nsix\n")));
    assert_int_equal(s.skipped_bytes, 10);
    buf_free(&s.text);
    end_world(&w);
}

// The file read last was packed or deleted: what was rotated since the last record is read all the same.
static void a_file_that_is_gone_leaves_those_behind_it(void **state)
{
    struct world w;
    struct seen s;

    (void)state;
    begin_world(&w);
    append(&w, "grows.log.5", "long ago\n");
    written(&w, "grows.log.5", -9000);
    append(&w, "grows.log", "one\n");
    follow_again(&w);
    run_until(&w, 1);
    close_world(&w);
    assert_int_equal(unlinkat(w.dir, "grows.log", 0), 0);
    // its inode number may be given again; times of files are those of the last tick of the kernel
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    append(&w, "grows.log.1", "two\n");
    written(&w, "grows.log.1", 10);
    append(&w, "grows.log", "three\n");
    open_world(&w);
    follow_again(&w);
    run_until(&w, 3);
    read_back(&w, &s);
    assert_true(span_eq(buf_span(&s.text), SPAN_LIT("one\ntwo\nthree\n")));
    assert_int_equal(s.skipped_bytes, 0);
    buf_free(&s.text);
    end_world(&w);
}

static void names_that_rotation_gives_are_known(void **state)
{
    static const struct {
        const char *name, *sibling;
        bool is, packed;
    } rows[] = {
        {"app.log", "app.log.1", true, false},
        {"app.log", "app.log.12.gz", true, true},
        {"app.log", "app.log-20261122", true, false},
        {"app.log", "app.log.2026-11-22_03", true, false},
        {"app.log", "app.1.log", true, false},
        {"app.log", "app-20261122.log.zst", true, true},
        {"app", "app.1", true, false},
        {".log", ".log.1", true, false},
        {"app.log", "app.log", false, false},
        {"app.log", "app.log.gz", false, true},
        {"app.log", "app.log.bak", false, false},
        {"app.log", "app.log.1.bak", false, false},
        {"app.log", "app.log1", false, false},
        {"app.log", "app.log.", false, false},
        {"app.log", "app.login.1", false, false},
        {"app.log", "app2.log", false, false},
        {"app.log", "other.log.1", false, false},
        {".log", "1.log", false, false},
    };
    bool packed;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rotate_of(span_str(rows[i].name), span_str(rows[i].sibling), &packed) != rows[i].is ||
            packed != rows[i].packed) {
            fail_msg("%s of %s", rows[i].sibling, rows[i].name);
        }
    }
}

static void a_rewritten_file_is_read_anew(void **state)
{
    struct world w;
    struct seen s;

    (void)state;
    begin_world(&w);
    append(&w, "grows.log", "a long first line\n");
    follow_again(&w);
    run_until(&w, 1);
    {
        int fd = openat(w.dir, "grows.log", O_WRONLY | O_TRUNC | O_CLOEXEC);

        assert_int_equal(write(fd, "short\n", 6), 6);
        close(fd);
    }
    run_until(&w, 2);
    read_back(&w, &s);
    assert_true(span_eq(buf_span(&s.text), SPAN_LIT("a long first line\nshort\n")));
    buf_free(&s.text);
    end_world(&w);
}

// A document is a record as soon as its root is closed; a restart goes on behind it.
static void documents_of_a_followed_file_are_whole(void **state)
{
    struct world w;
    struct seen s;

    (void)state;
    begin_world(&w);
    w.conf.xml = true;
    append(&w, "grows.log", "<?xml v?>\n<a>\n <b/>\n</a>\n<?xml v?>\n<c>");
    follow_again(&w);
    run_until(&w, 1);
    close_world(&w);
    append(&w, "grows.log", "</c>\n");
    open_world(&w);
    follow_again(&w);
    run_until(&w, 2);
    read_back(&w, &s);
    assert_true(
        span_eq(buf_span(&s.text), SPAN_LIT("<?xml v?>\n<a>\n <b/>\n</a>\n<?xml v?>\n<c></c>\n")));
    buf_free(&s.text);
    end_world(&w);
}

// The first line of a file names its columns far behind as well; what stands in its middle names none.
static void a_restart_knows_the_first_line_of_a_file(void **state)
{
    enum { LINES = 6000 }; // longer than what is read again before the place
    static const struct {
        const char *first, *line, *last, *want;
    } cases[] = {
        {"time,name,ip\n", "1,a,10.0.0.7\n", "2,b,10.0.0.8\n",
         "\n#csv ,\ntime,name,ip\n2,b,10.0.0.8\n"},
        {"0,a,b\n", "time,name,ip\n1,a,10.0.0.7\n", "2,b,10.0.0.8\n",
         "\n1,a,10.0.0.7\n2,b,10.0.0.8\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world w;
        struct seen s;
        uint64_t records = i ? 1 + 2 * LINES : LINES;
        AUTO_BUF text;

        buf_init(&text, 1 << 20);
        begin_world(&w);
        buf_str(&text, cases[i].first);
        for (int k = 0; k < LINES; k++) {
            buf_str(&text, cases[i].line);
        }
        buf_u8(&text, 0);
        append(&w, "grows.log", text.p);
        follow_again(&w);
        run_until(&w, records);
        close_world(&w);
        append(&w, "grows.log", cases[i].last);
        open_world(&w);
        follow_again(&w);
        run_until(&w, records + 1);
        read_back(&w, &s);
        assert_true(span_ends(buf_span(&s.text), span_str(cases[i].want)));
        buf_free(&s.text);
        end_world(&w);
    }
}

static void a_full_journal_stops_sources_and_loses_nothing(void **state)
{
    struct world w;
    struct sockaddr_in to;
    struct seen s;
    int fd;

    (void)state;
    begin_world(&w);
    w.gather.limit = 1; // full as soon as anything was written
    start_source(&w, INPUT_TCP, bound_socket(true, &to));
    fd = connected(&to, true);
    assert_int_equal(write(fd, "<13>one\n", 8), 8);
    run_until(&w, 1);
    assert_true(gather_stopped(&w.gather));
    assert_int_equal(write(fd, "<13>two\n<13>three\n", 18), 18);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(loop_step(w.loop, 1), 0);
    }
    assert_int_equal(journal_source(w.journal, 1)->seq, 1);

    w.gather.limit = 0;
    gather_measure(&w.gather);
    source_resume(&w.source);
    run_until(&w, 3);
    read_back(&w, &s);
    assert_true(span_eq(buf_span(&s.text), SPAN_LIT("<13>one\n<13>two\n<13>three\n")));
    buf_free(&s.text);
    close(fd);
    end_world(&w);
}

static void ring(void *ctx)
{
    *(bool *)ctx = true;
}

// While sources must wait the loop waits too, whatever became of their peers.
static void a_reset_connection_does_not_keep_a_stopped_intake_busy(void **state)
{
    const struct linger at_once = {.l_onoff = 1};
    struct world w;
    struct sockaddr_in to;
    struct seen s;
    bool rung = false;
    unsigned steps = 0;
    int fd;

    (void)state;
    begin_world(&w);
    start_source(&w, INPUT_TCP, bound_socket(true, &to));
    fd = connected(&to, true);
    assert_int_equal(write(fd, "<13>one\n", 8), 8);
    run_until(&w, 1);
    w.gather.limit = 1;
    gather_measure(&w.gather);
    assert_int_equal(write(fd, "<13>two\n", 8), 8);
    assert_int_equal(loop_step(w.loop, 1000), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(fd);
    assert_true(loop_timer(w.loop, clock_mono() + 200000000, ring, &rung) > 0);
    do {
        assert_int_equal(loop_step(w.loop, -1), 0);
        steps++;
    } while (!rung);
    assert_in_range(steps, 1, 20);

    w.gather.limit = 0;
    gather_measure(&w.gather);
    source_resume(&w.source);
    run_until(&w, 2);
    read_back(&w, &s);
    assert_true(span_eq(buf_span(&s.text), SPAN_LIT("<13>one\n<13>two\n")));
    buf_free(&s.text);
    end_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams_become_records),
        cmocka_unit_test(both_framings_and_single_bytes),
        cmocka_unit_test(after_bad_input_a_right_record_still_comes),
        cmocka_unit_test(a_followed_file_survives_rotation_and_restart),
        cmocka_unit_test(documents_of_a_followed_file_are_whole),
        cmocka_unit_test(a_restart_knows_the_first_line_of_a_file),
        cmocka_unit_test(files_between_two_rotations_are_read),
        cmocka_unit_test(a_file_that_is_gone_leaves_those_behind_it),
        cmocka_unit_test(names_that_rotation_gives_are_known),
        cmocka_unit_test(a_rewritten_file_is_read_anew),
        cmocka_unit_test(a_full_journal_stops_sources_and_loses_nothing),
        cmocka_unit_test(a_reset_connection_does_not_keep_a_stopped_intake_busy),
    };

    return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
