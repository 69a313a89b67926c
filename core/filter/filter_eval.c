// filter_eval.c - a compiled filter over one event.
// SPDX-License-Identifier: Apache-2.0
#include "core/filter/filter_impl.h"

// `source`, `kind` and `@timestamp` are the event's own; all other names are fields.
static size_t values_of(const struct event *ev, struct span name, struct fval *out)
{
    if (span_eq_str(name, "source")) {
        out[0] = (struct fval){.type = V_STR, .s = span_str(ev->source)};
        return 1;
    }
    if (span_eq_str(name, "kind")) {
        out[0] = (struct fval){.type = V_STR, .s = span_str(kind_name(ev->kind))};
        return 1;
    }
    if (span_eq_str(name, "@timestamp")) {
        out[0] = (struct fval){.type = V_INT, .i = ev->time};
        return 1;
    }
    return event_values(ev, name, out, FILTER_VALUES_MAX);
}

static bool whole_of(const struct fval *v, int64_t *ret)
{
    if (v->type == V_INT || (v->type == V_UINT && v->i >= 0)) {
        *ret = v->i;
        return true;
    }
    return v->type == V_STR && span_i64(v->s, ret);
}

static int sign(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

// Order of the value and one end; `equal` asks for equality of texts without case.
static int order(const struct filter_node *t, const struct fval *v, struct span end, int64_t iend,
                 bool equal)
{
    int64_t i;

    if (t->whole && whole_of(v, &i)) {
        return sign(i, iend);
    }
    if (equal && span_eq_nocase(v->s, end)) {
        return 0;
    }
    return span_cmp(v->s, end);
}

static bool in_range(const struct filter_node *t, const struct fval *v)
{
    return order(t, v, t->low, t->ilow, false) >= 0 && order(t, v, t->high, t->ihigh, false) <= 0;
}

static bool matches(struct filter *f, const struct filter_node *t, struct span s)
{
    int rc = pcre2_match(t->re, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, 0, 0, f->match, f->limits);

    f->undecided = f->undecided || (rc < 0 && rc != PCRE2_ERROR_NOMATCH);
    return rc >= 0;
}

static bool passes(struct filter *f, const struct filter_node *t, const struct fval *v)
{
    switch (t->op) {
    case F_EQ: return order(t, v, t->low, t->ilow, true) == 0;
    case F_LT: return order(t, v, t->low, t->ilow, false) < 0;
    case F_LE: return order(t, v, t->low, t->ilow, false) <= 0;
    case F_GT: return order(t, v, t->low, t->ilow, false) > 0;
    case F_GE: return order(t, v, t->low, t->ilow, false) >= 0;
    case F_RANGE: return in_range(t, v);
    case F_MATCH: return matches(f, t, v->s);
    default: return v->type != V_ABSENT; // F_THERE
    }
}

static bool test(struct filter *f, const struct filter_node *t, const struct event *ev)
{
    struct fval v[FILTER_VALUES_MAX];
    size_t n = values_of(ev, t->field, v);

    for (size_t i = 0; i < n && i < FILTER_VALUES_MAX; i++) {
        if (passes(f, t, &v[i])) {
            return true;
        }
    }
    return false;
}

void filter_want(const struct filter *f, struct wants *w)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->node[i].op > F_NOT) {
            (void)wants_add(w, f->node[i].field);
        }
    }
}

uint64_t filter_faults(const struct filter *f)
{
    return f->faults;
}

bool filter_match(struct filter *f, const struct event *ev)
{
    bool stack[FILTER_NODES_MAX];
    size_t n = 0;

    f->undecided = false;
    for (size_t i = 0; i < f->n; i++) {
        const struct filter_node *t = &f->node[i];

        if (t->op == F_NOT) {
            stack[n - 1] = !stack[n - 1];
        } else if (t->op == F_AND) {
            n--;
            stack[n - 1] = stack[n - 1] && stack[n];
        } else if (t->op == F_OR) {
            n--;
            stack[n - 1] = stack[n - 1] || stack[n];
        } else {
            stack[n++] = test(f, t, ev);
        }
    }
    f->faults += f->undecided;
    return stack[0] && !f->undecided;
}
