// cut.c - taking values apart that hold more than one.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/cut.h"

#include "core/decode/choose.h"
#include "core/decode/csv.h"
#include "core/decode/json.h"
#include "core/decode/take.h"
#include "core/decode/xml.h"

bool cut_json(struct work *w, struct span text, struct span prefix, const char **ret_why)
{
    struct json_fault fault;
    size_t first = w->fields.n;

    if (!json_flatten(text, &w->fields, &fault)) {
        *ret_why = fault.why;
        fields_cut(&w->fields, first);
        return false;
    }
    for (size_t i = first; prefix.n && i < w->fields.n; i++) {
        w->fields.v[i].name =
            w->fields.v[i].name.n ? fields_join(&w->fields, prefix, w->fields.v[i].name) : prefix;
    }
    return true;
}

static const char *cut_value(struct work *w, const struct cut *c, struct span v)
{
    struct fields *f = &w->fields;
    const char *why = NULL;
    size_t first = f->n;

    switch (c->as) {
    case CUT_PAIRS: return pairs_flatten(v, &c->dialect, c->prefix, f);
    case CUT_JSON: (void)cut_json(w, v, c->prefix, &why); return why;
    case CUT_CSV: return csv_flatten(v, c->dialect.separator, c->column, c->ncolumns, c->prefix, f);
    case CUT_XML: return xml_flatten(v, c->prefix, f);
    case CUT_CEF: why = cef_flatten(v, f); break;
    case CUT_LEEF: why = leef_flatten(v, f); break;
    case CUT_MEMBERS:
    case CUT_COUNT: break;
    }
    for (size_t i = first; c->prefix.n && i < f->n; i++) {
        f->v[i].name = fields_join(f, c->prefix, f->v[i].name);
    }
    if (c->prefix.n) {
        fields_renamed(f, first);
    }
    return why;
}

static struct span taken(struct work *w, const struct cut *c, const struct okv *o)
{
    struct take_ctx ctx = {.arena = &w->arena,
                           .received = w->in->received,
                           .zone_s = w->in->zone_s,
                           .first = o,
                           .end = c->slot >= SLOT_PSEUDO ? w->fields.v + w->fields.n : o + 1};
    struct span v = o->v.s;

    for (size_t i = 0; i < c->ntakes; i++) {
        v = take_run(&c->take[i], v, &ctx);
    }
    return v;
}

// Each value under the name that its key says, in the order of the record: the first value behind a key,
// so that one whose object names no key is passed over.
static void cut_members(struct work *w, const struct cut *c)
{
    size_t end = w->fields.n;
    struct span key = SPAN_NONE;

    for (size_t i = 0; i < end; i++) {
        struct okv o = w->fields.v[i];

        if (span_eq(o.name, c->column[0])) {
            key = o.v.s;
        } else if (key.n && span_eq(o.name, c->column[1])) {
            (void)fields_add(&w->fields, fields_join(&w->fields, c->prefix, key), o.v);
            key = SPAN_NONE;
        }
    }
}

const char *cut_steps(struct work *w, const struct source *s)
{
    const char *why = NULL;

    for (size_t i = 0; i < s->ncuts; i++) {
        const struct okv *o = work_first(w, s->cut[i].slot);

        if (s->cut[i].as == CUT_MEMBERS) {
            cut_members(w, &s->cut[i]);
            fields_index(&w->fields);
        } else if (o && o->v.type == V_STR && o->v.s.n &&
                   conditions_hold(w, s->cut[i].condition, s->cut[i].nconditions)) {
            const char *wrong = cut_value(w, &s->cut[i], taken(w, &s->cut[i], o));

            why = wrong ? wrong : why;
            fields_index(&w->fields);
        }
    }
    return why;
}
