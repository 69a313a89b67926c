// test_control.c - what the supervisor said is heard in order, and what was seen of a closed descriptor is not
// taken for its successor's.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <unistd.h>

#include "connectors/os/control.h"
#include "connectors/os/fdpass.h"

enum { PEERS = 5 };

struct heard {
    unsigned peers, lost;
};

static int on_start(void *ctx, struct span config, struct err *err)
{
    (void)ctx;
    (void)config;
    (void)err;
    return 0;
}

static void on_peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct heard *h = ctx;

    assert_int_equal(role, ROLE_DETECT);
    assert_int_equal(index, h->peers);
    assert_true(fd >= 0);
    close(fd);
    h->peers++;
}

static void on_lost(void *ctx, enum role role, unsigned index)
{
    struct heard *h = ctx;

    (void)role;
    (void)index;
    h->lost++;
}

static void on_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    (void)ctx;
    (void)what;
    (void)index;
    (void)name;
    close(fd);
}

static void on_stop(void *ctx)
{
    (void)ctx;
}

// Several roles died at once: whoever pumps must know of all that came, though each brings a descriptor.
static void one_pump_delivers_every_new_peer(void **state)
{
    static const struct control_ops ops = {
        .start = on_start, .peer = on_peer, .lost = on_lost, .fd = on_fd, .stop = on_stop};
    struct heard heard = {0};
    struct loop *loop = loop_new();
    struct link supervisor;
    struct control c;
    int pair[2], ours, theirs;

    (void)state;
    assert_int_equal(fdpass_pair(pair), 0);
    assert_true((ours = fcntl(pair[0], F_DUPFD_CLOEXEC, 100)) >= 0);
    assert_true((theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, 100)) >= 0);
    close(pair[0]);
    close(pair[1]);
    assert_int_equal(dup2(theirs, CONTROL_FD), CONTROL_FD);
    close(theirs);
    link_init(&supervisor, ours);
    assert_int_equal(control_open(&c, loop, &ops, &heard), 0);
    for (unsigned k = 0; k < PEERS; k++) {
        char body[2] = {ROLE_DETECT, (char)k};

        assert_int_equal(link_send(&supervisor, CTL_LOST, span_of(body, 2)), 0);
        assert_int_equal(link_send_fd(&supervisor, CTL_PEER, span_of(body, 2), dup(STDERR_FILENO)),
                         0);
    }
    assert_int_equal(link_flush(&supervisor), 0);
    control_pump(&c);
    assert_int_equal(heard.lost, PEERS);
    assert_int_equal(heard.peers, PEERS);
    control_close(&c);
    link_close(&supervisor);
    loop_free(loop);
}

struct swap {
    struct loop *loop;
    int dead, stranger; // the descriptor that ends, and what takes its number
    unsigned of_dead, of_new;
};

static void on_new(void *ctx, int fd, unsigned events)
{
    struct swap *s = ctx;

    assert_int_equal(fd, s->dead);
    assert_false(events & LOOP_HANGUP); // its other end is open
    s->of_new++;
}

static void on_dead(void *ctx, int fd, unsigned events)
{
    (void)fd;
    (void)events;
    ((struct swap *)ctx)->of_dead++;
}

static void on_news(void *ctx, int fd, unsigned events)
{
    struct swap *s = ctx;

    (void)events;
    loop_remove(s->loop, fd);
    loop_remove(s->loop, s->dead);
    assert_int_equal(dup2(s->stranger, s->dead),
                     s->dead); // closed, and the number is somebody else's
    assert_int_equal(loop_add(s->loop, s->dead, LOOP_READ, on_new, s), 0);
}

static void a_new_descriptor_does_not_inherit_what_was_seen_of_its_number(void **state)
{
    struct swap s = {.loop = loop_new()};
    int news[2], dead[2], other[2];

    (void)state;
    assert_int_equal(fdpass_pair(news), 0);
    assert_int_equal(fdpass_pair(dead), 0);
    assert_int_equal(fdpass_pair(other), 0);
    s.dead = dead[0];
    s.stranger = other[0];
    assert_int_equal(loop_add(s.loop, news[0], LOOP_READ, on_news, &s), 0);
    assert_int_equal(loop_add(s.loop, dead[0], 0, on_dead, &s), 0);
    assert_int_equal(write(news[1], "x", 1), 1);
    close(dead[1]);
    assert_int_equal(loop_step(s.loop, 0), 0);
    assert_int_equal(s.of_dead, 0);
    assert_int_equal(s.of_new, 0);
    assert_int_equal(write(other[1], "x", 1), 1);
    assert_int_equal(loop_step(s.loop, 0), 0);
    assert_int_equal(s.of_new, 1);
    for (int i = 0; i < 2; i++) {
        close(news[i]);
        close(other[i]);
    }
    close(dead[0]);
    loop_free(s.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pump_delivers_every_new_peer),
        cmocka_unit_test(a_new_descriptor_does_not_inherit_what_was_seen_of_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
