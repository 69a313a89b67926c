// block_run.c - walking a block's records.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/block_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/rd.h"

enum {
    RUN_SOURCES_MAX = 2048, // in one block; intake has no more
    // Beyond it records are dead-lettered, never the block. What is behind it holds every record of a
    // block once, as a dead letter, and every rule at fault as often as it may be.
    OBS_ROOM = RESULT_MAX - (2 << 20)
};

struct run_source {
    struct source_decl decl;
    char format[100];
    struct counts counts;
    bool dirty;
};

struct block_run {
    struct wants *want; // names of both sets
    struct decoder *decoder;
    struct matcher *matcher;
    const struct ruleset *rules;
    const struct quarantine *quarantine; // NULL: none
    struct run_source source[RUN_SOURCES_MAX];
    size_t nsources;
    uint16_t slot[RUN_SOURCES_MAX]; // by source number: index in source[] + 1
    struct hit hit[OBS_HITS_MAX];
    struct event event;
    struct buf *out;
};

static bool steady(const void *sources, struct span text)
{
    return sourceset_keeps(sources, text);
}

struct block_run *block_run_new(const struct sourceset *sources, const struct ruleset *rules)
{
    struct block_run *b = calloc(1, sizeof(*b));

    if (!b || !(b->want = wants_new()) || !sourceset_want(sources, b->want)) {
        block_run_free(b);
        return NULL;
    }
    b->rules = rules;
    ruleset_want(rules, b->want);
    if (wants_seal(b->want)) {
        b->decoder = decoder_new_wanting(sources, b->want);
        b->matcher = matcher_new(rules, b->want);
    }
    if (!b->decoder || !b->matcher) {
        block_run_free(b);
        return NULL;
    }
    matcher_steady(b->matcher, steady, sources);
    return b;
}

void block_run_free(struct block_run *b)
{
    if (b) {
        decoder_free(b->decoder);
        matcher_free(b->matcher);
        wants_free(b->want);
        free(b);
    }
}

void block_run_quarantine(struct block_run *b, const struct quarantine *q)
{
    b->quarantine = q;
}

static void clear_counts(struct run_source *s)
{
    s->counts = (struct counts){.source = s->decl.number, .newest = UTIME_NONE};
    s->dirty = false;
}

static struct run_source *slot_of(struct block_run *b, uint16_t number)
{
    struct run_source *s;

    if (number >= RUN_SOURCES_MAX) {
        return NULL;
    }
    if (b->slot[number] == 0) {
        s = &b->source[b->nsources++];
        memset(s, 0, sizeof(*s));
        s->decl.number = number;
        clear_counts(s);
        b->slot[number] = (uint16_t)b->nsources;
    }
    return &b->source[b->slot[number] - 1];
}

static int on_source(struct block_run *b, const struct record *r, uint32_t rec, struct err *err)
{
    struct run_source *s = slot_of(b, r->source);
    struct source_decl d;

    if (!s || !source_decl_get(r->bytes, &d) || d.number != r->source) {
        return err_set(err, E_INPUT, "journal.source", "record %u declares no source", rec);
    }
    s->decl = d;
    (void)snprintf(s->format, sizeof(s->format), SPAN_FMT, SPAN_ARG(d.format));
    if (!(r->flags & REC_REPEAT)) {
        result_source(b->out, rec, r->bytes);
    }
    return 0;
}

static void flush_counts(struct block_run *b)
{
    for (size_t i = 0; i < b->nsources; i++) {
        if (b->source[i].dirty) {
            result_counts(b->out, &b->source[i].counts);
            clear_counts(&b->source[i]);
        }
    }
}

static void put_dead(struct block_run *b, const struct record *r, uint32_t rec, const char *why)
{
    result_dead(b->out, &(struct dead){.rec = rec,
                                       .source = r->source,
                                       .epoch = r->epoch,
                                       .seq = r->seq,
                                       .received = r->received,
                                       .reason = span_str(why),
                                       .bytes = r->bytes});
}

