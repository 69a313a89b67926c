// rule_samples.c - reading samples of rules.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/rule_samples.h"

#include "core/detect/set.h"

enum { SAMPLES_MAX = 10000, EVENTS_MAX = 10000 };

struct reader {
    struct arena *a;
    const struct ruleset *s;
    const struct textfile *f;
    struct rule_samples *out;
    struct err *err;
};

bool rule_samples_is(const char *path)
{
    return span_ends(span_str(path), SPAN_LIT(".samples.yaml"));
}

// NAME.yml or NAME.yaml of NAME.samples.yaml.
static bool beside(const char *samples, const char *rules)
{
    size_t n = strlen(samples) - strlen(".samples.yaml");

    return strncmp(samples, rules, n) == 0 &&
           (strcmp(rules + n, ".yml") == 0 || strcmp(rules + n, ".yaml") == 0);
}

bool rule_sample_means(const struct rule_sample *s, const char *path, const struct rule *r)
{
    return s->rule ? s->rule == r : r->alerts && beside(path, r->path);
}

static int no_memory(struct reader *r)
{
    return err_set(r->err, E_LIMIT, "samples.limit", "the samples are too large");
}

static bool called(const struct entry *e, struct span word)
{
    return span_eq_str(word, e->rule.id) || (e->name[0] && span_eq_str(word, e->name)) ||
           span_eq_str(word, e->rule.title);
}

static int find_rule(struct reader *r, const struct ynode *at, const struct ynode *word,
                     const struct rule **ret)
{
    size_t found = 0;

    *ret = NULL;
    for (size_t i = 0; i < r->s->nrules; i++) {
        const struct entry *e = r->s->rule[i];

        if (word ? called(e, y_text(word)) : e->rule.alerts && beside(r->f->path, e->rule.path)) {
            found += !word || beside(r->f->path, e->rule.path) || found == 0;
            *ret = word && *ret ? *ret : &e->rule;
        }
    }
    if (found == 0) {
        return y_fault(&r->out->docs, word ? word : at, r->err, "samples.rule",
                       word ? "there is no rule \"" SPAN_FMT "\", or it was refused"
                            : "no rule beside these samples alerts%.*s",
                       SPAN_ARG(y_text(word)));
    }
    if (found > 1 && !word) {
        return y_fault(&r->out->docs, at, r->err, "samples.rule",
                       "%zu rules beside these samples alert: say which one with \"rule\"", found);
    }
    return 0;
}

// `lines` that name no rule are about all that alert beside them: at least one.
static int find_beside(struct reader *r, const struct ynode *at)
{
    for (size_t i = 0; i < r->s->nrules; i++) {
        if (r->s->rule[i]->rule.alerts && beside(r->f->path, r->s->rule[i]->rule.path)) {
            return 0;
        }
    }
    return y_fault(&r->out->docs, at, r->err, "samples.rule",
                   "no rule beside these samples alerts");
}

static int read_time(struct reader *r, const struct ynode *n, utime_t *ret)
{
    *ret = UTIME_NONE;
    return !n || utime_iso(y_text(n), 0, ret, NULL)
               ? 0
               : y_fault(&r->out->docs, n, r->err, "samples.time", "a time is one of ISO 8601");
}

static int read_flat(struct reader *r, const struct ynode *map, const char *key,
                     const struct ynode **ret)
{
    const struct ynode *n = y_get(map, key);

    *ret = n;
    if (n && n->type != Y_MAP) {
        return y_fault(&r->out->docs, n, r->err, "yaml.type", "\"%s\" must be a map", key);
    }
    for (size_t i = 0; n && i < n->n; i++) {
        const struct ynode *v = n->item[i];

        for (size_t k = 0; v->type == Y_LIST && k < v->n; k++) {
            if (v->item[k]->type != Y_SCALAR) {
                return y_fault(&r->out->docs, v, r->err, "yaml.type", "must be a value");
            }
        }
        if (v->type == Y_MAP) {
            return y_fault(&r->out->docs, v, r->err, "yaml.type", "must be a value or a list");
        }
    }
    return 0;
}

static int check_context(struct reader *r, const struct ynode *map)
{
    for (size_t i = 0; map && i < map->n; i++) {
        if (ctx_of(map->key[i]) < 0) {
            return y_fault(&r->out->docs, map->item[i], r->err, "samples.context",
                           "\"" SPAN_FMT "\" is no context field", SPAN_ARG(map->key[i]));
        }
    }
    return 0;
}

static int read_repeat(struct reader *r, const struct ynode *n, struct sample_event *ret)
{
    const struct ynode *repeat = y_get(n, "repeat"), *every = y_get(n, "every");

    if (repeat &&
        (!span_u64(y_text(repeat), &ret->repeat) || ret->repeat < 1 || ret->repeat > EVENTS_MAX)) {
        return y_fault(&r->out->docs, repeat, r->err, "samples.event",
                       "\"repeat\" is a number from 1 to %d", EVENTS_MAX);
    }
    if (every && !utime_duration(y_text(every), &ret->every)) {
        return y_fault(&r->out->docs, every, r->err, "samples.time",
                       "\"every\" is a duration such as 20s");
    }
    return 0;
}

