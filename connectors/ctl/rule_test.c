// rule_test.c - samples through decoder, matcher and correlations, or through the engine.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/rule_test.h"

#include <stdlib.h>

#include "connectors/ctl/rule_engine.h"
#include "connectors/ctl/rule_samples.h"
#include "core/base/utf8.h"
#include "core/detect/set.h"
#include "core/engine/correlate.h"

enum { TEST_HITS_MAX = 4096, TEST_ARENA = 256 << 20 };

struct tally {
    size_t positive, negative, wrong;
};

struct testing {
    const struct ruleset *s;
    struct decoder *decoder;
    struct matcher *matcher;
    struct arena docs, scratch; // samples; one event's fields
    struct corr corr;
    const struct rule *rule; // whose sample is run
    bool found;
    const struct rule *fault; // the first that was at fault on it
    struct tally *tally;      // by rule
    struct faults *faults;
    struct hit *hit;
    struct rule_engine *engine; // NULL: no sample needed it so far
    struct rule_found *engine_found;
    const struct sourceset *sources;
    const struct fab *model;
};

// How long time goes on behind a sample's last event: longer than any absence waits.
#define SAMPLE_AFTER (400 * 86400 * UTIME_SECOND)

// ---- the engine's part

static struct fval value_of(const struct ynode *n)
{
    bool b;
    int64_t i;

    if (y_is_null(n)) {
        return (struct fval){.type = V_NULL};
    }
    if (y_bool(n, &b)) {
        return (struct fval){V_BOOL, b ? SPAN_LIT("true") : SPAN_LIT("false"), b};
    }
    if (n->plain && y_int(n, &i)) {
        return (struct fval){V_INT, n->text, i};
    }
    return (struct fval){V_STR, n->text, 0};
}

static struct fval context_get(void *ctx, enum ctx field, const struct obs *o)
{
    const struct ynode *n = y_get(ctx, ctx_name(field));

    (void)o;
    return n ? value_of(n) : (struct fval){0};
}

// ---- one event

static void add_fields(struct testing *t, const struct ynode *map, struct event *ev)
{
    size_t n = 0;
    struct okv *okv;

    for (size_t i = 0; i < map->n; i++) {
        n += map->item[i]->type == Y_LIST ? map->item[i]->n : 1;
    }
    okv = arena_array(&t->scratch, n + 1, sizeof(*okv));
    for (size_t i = 0; okv && i < map->n; i++) {
        const struct ynode *v = map->item[i];
        size_t count = v->type == Y_LIST ? v->n : 1;

        if (span_eq_str(map->key[i], "fab.kind")) {
            ev->kind = (enum kind)kind_of(y_text(v));
            continue;
        }
        for (size_t k = 0; k < count; k++) {
            okv[ev->nokv++] =
                (struct okv){map->key[i], value_of(v->type == Y_LIST ? v->item[k] : v)};
        }
    }
    ev->okv = okv;
}

static void make_event(struct testing *t, const struct sample_event *e, utime_t when,
                       struct event *ev)
{
    if (e->raw.n) {
        struct decode_in in = {.raw = e->raw, .received = when * 1000, .format = e->source};

        decode(t->decoder, &in, ev);
        return;
    }
    *ev = (struct event){.source = "sample", .kind = KIND_OTHER, .time = when};
    memcpy(ev->logsource, t->s->rule[e->as->index]->logsource, sizeof(ev->logsource));
    add_fields(t, e->fields, ev);
}

// What the engine would fill in of a hit: the verdict, and carried context fields.
static bool settle(const struct testing *t, const struct sample_event *e, struct hit *h)
{
    struct context_ops ops = {context_get, (void *)(uintptr_t)e->context};
    const struct rule *r = ruleset_rule(t->s, h->rule);
    struct obs o = {0};

    for (uint8_t i = 0; i < h->ncarry; i++) {
        if (ctx_of(span_str(r->carry[i])) >= 0) {
            h->carry[i] = y_text(y_get(e->context, r->carry[i]));
        }
    }
    return rule_finish(r, h, &o, &ops, NULL) == VERDICT_YES;
}

static void note_fired(void *ctx, const struct corr_fired *f)
{
    struct testing *t = ctx;

    t->found = t->found || f->rule == t->rule;
}

static void note_fault(struct testing *t)
{
    const uint32_t *rule;

    if (matcher_faulted(t->matcher, &rule) && !t->fault) {
        t->fault = ruleset_rule(t->s, rule[0]);
    }
}

