// map.c - the map, switches, kinds and patterns of a source over a taken-apart record.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/map.h"

#include "core/base/attr.h"
#include "core/decode/choose.h"
#include "core/decode/take.h"

// An empty constant takes a field away that an earlier table set.
void constants_apply(struct event *ev, const struct constant *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c[i].v.s.n) { // of its field's type since it was read
            ev->field[c[i].to] = c[i].v;
            fieldset_add(&ev->mask, c[i].to);
        } else {
            fieldset_drop(&ev->mask, c[i].to);
        }
    }
}

static void verdict_apply(struct event *ev, const struct verdict *v)
{
    if (v->kind >= 0) {
        ev->kind = (enum kind)v->kind;
    }
    if (v->logsource) {
        memcpy(ev->logsource, v->logsource, sizeof(ev->logsource));
    }
    constants_apply(ev, v->set, v->nset);
}

// ---- map

static bool is_listed(const struct source *s, struct span v)
{
    for (size_t i = 0; i < s->nempty; i++) {
        if (span_eq(v, s->empty[i])) {
            return true;
        }
    }
    return v.n == 0;
}

static inline bool is_empty(const struct source *s, struct span v)
{
    return (s->empty_lengths >> (v.n < 63 ? v.n : 63) & 1) && is_listed(s, v);
}

// The value behind its takes; none when one of them finds nothing.
static struct span taken(struct work *w, const struct source *s, const struct choice *c,
                         const struct okv *o)
{
    struct take_ctx ctx = {.arena = &w->arena,
                           .received = w->in->received,
                           .zone_s = w->in->zone_s,
                           .first = o,
                           .end = c->slot >= SLOT_PSEUDO ? w->fields.v + w->fields.n : o + 1};
    struct span v = o->v.s;

    for (size_t i = 0; i < c->ntakes; i++) {
        v = take_run(&c->take[i], v, &ctx);
        if (is_empty(s, v)) {
            return SPAN_NONE;
        }
    }
    return v;
}

static struct span looked_up(const struct choice *c, struct span v)
{
    const struct pair *p = lookup_find(c->lookup, v);

    return p ? p->to : c->keep ? v : c->has_other ? c->other : SPAN_NONE;
}

// The value of a choice, empty for none. `*ret_as`: the field whose value it is as it stands, with its
// type; NULL when it was made.
static struct span value_of(struct work *w, const struct source *s, const struct course_choice *of,
                            const struct okv **ret_as)
{
    const struct choice *c = of->choice;
    const struct okv *o = c->constant ? NULL : work_first(w, c->slot);
    struct span v = c->text;

    *ret_as = NULL;
    if ((!c->constant && !o) || !asked_hold(w, &of->when)) {
        return SPAN_NONE;
    }
    if (c->constant) {
        return v;
    }
    if (o->v.type == V_NULL || is_empty(s, o->v.s)) {
        // of a list whose first is empty the others may still be worth taking
        return SPAN_NONE;
    }
    v = c->ntakes ? taken(w, s, c, o) : o->v.s;
    if (v.n && c->lookup) {
        const struct span to = looked_up(c, v);

        *ret_as = to.p == v.p && !c->ntakes ? o : NULL;
        return to;
    }
    *ret_as = c->ntakes ? NULL : o;
    return v;
}

static void choices_apply(struct work *w, const struct sourceset *set, const struct source *s,
                          const struct course_row *r, struct event *ev)
{
    const struct mapping *m = r->mapping;
    const struct okv *as = NULL;
    struct span v = SPAN_NONE;

    for (size_t k = 0; k < r->nchoices && !v.n; k++) {
        v = value_of(w, s, &r->choice[k], &as);
    }
    if (!v.n) {
        return;
    }
    if (m->to < FIELD_COUNT) {
        event_set(ev, m->to, as ? as->v.type : V_STR, v, as ? as->v.i : 0);
        return;
    }
    (void)fields_lead(&w->fields, m->slot, wants_name(set->slots, m->slot),
                      as ? as->v : fval_str(v));
}