// Everything of an event but what it is made of.
static int read_common(struct reader *r, const struct ynode *n, const struct rule *rule,
                       struct sample_event *ret)
{
    const struct ynode *source = y_get(n, "source"), *kind;
    int rc;

    *ret = (struct sample_event){.as = rule, .line = n->line, .repeat = 1, .every = UTIME_SECOND};
    ret->source = source ? arena_str(r->a, y_text(source)) : NULL;
    rc = read_time(r, y_get(n, "time"), &ret->time);
    rc = rc ? rc : read_repeat(r, n, ret);
    rc = rc ? rc : read_flat(r, n, "context", &ret->context);
    rc = rc ? rc : check_context(r, ret->context);
    rc = rc ? rc : read_flat(r, n, "fields", &ret->fields);
    kind = y_get(ret->fields, "fab.kind");
    if (rc == 0 && kind && kind_of(y_text(kind)) < 0) {
        rc = y_fault(&r->out->docs, kind, r->err, "samples.kind",
                     "\"" SPAN_FMT "\" is no kind of event", SPAN_ARG(y_text(kind)));
    }
    return rc;
}

static int read_event(struct reader *r, const struct ynode *n, const struct rule *rule,
                      struct sample_event *ret)
{
    static const char *const known[] = {"rule",    "raw",    "source", "time", "fields",
                                        "context", "repeat", "every",  NULL};
    const struct ynode *word = y_get(n, "rule");
    int rc = n->type == Y_MAP ? y_only(&r->out->docs, n, known, r->err)
                              : y_fault(&r->out->docs, n, r->err, "yaml.type", "must be a map");

    rc = rc || !word ? rc : find_rule(r, n, word, &rule);
    rc = rc ? rc : read_common(r, n, rule, ret);
    ret->raw = y_text(y_get(n, "raw"));
    if (rc == 0 && (ret->raw.n == 0) == !ret->fields) {
        rc =
            y_fault(&r->out->docs, n, r->err, "samples.event", "an event is \"raw\" or \"fields\"");
    }
    if (rc == 0 && ret->fields && ret->as->kind != RULE_EVENT) {
        rc = y_fault(&r->out->docs, n, r->err, "samples.event",
                     "say with \"rule\" whose log source the fields are of");
    }
    return rc;
}

// An event by hand, for what no source says yet: {time, group, kind, fields}, core fields only.
static int read_by_hand(struct reader *r, const struct ynode *n, struct sample_event *ret)
{
    static const char *const known[] = {"time", "group", "kind", "fields", NULL};
    const struct ynode *kind = y_get(n, "kind");
    int rc = y_only(&r->out->docs, n, known, r->err);

    ret->group = y_text(y_get(n, "group"));
    rc = rc ? rc : read_time(r, y_get(n, "time"), &ret->time);
    rc = rc ? rc : read_flat(r, n, "fields", &ret->fields);
    if (rc == 0 && (ret->time == UTIME_NONE || !ret->group.n || !kind || !ret->fields)) {
        return y_fault(&r->out->docs, n, r->err, "samples.event",
                       "an event among lines has \"time\", \"group\", \"kind\" and \"fields\"");
    }
    if (rc == 0 && kind_of(y_text(kind)) < 0) {
        return y_fault(&r->out->docs, kind, r->err, "samples.kind",
                       "\"" SPAN_FMT "\" is no kind of event", SPAN_ARG(y_text(kind)));
    }
    ret->kind = rc ? KIND_OTHER : (enum kind)kind_of(y_text(kind));
    for (size_t i = 0; rc == 0 && i < ret->fields->n; i++) {
        if (field_of(ret->fields->key[i]) < 0 || ret->fields->item[i]->type != Y_SCALAR) {
            rc = y_fault(&r->out->docs, ret->fields->item[i], r->err, "samples.field",
                         "\"" SPAN_FMT "\" is no core field with one value",
                         SPAN_ARG(ret->fields->key[i]));
        }
    }
    return rc;
}

static int read_lines(struct reader *r, const struct ynode *n, struct rule_sample *s)
{
    const struct ynode *lines = y_get(n, "lines");
    struct sample_event common;
    int rc = read_common(r, n, s->rule, &common);

    for (size_t i = 0; rc == 0 && i < lines->n; i++) {
        struct sample_event *e = &s->event[i];

        *e = common;
        e->raw = y_text(lines->item[i]);
        e->line = lines->item[i]->line;
        if (lines->item[i]->type == Y_MAP) {
            rc = read_by_hand(r, lines->item[i], e);
        } else if (e->raw.n == 0) {
            rc = y_fault(&r->out->docs, lines->item[i], r->err, "samples.event", "an empty line");
        }
    }
    return rc;
}

