// cacao_graph.c - what a schema cannot see: cycles and steps that no way reaches.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cacao_impl.h"

enum { WAYS = 5 };

static void ways_of(const struct cacao_step *s, int out[WAYS])
{
    const int ways[WAYS] = {s->on_completion, s->on_success, s->on_failure, s->on_true,
                            s->on_false};

    memcpy(out, ways, sizeof(ways));
}

enum mark { UNSEEN, OPEN, DONE };

// Depth-first with a stack of its own (at most one entry a step): a way back to an open step closes
// a circle. Returns that step, or CACAO_NONE.
static int walk(const struct cacao *c, int from, enum mark mark[CACAO_STEPS_MAX])
{
    int stack[CACAO_STEPS_MAX], next[CACAO_STEPS_MAX] = {0};
    size_t n = 0;

    if (from < 0 || mark[from] != UNSEEN) {
        return CACAO_NONE;
    }
    stack[n++] = from;
    mark[from] = OPEN;
    while (n > 0) {
        int at = stack[n - 1], ways[WAYS];

        ways_of(&c->step[at], ways);
        if (next[at] == WAYS) {
            mark[at] = DONE;
            n--;
            continue;
        }
        at = ways[next[at]++];
        if (at >= 0 && mark[at] == OPEN) {
            return at;
        }
        if (at >= 0 && mark[at] == UNSEEN) {
            mark[at] = OPEN;
            stack[n++] = at;
        }
    }
    return CACAO_NONE;
}

void cacao_check_graph(struct build *b)
{
    struct at top = {NULL, "workflow"};
    enum mark mark[CACAO_STEPS_MAX] = {UNSEEN};
    int circle = walk(b->c, b->c->start, mark);

    if (circle < 0) {
        circle = walk(b->c, b->c->exception, mark);
    }
    if (circle >= 0) {
        struct at here = {&top, b->step[circle].id};

        cacao_fault(b, &here, "cacao.cycle", "the way leads back to this step");
        return;
    }
    if (b->unsupported || b->c->start < 0) {
        return; // ways lead through steps that were not read
    }
    for (size_t i = 0; i < b->c->nsteps; i++) {
        struct at here = {&top, b->step[i].id};

        if (mark[i] == UNSEEN) {
            cacao_fault(b, &here, "cacao.unreachable", "no way leads to this step");
        }
    }
}
