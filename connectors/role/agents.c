// agents.c - MSG_AGENT_EVENTS in, MSG_AGENT_ACK out.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/agents.h"

#include <stdio.h>

#include "connectors/os/messages.h"
#include "core/base/log.h"
#include "core/base/rd.h"

void agents_init(struct agents *a, struct gather *g)
{
    memset(a, 0, sizeof(*a));
    a->gather = g;
    link_init(&a->link, -1);
}

static struct agent *new_agent(struct agents *a, struct span name)
{
    struct agent *g = &a->agent[a->n];
    char text[AGENT_NAME_MAX + 8];
    struct source_decl d = {
        .format = SPAN_LIT("auto"), .kind = SPAN_LIT("agent"), .lateness_us = 2 * UTIME_SECOND};

    if (a->n == AGENTS_MAX) {
        return NULL;
    }
    (void)snprintf(g->name, sizeof(g->name), SPAN_FMT, SPAN_ARG(name));
    (void)snprintf(text, sizeof(text), "agent/%s", g->name);
    d.name = span_str(text);
    d.number = journal_source_named(a->gather->journal, d.name);
    g->source = journal_declare(a->gather->journal, &d, gather_now(a->gather));
    if (g->source == 0) {
        return NULL;
    }
    a->n++;
    return g;
}

static struct agent *agent_of(struct agents *a, struct span name)
{
    if (name.n == 0 || name.n > AGENT_NAME_MAX || span_find(name, '\0') != name.n) {
        return NULL;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (span_eq_str(name, a->agent[i].name)) {
            return &a->agent[i];
        }
    }
    return new_agent(a, name);
}

static void put_record(struct agents *a, const struct agent *g, uint64_t epoch, uint64_t seq,
                       struct span bytes)
{
    struct frame f = {.bytes = span_sub(bytes, 0, RECORD_MAX),
                      .oversize = bytes.n > RECORD_MAX,
                      .skipped = bytes.n > RECORD_MAX ? bytes.n - RECORD_MAX : 0};

    (void)gather_frame(a->gather, g->source, &f, epoch, seq);
}

static int on_record(struct agents *a, struct span body)
{
    struct rd r = rd_of(body);
    struct span name = rd_blob(&r);
    uint64_t epoch = rd_u64(&r), seq = rd_u64(&r);
    struct span bytes = rd_blob(&r);
    const struct journal_source *s;
    struct agent *g;

    if (!rd_done(&r)) {
        return E_INPUT;
    }
    g = agent_of(a, name);
    if (!g) { // not acknowledged: the agent keeps it
        a->refused++;
        log_line(LOG_ERROR, "an agent cannot be taken: too many sources, or no name", NULL);
        return 0;
    }
    s = journal_source(a->gather->journal, g->source);
    if (epoch > s->origin_a || (epoch == s->origin_a && seq > s->origin_b)) {
        put_record(a, g, epoch, seq, bytes);
    } else {
        a->repeats++;
    }
    a->ndue += !g->due;
    g->due = true;
    return 0;
}

int agents_read(struct agents *a)
{
    int filled = gather_stopped(a->gather) || link_full(&a->link) ? 0 : link_fill(&a->link);
    int got = 0;

    while (!gather_stopped(a->gather)) {
        uint8_t type;
        struct span body;

        got = link_next(&a->link, &type, &body);
        if (got <= 0) {
            break;
        }
        if (type != MSG_AGENT_EVENTS || on_record(a, body) < 0) {
            return E_INPUT;
        }
    }
    return got < 0 ? got : filled;
}

bool agents_acknowledge(struct agents *a)
{
    for (size_t i = 0; i < a->n && a->ndue > 0; i++) {
        struct agent *g = &a->agent[i];
        const struct journal_source *s = journal_source(a->gather->journal, g->source);

        if (g->due && link_up(&a->link)) {
            struct buf *b = link_begin(&a->link, MSG_AGENT_ACK);

            buf_blob(b, span_str(g->name));
            buf_u64(b, s->origin_a);
            buf_u64(b, s->origin_b);
            if (link_end(&a->link) < 0) {
                return false;
            }
        }
        a->ndue -= g->due;
        g->due = false;
    }
    return !link_up(&a->link) || link_flush(&a->link) == 0;
}