static int read_expected(struct reader *r, const struct ynode *n, struct rule_sample *s)
{
    return !n || (s->positive && y_bool(n, &s->expected))
               ? 0
               : y_fault(&r->out->docs, n, r->err, "samples.expected",
                         "\"expected\" is true or false, of a positive sample");
}

// Which rules, and that it is one of the forms. `list`: its events, when it has several.
static int read_form(struct reader *r, const struct ynode *n, const struct ynode *list,
                     struct rule_sample *s)
{
    static const char *const plain[] = {"rule",    "raw",    "source", "time",  "fields", "name",
                                        "context", "events", "repeat", "every", NULL};
    static const char *const lines[] = {"rule",     "name",  "source", "time",
                                        "expected", "lines", NULL};
    const struct ynode *word = y_get(n, "rule");
    int rc = n->type == Y_MAP ? y_only(&r->out->docs, n, s->lines ? lines : plain, r->err)
                              : y_fault(&r->out->docs, n, r->err, "yaml.type", "must be a map");

    if (rc == 0) {
        rc = s->lines && !word ? find_beside(r, n) : find_rule(r, n, word, &s->rule);
    }
    rc = rc ? rc : read_expected(r, y_get(n, "expected"), s);
    if (rc == 0 && list && (list->type != Y_LIST || list->n == 0 || list->n > EVENTS_MAX)) {
        rc = y_fault(&r->out->docs, list, r->err, "samples.event", "1 to %d events", EVENTS_MAX);
    }
    if (rc == 0 && s->lines + (y_get(n, "events") != NULL) + (y_get(n, "raw") != NULL) +
                           (y_get(n, "fields") != NULL) !=
                       1) {
        rc = y_fault(&r->out->docs, n, r->err, "samples.event",
                     "a sample is one of \"raw\", \"lines\", \"fields\" and \"events\"");
    }
    return rc;
}

static int read_sample(struct reader *r, const struct ynode *n, struct rule_sample *s)
{
    const struct ynode *lines = y_get(n, "lines"), *events = y_get(n, "events");
    const struct ynode *list = lines ? lines : events;
    int rc;

    s->lines = lines != NULL;
    rc = read_form(r, n, list, s);
    s->n = list ? list->n : 1;
    s->event = rc ? NULL : arena_array(r->a, s->n, sizeof(*s->event));
    if (rc || !s->event) {
        return rc ? rc : no_memory(r);
    }
    if (lines) {
        return read_lines(r, n, s);
    }
    for (size_t i = 0; rc == 0 && events && i < events->n; i++) {
        rc = read_event(r, events->item[i], s->rule, &s->event[i]);
    }
    if (rc == 0 && !events) { // its "rule" is the one that is tested
        rc = read_common(r, n, s->rule, s->event);
        s->event->raw = y_text(y_get(n, "raw"));
    }
    return rc;
}

static void read_list(struct reader *r, const struct ynode *list, bool positive,
                      struct faults *faults)
{
    for (size_t i = 0; list && i < list->n; i++) {
        struct rule_samples *out = r->out;
        struct rule_sample s = {.positive = positive, .line = list->item[i]->line};
        struct err err = ERR_INIT;

        r->err = &err;
        if (read_sample(r, list->item[i], &s)) {
            faults_say(faults, &err);
            continue;
        }
        out->sample = arena_grow(r->a, out->sample, out->n, &out->cap, sizeof(*out->sample));
        if (!out->sample || out->n == SAMPLES_MAX) {
            (void)no_memory(r);
            faults_say(faults, &err);
            return;
        }
        out->sample[out->n++] = s;
    }
}

void rule_samples_read(struct arena *a, const struct ruleset *s, const struct textfile *f,
                       struct rule_samples *ret, struct faults *faults)
{
    static const char *const known[] = {"positive", "negative", NULL};
    struct err err = ERR_INIT;
    struct reader r = {a, s, f, ret, &err};
    int rc;

    *ret = (struct rule_samples){0};
    rc = ydoc_load(a, f->text, f->path, &ret->docs, &err);
    if (rc == 0 && (ret->docs.n != 1 || ret->docs.doc[0]->type != Y_MAP)) {
        err_at(&err, f->path, 1, 1);
        rc = err_set(&err, E_INPUT, "samples.document", "a samples file is one map");
    }
    rc = rc ? rc : y_only(&ret->docs, ret->docs.doc[0], known, &err);
    for (size_t i = 0; rc == 0 && known[i]; i++) {
        const struct ynode *list = y_get(ret->docs.doc[0], known[i]);

        if (list && list->type != Y_LIST) {
            rc = y_fault(&ret->docs, list, &err, "yaml.type", "\"%s\" must be a list", known[i]);
        }
    }
    if (rc) {
        faults_say(faults, &err);
        return;
    }
    read_list(&r, y_get(ret->docs.doc[0], "positive"), true, faults);
    read_list(&r, y_get(ret->docs.doc[0], "negative"), false, faults);
}
