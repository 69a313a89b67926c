// result.c - codec of detect's results.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/result.h"

void result_begin(struct buf *b, uint32_t epoch, uint64_t block, const struct digest *set)
{
    buf_clear(b);
    buf_u32(b, 0);
    buf_u32(b, epoch);
    buf_u64(b, block);
    buf_put(b, set->b, sizeof(set->b));
}

static void put_hit(struct buf *b, const struct hit *h)
{
    buf_u32(b, h->rule);
    buf_u8(b, (uint8_t)h->verdict);
    buf_u64(b, h->known);
    buf_u64(b, h->truth);
    buf_u8(b, h->ncarry);
    for (uint8_t i = 0; i < h->ncarry; i++) {
        buf_blob(b, h->carry[i]);
    }
}

void result_obs(struct buf *b, const struct obs *o)
{
    buf_u8(b, RES_OBS);
    buf_u32(b, o->rec);
    buf_u16(b, o->source);
    buf_u32(b, o->epoch);
    buf_u64(b, o->seq);
    buf_i64(b, o->received);
    buf_i64(b, o->time);
    buf_u8(b, (uint8_t)o->kind);
    buf_u32(b, o->flags);
    for (unsigned k = 0; k < FIELDSET_WORDS; k++) {
        buf_u64(b, o->mask.w[k]);
    }
    for (unsigned f = fieldset_next(&o->mask, 0); f < FIELD_COUNT;
         f = fieldset_next(&o->mask, f + 1)) {
        buf_blob(b, o->field[f]);
    }
    buf_blob(b, o->raw);
    buf_u32(b, o->nhits);
    for (uint32_t i = 0; i < o->nhits; i++) {
        put_hit(b, &o->hit[i]);
    }
}

void result_counts(struct buf *b, const struct counts *c)
{
    buf_u8(b, RES_COUNTS);
    buf_u16(b, c->source);
    buf_u64(b, c->records);
    buf_u64(b, c->bytes);
    buf_u64(b, c->unknown);
    buf_u64(b, c->undecoded);
    buf_u64(b, c->clock_faults);
    buf_u64(b, c->oversize);
    buf_u64(b, c->skipped_bytes);
    buf_u64(b, c->shed);
    buf_u64(b, c->timed);
    buf_i64(b, c->gap_low);
    buf_i64(b, c->gap_high);
    buf_i64(b, c->newest);
    buf_i64(b, c->received);
}

static void put_mark(struct buf *b, enum res_type type, uint32_t rec)
{
    buf_u8(b, (uint8_t)type);
    buf_u32(b, rec);
}

void result_tick(struct buf *b, uint32_t rec, utime_t t)
{
    put_mark(b, RES_TICK, rec);
    buf_i64(b, t);
}

void result_source(struct buf *b, uint32_t rec, struct span decl)
{
    put_mark(b, RES_SOURCE, rec);
    buf_blob(b, decl);
}

void result_reload(struct buf *b, uint32_t rec, const struct digest *set)
{
    put_mark(b, RES_RELOAD, rec);
    buf_put(b, set->b, sizeof(set->b));
}

void result_barrier(struct buf *b, uint32_t rec, utime_t t, struct span name)
{
    put_mark(b, RES_BARRIER, rec);
    buf_i64(b, t);
    buf_blob(b, name);
}

void result_recording_end(struct buf *b, uint32_t rec, utime_t t)
{
    put_mark(b, RES_END, rec);
    buf_i64(b, t);
}

void result_dead(struct buf *b, const struct dead *d)
{
    buf_u8(b, RES_DEAD);
    buf_u32(b, d->rec);
    buf_u16(b, d->source);
    buf_u32(b, d->epoch);
    buf_u64(b, d->seq);
    buf_i64(b, d->received);
    buf_blob(b, d->reason);
    buf_blob(b, d->bytes);
}

void result_fault(struct buf *b, const struct rule_fault *f, const uint32_t *rule, size_t nrules)
{
    buf_u8(b, RES_FAULT);
    buf_u32(b, f->rec);
    buf_u16(b, f->source);
    buf_u32(b, f->epoch);
    buf_u64(b, f->seq);
    buf_i64(b, f->received);
    buf_blob(b, f->bytes);
    buf_u32(b, (uint32_t)nrules);
    for (size_t i = 0; i < nrules; i++) {
        buf_u32(b, rule[i]);
    }
}

int result_end(struct buf *b)
{
    if (!buf_ok(b) || b->len > RESULT_MAX) {
        return E_LIMIT;
    }
    buf_patch_u32(b, 0, (uint32_t)b->len);
    return 0;
}

static void get_set(struct rd *r, struct digest *set)
{
    struct span s = rd_bytes(r, sizeof(set->b));

    if (s.n) {
        memcpy(set->b, s.p, s.n);
    }
}

