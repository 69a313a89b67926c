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
        if (c[i].v.s.n) {
            event_set(ev, c[i].to, &c[i].v);
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

static bool is_empty(const struct source *s, struct span v)
{
    for (size_t i = 0; i < s->nempty; i++) {
        if (span_eq(v, s->empty[i])) {
            return true;
        }
    }
    return v.n == 0;
}

static struct fval value_of(struct work *w, const struct source *s, const struct choice *c)
{
    const struct okv *o = c->constant ? NULL : work_first(w, c->slot);
    struct take_ctx ctx = {.arena = &w->arena,
                           .received = w->in->received,
                           .zone_s = w->in->zone_s,
                           .first = o,
                           .end = o && c->slot >= SLOT_PSEUDO ? w->fields.v + w->fields.n : o + 1};
    struct fval v = {.type = V_STR, .s = c->text};

    if (c->constant) {
        return v;
    }
    if (!o || o->v.type == V_NULL || is_empty(s, o->v.s)) {
        // of a list whose first is empty the others may still be worth taking
        return (struct fval){0};
    }
    v = o->v;
    for (size_t i = 0; i < c->ntakes; i++) {
        v = fval_str(take_run(&c->take[i], v.s, &ctx));
        if (is_empty(s, v.s)) {
            return (struct fval){0};
        }
    }
    if (c->lookup) {
        const struct pair *p = lookup_find(c->lookup, v.s);

        return p              ? fval_str(p->to)
               : c->keep      ? v
               : c->has_other ? fval_str(c->other)
                              : (struct fval){0};
    }
    return v;
}

void map_apply(struct work *w, const struct sourceset *set, const struct source *s,
               struct event *ev)
{
    for (size_t i = 0; i < s->nmap; i++) {
        const struct mapping *m = &s->map[i];
        struct fval v = {0};

        for (size_t k = 0; k < m->nchoices && !v.s.n; k++) {
            const struct choice *c = &m->choice[k];

            if (conditions_hold(w, c->condition, c->nconditions)) {
                v = value_of(w, s, c);
            }
        }
        if (v.s.n && m->to < FIELD_COUNT) {
            event_set(ev, m->to, &v);
        } else if (v.s.n) {
            (void)fields_lead(&w->fields, m->slot, wants_name(set->slots, m->slot), v);
        }
    }
}

// ---- switch, kinds

void switches_apply(struct work *w, const struct source *s, struct event *ev)
{
    for (size_t i = 0; i < s->nswitches; i++) {
        const struct switch_on *on = &s->switch_on[i];
        const struct switch_row *row;
        char key[256];
        size_t n = 0;
        bool whole = conditions_hold(w, on->condition, on->nconditions);

        for (size_t k = 0; k < on->nkeys && whole; k++) {
            const struct okv *o = work_first(w, on->key[k]);
            struct span v = o ? o->v.s : SPAN_NONE;

            whole = n + v.n + 1 < sizeof(key);
            if (whole && k) {
                key[n++] = '/';
            }
            if (whole && v.n) {
                memcpy(key + n, v.p, v.n);
                n += v.n;
            }
        }
        row = whole && n ? switch_find(on->rows, span_of(key, n)) : NULL;
        if (row) {
            verdict_apply(ev, &row->verdict);
        }
    }
}

void kinds_apply(struct work *w, const struct source *s, struct event *ev)
{
    for (size_t i = 0; i < s->nkinds; i++) {
        const struct kind_row *r = &s->kind[i];

        if (conditions_hold(w, r->condition, r->nconditions)) {
            verdict_apply(ev, &r->verdict);
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
    for (size_t k = 0; k < r->template.n; k++) {
        if (r->template.part[k].hole == HOLE_NAMED) {
            unsigned slot = r->template.part[k].slot;

            fields_index(&w->fields);
            (void)fields_put(&w->fields, slot, wants_name(set->slots, slot), fval_str(value[k]));
        }
    }
}

void patterns_find(struct work *w, const struct sourceset *set, const struct source *s,
                   struct fitting *ret)
{
    struct span text = SPAN_NONE;
    uint64_t head = 0;
    int slot = -1; // that `text` is of

    ret->n = 0;
    for (size_t i = 0; i < s->npatterns; i++) {
        const struct pattern_row *r = &s->pattern[i];

        if (r->slot != slot) {
            const struct okv *o = work_first(w, r->slot);

            slot = r->slot;
            text = o ? span_trim(o->v.s) : SPAN_NONE;
            head = template_head(text);
        }
        if (text.n == 0 || ((head ^ r->template.head) & r->template.head_mask) ||
            has_fit(ret, r->slot) || !conditions_hold(w, r->condition, r->nconditions) ||
            !template_match(&r->template, text, ret->fit[ret->n].value)) {
            continue;
        }
        ret->fit[ret->n++].row = r;
        put_named(w, set, r, ret->fit[ret->n - 1].value);
        slot = -1; // it may have a value now
    }
}

void patterns_settle(const struct fitting *f, struct event *ev)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct pattern_row *r = f->fit[i].row;

        for (size_t k = 0; k < r->template.n; k++) {
            if (r->template.part[k].hole < FIELD_COUNT) {
                struct fval v = fval_str(f->fit[i].value[k]);

                event_set(ev, (enum field)r->template.part[k].hole, &v);
            }
        }
        verdict_apply(ev, &r->verdict);
    }
}
