// corr_bind.c - correlation documents bound to the rules and correlations they refer to.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/set.h"

static const struct ynode *node_of(const struct entry *e)
{
    return y_get(e->root, "correlation");
}

// The reference `i` as the document names it: first "rules", then what an absence expects.
static const struct ynode *ref_node(const struct entry *e, size_t i)
{
    const struct ynode *list = y_get(node_of(e), "rules");

    return i < list->n ? list->item[i] : y_get(node_of(e), "expect")->item[i - list->n];
}

static int chain_fault(struct entry *e, const struct ynode *at, struct span name, struct err *err)
{
    return y_fault(e->docs, at, err, "sigma.chain",
                   "\"" SPAN_FMT
                   "\" refers back to this correlation, or the chain is longer than %d",
                   SPAN_ARG(name), CORR_DEPTH_MAX);
}

// A correlation that is referred to is bound first: what it says of its own is told when its turn comes.
static int bind_inner(struct ruleset *s, struct entry *e, const struct ynode *at, struct entry *r,
                      struct err *err)
{
    struct err why = ERR_INIT;

    if (r->rule.kind != RULE_CORRELATION) {
        return 0;
    }
    if (r->bind == BIND_NOW) {
        return chain_fault(e, at, y_text(at), err);
    }
    if (correlation_bind(s, r, &why)) {
        return strcmp(why.code, "sigma.chain") == 0
                   ? chain_fault(e, at, y_text(at), err)
                   : y_fault(e->docs, at, err, "sigma.reference",
                             "the correlation \"" SPAN_FMT "\" was refused", SPAN_ARG(y_text(at)));
    }
    if (r->depth == CORR_DEPTH_MAX) {
        return chain_fault(e, at, y_text(at), err);
    }
    e->depth = r->depth + 1 > e->depth ? r->depth + 1 : e->depth;
    return 0;
}

// One rule may call for itself: a sign of life that must come again.
static int check_twice(struct entry *e, size_t i, struct err *err)
{
    for (size_t k = 0; k < i; k++) {
        bool again = e->corr.type == CORR_ABSENCE && k < e->corr.nasks && i >= e->corr.nasks &&
                     e->corr.when == CORR_AFTER;

        if (e->ref[k] == e->ref[i] && !again) {
            return y_fault(e->docs, ref_node(e, i), err, "sigma.rules",
                           "the rule \"" SPAN_FMT "\" is named twice",
                           SPAN_ARG(y_text(ref_node(e, i))));
        }
    }
    return 0;
}

static int bind_ref(struct ruleset *s, struct entry *e, size_t i, struct err *err)
{
    const struct ynode *at = ref_node(e, i);
    struct span name = y_text(at);
    struct entry *r = name.n ? set_find(s, name) : NULL;
    int rc;

    if (!r) {
        return y_fault(e->docs, at, err, "sigma.reference",
                       "there is no rule \"" SPAN_FMT "\", or it was refused", SPAN_ARG(name));
    }
    if (r->filter) {
        return y_fault(e->docs, at, err, "sigma.reference",
                       "a correlation cannot refer to a filter");
    }
    rc = bind_inner(s, e, at, r, err);
    e->ref[i] = r;
    return rc ? rc : check_twice(e, i, err);
}

static int bind_refs(struct ruleset *s, struct entry *e, struct err *err)
{
    const struct ynode *expect = y_get(node_of(e), "expect");
    int rc = 0;

    e->corr.nasks = (uint32_t)y_get(node_of(e), "rules")->n;
    e->corr.nrefs = e->corr.nasks + (expect ? (uint32_t)expect->n : 0);
    e->depth = 1;
    for (size_t i = 0; i < e->corr.nrefs && rc == 0; i++) {
        rc = bind_ref(s, e, i, err);
    }
    return rc;
}

// ---- fields

static const struct ynode *alias_map(const struct entry *e, struct span field)
{
    const struct ynode *aliases = y_get(node_of(e), "aliases"), *map = NULL;

    for (size_t i = 0; aliases && aliases->type == Y_MAP && i < aliases->n; i++) {
        map = span_eq(aliases->key[i], field) ? aliases->item[i] : map;
    }
    return map;
}

// The field of reference `ref` that stands for `field`: its alias, or the name itself. False: the
// alias has none for this rule.
static bool alias_of(const struct entry *e, size_t ref, struct span field, struct span *ret)
{
    const struct ynode *map = alias_map(e, field);

    *ret = field;
    for (size_t i = 0; map && map->type == Y_MAP && i < map->n; i++) {
        bool mine = span_eq(map->key[i], y_text(ref_node(e, ref))) ||
                    span_eq_str(map->key[i], e->ref[ref]->name) ||
                    span_eq_str(map->key[i], e->ref[ref]->rule.id);

        if (mine && y_text(map->item[i]).n) {
            *ret = map->item[i]->text;
            return true;
        }
    }
    return map == NULL;
}

static int carry_of(struct ruleset *s, struct entry *r, struct span field);

// A correlation's result carries the fields of its events, so its rules have to carry them first. An
// alias without a field for one of the rules leaves that rule's own name.
static bool pass_on(struct ruleset *s, struct entry *r, struct span field)
{
    for (uint32_t i = 0; i < r->corr.nrefs; i++) {
        struct span name;
        int at;

        (void)alias_of(r, i, field, &name);
        at = carry_of(s, r->ref[i], name);
        if (at < 0) {
            return false;
        }
        r->corr.pass[i][r->rule.ncarry] = (uint8_t)at;
    }
    return true;
}