static void count_event(struct run_source *s, const struct event *ev)
{
    struct counts *c = &s->counts;

    c->unknown += ev->source_id == UINT16_MAX;
    c->undecoded += ev->error[0] != '\0';
    c->clock_faults += (ev->flags & EVENT_CLOCK_FAULT) != 0;
    if (ev->clock_gap != NO_CLOCK_GAP) {
        c->gap_low = c->timed && c->gap_low < ev->clock_gap ? c->gap_low : ev->clock_gap;
        c->gap_high = c->timed && c->gap_high > ev->clock_gap ? c->gap_high : ev->clock_gap;
        c->timed++;
    }
    if (c->newest == UTIME_NONE || ev->time > c->newest) {
        c->newest = ev->time;
    }
}

// False: it does not fit, and is a dead letter.
static bool put_obs(struct block_run *b, const struct record *r, uint32_t rec, size_t nhits)
{
    const struct event *ev = &b->event;
    size_t before = b->out->len;
    struct obs o = {.rec = rec,
                    .source = r->source,
                    .epoch = r->epoch,
                    .seq = r->seq,
                    .received = r->received,
                    .time = ev->time,
                    .kind = ev->kind,
                    .flags = ev->flags,
                    .nhits = (uint32_t)nhits,
                    .hit = b->hit};

    for (unsigned f = fieldset_next(&ev->mask, 0); f < FIELD_COUNT;
         f = fieldset_next(&ev->mask, f + 1)) {
        if (field_carried(f)) {
            fieldset_add(&o.mask, f);
            o.field[f] = ev->field[f].s;
        }
    }
    if (nhits || (ev->flags & EVENT_IS_ALERT)) {
        o.raw = r->bytes;
    }
    result_obs(b->out, &o);
    if (!buf_ok(b->out) || b->out->len > OBS_ROOM) {
        b->out->failed = false;
        buf_cut(b->out, before);
        put_dead(b, r, rec, "its hits do not fit into the block's result");
        return false;
    }
    return true;
}

// A rule that could not say anything about a record is never silent.
static void put_faults(struct block_run *b, const struct record *r, uint32_t rec)
{
    const uint32_t *rule;
    size_t n = matcher_faulted(b->matcher, &rule);
    bool fits = b->out->len + r->bytes.n <= OBS_ROOM;

    if (n) {
        result_fault(b->out,
                     &(struct rule_fault){.rec = rec,
                                          .source = r->source,
                                          .epoch = r->epoch,
                                          .seq = r->seq,
                                          .received = r->received,
                                          .bytes = fits ? r->bytes : SPAN_NONE},
                     rule, n);
    }
}

// More rules match the record than its observation may name: it is kept besides.
static void put_overflow(struct block_run *b, const struct record *r, uint32_t rec, uint64_t more)
{
    char why[100];

    if (more) {
        (void)snprintf(why, sizeof(why), "%llu more rules match it than one record may have",
                       (unsigned long long)more);
        put_dead(b, r, rec, why);
    }
}

static void on_event(struct block_run *b, const struct record *r, uint32_t rec)
{
    struct run_source *s = slot_of(b, r->source);
    struct event *ev = &b->event;
    uint64_t overflow = matcher_overflow(b->matcher), unasked = matcher_unasked(b->matcher);
    size_t nhits;

    decode(b->decoder,
           &(struct decode_in){
               .raw = r->bytes,
               .received = r->received,
               .format = s->format[0] ? s->format : NULL,
               .zone_s = s->decl.zone_s,
               .offset_us = s->decl.offset_us,
               .max_behind_us = s->decl.behind_us < 0 ? 0
                                : s->decl.behind_us   ? s->decl.behind_us
                                                      : SOURCE_BEHIND,
               .max_ahead_us = s->decl.ahead_us ? s->decl.ahead_us : SOURCE_AHEAD,
               .oversize = (r->flags & REC_OVERSIZE) != 0,
           },
           ev);
    nhits = matcher_run(b->matcher, ev, b->hit, OBS_HITS_MAX);
    count_event(s, ev);
    if ((nhits || kind_is_context(ev->kind) || (ev->flags & EVENT_IS_ALERT)) &&
        put_obs(b, r, rec, nhits)) {
        put_overflow(b, r, rec, matcher_overflow(b->matcher) - overflow);
    }
    put_faults(b, r, rec);
    if (matcher_unasked(b->matcher) != unasked) {
        put_dead(b, r, rec, "there was no memory to ask the rules");
    }
}

