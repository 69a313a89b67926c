// engine.c - the step function: one block's items, then inputs, then the block's end.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/engine.h"

#include <stdlib.h>

#include "core/engine/alert.h"
#include "core/engine/clock.h"
#include "core/engine/commands.h"
#include "core/engine/coverage.h"
#include "core/engine/emit.h"
#include "core/engine/intent.h"
#include "core/engine/plans.h"
#include "core/engine/remap.h"
#include "core/engine/rules.h"
#include "core/engine/sources.h"
#include "core/engine/stage2.h"

static void tables_init(struct engine *e)
{
#define TABLE(NAME, tname, bound, meaning, expiry)                                                 \
    table_init(&e->tab[TAB_##NAME], #tname, KEY_SIZE_##NAME, sizeof(struct row_##tname), bound);
#include "core/engine/tables.def"
#undef TABLE
}

struct engine *engine_new(const struct engine_set *set)
{
    struct engine *e = calloc(1, sizeof(*e));

    if (e) {
        e->set = set;
        e->now = e->watermark = e->wall = UTIME_NONE;
        e->next_session = e->next_clock = e->next_silence = e->next_shelf = INT64_MAX;
        e->next_sweep = INT64_MIN;
        buf_init(&e->scratch, RESULT_MAX);
        tables_init(e);
        stage2_init(e);
    }
    return e;
}

void engine_free(struct engine *e)
{
    if (!e) {
        return;
    }
    for (int t = 0; t < TAB_COUNT; t++) {
        table_free(&e->tab[t]);
    }
    pending_free(&e->pending);
    corr_free(&e->corr);
    buf_free(&e->scratch);
    free(e->dirty);
    free(e);
}

int engine_use_set(struct engine *e, const struct engine_set *set, struct buf *effects)
{
    e->digested = effects->len;
    e->set_switched = true;
    stage2_drain(e, effects);
    rules_leave(e, set, effects);
    remap_rows(e, set);
    plans_withdraw(e, set, effects);
    coverage_withdraw(e, set, effects);
    e->set = set;
    rules_enter(e, effects);
    e->corr.rules = set->rules;
    corr_restore(&e->corr);
    e->next_session = e->now;
    return e->broken ? E_SYSTEM : 0;
}

static void at(struct engine *e, uint32_t rec)
{
    e->ids = rec == e->pos.rec ? e->ids : 0; // a record may have several items
    e->pos.rec = rec;
}

// ---- items

static void count_obs(struct engine *e, const struct obs *o)
{
    bool late = e->watermark != UTIME_NONE && o->time < e->watermark;
    struct row_source *s;
    uint64_t asks = 0;

    for (uint32_t i = 0; i < o->nhits; i++) {
        asks += o->hit[i].verdict == VERDICT_ASK;
    }
    e->count.late += late;
    s = late || asks ? sources_row(e, o->source) : NULL;
    if (s) {
        s->asks += asks;
        s->late += late;
        MARK(e, SOURCE, s);
    }
}

static void take_obs(struct engine *e, struct res_item *it, struct buf *out)
{
    if (rules_filter(e, &it->obs, it->hit_store)) {
        count_obs(e, &it->obs);
        alert_observe(e, &it->obs, out);
    }
}

// The recording waits at this instant: ticks repeat it until the condition holds.
static void take_barrier(struct engine *e, struct span name, utime_t t)
{
    TEXT_SET(e->barrier, name);
    e->barrier_time = t;
    e->barrier_block = e->pos.block;
}

static void take_tick(struct engine *e, utime_t t, struct buf *out)
{
    bool first = e->now == UTIME_NONE;

    e->now = first || t > e->now ? t : e->now;
    if (e->barrier[0] && t > e->barrier_time) {
        memset(e->barrier, 0, sizeof(e->barrier)); // time goes on: it was released
    }
    if (first) {
        sources_begin(e);
    }
    stage2_run(e, out);
    clock_tick(e, out);
    plans_tick(e);
    runs_tick(e, out);
}

static void take_item(struct engine *e, struct res_item *it, struct buf *out)
{
    switch (it->type) {
    case RES_OBS:
        at(e, it->obs.rec);
        take_obs(e, it, out);
        break;
    case RES_COUNTS: sources_count(e, &it->counts); break;
    case RES_DEAD:
        at(e, it->dead.rec);
        sources_dead(e, &it->dead, out);
        break;
    case RES_FAULT:
        at(e, it->fault.rec);
        rules_fault(e, &it->fault, out);
        break;
    case RES_TICK:
        at(e, it->rec);
        take_tick(e, it->tick, out);
        break;
    case RES_SOURCE: sources_declare(e, &it->decl); break;
    case RES_BARRIER: take_barrier(e, it->name, it->tick); break;
    case RES_END: e->recording_over = true; break;
    case RES_RELOAD: e->wanted = it->set; break;
    }
}

int engine_block(struct engine *e, struct span result, struct buf *effects, struct err *err)
{
    struct result r;
    struct res_item *it;
    int rc = result_open(result, &r);

    if (rc || (e->pos.epoch &&
               (r.epoch < e->pos.epoch || (r.epoch == e->pos.epoch && r.block <= e->pos.block)))) {
        return err_set(err, E_INPUT, "engine.result",
                       "a result came that is none, or out of order");
    }
    it = malloc(sizeof(*it));
    if (!it) {
        e->broken = true;
        return err_set(err, E_SYSTEM, "memory", "no memory for a result");
    }
    if (!e->set_switched) {
        e->digested = effects->len;
    }
    e->set_switched = false;
    e->inputs = 0;
    e->pos = (struct pos){r.epoch, r.block, 0};
    e->ids = 0;
    e->wanted = r.set;
    rules_block(e, effects);
    while ((rc = result_next(&r, it)) == 1) {
        take_item(e, it, effects);
    }
    free(it);
    at(e, POS_END);
    if (rc || e->broken) {
        e->broken = true;
        return err_set(err, rc ? rc : E_SYSTEM, "engine.result", "a result broke off");
    }
    return 0;
}

// ---- inputs and the end

static void audit(struct engine *e, const char *kind, struct span subject, struct span actor,
                  const char *text, struct buf *out)
{
    char s[TEXT_NAME], a[TEXT_NAME];

    text_set(s, sizeof(s), subject);
    text_set(a, sizeof(a), actor);
    effect_put_audit(out, &(struct effect_audit){.id = engine_id(e),
                                                 .kind = span_str(kind),
                                                 .subject = span_str(s),
                                                 .actor = span_str(a),
                                                 .text = span_str(text),
                                                 .at = e->now});
}

static int take_intent(struct engine *e, const struct input_intent *in, struct buf *out,
                       struct err *err)
{
    struct err why = ERR_INIT;
    int rc = intent_apply(e, in, out, &why);
    char kind[TEXT_NAME], text[sizeof(why.msg) + sizeof(why.code) + 16];

    text_set(kind, sizeof(kind), in->verb);
    if (rc) {
        e->count.refused++;
        (void)snprintf(text, sizeof(text), "refused: %s: %s", why.code, why.msg);
    } else {
        (void)snprintf(text, sizeof(text), "applied");
    }
    effect_put_intent_done(
        out, &(struct effect_intent_done){.intent = in->intent,
                                          .outcome = rc ? SPAN_LIT("refused") : SPAN_LIT("applied"),
                                          .code = span_str(why.code),
                                          .sentence = span_str(why.msg),
                                          .applied = e->now});
    audit(e, kind, in->subject, in->person, text, out);
    if (rc && err) {
        *err = why;
    }
    return rc;
}

// What machines say is audited when it is refused: an agent that reports out of turn is a sign.
static int take_machine(struct engine *e, const char *kind, int rc, struct span who,
                        const struct err *why, struct buf *out)
{
    char text[sizeof(why->msg) + sizeof(why->code) + 16];

    if (rc) {
        e->count.refused++;
        (void)snprintf(text, sizeof(text), "refused: %s: %s", why->code, why->msg);
        audit(e, kind, who, who, text, out);
    }
    return rc;
}

static int take_notice(struct engine *e, const struct input_notice *in, struct buf *out)
{
    char kind[TEXT_NAME], text[256];

    text_set(kind, sizeof(kind), in->kind);
    text_set(text, sizeof(text), in->text);
    audit(e, kind, SPAN_LIT("fabsocd"), SPAN_LIT("fabsocd"), text, out);
    return 0;
}

int engine_input(struct engine *e, const struct input *in, struct buf *effects, struct err *err)
{
    struct err why = ERR_INIT;
    int rc = 0;

    e->inputs++;
    switch (in->kind) {
    case INPUT_INTENT: rc = take_intent(e, &in->intent, effects, err); break;
    case INPUT_NOTICE: rc = take_notice(e, &in->notice, effects); break;
    case INPUT_CONTROL:
        rc = take_machine(e, "control", command_control(e, &in->control, effects, &why),
                          in->control.agent, &why, effects);
        break;
    case INPUT_SIGNATURE:
        rc = take_machine(e, "signature", command_signature(e, &in->signature, effects, &why),
                          SPAN_LIT("sign"), &why, effects);
        break;
    case INPUT_WALL:
        e->wall = in->wall.at;
        commands_wall(e, effects);
        break;
    case INPUT_KIND_COUNT: break;
    }
    if (rc && err && in->kind != INPUT_INTENT) {
        *err = why;
    }
    return rc;
}

void engine_end_block(struct engine *e, struct buf *effects)
{
    struct span fresh;

    plans_announce(e, effects);
    emit_dirty(e, effects);
    emit_status(e, effects);
    fresh = span_sub(buf_span(effects), e->digested, effects->len);
    e->digest = digest_of2(span_of((const char *)e->digest.b, sizeof(e->digest.b)), fresh);
    e->digested = effects->len;
    e->broken = e->broken || !buf_ok(effects);
}

struct pos engine_pos(const struct engine *e)
{
    return e->pos;
}

struct digest engine_digest(const struct engine *e)
{
    return e->digest;
}

utime_t engine_now(const struct engine *e)
{
    return e->now;
}

uint32_t engine_next_input(const struct engine *e)
{
    return e->inputs;
}

bool engine_wants_wall(const struct engine *e)
{
    return commands_open(e);
}

bool engine_broken(const struct engine *e)
{
    return e->broken;
}

struct span engine_barrier(const struct engine *e)
{
    return span_str(e->barrier);
}

uint64_t engine_barrier_block(const struct engine *e)
{
    return e->barrier_block;
}

struct digest engine_wanted_set(const struct engine *e)
{
    return e->wanted;
}
