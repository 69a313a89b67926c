// rule_view.c - which rules need the engine; the fields of a match.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/rule_view.h"

#include <stdlib.h>

#include "core/detect/set.h"

enum { VALUES_MAX = 64 };

// Whether the carried value `i` of a rule's hits is one that only the engine knows.
static bool carries_context(const struct ruleset *s, const struct rule *r, uint8_t i)
{
    const struct correlation *c = r->correlation;

    if (!c) {
        return ctx_of(span_str(r->carry[i])) >= 0;
    }
    for (uint32_t k = 0; k < c->nrefs; k++) {
        if (carries_context(s, ruleset_rule(s, c->ref[k]), c->pass[k][i])) {
            return true;
        }
    }
    return false;
}

static bool by_context(const struct ruleset *s, const struct rule *r)
{
    const struct correlation *c = r->correlation;

    for (uint32_t i = 0; c && i < c->nrefs; i++) {
        const struct rule *ref = ruleset_rule(s, c->ref[i]);

        if (by_context(s, ref)) {
            return true;
        }
        for (uint32_t g = 0; g < c->ngroup; g++) {
            if (carries_context(s, ref, c->group[i][g])) {
                return true;
            }
        }
        for (uint32_t v = 0; v < c->nvalues; v++) {
            if (carries_context(s, ref, c->value[i][v])) {
                return true;
            }
        }
    }
    return r->needs_context;
}

bool *rule_view_context(const struct ruleset *s)
{
    size_t n = ruleset_count(s);
    bool *mark = calloc(n + 1, sizeof(*mark));

    for (uint32_t i = 0; mark && i < n; i++) {
        mark[i] = by_context(s, ruleset_rule(s, i));
    }
    return mark;
}

size_t rule_view_documents(const struct ruleset *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->nentries; i++) {
        n += !s->entry[i]->refused;
    }
    return n;
}

static void put_value(struct jsonw *w, const struct fval *v)
{
    switch (v->type) {
    case V_STR: jsonw_str(w, v->s); break;
    case V_INT:
    case V_UINT:
    case V_FLOAT:
    case V_BOOL: jsonw_raw(w, v->s); break;
    case V_NULL:
    case V_ABSENT: jsonw_raw(w, v->s.n ? v->s : SPAN_LIT("null")); break;
    }
}

static void put_values(struct jsonw *w, struct span name, const struct fval *v, size_t n)
{
    jsonw_key(w, name);
    if (n == 1) {
        put_value(w, v);
        return;
    }
    jsonw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        put_value(w, &v[i]);
    }
    jsonw_close(w, ']');
}

static bool named_before(const struct program *p, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (p->leaf[k].name == p->leaf[i].name) {
            return true;
        }
    }
    return false;
}

void rule_view_fields(struct jsonw *w, const struct ruleset *s, const struct rule *r,
                      const struct event *ev)
{
    const struct program *p = r->program;
    struct fval v[VALUES_MAX];

    jsonw_open(w, '{');
    for (size_t i = 0; i < p->nleaves; i++) {
        uint32_t name = p->leaf[i].name;
        size_t n;

        if (name >= s->names.n || named_before(p, i)) {
            continue;
        }
        n = event_values(ev, s->names.name[name], v, VALUES_MAX);
        if (n) {
            put_values(w, s->names.name[name], v, n < VALUES_MAX ? n : VALUES_MAX);
        } else if (span_eq_str(s->names.name[name], "fab.kind")) {
            jsonw_kstr(w, "fab.kind", span_str(kind_name(ev->kind)));
        }
    }
    jsonw_close(w, '}');
}

void rule_view_group(struct jsonw *w, const struct rule *r, const struct span *value)
{
    jsonw_open(w, '{');
    for (uint32_t g = 0; g < r->correlation->ngroup; g++) {
        jsonw_kstr(w, r->correlation->group_name[g], value[g]);
    }
    jsonw_close(w, '}');
}