static void on_skipped(struct block_run *b, const struct record *r)
{
    struct run_source *s = slot_of(b, r->source);
    struct rd rd = rd_of(r->bytes);
    uint64_t count = rd_u64(&rd);
    uint8_t why = rd_u8(&rd);

    s->dirty = true;
    if (why == SKIP_SHED) {
        s->counts.shed += count;
    } else {
        s->counts.skipped_bytes += count;
    }
}

static bool listed(uint32_t rec, const uint32_t *skip, size_t nskip)
{
    for (size_t i = 0; i < nskip; i++) {
        if (skip[i] == rec) {
            return true;
        }
    }
    return false;
}

static void count_record(struct block_run *b, const struct record *r)
{
    struct run_source *s = slot_of(b, r->source);

    s->dirty = true;
    s->counts.records++;
    s->counts.bytes += r->bytes.n;
    s->counts.oversize += (r->flags & REC_OVERSIZE) != 0;
    s->counts.received = r->received;
}

// Everything but events, which the caller handles.
static int on_mark(struct block_run *b, const struct record *r, uint32_t rec, struct err *err)
{
    utime_t t = utime_of_ns(r->received);
    struct digest set;

    switch (r->type) {
    case REC_SOURCE: return on_source(b, r, rec, err);
    case REC_TICK:
        flush_counts(b);
        result_tick(b->out, rec, t);
        return 0;
    case REC_RELOAD:
        if (r->bytes.n != sizeof(set.b)) {
            return err_set(err, E_INPUT, "journal.reload", "record %u names no set", rec);
        }
        memcpy(set.b, r->bytes.p, sizeof(set.b));
        result_reload(b->out, rec, &set);
        return 0;
    case REC_BARRIER: result_barrier(b->out, rec, t, r->bytes); return 0;
    case REC_END: result_recording_end(b->out, rec, t); return 0;
    case REC_SKIPPED: on_skipped(b, r); return 0;
    default: return 0;
    }
}

static void begin_rules(struct block_run *b, const struct block *block)
{
    matcher_forgive(b->matcher);
    for (size_t i = 0; b->quarantine && i < b->quarantine->n; i++) {
        const struct quarantined *q = &b->quarantine->one[i];

        if (quarantine_applies(q, &block->set, block->number)) {
            matcher_quarantine(b->matcher, q->rule);
        }
    }
}

int block_run(struct block_run *b, struct span bytes, const uint32_t *skip, size_t nskip,
              void (*at)(void *ctx, uint32_t rec), void *ctx, struct buf *result, struct err *err)
{
    struct block block;
    struct record r;
    uint32_t rec = 0;
    int rc = block_open(bytes, &block, err);

    if (rc < 0) {
        return rc;
    }
    memset(b->slot, 0, sizeof(b->slot));
    b->nsources = 0;
    b->out = result;
    begin_rules(b, &block);
    result_begin(result, block.epoch, block.number, &block.set);
    while ((rc = block_next(&block.records, &r, err)) > 0) {
        if (r.source >= RUN_SOURCES_MAX) {
            return err_set(err, E_INPUT, "journal.source", "record %u has no right source", rec);
        }
        if (r.type == REC_EVENT) {
            count_record(b, &r);
            if (listed(rec, skip, nskip)) {
                put_dead(b, &r, rec, "detect died on it twice");
            } else {
                if (at) {
                    at(ctx, rec);
                }
                on_event(b, &r, rec);
            }
        } else if ((rc = on_mark(b, &r, rec, err)) < 0) {
            return rc;
        }
        rec++;
    }
    if (rc < 0) {
        return rc;
    }
    flush_counts(b);
    return result_end(result) < 0 ? err_set(err, E_LIMIT, "detect.result", "the result is too long")
                                  : 0;
}