int result_open(struct span bytes, struct result *ret)
{
    struct rd r = rd_of(bytes);

    if (rd_u32(&r) != bytes.n) {
        return E_INPUT;
    }
    ret->epoch = rd_u32(&r);
    ret->block = rd_u64(&r);
    get_set(&r, &ret->set);
    ret->items = r;
    return rd_ok(&r) ? 0 : E_INPUT;
}

static bool get_hit(struct rd *r, struct hit *h)
{
    uint8_t verdict;

    h->rule = rd_u32(r);
    verdict = rd_u8(r);
    h->known = rd_u64(r);
    h->truth = rd_u64(r);
    h->ncarry = rd_u8(r);
    if (verdict > VERDICT_ASK || h->ncarry > HIT_CARRY_MAX) {
        return false;
    }
    h->verdict = (enum verdict)verdict;
    for (uint8_t i = 0; i < h->ncarry; i++) {
        h->carry[i] = rd_blob(r);
    }
    return true;
}

static bool get_obs(struct rd *r, struct res_item *it)
{
    struct obs *o = &it->obs;
    uint8_t kind;

    o->rec = rd_u32(r);
    o->source = rd_u16(r);
    o->epoch = rd_u32(r);
    o->seq = rd_u64(r);
    o->received = rd_i64(r);
    o->time = rd_i64(r);
    kind = rd_u8(r);
    o->flags = rd_u32(r);
    for (unsigned k = 0; k < FIELDSET_WORDS; k++) {
        o->mask.w[k] = rd_u64(r);
    }
    if (kind >= KIND_COUNT || !fieldset_valid(&o->mask)) {
        return false;
    }
    o->kind = (enum kind)kind;
    memset(o->field, 0, sizeof(o->field));
    for (unsigned f = fieldset_next(&o->mask, 0); f < FIELD_COUNT;
         f = fieldset_next(&o->mask, f + 1)) {
        o->field[f] = rd_blob(r);
    }
    o->raw = rd_blob(r);
    o->nhits = rd_u32(r);
    if (o->nhits > OBS_HITS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < o->nhits; i++) {
        if (!get_hit(r, &it->hit_store[i])) {
            return false;
        }
    }
    o->hit = it->hit_store;
    return true;
}

static void get_counts(struct rd *r, struct counts *c)
{
    c->source = rd_u16(r);
    c->records = rd_u64(r);
    c->bytes = rd_u64(r);
    c->unknown = rd_u64(r);
    c->undecoded = rd_u64(r);
    c->clock_faults = rd_u64(r);
    c->oversize = rd_u64(r);
    c->skipped_bytes = rd_u64(r);
    c->shed = rd_u64(r);
    c->timed = rd_u64(r);
    c->gap_low = rd_i64(r);
    c->gap_high = rd_i64(r);
    c->newest = rd_i64(r);
    c->received = rd_i64(r);
}

static void get_dead(struct rd *r, struct dead *d)
{
    d->rec = rd_u32(r);
    d->source = rd_u16(r);
    d->epoch = rd_u32(r);
    d->seq = rd_u64(r);
    d->received = rd_i64(r);
    d->reason = rd_blob(r);
    d->bytes = rd_blob(r);
}

static void get_fault(struct rd *r, struct rule_fault *f)
{
    uint32_t n;

    f->rec = rd_u32(r);
    f->source = rd_u16(r);
    f->epoch = rd_u32(r);
    f->seq = rd_u64(r);
    f->received = rd_i64(r);
    f->bytes = rd_blob(r);
    n = rd_u32(r);
    f->rules = rd_of(rd_bytes(r, (size_t)n * sizeof(uint32_t)));
}

int result_next(struct result *res, struct res_item *it)
{
    struct rd *r = &res->items;
    bool good = true;

    if (rd_done(r)) {
        return 0;
    }
    it->type = (enum res_type)rd_u8(r);
    it->name = SPAN_NONE;
    switch (it->type) {
    case RES_OBS: good = get_obs(r, it); break;
    case RES_COUNTS: get_counts(r, &it->counts); break;
    case RES_DEAD: get_dead(r, &it->dead); break;
    case RES_FAULT: get_fault(r, &it->fault); break;
    case RES_SOURCE:
        it->rec = rd_u32(r);
        good = source_decl_get(rd_blob(r), &it->decl);
        break;
    case RES_RELOAD:
        it->rec = rd_u32(r);
        get_set(r, &it->set);
        break;
    case RES_TICK:
    case RES_BARRIER:
    case RES_END:
        it->rec = rd_u32(r);
        it->tick = rd_i64(r);
        it->name = it->type == RES_BARRIER ? rd_blob(r) : SPAN_NONE;
        break;
    default: good = false; break;
    }
    return good && rd_ok(r) ? 1 : E_INPUT;
}
