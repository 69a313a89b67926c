// leaf.c - one leaf against the values of its field.
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "core/detect/leaf_texts.h"

_Static_assert((int)VALUE_PAD >= (int)PATTERN_PAD, "a folded value is read so far beyond its end");

bool number_read(struct span s, struct number *ret)
{
    char text[64];
    char *end;
    int64_t i;
    uint64_t u;

    *ret = (struct number){.whole = true};
    if (span_i64(s, &i)) {
        ret->i = i;
    } else if (span_u64(s, &u)) {
        ret->i = u;
    } else if (s.n == 0 || s.n >= sizeof(text)) {
        return false;
    } else {
        ret->whole = false;
        memcpy(text, s.p, s.n);
        text[s.n] = '\0';
        ret->d = strtod(text, &end);
        return end == text + s.n && isfinite(ret->d) && text[0] > ' ';
    }
    ret->d = (double)ret->i;
    return true;
}

static bool number_of(const struct fval *v, struct number *ret)
{
    if (v->type == V_INT || v->type == V_UINT) {
        ret->whole = true;
        ret->i = v->type == V_UINT ? (__int128)(uint64_t)v->i : v->i;
        ret->d = (double)ret->i;
        return true;
    }
    return (v->type == V_STR || v->type == V_FLOAT) && number_read(v->s, ret);
}

static bool compare(enum cmp op, const struct number *a, const struct number *b)
{
    bool whole = a->whole && b->whole;
    int c = whole ? (a->i > b->i) - (a->i < b->i) : (a->d > b->d) - (a->d < b->d);

    switch (op) {
    case CMP_GTE: return c >= 0;
    case CMP_GT: return c > 0;
    case CMP_LTE: return c <= 0;
    case CMP_LT: return c < 0;
    case CMP_EQ: return c == 0;
    case CMP_NEQ: return c != 0;
    }
    return false;
}

struct span value_fold(struct value *v, const struct leaf_tools *t)
{
    char *p = arena_room(t->scratch, v->v.s.n + VALUE_PAD);

    if (!p) {
        ++*t->faults;
        return SPAN_NONE;
    }
    memset(p + v->v.s.n, 0, VALUE_PAD);
    v->ascii = fold_ascii(p, v->v.s);
    v->low = span_of(p, v->v.s.n);
    return v->low;
}

static enum tri tri_of(int rc, const struct leaf_tools *t)
{
    if (rc < 0) {
        ++*t->faults;
        return TRI_UNKNOWN;
    }
    return rc ? TRI_YES : TRI_NO;
}

static enum tri test_text(const struct test *x, struct value *v, const struct leaf_tools *t)
{
    struct span low = x->text.cased ? SPAN_NONE : value_low(v, t);
    struct number n;
    int rc;

    if (x->text.beyond && (v->ascii || v->v.s.n == 0)) {
        return TRI_NO;
    }
    rc = pattern_match(&x->text, t->regex, v->v.s, low);
    if (rc == 0 && x->whole && v->v.type == V_FLOAT && number_of(&v->v, &n)) {
        rc = !n.whole && n.d == (double)x->i;
    }
    return tri_of(rc, t);
}

static bool holds(struct span whole, struct span part, bool front, bool back)
{
    if (front && back) {
        return part.n == 0 || span_find_span(whole, part) < whole.n;
    }
    return front ? span_ends(whole, part) : back ? span_starts(whole, part) : span_eq(whole, part);
}

static enum tri test_field(const struct test *x, struct value *v, const struct leaf_tools *t)
{
    struct values o = t->field ? t->field(t->ctx, x->other) : (struct values){0};

    for (size_t i = 0; i < o.n; i++) {
        bool same;

        if (o.at[i].v.type == V_NULL) {
            continue;
        }
        same = x->cased ? holds(v->v.s, o.at[i].v.s, x->front, x->back)
                        : holds(value_low(v, t), value_low(&o.at[i], t), x->front, x->back);
        if (same) {
            return TRI_YES;
        }
    }
    return TRI_NO;
}

