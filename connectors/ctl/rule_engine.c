// rule_engine.c - samples through the engine.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/rule_engine.h"

#include <stdlib.h>

#include "connectors/ctl/share.h"
#include "core/engine/engine.h"

enum { GROUPS_MAX = 32, EFFECTS_MAX = 256 << 20, PLAY_BLOCK = RESULT_MAX / 2 };

#define PLAY_LATENESS (2 * UTIME_SECOND)
#define PLAY_AFTER    (60 * UTIME_SECOND)
// Receive time of lines when the sample says none: it gives the year that RFC 3164 leaves out.
#define PLAY_RECEIVED SPAN_LIT("2026-11-02T10:00:00Z")

struct rule_engine {
    const struct ruleset *rules;
    const struct sourceset *sources;
    struct fab *own_fab; // share/'s, when none was given
    struct policy *policy;
    struct roster *roster;
    struct decoder *decoder;
    struct matcher *matcher;
    struct engine_set set;
    size_t ngroups;
    const char *group[GROUPS_MAX]; // number of its source = index + 1
    struct buf result, effects;
    struct hit hit[OBS_HITS_MAX];
    // the sample in hand
    struct engine *engine;
    uint64_t block, seq;
    uint32_t rec;
    utime_t newest;
    struct rule_found *found;
};

// ---- what an engine needs

static int read_document(const char *name, struct texts *t, struct err *err)
{
    char path[SHARE_PATH_MAX];
    int rc = share_path(name, path, err);

    texts_init(t);
    return rc ? rc : texts_add(t, path, texts_yaml, err);
}

static int load_documents(struct rule_engine *x, bool model, struct faults *faults, struct err *err)
{
    struct texts t;
    int rc = 0;

    if (model) {
        rc = read_document("fab", &t, err);
        x->own_fab = rc ? NULL : fab_load(t.file, t.n, faults);
        texts_free(&t);
    }
    if (rc == 0) {
        rc = read_document("policy/policy.yaml", &t, err);
        x->policy = rc ? NULL : policy_load(t.file, t.n, faults);
        texts_free(&t);
    }
    if (rc == 0) {
        rc = read_document("policy/roster.yaml", &t, err);
        x->roster = rc ? NULL : roster_load(t.file, t.n, faults);
        texts_free(&t);
    }
    if (rc == 0 && ((model && !x->own_fab) || !x->policy || !x->roster)) {
        rc = err_set(err, E_INPUT, "samples.set",
                     "the engine's model, policy or roster was refused");
    }
    return rc;
}

static size_t group_number(const struct rule_engine *x, struct span name)
{
    for (size_t i = 0; i < x->ngroups; i++) {
        if (span_eq_str(name, x->group[i])) {
            return i + 1;
        }
    }
    return 0;
}

static void list_groups(struct rule_engine *x)
{
    for (size_t i = 0; i < sourceset_count(x->sources); i++) {
        const char *name = sourceset_group(x->sources, i);

        if (name[0] && x->ngroups < GROUPS_MAX && !group_number(x, span_str(name))) {
            x->group[x->ngroups++] = name;
        }
    }
}

struct rule_engine *rule_engine_new(const struct ruleset *s, const struct sourceset *sources,
                                    const struct fab *model, struct faults *faults, struct err *err)
{
    struct rule_engine *x = calloc(1, sizeof(*x));

    if (!x) {
        (void)err_set(err, E_SYSTEM, "samples.memory", "no memory for the engine");
        return NULL;
    }
    x->rules = s;
    x->sources = sources;
    buf_init(&x->result, RESULT_MAX);
    buf_init(&x->effects, EFFECTS_MAX);
    list_groups(x);
    if (load_documents(x, !model, faults, err)) {
        rule_engine_free(x);
        return NULL;
    }
    x->decoder = decoder_new(sources);
    x->matcher = matcher_new(s, NULL);
    x->set = (struct engine_set){.digest = digest_of(SPAN_LIT("samples")),
                                 .rules = s,
                                 .fab = model ? model : x->own_fab,
                                 .policy = x->policy,
                                 .roster = x->roster};
    if (!x->decoder || !x->matcher) {
        (void)err_set(err, E_SYSTEM, "samples.memory", "no memory for the engine");
        rule_engine_free(x);
        return NULL;
    }
    return x;
}

