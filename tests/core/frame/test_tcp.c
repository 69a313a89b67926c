// test_tcp.c - connections put together: what captures of good peers do not show.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/frame/tcp.h"

struct world {
    struct tcp *tcp;
    struct buf said; // c:... s:... {n} a hole, | an end
    uint64_t packet;
    ntime_t time;
};

static void on_opened(void *ctx, struct tcp_conn *c)
{
    struct world *w = ctx;

    buf_printf(&w->said, "#%llu ", (unsigned long long)c->number);
}

static void on_joined(void *ctx, struct tcp_conn *c, enum tcp_side from)
{
    struct world *w = ctx;

    (void)c;
    buf_printf(&w->said, "%c? ", "cs"[from]);
}

static void on_data(void *ctx, struct tcp_conn *c, enum tcp_side from, struct span bytes,
                    struct packet_mark own, struct packet_mark now)
{
    struct world *w = ctx;

    (void)c;
    assert_true(own.number <= now.number);
    buf_printf(&w->said, "%c:" SPAN_FMT " ", "cs"[from], SPAN_ARG(bytes));
}

static void on_gap(void *ctx, struct tcp_conn *c, enum tcp_side from, uint64_t n,
                   struct packet_mark now)
{
    struct world *w = ctx;

    (void)c;
    (void)now;
    buf_printf(&w->said, "%c{%llu} ", "cs"[from], (unsigned long long)n);
}

static void on_closed(void *ctx, struct tcp_conn *c)
{
    struct world *w = ctx;

    buf_printf(&w->said, "|%c%s ", c->ended ? c->ended : '-', c->given_up ? "!" : "");
}

static const struct tcp_ops ops = {on_opened, on_joined, on_data, on_gap, on_closed};

static void begin(struct world *w, size_t max)
{
    *w = (struct world){.packet = 0};
    buf_init(&w->said, 1 << 20);
    w->tcp = tcp_new(max, &ops, w);
    assert_non_null(w->tcp);
}

static void send(struct world *w, bool server, unsigned client, uint32_t seq, uint32_t ack,
                 unsigned flags, const char *text, size_t wire)
{
    struct tcp_segment s = {.seq = seq,
                            .ack = ack,
                            .flags = (uint8_t)flags,
                            .payload = span_str(text),
                            .wire = (uint32_t)(wire ? wire : strlen(text))};
    struct tcp_end c = {.port = (uint16_t)client}, d = {.port = 5000};

    s.src = server ? d : c;
    s.dst = server ? c : d;
    tcp_segment(w->tcp, &s, (struct packet_mark){++w->packet, w->time});
}

static void expect(struct world *w, const char *should)
{
    char *is = strndup(w->said.len ? w->said.p : "", w->said.len);

    assert_string_equal(is, should);
    free(is);
    buf_clear(&w->said);
}

static void end(struct world *w)
{
    tcp_free(w->tcp);
    buf_free(&w->said);
}

static void test_first_copy_counts(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 8);
    send(&w, false, 1, 100, 0, TCP_SYN, "", 0);
    send(&w, false, 1, 105, 0, TCP_ACK, "efgh", 0);   // ahead
    send(&w, false, 1, 103, 0, TCP_ACK, "CDEF", 0);   // EF came first as ef
    send(&w, false, 1, 101, 0, TCP_ACK, "abXXXX", 0); // so did cdef
    send(&w, false, 1, 109, 0, TCP_ACK, "i", 0);
    expect(&w, "#1 c:ab c:CD c:efgh c:i ");
    assert_int_equal(tcp_counts(w.tcp)->conflicts, 2); // of what had waited
    end(&w);
}

