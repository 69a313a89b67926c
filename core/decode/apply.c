// apply.c - a taken-apart record under the tables of one source.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/apply.h"

#include "core/decode/chosen.h"
#include "core/decode/cut.h"
#include "core/decode/logsource.h"
#include "core/decode/map.h"

void work_clear(struct work *w)
{
    fields_clear(&w->fields);
    arena_reset(&w->arena);
    courses_next(&w->courses);
    if (shapes_full(&w->fields.shapes) || courses_full(&w->courses)) {
        shapes_reset(&w->fields.shapes);
        courses_reset(&w->courses);
        chosen_memo_reset(w->chosen);
        logsource_memo_reset(w->logsources);
    }
}

const struct course *work_course(struct work *w, const struct source *s)
{
    static const struct course nothing;
    const struct course *c;

    fields_index(&w->fields);
    c = course_of(&w->courses, &w->fields, s);
    if (!c) {
        w->arena.failed = true;
        return &nothing;
    }
    return c;
}

void event_set_int(struct event *ev, enum field f, enum vtype type, struct span s, int64_t i)
{
    if (s.n && type > V_NULL && (type == V_INT || span_i64(s, &i))) {
        ev->field[f].type = V_INT;
        ev->field[f].s = s;
        ev->field[f].i = i;
        fieldset_add(&ev->mask, f);
    }
}

void event_set_severity(struct event *ev, int64_t value)
{
    int64_t v = value < 0 ? 0 : value > 100 ? 100 : value;

    event_set_int(ev, FIELD_EVENT_SEVERITY, V_INT, number_text((unsigned)v), v);
}

static void apply_severity(struct work *w, const struct source *s, struct event *ev)
{
    const struct okv *o = s->severity_slot < 0 ? NULL : work_first(w, (uint16_t)s->severity_slot);
    int64_t v;

    if (!o || o->v.type == V_NULL) {
        return;
    }
    for (size_t i = 0; i < s->nseverity; i++) {
        if (span_eq_nocase(o->v.s, s->severity[i].from)) {
            event_set_severity(ev, s->severity[i].number);
            return;
        }
    }
    if (s->severity_range && span_i64(o->v.s, &v) && v > -1000000 && v < 1000000) {
        event_set_severity(ev, (v - s->low) * 100 / (s->high - s->low));
    }
}

// The text of a time: one field, or several (date, time, zone) with blanks between them.
static struct fval time_text(struct work *w, const struct source_time *t)
{
    const struct okv *o[4];
    size_t n = 0, used = 0;
    char *p;

    for (size_t i = 0; i < t->nslots; i++) {
        o[i] = work_first(w, t->slot[i]);
        if (!o[i]) {
            return (struct fval){0};
        }
        n += o[i]->v.s.n + 1;
    }
    if (t->nslots == 1) {
        return o[0]->v;
    }
    p = arena_alloc(&w->arena, n);
    for (size_t i = 0; p && i < t->nslots; i++) {
        if (i) {
            p[used++] = ' ';
        }
        memcpy(p + used, o[i]->v.s.p, o[i]->v.s.n);
        used += o[i]->v.s.n;
    }
    return fval_str(span_of(p, used));
}

static void apply_time(struct work *w, const struct course *c, struct event *ev)
{
    for (uint32_t i = 0; i < c->ntimes; i++) {
        struct fval v = time_text(w, c->time[i]);

        if (v.type != V_ABSENT && stamp_read_how(&w->iso, &v, &c->time[i]->how, w->in->received,
                                                 w->in->zone_s, &ev->time)) {
            return;
        }
    }
}

// "Event.EventData.User" also as "User", so that one file's rows fit all wrappings of its records.
static struct span lifted(struct work *w, struct span lift, struct span name)
{
    bool more = span_ends(lift, SPAN_LIT(".*")), capital = span_ends(lift, SPAN_LIT("^"));
    struct span under = span_sub(lift, 0, lift.n - (more ? 2 : capital)), rest;
    char *p;

    if (name.n <= under.n + 1 || name.p[under.n] != '.' || !span_starts(name, under)) {
        return SPAN_NONE;
    }
    rest = span_sub(name, under.n + 1, name.n);
    if (more) {
        size_t dot = span_find(rest, '.');

        return dot < rest.n ? span_sub(rest, dot + 1, rest.n) : SPAN_NONE;
    }
    if (!capital || rest.p[0] < 'a' || rest.p[0] > 'z' || !(p = arena_alloc(&w->arena, rest.n))) {
        return rest;
    }
    memcpy(p, rest.p, rest.n);
    p[0] = (char)(p[0] - 'a' + 'A');
    return span_of(p, rest.n);
}