void rule_engine_free(struct rule_engine *x)
{
    if (x) {
        buf_free(&x->effects);
        buf_free(&x->result);
        matcher_free(x->matcher);
        decoder_free(x->decoder);
        roster_free(x->roster);
        policy_free(x->policy);
        fab_free(x->own_fab);
        free(x);
    }
}

// ---- results and effects

static void note_fired(struct rule_engine *x, const struct effect *e)
{
    struct span id = e->kind == EFFECT_ALERT   ? e->alert.rule_id
                     : e->kind == EFFECT_GROUP ? e->group.rule_id
                                               : e->rule.id;

    for (uint32_t i = 0; i < ruleset_count(x->rules); i++) {
        if (span_eq_str(id, ruleset_rule(x->rules, i)->id)) {
            if (e->kind == EFFECT_ALERT) {
                x->found[i].fired = true;
            } else if (e->kind == EFFECT_GROUP) {
                x->found[i].expected = e->group.expected;
            } else {
                x->found[i].fault = e->rule.faults > 0;
            }
        }
    }
}

static int end_block(struct rule_engine *x, struct err *err)
{
    struct effect e;
    struct rd r;
    int rc = result_end(&x->result);

    rc = rc ? err_set(err, E_LIMIT, "samples.limit", "the sample is too large")
            : engine_block(x->engine, buf_span(&x->result), &x->effects, err);
    if (rc) {
        return rc;
    }
    engine_end_block(x->engine, &x->effects);
    r = rd_of(buf_span(&x->effects));
    while ((rc = effect_next(&r, &e)) == 1) {
        if (e.kind == EFFECT_ALERT || e.kind == EFFECT_GROUP || e.kind == EFFECT_RULE) {
            note_fired(x, &e);
        }
    }
    buf_clear(&x->effects);
    return rc || engine_broken(x->engine)
               ? err_set(err, E_LIMIT, "samples.limit", "the engine has no memory for the sample")
               : 0;
}

static void begin_block(struct rule_engine *x)
{
    result_begin(&x->result, 1, ++x->block, &x->set.digest);
    x->rec = 0;
}

static void declare_sources(struct rule_engine *x)
{
    for (size_t i = 0; i < x->ngroups; i++) {
        struct source_decl d = {.number = (uint16_t)(i + 1),
                                .name = span_str(x->group[i]),
                                .format = span_str(x->group[i]),
                                .kind = span_str(x->group[i]),
                                .lateness_us = PLAY_LATENESS};
        AUTO_BUF decl;

        buf_init(&decl, 4096);
        source_decl_put(&decl, &d);
        result_source(&x->result, x->rec++, buf_span(&decl));
    }
}

// ---- one line

static void say_event(struct rule_engine *x, uint16_t source, const struct event *ev)
{
    struct obs o = {.rec = x->rec++,
                    .source = source,
                    .epoch = 1,
                    .seq = ++x->seq,
                    .received = ev->time * 1000,
                    .time = ev->time,
                    .kind = ev->kind,
                    .flags = ev->flags,
                    .hit = x->hit};
    const uint32_t *fault;
    size_t nfaults;

    o.nhits = (uint32_t)matcher_run(x->matcher, ev, x->hit, OBS_HITS_MAX);
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        if (event_has(ev, f) && field_carried(f)) {
            o.field[f] = ev->field[f].s;
            fieldset_add(&o.mask, f);
        }
    }
    o.raw = o.nhits || ev->flags & EVENT_IS_ALERT ? ev->raw : SPAN_NONE;
    if (o.nhits || ev->flags & EVENT_IS_ALERT || kind_is_context(ev->kind)) {
        result_obs(&x->result, &o);
    }
    nfaults = matcher_faulted(x->matcher, &fault);
    if (nfaults) {
        result_fault(&x->result,
                     &(struct rule_fault){.rec = o.rec, .source = source, .epoch = 1, .seq = o.seq},
                     fault, nfaults);
    }
    result_counts(&x->result, &(struct counts){.source = source,
                                               .records = 1,
                                               .bytes = ev->raw.n,
                                               .newest = ev->time,
                                               .received = ev->time * 1000});
    x->newest = x->newest == UTIME_NONE || ev->time > x->newest ? ev->time : x->newest;
}