static void test_holes_are_given_up(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 8);
    send(&w, false, 1, 0xFFFFFFFE, 0, TCP_SYN, "", 0);
    send(&w, true, 1, 500, 0xFFFFFFFF, TCP_SYN | TCP_ACK, "", 0);
    send(&w, false, 1, 4, 501, TCP_ACK, "behind", 0); // 5 bytes missing, over the wrap
    expect(&w, "#1 ");
    send(&w, true, 1, 501, 10, TCP_ACK, "", 0); // acknowledged: it was there
    for (int i = 0; i < TCP_PATIENCE; i++) {
        send(&w, true, 1, 501, 10, TCP_ACK, "", 0);
    }
    expect(&w, "c{5} c:behind ");
    // nobody acknowledges: by time
    send(&w, false, 1, 20, 501, TCP_ACK, "later", 0);
    w.time += TCP_HOLE_NS;
    send(&w, true, 1, 501, 10, TCP_ACK, "", 0);
    expect(&w, "");
    w.time += 1;
    send(&w, true, 1, 501, 10, TCP_ACK, "", 0);
    expect(&w, "c{10} c:later ");
    // the snap length: known at once
    send(&w, false, 1, 25, 501, TCP_ACK, "cut", 10);
    send(&w, false, 1, 35, 501, TCP_ACK, "next", 0);
    expect(&w, "c:cut c{7} c:next ");
    // at the end
    send(&w, false, 1, 50, 501, TCP_ACK, "last", 0);
    tcp_finish(w.tcp);
    expect(&w, "c{11} c:last |- ");
    assert_int_equal(tcp_counts(w.tcp)->gaps, 4);
    end(&w);
}

static void test_ends(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 8);
    // a blind reset is not believed, the right one is
    send(&w, false, 1, 100, 0, TCP_SYN, "", 0);
    send(&w, true, 1, 500, 101, TCP_SYN | TCP_ACK, "", 0);
    send(&w, false, 1, 0x90000000, 0, TCP_RST, "", 0);
    send(&w, false, 1, 101, 501, TCP_ACK, "a", 0);
    send(&w, true, 1, 501, 102, TCP_RST, "", 0);
    send(&w, false, 1, 102, 501, TCP_ACK, "too late", 0);
    expect(&w, "#1 c:a |R ");
    assert_int_equal(tcp_counts(w.tcp)->strays, 1);
    // the same ends again; what FIN announces may still be under way
    send(&w, false, 1, 900, 0, TCP_SYN, "", 0);
    send(&w, false, 1, 904, 0, TCP_ACK | TCP_FIN, "d", 0);
    send(&w, true, 1, 700, 901, TCP_ACK | TCP_SYN, "", 0);
    send(&w, true, 1, 701, 901, TCP_ACK | TCP_FIN, "", 0);
    expect(&w, "#2 ");
    send(&w, false, 1, 901, 0, TCP_ACK, "abc", 0);
    expect(&w, "c:abc c:d |F ");
    // a refused connection, then a SYN that replaces a live one
    send(&w, false, 2, 100, 0, TCP_SYN, "", 0);
    send(&w, false, 2, 100, 0, TCP_SYN, "", 0);
    send(&w, true, 2, 0, 101, TCP_RST | TCP_ACK, "", 0);
    send(&w, false, 3, 100, 0, TCP_SYN, "", 0);
    send(&w, false, 3, 9100, 0, TCP_SYN, "", 0);
    expect(&w, "#3 |R #4 |-! #5 ");
    end(&w);
}

static void test_bounds(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 4);
    // a live connection outlasts any number that never were accepted
    send(&w, false, 9999, 1, 0, TCP_SYN, "", 0);
    send(&w, true, 9999, 1, 2, TCP_SYN | TCP_ACK, "", 0);
    for (unsigned port = 1; port <= 100; port++) {
        send(&w, false, port, 1, 0, TCP_SYN, "", 0);
    }
    send(&w, false, 9999, 2, 2, TCP_ACK, "alive", 0);
    assert_true(span_find_span(buf_span(&w.said), SPAN_LIT("c:alive")) < w.said.len);
    assert_int_equal(tcp_counts(w.tcp)->evicted, 97);
    buf_clear(&w.said);
    // more ahead than may wait: the hole goes, nothing else
    for (uint32_t i = 0; i <= TCP_AHEAD_PIECES; i++) {
        send(&w, false, 9999, 1000 + 2 * i, 2, TCP_ACK, "x", 0);
    }
    assert_int_equal(tcp_counts(w.tcp)->gaps, 1);
    // far out of any window
    send(&w, false, 9999, 0x60000000, 2, TCP_ACK, "x", 0);
    assert_int_equal(tcp_counts(w.tcp)->strays, 1);
    end(&w);
}

static void test_joined(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 8);
    send(&w, true, 60000, 1, 1, TCP_ACK, "", 0); // carries nothing: no connection
    send(&w, true, 60000, 77, 1, TCP_ACK, "mid", 0);
    send(&w, false, 60000, 1, 80, TCP_ACK, "own", 0);
    expect(&w, "#1 s? s:mid c? c:own ");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_copy_counts),
        cmocka_unit_test(test_holes_are_given_up),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_joined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
