// program.c - the condition tree, and finishing an ask with the engine's knowledge.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/program.h"

static enum tri eval_list(const struct node *n, const struct leaf_env *env, enum tri stop)
{
    enum tri acc = tri_not(stop);

    for (size_t i = 0; i < n->n; i++) {
        enum tri t = node_eval(n->child[i], env);

        if (t == stop) {
            return stop;
        }
        acc = t == TRI_UNKNOWN ? TRI_UNKNOWN : acc;
    }
    return acc;
}

enum tri node_eval(const struct node *n, const struct leaf_env *env)
{
    switch (n->op) {
    case NODE_LEAF: return env->leaf(env->ctx, n->leaf);
    case NODE_AND: return eval_list(n, env, TRI_NO);
    case NODE_OR: return eval_list(n, env, TRI_YES);
    case NODE_NOT: return tri_not(node_eval(n->child[0], env));
    }
    return TRI_UNKNOWN;
}

struct finish {
    const struct program *p;
    const struct hit *h;
    const struct obs *o;
    const struct context_ops *ops;
    struct arena scratch;
    struct regex_scratch *regex; // made when the first expression wants it
    uint64_t faults;
};

static bool wants_regex(const struct leaf *l)
{
    for (uint32_t i = 0; i < l->ntests; i++) {
        if (l->test[i].kind == TEST_REGEX ||
            (l->test[i].kind == TEST_TEXT && l->test[i].text.kind == PATTERN_REGEX)) {
            return true;
        }
    }
    return false;
}

static enum tri finish_leaf(void *ctx, uint32_t index)
{
    struct finish *f = ctx;
    const struct leaf *l = &f->p->leaf[index];
    struct value v = {0};

    if (l->name != NAME_CONTEXT) {
        return !(f->h->known >> index & 1) ? TRI_UNKNOWN
               : f->h->truth >> index & 1  ? TRI_YES
                                           : TRI_NO;
    }
    if (wants_regex(l) && !f->regex) {
        f->regex = regex_scratch_new();
        if (!f->regex) {
            f->faults++;
            return TRI_UNKNOWN;
        }
    }
    v.v = f->ops->get(f->ops->ctx, l->ctx, f->o);
    return leaf_eval(
        l, (struct values){&v, v.v.type != V_ABSENT},
        &(struct leaf_tools){.scratch = &f->scratch, .regex = f->regex, .faults = &f->faults});
}

enum { FINISH_SCRATCH = 4 << 20 };

enum verdict rule_finish(const struct rule *r, const struct hit *h, const struct obs *o,
                         const struct context_ops *ops, bool *fault)
{
    struct finish f = {.p = r->program, .h = h, .o = o, .ops = ops};
    struct leaf_env env = {finish_leaf, &f};
    enum tri t;

    if (h->verdict != VERDICT_ASK) {
        return h->verdict;
    }
    if (!f.p || f.p->nleaves > CONTEXT_LEAVES_MAX) {
        return VERDICT_NO;
    }
    arena_init(&f.scratch, FINISH_SCRATCH);
    t = node_eval(f.p->root, &env);
    arena_free(&f.scratch);
    regex_scratch_free(f.regex);
    if (fault) {
        *fault = *fault || f.faults;
    }
    return t == TRI_YES ? VERDICT_YES : VERDICT_NO;
}
