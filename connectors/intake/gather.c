// gather.c - group commit of the journal.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/intake/gather.h"

#include "core/base/log.h"

enum { RETRY_NS = 250000000 };

void gather_init(struct gather *g, struct loop *loop, struct journal *j, size_t block, utime_t wait)
{
    *g = (struct gather){.loop = loop, .journal = j, .block = block, .wait = wait};
}

ntime_t gather_now(const struct gather *g)
{
    return g->recording ? g->now_recorded : clock_wall();
}

static void on_timer(void *ctx)
{
    struct gather *g = ctx;

    g->timer = 0;
    (void)gather_commit(g);
}

static void commit_in(struct gather *g, ntime_t ns)
{
    if (g->timer == 0) {
        g->timer = loop_timer(g->loop, clock_mono() + ns, on_timer, g);
    }
}

bool gather_commit(struct gather *g)
{
    struct err err = ERR_INIT;
    uint64_t before = journal_durable(g->journal);

    if (journal_flush(g->journal, &err) < 0) {
        if (!g->refused) {
            log_line(LOG_ERROR, "the journal takes no more: sources wait", "why", err.msg, NULL);
        }
        g->refused = true;
        commit_in(g, RETRY_NS);
        return false;
    }
    if (g->refused) {
        log_info("the journal takes records again");
        g->refused = false;
    }
    if (journal_sync(g->journal, &err) < 0) {
        g->fatal(g->ctx, &err);
        return false;
    }
    if (journal_durable(g->journal) != before) {
        gather_measure(g);
        g->durable(g->ctx);
    }
    return true;
}

void gather_measure(struct gather *g)
{
    bool full = g->limit && journal_bytes(g->journal) >= g->limit;

    if (full != g->full) {
        log_line(full ? LOG_ERROR : LOG_INFO,
                 full ? "the journal is at its limit: sources wait until segments are pruned"
                      : "the journal has room again",
                 NULL);
        g->full = full;
    }
}

static bool add(struct gather *g, const struct record *r)
{
    struct err err = ERR_INIT;

    if (!g->refused && journal_put(g->journal, r, &err) < 0) {
        log_line(LOG_ERROR, "the journal takes no more: sources wait", "why", err.msg, NULL);
        g->refused = true;
        commit_in(g, RETRY_NS);
    }
    return !g->refused;
}

static void closing(struct gather *g)
{
    if (journal_pending(g->journal) >= g->block) {
        (void)gather_commit(g); // what the disk refuses is kept and tried again
    } else {
        commit_in(g, g->wait * 1000);
    }
}

bool gather_put(struct gather *g, const struct record *r)
{
    if (!add(g, r)) {
        return false;
    }
    closing(g);
    return true;
}

static void count_bytes(char out[9], uint64_t count, enum skip_reason why)
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (char)(count >> (8 * i));
    }
    out[8] = (char)why;
}

static bool add_skipped(struct gather *g, uint16_t source, uint64_t count, enum skip_reason why)
{
    const struct journal_source *s = journal_source(g->journal, source);
    char bytes[9];

    count_bytes(bytes, count, why);
    return add(g, &(struct record){.type = REC_SKIPPED,
                                   .source = source,
                                   .received = gather_now(g),
                                   .origin_a = s ? s->origin_a : 0,
                                   .origin_b = s ? s->origin_b : 0,
                                   .bytes = span_of(bytes, sizeof(bytes))});
}

bool gather_skipped(struct gather *g, uint16_t source, uint64_t count, enum skip_reason why)
{
    if (!add_skipped(g, source, count, why)) {
        return false;
    }
    closing(g);
    return true;
}

bool gather_frame(struct gather *g, uint16_t source, const struct frame *f, uint64_t origin_a,
                  uint64_t origin_b)
{
    uint8_t flags = (uint8_t)((f->oversize ? REC_OVERSIZE : 0) | (f->received ? REC_RECORDED : 0));

    if (f->skipped && !add_skipped(g, source, f->skipped, SKIP_OVERSIZE)) {
        return false;
    }
    if (!add(g, &(struct record){.type = REC_EVENT,
                                 .flags = flags,
                                 .source = source,
                                 .received = f->received ? f->received : gather_now(g),
                                 .origin_a = origin_a,
                                 .origin_b = origin_b,
                                 .bytes = f->bytes})) {
        return false;
    }
    closing(g);
    return true;
}
