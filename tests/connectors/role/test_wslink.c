// test_wslink.c - links in libwebsockets' loop: what is queued goes out, however often the peer is full.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <sys/socket.h>

#include "connectors/os/fdpass.h"
#include "connectors/role/wslink.h"

enum { MESSAGES = 400, BODY = 2048, PATIENCE_S = 20 };

struct world {
    struct wsloop *loop;
    struct wslink from, to;
    struct wsloop_timer patience;
    unsigned got, drained, broken;
    bool close_when_drained;
};

static void on_message(void *ctx, uint8_t type, struct span body)
{
    struct world *w = ctx;

    assert_int_equal(type, (uint8_t)w->got);
    assert_int_equal(body.n, BODY);
    if (++w->got == MESSAGES) {
        wsloop_stop(w->loop, 0);
    }
}

static void on_drained(void *ctx)
{
    struct world *w = ctx;

    w->drained++;
    if (w->close_when_drained) {
        wslink_close(&w->from);
    }
}

static void on_broken(void *ctx)
{
    ((struct world *)ctx)->broken++;
}

static void on_late(void *ctx)
{
    wsloop_stop(((struct world *)ctx)->loop, 1);
}

static void begin(struct world *w)
{
    static const struct wslink_ops ops = {on_message, on_drained, on_broken};
    struct err err = ERR_INIT;
    int fd[2], small = 4096;

    *w = (struct world){.patience = {.on = on_late, .ctx = w}};
    assert_int_equal(wsloop_new(&w->loop, &err), 0);
    assert_int_equal(fdpass_pair(fd), 0);
    assert_int_equal(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    wslink_init(&w->from, &ops, w);
    wslink_init(&w->to, &ops, w);
    assert_int_equal(wslink_open(&w->from, w->loop, fd[0]), 0);
    assert_int_equal(wslink_open(&w->to, w->loop, fd[1]), 0);
}

static void end(struct world *w)
{
    wsloop_timer_clear(w->loop, &w->patience);
    wslink_close(&w->from);
    wslink_close(&w->to);
    wsloop_free(w->loop);
}

// The peer takes less than is queued, so that writing has to go on many times out of the loop alone.
static void a_queue_that_needs_many_writes_goes_out_whole(void **state)
{
    static char body[BODY];
    struct world w;

    (void)state;
    begin(&w);
    for (unsigned i = 0; i < MESSAGES; i++) {
        assert_int_equal(link_send(&w.from.link, (uint8_t)i, span_of(body, BODY)), 0);
    }
    wslink_push(&w.from); // once: nobody pushes again
    assert_true(link_pending(&w.from.link));
    wsloop_timer_set(w.loop, &w.patience, PATIENCE_S * UTIME_SECOND);
    assert_int_equal(wsloop_run(w.loop), 0);
    assert_int_equal(w.got, MESSAGES);
    assert_false(link_pending(&w.from.link));
    assert_true(w.drained > 1);
    end(&w);
}

// Closed in its own writable callback, with more to be written: nothing comes back to it.
static void a_link_closed_while_it_waits_is_heard_of_no_more(void **state)
{
    static char body[BODY];
    struct world w;

    (void)state;
    begin(&w);
    for (unsigned i = 0; i < MESSAGES; i++) {
        assert_int_equal(link_send(&w.from.link, (uint8_t)i, span_of(body, BODY)), 0);
    }
    w.close_when_drained = true;
    wslink_push(&w.from);
    wsloop_timer_set(w.loop, &w.patience, UTIME_SECOND / 10);
    assert_int_equal(wsloop_run(w.loop), 1); // nothing ends it but the clock
    assert_true(w.got < MESSAGES);
    assert_int_equal(w.drained, 1);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_that_needs_many_writes_goes_out_whole),
        cmocka_unit_test(a_link_closed_while_it_waits_is_heard_of_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
