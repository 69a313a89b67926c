// prose_address.c - the addresses of a text without names: which is the source, which the destination.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/prose_rows.h"

enum role { ROLE_NONE, ROLE_SOURCE, ROLE_DESTINATION, ROLE_COUNT };

struct seen_address {
    size_t at; // its word
    enum role role;
    struct address a;
};

static enum role role_of(const struct told *x, size_t at)
{
    for (size_t back = 1; back <= LOOK_BACK && back <= at; back++) {
        const struct token *v = prose_token(x, at - back);
        int row;

        if (v->kind == TOKEN_ARROW && back == 1) {
            return ROLE_DESTINATION;
        }
        if (v->kind == TOKEN_ADDRESS || v->kind == TOKEN_EMPTY) {
            break;
        }
        row = v->kind == TOKEN_WORD ? prose_cue(x->p, v->s, AS_ADDRESS) : -1;
        if (row >= 0) {
            return x->p->row[row].to == FIELD_SOURCE_IP        ? ROLE_SOURCE
                   : x->p->row[row].to == FIELD_DESTINATION_IP ? ROLE_DESTINATION
                                                               : ROLE_COUNT;
        }
    }
    return ROLE_NONE;
}

// "1.2.3.4/1029->5.6.7.8/25": at both ends of an arrow what stands behind '/' is a port, however small.
static void slash_port(const struct told *x, struct seen_address *a)
{
    struct span word = prose_token(x, a->at)->s, rest = span_sub(word, a->a.ip.n + 1, word.n);

    if (a->a.port.n == 0 && word.n > a->a.ip.n && word.p[a->a.ip.n] == '/' && port_is(rest)) {
        a->a.port = rest;
    }
}

static size_t list_addresses(const struct told *x, struct seen_address *a)
{
    size_t n = 0;

    for (size_t i = 0; i < x->t.n && n < ADDRESSES; i++) {
        const struct token *v = &x->t.v[i];

        if (v->kind != TOKEN_ADDRESS || span_eq_str(v->address.ip, "0.0.0.0") ||
            span_eq_str(v->address.ip, "::")) {
            continue;
        }
        a[n] = (struct seen_address){.at = i, .role = role_of(x, i), .a = v->address};
        if (a[n].a.port.n == 0 && span_eq_nocase(prose_token(x, i + 1)->s, SPAN_LIT("port")) &&
            port_is(prose_token(x, i + 2)->s)) {
            a[n].a.port = prose_token(x, i + 2)->s;
        }
        if (n && a[n].role == ROLE_DESTINATION && prose_token(x, i - 1)->kind == TOKEN_ARROW &&
            a[n - 1].at + 2 == i) {
            a[n - 1].role = a[n - 1].role == ROLE_NONE ? ROLE_SOURCE : a[n - 1].role;
            slash_port(x, &a[n - 1]);
            slash_port(x, &a[n]);
        }
        n++;
    }
    return n;
}

static const struct seen_address *first_of(const struct seen_address *a, size_t n, enum role role)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i].role == role) {
            return &a[i];
        }
    }
    return NULL;
}

// Ports that stand apart: "1.2.3.4,5.6.7.8,40234,443", or before both; then the lower one is the service's.
static void apart_ports(struct told *x, size_t source, size_t destination)
{
    struct span behind[2] = {prose_token(x, destination + 1)->s,
                             prose_token(x, destination + 2)->s};
    struct span before[2];

    if (event_has(x->ev, FIELD_SOURCE_PORT) || event_has(x->ev, FIELD_DESTINATION_PORT)) {
        return;
    }
    if (port_is(behind[0]) && port_is(behind[1])) {
        prose_put(x, FIELD_SOURCE_PORT, NULL, behind[0]);
        prose_put(x, FIELD_DESTINATION_PORT, NULL, behind[1]);
    } else if (source >= 2) {
        uint64_t v[2];

        before[0] = prose_token(x, source - 2)->s;
        before[1] = prose_token(x, source - 1)->s;
        if (port_is(before[0]) && port_is(before[1]) && span_u64(before[0], &v[0]) &&
            span_u64(before[1], &v[1])) {
            prose_put(x, FIELD_SOURCE_PORT, NULL, before[v[0] < v[1]]);
            prose_put(x, FIELD_DESTINATION_PORT, NULL, before[v[0] >= v[1]]);
        }
    }
}

static bool has_ports(struct span transport)
{
    return span_eq_str(transport, "tcp") || span_eq_str(transport, "udp") ||
           span_eq_str(transport, "sctp");
}

static void put_end(struct told *x, const struct seen_address *a, enum field ip, enum field port)
{
    if (a && !event_has(x->ev, ip)) {
        prose_put(x, ip, NULL, a->a.ip);
        prose_put(x, port, NULL, a->a.port);
    }
}

void prose_addresses(struct told *x, bool alone)
{
    struct seen_address a[ADDRESSES];
    size_t n = list_addresses(x, a);
    const struct seen_address *from, *to, *plain;

    from = first_of(a, n, ROLE_SOURCE);
    to = first_of(a, n, ROLE_DESTINATION);
    plain = first_of(a, n, ROLE_NONE);
    if (alone && !from && plain && (!to || plain < to)) {
        from = plain;
    }
    if (alone && from && !to && from + 1 < a + n && from[1].role == ROLE_NONE &&
        from[1].at == from->at + 1) {
        to = from + 1;
    }
    put_end(x, from, FIELD_SOURCE_IP, FIELD_SOURCE_PORT);
    put_end(x, to, FIELD_DESTINATION_IP, FIELD_DESTINATION_PORT);
    if (from && to && to == from + 1 && to->at == from->at + 1 &&
        has_ports(event_has(x->ev, FIELD_NETWORK_TRANSPORT)
                      ? x->ev->field[FIELD_NETWORK_TRANSPORT].s
                      : SPAN_NONE)) {
        apart_ports(x, from->at, to->at);
    }
}