// Notes whether the rule matched, or the correlation fired. Returns the event's time.
static utime_t run_event(struct testing *t, const struct sample_event *e, utime_t when)
{
    struct event ev;
    size_t n;

    arena_reset(&t->scratch);
    make_event(t, e, when, &ev);
    n = matcher_run(t->matcher, &ev, t->hit, TEST_HITS_MAX);
    note_fault(t);
    corr_record(&t->corr, ev.time);
    for (size_t i = 0; i < n; i++) {
        if (settle(t, e, &t->hit[i])) {
            t->found = t->found || t->hit[i].rule == t->rule->index;
            t->hit[i].verdict = VERDICT_YES;
            corr_feed(&t->corr, &t->hit[i], ev.time, SPAN_NONE);
        }
    }
    return ev.time;
}

// ---- samples

enum wrong {
    WRONG_NOT,
    WRONG_SILENT,
    WRONG_FIRED,
    WRONG_EXPECTED,
    WRONG_UNEXPECTED,
    WRONG_FAULT,
};

// `r` NULL: it is of none of the rules beside it.
static void say_wrong(struct testing *t, const char *path, const struct rule_sample *s,
                      const struct rule *r, enum wrong w)
{
    static const struct {
        const char *code, *said;
    } row[] = {
        [WRONG_SILENT] = {"samples.positive", "does not find this sample"},
        [WRONG_FIRED] = {"samples.negative", "finds this sample"},
        [WRONG_EXPECTED] = {"samples.expected",
                            "finds this sample, but a window makes it expected"},
        [WRONG_UNEXPECTED] = {"samples.expected",
                              "finds this sample, but no window makes it expected"},
        [WRONG_FAULT] = {"samples.fault",
                         "has no answer for this sample: an expression passed its match limit"},
    };
    struct err err = ERR_INIT;

    err_at(&err, path, s->line, 1);
    if (r) {
        (void)err_set(&err, E_INPUT, row[w].code, "the rule \"%s\" %s", r->title, row[w].said);
    } else {
        (void)err_set(&err, E_INPUT, row[w].code, "no rule beside it finds this sample");
    }
    faults_say(t->faults, &err);
}

static void run_sample(struct testing *t, const char *path, const struct rule_sample *s)
{
    struct tally *tally = &t->tally[s->rule->index];
    utime_t when = INT64_C(1790000000) * UTIME_SECOND;
    utime_t last = when;
    struct corr_tables tables;
    uint64_t record = 0, dropped = 0;

    corr_tables_init(&tables);
    t->corr = (struct corr){.window = &tables.window,
                            .entry = &tables.entry,
                            .carry = &tables.carry,
                            .expect = &tables.expect,
                            .record = &record,
                            .dropped = &dropped,
                            .rules = t->s,
                            .fired = note_fired,
                            .ctx = t};
    t->rule = s->rule;
    t->found = false;
    t->fault = NULL;
    matcher_forgive(t->matcher);
    for (size_t i = 0; i < s->n; i++) {
        const struct sample_event *e = &s->event[i];

        when = e->time == UTIME_NONE ? when + UTIME_SECOND : e->time;
        for (uint64_t k = 0; k < e->repeat; k++) {
            when += k ? e->every : 0;
            last = run_event(t, e, when);
        }
    }
    corr_until(&t->corr, last + SAMPLE_AFTER); // what was expected has had its time
    corr_free(&t->corr);
    corr_tables_free(&tables);
    tally->positive += s->positive;
    tally->negative += !s->positive;
    if (t->fault) {
        tally->wrong++;
        say_wrong(t, path, s, t->fault, WRONG_FAULT);
    } else if (t->found != s->positive) {
        tally->wrong++;
        say_wrong(t, path, s, s->rule, s->positive ? WRONG_SILENT : WRONG_FIRED);
    }
}

// ---- samples that need the engine

static enum wrong engine_wrong(const struct rule_sample *s, const struct rule_found *f)
{
    return f->fault                     ? WRONG_FAULT
           : !s->positive               ? f->fired ? WRONG_FIRED : WRONG_NOT
           : !f->fired                  ? WRONG_SILENT
           : f->expected == s->expected ? WRONG_NOT
           : f->expected                ? WRONG_EXPECTED
                                        : WRONG_UNEXPECTED;
}