static void lift_names(struct work *w, const struct source *s, size_t from)
{
    size_t end = w->fields.n;

    if (s->nlifts == 0) {
        return;
    }
    for (size_t i = from; i < end; i++) {
        struct span name = SPAN_NONE;

        for (size_t k = 0; k < s->nlifts && !name.n; k++) {
            name = lifted(w, s->lift[k], w->fields.v[i].name);
        }
        if (name.n) {
            (void)fields_add(&w->fields, name, w->fields.v[i].v);
        }
    }
    fields_index(&w->fields);
}

// As Sigma writes its words: lower case, '_' for a blank.
static void fold_word(char *out, struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        out[i] = s.p[i] == ' '                    ? '_'
                 : s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20)
                                                  : s.p[i];
    }
}

// `nth`: which of the three. A stream says the same word again and again.
static struct span sigma_word(struct work *w, size_t nth, struct span s)
{
    struct word_memo *m = &w->word[nth];
    struct brief now;
    char *p;

    if (brief_of(s, &now)) {
        if (!brief_same(&m->of, &now)) {
            m->of = now;
            fold_word(m->text, s);
        }
        return span_of(m->text, s.n);
    }
    p = arena_room(&w->arena, s.n);
    if (p) {
        fold_word(p, s);
    }
    return p ? span_of(p, s.n) : s;
}

static void apply_logsource(struct work *w, const struct source *s, struct event *ev)
{
    memcpy(ev->logsource, s->logsource, sizeof(ev->logsource));
    for (size_t i = 0; i < 3; i++) {
        const struct okv *o =
            s->logsource_from[i].told ? work_first(w, s->logsource_from[i].slot) : NULL;

        if (o && o->v.s.n) {
            ev->logsource[i] = sigma_word(w, i, o->v.s);
        }
    }
}

// The record is the text before what it carries.
static void drop_carried(const struct source *s, struct event *ev)
{
    size_t at = span_find_span(ev->raw, s->carries);

    if (at < ev->raw.n) {
        struct span text = event_str(ev, FIELD_MESSAGE);

        ev->raw = span_sub(ev->raw, 0, at);
        event_set_str(ev, FIELD_MESSAGE, span_sub(text, 0, span_find_span(text, s->carries)));
    }
}

void source_apply(struct work *w, const struct sourceset *set, const struct source *s,
                  struct event *ev)
{
    const struct course *course;
    struct fitting fits;
    size_t first;

    ev->source = s->name;
    ev->source_id = (uint16_t)(s - set->source);
    ev->kind = KIND_OTHER;
    if (s->carries.n) {
        drop_carried(s, ev);
    }
    apply_logsource(w, s, ev);
    lift_names(w, s, 0);
    first = w->fields.n;
    (void)cut_steps(w, s); // a value that is not of its form stays as it is
    lift_names(w, s, first);
    patterns_find(w, set, s, &fits);
    constants_apply(ev, s->constant, s->nconstants);
    course = map_apply(w, set, s, ev);
    switches_apply(w, course, ev);
    kinds_apply(w, course, ev);
    patterns_settle(&fits, ev);
    apply_severity(w, s, ev);
    apply_time(w, course, ev);
    if (ev->kind == KIND_ALERT) {
        ev->flags |= EVENT_IS_ALERT | (s->named ? EVENT_NAMED : 0);
    }
}

void header_apply(struct work *w, bool text, struct event *ev)
{
    // emergency .. debug on the scale of 0 to 100
    static const int severity[8] = {100, 95, 85, 70, 50, 30, 15, 5};
    const struct syslog *h = &w->header;

    if (h->pri >= 0) {
        event_set_severity(ev, severity[h->pri % 8]);
        event_set_str(ev, FIELD_LOG_LEVEL, span_str(syslog_level_name[h->pri % 8]));
    }
    event_set_str(ev, text ? FIELD_HOST_NAME : FIELD_OBSERVER_NAME, h->host);
    if (text) {
        event_set_str(ev, FIELD_PROCESS_NAME, h->app);
        event_set_str(ev, FIELD_PROCESS_PID, h->procid);
    }
    ev->time = h->time;
}
