// test_link.c - what links and the loop promise.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <unistd.h>

#include "connectors/os/fdpass.h"
#include "connectors/os/link.h"
#include "connectors/os/loop.h"

static void pair_of(struct link *a, struct link *b)
{
    int fd[2];

    assert_int_equal(fdpass_pair(fd), 0);
    link_init(a, fd[0]);
    link_init(b, fd[1]);
}

static void messages_arrive_whole_and_in_order(void **state)
{
    struct link a, b;
    char *big = malloc(LINK_BODY_MAX);
    uint8_t type, want = 0;
    struct span body;

    (void)state;
    pair_of(&a, &b);
    memset(big, 'x', LINK_BODY_MAX);
    for (uint8_t i = 0; i < 3; i++) {
        assert_int_equal(link_send(&a, i, span_of(big, i == 1 ? LINK_BODY_MAX : i)), 0);
    }
    while (want < 3) {
        assert_true(link_flush(&a) >= 0);
        assert_int_equal(link_fill(&b), 0);
        while (link_next(&b, &type, &body) == 1) {
            assert_int_equal(type, want);
            assert_true(span_eq(body, span_of(big, want == 1 ? LINK_BODY_MAX : want)));
            want++;
        }
    }
    link_close(&a);
    assert_int_equal(link_fill(&b), E_EOF);
    link_close(&b);
    free(big);
}

static void a_full_link_refuses_and_keeps_what_it_has(void **state)
{
    struct link a, b;
    char *big = calloc(1, (size_t)LINK_BODY_MAX + 1);
    unsigned queued = 0, seen = 0;
    uint8_t type;
    struct span body;

    (void)state;
    pair_of(&a, &b);
    assert_int_equal(link_send(&a, 1, span_of(big, (size_t)LINK_BODY_MAX + 1)), E_LIMIT);
    while (link_send(&a, 1, span_of(big, LINK_BODY_MAX)) == 0) {
        queued++;
    }
    assert_true(link_full(&a));
    while (seen < queued) {
        assert_true(link_flush(&a) >= 0);
        assert_int_equal(link_fill(&b), 0);
        seen += link_next(&b, &type, &body) == 1;
    }
    assert_false(link_pending(&a));
    link_close(&a);
    link_close(&b);
    free(big);
}

static void a_length_beyond_the_bound_is_the_peers_fault(void **state)
{
    struct link a, b;
    uint8_t type;
    struct span body;

    (void)state;
    pair_of(&a, &b);
    assert_int_equal(write(a.fd, "\xff\xff\xff\x7f\x01", 5), 5);
    assert_int_equal(link_fill(&b), 0);
    assert_int_equal(link_next(&b, &type, &body), E_INPUT);
    link_close(&a);
    link_close(&b);
}

static void each_descriptor_comes_with_its_message(void **state)
{
    struct link a, b;
    int pipes[8][2];
    uint8_t type;
    struct span body;
    unsigned seen = 0;

    (void)state;
    pair_of(&a, &b);
    for (uint8_t i = 0; i < 8; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        assert_int_equal(write(pipes[i][1], &i, 1), 1);
        assert_int_equal(link_send(&a, 100, SPAN_LIT("between")), 0);
        assert_int_equal(link_send_fd(&a, i, SPAN_LIT("with"), pipes[i][0]), 0);
    }
    while (seen < 8) {
        assert_true(link_flush(&a) >= 0);
        assert_int_equal(link_fill(&b), 0);
        while (link_next(&b, &type, &body) == 1) {
            uint8_t c = 99;
            int fd;

            if (type == 100) {
                continue;
            }
            fd = link_take_fd(&b);
            assert_int_equal(type, seen++);
            assert_int_equal(read(fd, &c, 1), 1);
            assert_int_equal(c, type);
            close(fd);
        }
    }
    for (unsigned i = 0; i < 8; i++) {
        close(pipes[i][1]);
    }
    link_close(&a);
    link_close(&b);
}

struct count {
    struct loop *loop;
    int fd, calls, timers;
};

static void on_readable(void *ctx, int fd, unsigned events)
{
    struct count *c = ctx;

    assert_true(events & LOOP_READ);
    c->calls++;
    loop_remove(c->loop, c->fd); // removes the other one, whose event is already known
    loop_remove(c->loop, fd);
}

static void on_timer(void *ctx)
{
    struct count *c = ctx;

    c->timers++;
    loop_stop(c->loop, 7);
}

static void a_removed_descriptor_gets_no_event(void **state)
{
    struct count c = {.loop = loop_new()};
    int p[2][2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(p[i]), 0);
        assert_int_equal(write(p[i][1], "x", 1), 1);
        assert_int_equal(loop_add(c.loop, p[i][0], LOOP_READ, on_readable, &c), 0);
    }
    c.fd = p[1][0];
    assert_int_equal(loop_step(c.loop, 0), 0);
    assert_int_equal(c.calls, 1);
    for (int i = 0; i < 2; i++) {
        close(p[i][0]);
        close(p[i][1]);
    }
    loop_free(c.loop);
}

static void a_timer_fires_once_and_a_cancelled_one_never(void **state)
{
    struct count c = {.loop = loop_new()};
    int gone = loop_timer(c.loop, clock_mono(), on_timer, &c);

    (void)state;
    assert_true(gone > 0);
    loop_cancel(c.loop, gone);
    assert_true(loop_timer(c.loop, clock_mono() + 1000000, on_timer, &c) > 0);
    assert_int_equal(loop_run(c.loop), 7);
    assert_int_equal(c.timers, 1);
    loop_free(c.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_whole_and_in_order),
        cmocka_unit_test(a_full_link_refuses_and_keeps_what_it_has),
        cmocka_unit_test(a_length_beyond_the_bound_is_the_peers_fault),
        cmocka_unit_test(each_descriptor_comes_with_its_message),
        cmocka_unit_test(a_removed_descriptor_gets_no_event),
        cmocka_unit_test(a_timer_fires_once_and_a_cancelled_one_never),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