// An event by hand: its core fields alone, its group as Sigma's category.
static struct event by_hand(const struct sample_event *e)
{
    struct event ev = {.source = "sample",
                       .source_id = UINT16_MAX,
                       .kind = e->kind,
                       .flags = e->kind == KIND_ALERT ? EVENT_IS_ALERT : 0,
                       .time = e->time,
                       .raw = SPAN_LIT("sample"),
                       .logsource = {SPAN_NONE, e->group, SPAN_NONE}};

    for (size_t i = 0; i < e->fields->n; i++) {
        struct span v = y_text(e->fields->item[i]);
        int f = field_of(e->fields->key[i]);

        if (f >= 0 && v.n) {
            ev.field[f] = (struct fval){V_STR, v, 0};
            fieldset_add(&ev.mask, (enum field)f);
        }
    }
    return ev;
}

static int play_line(struct rule_engine *x, const struct sample_event *e, struct err *err)
{
    struct decode_in in = {.raw = e->raw, .format = e->source};
    struct span group = e->group;
    utime_t received = e->time;
    struct event ev;

    if (e->raw.n == 0) {
        ev = by_hand(e);
    } else {
        if (received == UTIME_NONE) {
            (void)utime_iso(PLAY_RECEIVED, 0, &received, NULL);
        }
        in.received = received * 1000;
        decode(x->decoder, &in, &ev);
        if (ev.source_id == UINT16_MAX || ev.error[0]) {
            return err_set(err, E_INPUT, "samples.line", "no source knows this line%s%s",
                           ev.error[0] ? ": " : "", ev.error);
        }
        group = span_str(sourceset_group(x->sources, ev.source_id));
    }
    if (group_number(x, group) == 0) {
        return err_set(err, E_INPUT, "samples.group", "no source is of the group \"" SPAN_FMT "\"",
                       SPAN_ARG(group));
    }
    say_event(x, (uint16_t)group_number(x, group), &ev);
    return 0;
}

static int play(struct rule_engine *x, const char *path, const struct rule_sample *s,
                struct err *err)
{
    int rc = 0;

    begin_block(x);
    declare_sources(x);
    for (size_t i = 0; i < s->n && rc == 0; i++) {
        err_at(err, path, s->event[i].line, 1);
        rc = play_line(x, &s->event[i], err);
        if (rc == 0 && x->result.len > PLAY_BLOCK) {
            rc = end_block(x, err);
            begin_block(x);
        }
    }
    if (rc == 0) {
        err_at(err, path, s->line, 1);
        result_tick(&x->result, x->rec++, x->newest + PLAY_AFTER);
        rc = end_block(x, err);
    }
    buf_clear(&x->result);
    return rc;
}

int rule_engine_run(struct rule_engine *x, const char *path, const struct rule_sample *s,
                    struct rule_found *found, struct err *err)
{
    int rc;

    memset(found, 0, ruleset_count(x->rules) * sizeof(*found));
    x->found = found;
    matcher_forgive(x->matcher);
    x->block = x->seq = 0;
    x->newest = UTIME_NONE;
    x->engine = engine_new(&x->set);
    rc = x->engine ? play(x, path, s, err)
                   : err_set(err, E_SYSTEM, "samples.memory", "no memory for the engine");
    engine_free(x->engine);
    x->engine = NULL;
    return rc;
}
