// build_leaf.c - a key and its values to a leaf.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/modifier.h"

struct tests {
    struct test *at;
    size_t n, cap;
};

static struct test *add_test(struct build *b, struct tests *t, enum test_kind kind)
{
    t->at = arena_grow(&b->s->arena, t->at, t->n, &t->cap, sizeof(*t->at));
    if (!t->at) {
        err_set(b->err, E_LIMIT, "sigma.limit", "the rule set is too large");
        return NULL;
    }
    t->at[t->n] = (struct test){.kind = kind};
    return &t->at[t->n++];
}

// Whether the modifiers say at most where the text stands; keywords stand anywhere.
static bool only_place(const struct modifiers *m, bool *front, bool *back)
{
    bool only = true;

    *front = *back = m->field.n == 0;
    for (size_t i = 0; i < m->n; i++) {
        enum modifier x = m->mod[i];

        *front |= x == MOD_CONTAINS || x == MOD_ENDSWITH;
        *back |= x == MOD_CONTAINS || x == MOD_STARTSWITH;
        only = only && x <= MOD_NEQ; // those up to it stand first in modifier.def
    }
    return only;
}

// Most values are plain texts. False: this one is not.
static bool add_plain(struct build *b, const struct modifiers *m, const struct ynode *value,
                      struct tests *t)
{
    bool front, back;
    struct pattern p;
    struct test *x;
    int64_t i;

    if (!only_place(m, &front, &back) || value->text.n > VALUE_MAX ||
        !pattern_make_plain(&b->s->arena, value->text, m->cased, front, back, &p)) {
        return false;
    }
    x = add_test(b, t, TEST_TEXT);
    if (x) {
        x->text = p;
        x->whole = m->n == (size_t)(m->all + m->neq + m->cased) && y_int(value, &i);
        x->i = x->whole ? i : 0;
    }
    return x != NULL;
}

static int add_text(struct build *b, const struct modifiers *m, const struct ynode *value,
                    struct tests *t)
{
    struct variants v;
    bool plain = m->n == (size_t)(m->all + m->neq + m->cased), ok;
    int64_t i;

    if (add_plain(b, m, value, t)) {
        return 0;
    }
    ok = modifiers_apply(b, m, value, &v);
    for (size_t k = 0; ok && k < v.n; k++) {
        struct test *x = add_test(b, t, TEST_TEXT);
        char why[160];

        if (!x) {
            return E_LIMIT;
        }
        if (m->field.n == 0) { // keywords stand anywhere in a text
            v.at[k] = units_wrap(&b->s->value, v.at[k], true, true);
        }
        if (!pattern_make(&b->s->regexes, &b->s->arena, v.at[k], m->cased, &x->text, why)) {
            return y_fault(b->docs, value, b->err, "sigma.value", "%s",
                           why[0] ? why : "the rule set is too large");
        }
        x->more = k > 0;
        x->whole = plain && y_int(value, &i);
        x->i = x->whole ? i : 0;
    }
    return ok ? 0 : b->err->rc;
}

static int add_regex(struct build *b, const struct modifiers *m, const struct ynode *value,
                     struct tests *t)
{
    struct test *x = add_test(b, t, TEST_REGEX);
    char why[160];
    size_t at;

    if (!x) {
        return E_LIMIT;
    }
    x->re = regex_compile(&b->s->regexes, &b->s->arena, value->text, m->regex, why, &at);
    if (!x->re) {
        return y_fault(b->docs, value, b->err, "sigma.regex",
                       "the expression is not accepted at its byte %zu: %s", at + 1, why);
    }
    return 0;
}

static int add_field(struct build *b, const struct modifiers *m, const struct ynode *value,
                     struct tests *t)
{
    struct test *x = add_test(b, t, TEST_FIELD);

    if (!x) {
        return E_LIMIT;
    }
    if (value->text.n == 0 || ctx_of(value->text) >= 0) {
        return y_fault(b->docs, value, b->err, "sigma.fieldref",
                       "fieldref must name another field of the event");
    }
    x->other = names_intern(&b->s->names, value->text);
    x->cased = m->cased;
    for (size_t i = 0; i < m->n; i++) {
        x->front |= m->mod[i] == MOD_CONTAINS || m->mod[i] == MOD_ENDSWITH;
        x->back |= m->mod[i] == MOD_CONTAINS || m->mod[i] == MOD_STARTSWITH;
    }
    return 0;
}