// A row of which one field is left, whose value is not empty.
static inline void value_apply(const struct course_row *r, const struct fval *v, struct event *ev)
{
    struct fval *to = &ev->field[r->to];
    struct span text = v->s;

    if (r->how == COURSE_NUMBER) {
        event_set_int(ev, (enum field)r->to, v->type, v->s, v->i);
        return;
    }
    if (r->how == COURSE_ADDRESS) {
        text = take_address(text);
        if (!text.n) {
            return;
        }
    }
    to->type = V_STR;
    to->s = text;
    to->i = v->i;
    fieldset_add(&ev->mask, (enum field)r->to);
}

// Where the rows behind `m` begin.
static uint32_t behind(const struct course *c, const struct mapping *m)
{
    uint32_t i = 0;

    while (i < c->nrows && c->row[i].mapping <= m) {
        i++;
    }
    return i;
}

const struct course *map_apply(struct work *w, const struct sourceset *set, const struct source *s,
                               struct event *ev)
{
    const struct course *c = work_course(w, s);

    for (uint32_t i = 0; i < c->nrows;) {
        const struct course_row *r = &c->row[i++];

        if (r->how != COURSE_CHOICES) {
            const struct fval *v = &w->fields.v[w->fields.at[r->slot] - 1].v;

            if (v->type > V_NULL && !is_empty(s, v->s)) {
                value_apply(r, v, ev);
            }
            continue;
        }
        choices_apply(w, set, s, r, ev);
        if (r->to == FIELD_COUNT) { // a field more may have given it another course
            c = work_course(w, s);
            i = behind(c, r->mapping);
        }
    }
    return c;
}

// ---- switch, kinds

// The row that the values of the keys name, joined with '/'.
static const struct switch_row *row_named(const struct switch_on *on, const struct span *value)
{
    char key[256];
    size_t n = 0;

    for (size_t k = 0; k < on->nkeys; k++) {
        if (n + value[k].n + 1 >= sizeof(key)) {
            return NULL;
        }
        if (k) {
            key[n++] = '/';
        }
        if (value[k].n) {
            memcpy(key + n, value[k].p, value[k].n);
            n += value[k].n;
        }
    }
    return n ? switch_find(on->rows, span_of(key, n)) : NULL;
}

static const struct switch_row *switch_row_of(const struct work *w, struct course_switch *c)
{
    const struct switch_on *on = c->on;
    struct span value[SWITCH_KEYS];
    struct brief now[SWITCH_KEYS];
    bool same = c->known, brief = true;

    for (size_t k = 0; k < on->nkeys; k++) {
        const struct okv *o = work_first(w, on->key[k]);

        value[k] = o ? o->v.s : SPAN_NONE;
        brief = brief_of(value[k], &now[k]) && brief;
        same = same && brief_same(&now[k], &c->key[k]);
    }
    if (same && brief) {
        return c->row;
    }
    c->row = row_named(on, value);
    c->known = brief;
    memcpy(c->key, now, on->nkeys * sizeof(now[0]));
    return c->row;
}

void switches_apply(struct work *w, const struct course *c, struct event *ev)
{
    for (uint32_t i = 0; i < c->nswitches; i++) {
        struct course_switch *on = &c->switch_on[i];
        const struct switch_row *row = asked_hold(w, &on->when) ? switch_row_of(w, on) : NULL;

        if (row) {
            verdict_apply(ev, &row->verdict);
        }
    }
}

void kinds_apply(struct work *w, const struct course *c, struct event *ev)
{
    for (uint32_t i = 0; i < c->nkinds; i++) {
        if (asked_hold(w, &c->kind[i].when)) {
            verdict_apply(ev, &c->kind[i].row->verdict);
            return;
        }
    }
}

// ---- patterns

static bool has_fit(const struct fitting *f, uint16_t slot)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->fit[i].row->slot == slot) {
            return true;
        }
    }
    return f->n == ARRAY_LEN(f->fit);
}