// A positive sample that names no rule is of those that fire; one must.
static void judge_engine(struct testing *t, const char *path, const struct rule_sample *s)
{
    bool fired = false;

    for (uint32_t i = 0; i < ruleset_count(t->s); i++) {
        const struct rule *r = ruleset_rule(t->s, i);
        const struct rule_found *f = &t->engine_found[i];
        enum wrong w = engine_wrong(s, f);

        if (!rule_sample_means(s, path, r)) {
            continue;
        }
        fired = fired || f->fired;
        if (s->positive && !s->rule && !f->fired && !f->fault) {
            continue;
        }
        t->tally[i].positive += s->positive;
        t->tally[i].negative += !s->positive;
        if (w != WRONG_NOT) {
            t->tally[i].wrong++;
            say_wrong(t, path, s, r, w);
        }
    }
    if (s->positive && !s->rule && !fired) {
        say_wrong(t, path, s, NULL, WRONG_SILENT);
    }
}

// E_*: there is no engine. A sample that cannot be played is a fault of its own.
static int run_engine(struct testing *t, const char *path, const struct rule_sample *s,
                      struct err *err)
{
    struct err fault = ERR_INIT;

    if (!t->engine) {
        t->engine = rule_engine_new(t->s, t->sources, t->model, t->faults, err);
    }
    if (!t->engine) {
        return err->rc;
    }
    if (rule_engine_run(t->engine, path, s, t->engine_found, &fault)) {
        faults_say(t->faults, &fault);
    } else {
        judge_engine(t, path, s);
    }
    return 0;
}

static int run_file(struct testing *t, const struct textfile *f, struct err *err)
{
    struct rule_samples samples;
    int rc = 0;

    rule_samples_read(&t->docs, t->s, f, &samples, t->faults);
    for (size_t i = 0; i < samples.n && rc == 0; i++) {
        if (samples.sample[i].lines) {
            rc = run_engine(t, f->path, &samples.sample[i], err);
        } else {
            run_sample(t, f->path, &samples.sample[i]);
        }
    }
    return rc;
}

static void put_lines(const struct testing *t, struct buf *out)
{
    size_t shown = 0, none = 0;

    for (uint32_t i = 0; i < ruleset_count(t->s); i++) {
        const struct rule *r = ruleset_rule(t->s, i);
        const struct tally *y = &t->tally[i];

        if (!r->alerts && y->positive + y->negative == 0) {
            continue; // only the input of a correlation, which has samples of its own
        }
        shown++;
        none += !y->positive || !y->negative;
        buf_printf(out, "%-5s  %3zu positive  %3zu negative  ",
                   y->wrong                     ? "FAULT"
                   : y->positive && y->negative ? "ok"
                                                : "none",
                   y->positive, y->negative);
        (void)utf8_sanitise(out, span_str(r->id), SIZE_MAX);
        buf_str(out, "  ");
        (void)utf8_sanitise(out, span_str(r->title), SIZE_MAX);
        buf_u8(out, '\n');
    }
    buf_printf(out, "%zu rules, %zu without positive or without negative samples\n", shown, none);
}

int rule_test(const struct ruleset *s, const struct sourceset *sources, const struct fab *model,
              const struct texts *texts, struct buf *out, struct faults *faults, struct err *err)
{
    struct testing t = {.s = s, .faults = faults, .sources = sources, .model = model};
    int rc = 0;

    arena_init(&t.docs, TEST_ARENA);
    arena_init(&t.scratch, TEST_ARENA);
    t.decoder = decoder_new(sources);
    t.matcher = matcher_new(s, NULL);
    t.tally = calloc(ruleset_count(s) + 1, sizeof(*t.tally));
    t.hit = calloc(TEST_HITS_MAX, sizeof(*t.hit));
    t.engine_found = calloc(ruleset_count(s) + 1, sizeof(*t.engine_found));
    if (!t.decoder || !t.matcher || !t.tally || !t.hit || !t.engine_found) {
        rc = err_set(err, E_SYSTEM, "rules.memory", "no memory for the samples");
    }
    for (size_t i = 0; rc == 0 && i < texts->n; i++) {
        if (rule_samples_is(texts->file[i].path)) {
            rc = run_file(&t, &texts->file[i], err);
        }
    }
    if (rc == 0) {
        put_lines(&t, out);
    }
    rule_engine_free(t.engine);
    free(t.engine_found);
    free(t.hit);
    free(t.tally);
    matcher_free(t.matcher);
    decoder_free(t.decoder);
    arena_free(&t.scratch);
    arena_free(&t.docs);
    return rc;
}