static int add_prefix(struct build *b, const struct ynode *value, struct span text, bool more,
                      struct tests *t)
{
    struct test *x = add_test(b, t, TEST_CIDR);

    if (!x) {
        return E_LIMIT;
    }
    x->more = more;
    return cidr_read(text, &x->cidr)
               ? 0
               : y_fault(b->docs, value, b->err, "sigma.cidr",
                         "\"" SPAN_FMT
                         "\" is no IP prefix (address/bits, nothing set behind the bits)",
                         SPAN_ARG(text));
}

// Wildcards have no meaning in a prefix; a list of the site may stand in it.
static int add_cidr(struct build *b, const struct modifiers *m, const struct ynode *value,
                    struct tests *t)
{
    struct variants v;
    int rc = 0;

    if (m->n == (size_t)(1 + m->all + m->neq)) {
        return add_prefix(b, value, value->text, false, t);
    }
    if (!modifiers_apply(b, m, value, &v)) {
        return b->err->rc;
    }
    for (size_t k = 0; k < v.n && rc == 0; k++) {
        char *text = arena_alloc(&b->s->arena, v.at[k].n + 1);

        for (size_t i = 0; text && i < v.at[k].n; i++) {
            text[i] = v.at[k].u[i] < 256 ? (char)v.at[k].u[i] : '*';
        }
        rc = add_prefix(b, value, span_of(text, text ? v.at[k].n : 0), k > 0, t);
    }
    return rc;
}

static int add_other(struct build *b, const struct modifiers *m, const struct ynode *value,
                     struct tests *t)
{
    struct test *x = add_test(b, t, m->shape == SHAPE_EXISTS ? TEST_EXISTS : TEST_NUMBER);

    if (!x) {
        return E_LIMIT;
    }
    if (m->shape == SHAPE_EXISTS) {
        return y_bool(value, &x->exists)
                   ? 0
                   : y_fault(b->docs, value, b->err, "sigma.exists", "exists takes true or false");
    }
    x->cmp = m->cmp;
    x->part = m->part;
    if (!number_read(value->text, &x->num) || (m->part && !x->num.whole)) {
        return y_fault(b->docs, value, b->err, "sigma.number", "\"" SPAN_FMT "\" is no %snumber",
                       SPAN_ARG(value->text), m->part ? "whole " : "");
    }
    return 0;
}

static bool transforms(const struct modifiers *m)
{
    return m->n > (size_t)(m->all + m->neq + m->cased);
}

static int add_value(struct build *b, const struct modifiers *m, const struct ynode *value,
                     struct tests *t)
{
    if (value->type != Y_SCALAR) {
        return y_fault(b->docs, value, b->err, "sigma.value",
                       "a field is compared with single values, not with lists or maps of them");
    }
    if (y_is_null(value)) {
        if (transforms(m) || m->field.n == 0) {
            return y_fault(b->docs, value, b->err, "sigma.null",
                           m->field.n ? "null cannot be combined with this modifier"
                                      : "null is no keyword");
        }
        return add_test(b, t, TEST_NULL) ? 0 : E_LIMIT;
    }
    switch (m->shape) {
    case SHAPE_TEXT: return add_text(b, m, value, t);
    case SHAPE_REGEX: return add_regex(b, m, value, t);
    case SHAPE_FIELD: return add_field(b, m, value, t);
    case SHAPE_CIDR: return add_cidr(b, m, value, t);
    default: return add_other(b, m, value, t);
    }
}

static int add_values(struct build *b, const struct modifiers *m, const struct ynode *value,
                      struct tests *t)
{
    if (value->type != Y_LIST) {
        return add_value(b, m, value, t);
    }
    if (value->n == 0) {
        return y_fault(b->docs, value, b->err, "sigma.value", "the list of values is empty");
    }
    for (size_t i = 0; i < value->n; i++) {
        int rc = add_value(b, m, value->item[i], t);

        if (rc) {
            return rc;
        }
    }
    return 0;
}