// The place of `field` among what hits of `r` carry; added when it is new. -1: no room.
static int carry_of(struct ruleset *s, struct entry *r, struct span field)
{
    bool event = r->rule.kind == RULE_EVENT;

    for (uint8_t i = 0; i < r->rule.ncarry; i++) {
        if (span_eq_str(field, r->rule.carry[i])) {
            return i;
        }
    }
    if (r->rule.ncarry == HIT_CARRY_MAX || (!event && !pass_on(s, r, field))) {
        return -1;
    }
    r->rule.carry[r->rule.ncarry] = arena_str(&s->arena, field);
    r->carry_name[r->rule.ncarry] =
        ctx_of(field) >= 0 || !event ? NAME_NONE : names_intern(&s->names, field);
    return r->rule.ncarry++;
}

static int bind_field(struct ruleset *s, struct entry *e, size_t ref, struct span field,
                      uint8_t *ret, struct err *err)
{
    const struct ynode *at = ref_node(e, ref);
    struct span name;
    int place;

    if (!alias_of(e, ref, field, &name)) {
        return y_fault(e->docs, alias_map(e, field), err, "sigma.alias",
                       "the alias \"" SPAN_FMT "\" has no field for the rule \"" SPAN_FMT "\"",
                       SPAN_ARG(field), SPAN_ARG(y_text(at)));
    }
    place = carry_of(s, e->ref[ref], name);
    if (place < 0) {
        return y_fault(e->docs, at, err, "sigma.group",
                       "the correlations over this rule need more than %d of its fields",
                       HIT_CARRY_MAX);
    }
    *ret = (uint8_t)place;
    return 0;
}

static int check_aliases(struct entry *e, struct err *err)
{
    const struct ynode *aliases = y_get(node_of(e), "aliases");

    if (y_is_null(aliases)) {
        return 0;
    }
    if (aliases->type != Y_MAP) {
        return y_fault(e->docs, aliases, err, "sigma.alias", "\"aliases\" must be a map");
    }
    for (size_t i = 0; i < aliases->n; i++) {
        if (aliases->item[i]->type != Y_MAP) {
            return y_fault(e->docs, aliases->item[i], err, "sigma.alias",
                           "an alias is a map of rule name to field");
        }
    }
    return 0;
}

static int bind_fields(struct ruleset *s, struct entry *e, size_t r, struct err *err)
{
    const struct ynode *field = y_get(y_get(node_of(e), "condition"), "field");
    int rc = 0;

    for (uint32_t g = 0; rc == 0 && g < e->corr.ngroup; g++) {
        rc = bind_field(s, e, r, span_str(e->corr.group_name[g]), &e->corr.group[r][g], err);
    }
    for (uint32_t v = 0; rc == 0 && v < e->corr.nvalues; v++) {
        struct span name = y_text(field->type == Y_LIST ? field->item[v] : field);

        rc = bind_field(s, e, r, name, &e->corr.value[r][v], err);
    }
    return rc;
}

// ---- a condition over rule names

static int bind_expr(struct ruleset *s, struct entry *e, struct err *err)
{
    const struct ynode *cond = y_get(node_of(e), "condition");
    struct build b = {.s = s, .e = e, .docs = e->docs, .err = err};
    struct node *leaf;

    if (!cond || cond->type != Y_SCALAR) {
        return 0;
    }
    b.sel = arena_array(&s->arena, (size_t)2 * e->corr.nrefs, sizeof(*b.sel));
    leaf = arena_array(&s->arena, e->corr.nrefs, sizeof(*leaf));
    for (uint32_t i = 0; b.sel && leaf && i < e->corr.nrefs; i++) {
        struct span name = y_text(ref_node(e, i)), own = span_str(e->ref[i]->name);

        leaf[i] = (struct node){.op = NODE_LEAF, .leaf = i};
        b.sel[b.nsel].name = name;
        b.sel[b.nsel++].node = &leaf[i];
        if (own.n && !span_eq(own, name)) {
            b.sel[b.nsel].name = own;
            b.sel[b.nsel++].node = &leaf[i];
        }
    }
    e->corr.expr = b.nsel ? build_condition(&b, cond) : NULL;
    return e->corr.expr ? 0 : err->rc ? err->rc : E_LIMIT;
}

static int bind(struct ruleset *s, struct entry *e, struct err *err)
{
    int rc = check_aliases(e, err);

    rc = rc ? rc : bind_refs(s, e, err);
    for (size_t r = 0; rc == 0 && r < e->corr.nrefs; r++) {
        rc = bind_fields(s, e, r, err);
    }
    rc = rc ? rc : bind_expr(s, e, err);
    for (size_t r = 0; rc == 0 && r < e->corr.nrefs; r++) {
        e->ref[r]->used = true;
        e->ref[r]->wanted |= e->generate;
    }
    e->rule.correlation = &e->corr;
    return rc;
}

int correlation_bind(struct ruleset *s, struct entry *e, struct err *err)
{
    int rc;

    if (e->bind == BIND_DONE) {
        return 0;
    }
    e->bind = BIND_NOW;
    rc = bind(s, e, err);
    e->bind = rc ? BIND_NOT : BIND_DONE;
    return rc;
}