static enum tri test_value(const struct test *x, struct value *v, const struct leaf_tools *t)
{
    struct netaddr a;
    struct number n;

    switch (x->kind) {
    case TEST_TEXT: return test_text(x, v, t);
    case TEST_REGEX: return tri_of(regex_find(x->re, t->regex, v->v.s), t);
    case TEST_CIDR: return netaddr_read(v->v.s, &a) && cidr_has(&x->cidr, &a) ? TRI_YES : TRI_NO;
    case TEST_NUMBER:
        return (x->part ? time_part_of(v->v.s, x->part, &n) : number_of(&v->v, &n)) &&
                       compare(x->cmp, &n, &x->num)
                   ? TRI_YES
                   : TRI_NO;
    case TEST_FIELD: return test_field(x, v, t);
    case TEST_NULL:
    case TEST_EXISTS: break;
    }
    return TRI_NO;
}

static bool all_null(struct values v)
{
    for (size_t i = 0; i < v.n; i++) {
        if (v.at[i].v.type != V_NULL) {
            return false;
        }
    }
    return true;
}

static enum tri test_values(const struct test *x, struct values v, const struct leaf_tools *t)
{
    enum tri acc = TRI_NO;

    if (x->kind == TEST_NULL) {
        return all_null(v) ? TRI_YES : TRI_NO;
    }
    if (x->kind == TEST_EXISTS) {
        return (v.n > 0) == x->exists ? TRI_YES : TRI_NO;
    }
    for (size_t i = 0; i < v.n; i++) {
        enum tri r = v.at[i].v.type == V_NULL ? TRI_NO : test_value(x, &v.at[i], t);

        if (r == TRI_YES) {
            return TRI_YES;
        }
        acc = r == TRI_UNKNOWN ? TRI_UNKNOWN : acc;
    }
    return acc;
}

// Most tests are of this form, and most fields have one value.
static inline enum tri test_eval(const struct test *x, struct values v, const struct leaf_tools *t)
{
    if (v.n == 1 && x->kind == TEST_TEXT && pattern_short(&x->text) && v.at->v.type != V_NULL &&
        v.at->v.type != V_FLOAT) {
        struct span text = x->text.cased ? v.at->v.s : value_low(v.at, t);

        return pattern_match_short(&x->text, text) ? TRI_YES : TRI_NO;
    }
    return test_values(x, v, t);
}

// Any of a long list: with one of many texts, or with what is not among them.
static enum tri texts_eval(const struct leaf *l, struct values v, const struct leaf_tools *t)
{
    enum tri acc = TRI_NO;

    for (size_t i = 0; i < v.n; i++) {
        if (v.at[i].v.type != V_NULL && leaf_texts_hold(l->texts, &v.at[i], t)) {
            return TRI_YES;
        }
    }
    for (uint32_t i = 0; acc != TRI_YES && i < l->texts->nrest; i++) {
        enum tri r = test_eval(&l->test[l->texts->rest[i]], v, t);

        acc = r == TRI_NO ? acc : r;
    }
    return acc;
}

enum tri leaf_eval(const struct leaf *l, struct values v, const struct leaf_tools *t)
{
    enum tri stop = l->all ? TRI_NO : TRI_YES, acc = tri_not(stop);

    if (l->texts) {
        return texts_eval(l, v, t);
    }
    for (uint32_t i = 0; i < l->ntests;) {
        enum tri one = TRI_NO;

        do { // one value of the rule with its alternatives
            enum tri r = one == TRI_YES ? TRI_YES : test_eval(&l->test[i], v, t);

            one = r == TRI_NO ? one : r;
            i++;
        } while (i < l->ntests && l->test[i].more);
        if (one == stop) {
            return stop;
        }
        acc = one == TRI_UNKNOWN ? TRI_UNKNOWN : acc;
    }
    return acc;
}

enum tri leaf_on_nothing(const struct leaf *l)
{
    uint64_t faults = 0;
    struct leaf_tools t = {.faults = &faults};

    return l->name == NAME_CONTEXT ? TRI_UNKNOWN : leaf_eval(l, (struct values){0}, &t);
}
