// detection.c - the `detection` of a rule to a program.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/set.h"

const struct node *build_node(struct build *b, enum node_op op, const struct node **child, size_t n)
{
    struct node *node;

    if (n == 1 && op != NODE_NOT) {
        return child[0];
    }
    node = arena_alloc(&b->s->arena, sizeof(*node));
    if (node) {
        *node = (struct node){.op = op, .n = n};
        node->child = arena_array(&b->s->arena, n, sizeof(const struct node *));
    }
    if (!node || !node->child) {
        err_set(b->err, E_LIMIT, "sigma.limit", "the rule set is too large");
        return NULL;
    }
    memcpy(node->child, child, n * sizeof(const struct node *));
    return node;
}

static const struct node *selection_map(struct build *b, const struct ynode *map)
{
    const struct node **child;

    if (map->n == 0) {
        y_fault(b->docs, map, b->err, "sigma.selection", "the selection is empty");
        return NULL;
    }
    child = arena_array(&b->s->arena, map->n, sizeof(const struct node *));
    for (size_t i = 0; child && i < map->n; i++) {
        child[i] = build_leaf(b, map, i);
        if (!child[i]) {
            return NULL;
        }
    }
    return child ? build_node(b, NODE_AND, child, map->n) : NULL;
}

// A list is OR: maps beside one another, or keywords; both may be mixed.
static const struct node *selection_list(struct build *b, const struct ynode *list)
{
    struct ynode words = *list;
    const struct node **child;
    size_t n = 0;

    child = arena_array(&b->s->arena, list->n + 1, sizeof(const struct node *));
    words.item = arena_array(&b->s->arena, list->n + 1, sizeof(struct ynode *));
    words.n = 0;
    if (!child || !words.item) {
        return NULL;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (list->item[i]->type != Y_MAP) {
            words.item[words.n++] = list->item[i];
            continue;
        }
        child[n] = selection_map(b, list->item[i]);
        if (!child[n]) {
            return NULL;
        }
        n++;
    }
    if (words.n || list->n == 0) {
        child[n] = build_keywords(b, &words);
        if (!child[n]) {
            return NULL;
        }
        n++;
    }
    return build_node(b, NODE_OR, child, n);
}

static int add_selection(struct build *b, struct span name, const struct ynode *value)
{
    const struct node *n = value->type == Y_MAP    ? selection_map(b, value)
                           : value->type == Y_LIST ? selection_list(b, value)
                                                   : build_keywords(b, value);

    if (!n) {
        return b->err->rc ? b->err->rc : E_LIMIT;
    }
    b->sel = arena_grow(&b->s->arena, b->sel, b->nsel, &b->csel, sizeof(*b->sel));
    if (!b->sel) {
        return err_set(b->err, E_LIMIT, "sigma.limit", "the rule set is too large");
    }
    b->sel[b->nsel++] = (struct selection){name, n};
    return 0;
}

// A list of conditions: each is a search of its own, so the rule matches when any does.
static const struct node *conditions(struct build *b, const struct ynode *cond)
{
    const struct node **child;

    if (cond->type != Y_LIST) {
        return build_condition(b, cond);
    }
    child = arena_array(&b->s->arena, cond->n + 1, sizeof(const struct node *));
    for (size_t i = 0; child && i < cond->n; i++) {
        child[i] = build_condition(b, cond->item[i]);
        if (!child[i]) {
            return NULL;
        }
    }
    if (!child || cond->n == 0) {
        y_fault(b->docs, cond, b->err, "sigma.condition", "the list of conditions is empty");
        return NULL;
    }
    return build_node(b, NODE_OR, child, cond->n);
}

static int read_selections(struct build *b, const struct ynode *det)
{
    for (size_t i = 0; i < det->n; i++) {
        struct span name = det->key[i];
        struct ynode at = {.line = det->key_line[i], .col = det->col};
        int rc;

        if (span_eq_str(name, "condition") || (b->filter && span_eq_str(name, "rules"))) {
            continue;
        }
        if (span_eq_str(name, "timeframe")) {
            return y_fault(b->docs, &at, b->err, "sigma.timeframe",
                           "timeframe is no longer Sigma: write a correlation");
        }
        if (name.n == 0) {
            return y_fault(b->docs, &at, b->err, "sigma.selection", "a selection has no name");
        }
        rc = add_selection(b, name, det->item[i]);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

static enum tri nothing_leaf(void *ctx, uint32_t index)
{
    const struct program *p = ctx;

    return leaf_on_nothing(&p->leaf[index]);
}

// A rule over context must be narrowed by what the event itself says: with every leaf over the event
// false the answer must already be no, or it would be asked for every event of the log source.
static int check_context(struct build *b, const struct ynode *at)
{
    struct program *p = &b->e->program;
    struct leaf_env env = {nothing_leaf, p};

    if (p->ncontext == 0) {
        return 0;
    }
    if (p->nleaves > CONTEXT_LEAVES_MAX) {
        return y_fault(b->docs, at, b->err, "sigma.context",
                       "a rule over context may have %d field tests, this one has %zu",
                       CONTEXT_LEAVES_MAX, p->nleaves);
    }
    if (node_eval(p->root, &env) != TRI_NO) {
        return y_fault(b->docs, at, b->err, "sigma.context",
                       "the rule would ask the engine for every event of its log source: join its "
                       "context fields by \"and\" with a selection over the event");
    }
    return 0;
}

// The selections and the condition of `det` as a tree over the entry's leaves.
static const struct node *read_search(struct build *b, const struct ynode *det)
{
    const struct ynode *cond = y_get(det, "condition");
    const struct node *root;

    if (read_selections(b, det)) {
        return NULL;
    }
    if (!cond) {
        y_fault(b->docs, det, b->err, "sigma.condition", "the condition is missing");
        return NULL;
    }
    if (b->nsel == 0) {
        y_fault(b->docs, det, b->err, "sigma.selection", "there is no selection");
        return NULL;
    }
    root = conditions(b, cond);
    if (!root && !b->err->rc) {
        err_set(b->err, E_LIMIT, "sigma.limit", "the rule set is too large");
    }
    return root;
}

int detection_compile(struct ruleset *s, struct entry *e, struct err *err)
{
    struct build b = {.s = s, .e = e, .docs = e->docs, .err = err};
    struct ynode *det = NULL;
    int rc = y_need(e->docs, e->root, "detection", Y_MAP, &det, err);

    if (rc) {
        return rc;
    }
    e->program.root = read_search(&b, det);
    if (!e->program.root) {
        return err->rc;
    }
    rc = check_context(&b, det);
    e->rule.program = &e->program;
    e->rule.needs_context = e->program.ncontext > 0;
    return rc;
}

int detection_narrow(struct ruleset *s, struct entry *e, const struct ydocs *docs,
                     const struct ynode *search, struct err *err)
{
    struct build b = {
        .s = s, .e = e, .docs = docs, .err = err, .cleaves = e->program.nleaves, .filter = true};
    struct program old = e->program;
    const struct node *both[2] = {old.root, read_search(&b, search)};

    e->program.root = both[1] ? build_node(&b, NODE_AND, both, 2) : NULL;
    if (!e->program.root || check_context(&b, search)) {
        e->program = old;
        return err->rc ? err->rc : E_LIMIT;
    }
    e->rule.needs_context = e->program.ncontext > 0;
    return 0;
}