// A misspelt kind would never match anything, so it is refused.
static int check_kinds(struct build *b, const struct modifiers *m, const struct ynode *value)
{
    size_t n = value->type == Y_LIST ? value->n : 1;

    for (size_t i = 0; i < n && !transforms(m); i++) {
        const struct ynode *v = value->type == Y_LIST ? value->item[i] : value;

        if (span_find(v->text, '*') == v->text.n && kind_of(v->text) < 0) {
            return y_fault(b->docs, v, b->err, "sigma.kind", "\"" SPAN_FMT "\" is no kind of event",
                           SPAN_ARG(v->text));
        }
    }
    return 0;
}

static int name_leaf(struct build *b, const struct modifiers *m, const struct ynode *at,
                     struct leaf *l)
{
    int ctx = ctx_of(m->field);

    if (m->field.n == 0) {
        l->name = NAME_KEYWORD;
        if (m->shape != SHAPE_TEXT && m->shape != SHAPE_REGEX) {
            return y_fault(b->docs, at, b->err, "sigma.modifier",
                           "keywords can be texts or expressions only");
        }
        return 0;
    }
    if (ctx >= 0) {
        l->name = NAME_CONTEXT;
        l->ctx = (enum ctx)ctx;
        if (m->shape == SHAPE_FIELD) {
            return y_fault(b->docs, at, b->err, "sigma.context",
                           "a context field cannot be compared with another field");
        }
        return 0;
    }
    if (span_starts(m->field, SPAN_LIT("fab.ctx."))) {
        return y_fault(b->docs, at, b->err, "sigma.context", "\"" SPAN_FMT "\" is no context field",
                       SPAN_ARG(m->field));
    }
    l->name = names_intern(&b->s->names, m->field);
    return l->name == NAME_NONE ? err_set(b->err, E_LIMIT, "sigma.limit", "too many field names")
                                : 0;
}

static const struct node *new_leaf(struct build *b, struct leaf l, bool neq)
{
    struct program *p = &b->e->program;
    struct node *n = arena_alloc(&b->s->arena, sizeof(*n));
    const struct node *child = n;

    p->leaf = arena_grow(&b->s->arena, p->leaf, p->nleaves, &b->cleaves, sizeof(*p->leaf));
    if (!p->leaf || !n) {
        err_set(b->err, E_LIMIT, "sigma.limit", "the rule set is too large");
        return NULL;
    }
    p->leaf[p->nleaves] = l;
    p->ncontext += l.name == NAME_CONTEXT;
    *n = (struct node){.op = NODE_LEAF, .leaf = (uint32_t)p->nleaves++};
    return neq ? build_node(b, NODE_NOT, &child, 1) : n;
}

static const struct node *make(struct build *b, struct span key, const struct ynode *at,
                               const struct ynode *value)
{
    struct modifiers m;
    struct tests t = {0};
    struct leaf l = {0};

    t.cap = value->type == Y_LIST && value->n ? value->n : 1; // more where a value becomes several
    t.at = arena_array(&b->s->arena, t.cap, sizeof(*t.at));
    if (!t.at) {
        err_set(b->err, E_LIMIT, "sigma.limit", "the rule set is too large");
        return NULL;
    }
    if (modifiers_read(b, key, at, &m) || name_leaf(b, &m, at, &l) ||
        (span_eq_str(m.field, "fab.kind") && check_kinds(b, &m, value)) ||
        add_values(b, &m, value, &t)) {
        return NULL;
    }
    l.all = m.all;
    l.test = t.at;
    l.ntests = (uint32_t)t.n;
    return new_leaf(b, l, m.neq);
}

const struct node *build_leaf(struct build *b, const struct ynode *map, size_t item)
{
    struct ynode at = {.line = map->key_line[item], .col = map->col};

    return make(b, map->key[item], &at, map->item[item]);
}

const struct node *build_keywords(struct build *b, const struct ynode *list)
{
    return make(b, SPAN_NONE, list, list);
}