static void put_named(struct work *w, const struct sourceset *set, const struct pattern_row *r,
                      const struct span *value)
{
    const struct template *t = &r->template;

    fields_name(&w->fields);
    for (uint32_t m = t->named; m; m &= m - 1) {
        size_t k = (size_t)__builtin_ctz(m);

        if (fields_add_str(&w->fields, wants_name(set->slots, t->part[k].slot), value[k])) {
            fields_enter(&w->fields, t->part[k].slot);
        }
    }
    fields_index(&w->fields);
}

// After one that did not fit, and with many to go, the pairs of bytes of the text are worth taking.
enum { PAIRS_AHEAD = 6 };

static inline bool has_needs(const struct pairset *have, const struct pattern_try *t)
{
    for (size_t i = 0; i < PATTERN_NEEDS; i++) {
        if (!have->has[t->need[i]]) {
            return false;
        }
    }
    return true;
}

static inline bool heads_differ(const struct pattern_try *t, uint64_t head, struct span text)
{
    return ((head ^ t->head) & t->mask) ||
           (t->nend && (text.n < t->nend || span_load8(text.p + t->nend - 8) != t->end));
}

// The first place of the stem's where the row's literal may stand.
static inline size_t may_follow(const struct pattern_try *t, const struct stem_fit *f)
{
    size_t i = 0;

    while (i < f->n && ((f->then[i] ^ t->then) & t->then_mask)) {
        i++;
    }
    return i;
}

static bool run_fit(const struct work *w, const struct source *s, const struct pattern_run *run,
                    struct span text, struct fit *ret)
{
    uint64_t head = template_head(text);
    size_t b = pattern_bucket(run, head), place = 0;
    const struct pattern_try *t = run->row + run->begin[b], *end = run->row + run->begin[b + 1];
    struct pairset have;
    struct stem_fit stem;
    uint16_t found = 0; // whose stem it is
    bool pairs = false;

    for (uint16_t step; t < end; t += step) {
        const struct pattern_row *r;

        step = t->heads;
        if (heads_differ(t, head, text)) {
            continue;
        }
        if (t->stem) {
            if (t->stem != found) {
                found = t->stem;
                template_stem(&run->stem[found - 1], text, ret->value, &stem);
            }
            step = t->thens;
            place = may_follow(t, &stem);
            if (place == stem.n && stem.n < STEM_PLACES) {
                continue;
            }
        }
        step = 1;
        r = &s->pattern[t->row];
        if ((pairs && !has_needs(&have, t)) ||
            (r->nconditions && !conditions_hold(w, r->condition, r->nconditions))) {
            continue;
        }
        if (t->stem ? template_match_stem(&r->template, &stem, place, ret->value)
                    : template_match(&r->template, text, ret->value)) {
            ret->row = r;
            return true;
        }
        found = t->stem; // the values of another are gone
        if (!pairs && end - t > PAIRS_AHEAD && text.n <= PAIRS_REACH) {
            pairs = true;
            have = PAIRSET_NONE;
            pairset_add(&have, text);
        }
    }
    return false;
}

void patterns_find(struct work *w, const struct sourceset *set, const struct source *s,
                   struct fitting *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < s->nruns; i++) {
        const struct okv *o = work_first(w, s->run[i].slot);
        struct span text = o ? span_trim(o->v.s) : SPAN_NONE;

        if (text.n && !has_fit(ret, s->run[i].slot) &&
            run_fit(w, s, &s->run[i], text, &ret->fit[ret->n])) {
            if (ret->fit[ret->n].row->template.named) {
                put_named(w, set, ret->fit[ret->n].row, ret->fit[ret->n].value);
            }
            ret->n++;
        }
    }
}

void patterns_settle(const struct fitting *f, struct event *ev)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct pattern_row *r = f->fit[i].row;

        for (uint32_t m = r->template.core; m; m &= m - 1) {
            size_t k = (size_t)__builtin_ctz(m);

            event_set_str(ev, (enum field)r->template.part[k].hole, f->fit[i].value[k]);
        }
        verdict_apply(ev, &r->verdict);
    }
}
