// policy.c - reading and asking the site's policy.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/policy.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/attr.h"
#include "core/model/docread.h"

enum { ARENA_MAX = 4 << 20, ACTIONS_MAX = 200, NEVER_MAX = 4096 };

struct policy_own {
    struct policy p; // first: what callers see
    struct arena arena;
};

struct load {
    struct docread r;
    struct policy_own *own;
};

static const char *const phases[PHASE_COUNT] = {"ack", "triage", "decide", "contain"};

const char *phase_name(enum phase p)
{
    return p < PHASE_COUNT ? phases[p] : "";
}

static const char *const tier_keys[] = {"T0", "T1", "T2", "T3", "T4", NULL};

static void read_clock(struct load *l, const struct ynode *n, struct policy_clock *c)
{
    static const char *const known[] = {"ack",  "triage",   "decide", "contain",
                                        "call", "escalate", NULL};

    int before = -1; // the last phase that has a clock

    (void)doc_only(&l->r, n, known);
    for (int i = 0; i < PHASE_COUNT; i++) {
        const struct ynode *v = y_get(n, phases[i]);

        if (v && v->type == Y_SCALAR && span_eq_str(y_text(v), "none")) {
            c->limit[i] = UTIME_NONE;
            continue;
        }
        c->limit[i] = doc_duration(&l->r, n, phases[i], DOC_REQUIRED);
        if (before >= 0 && c->limit[i] && c->limit[i] < c->limit[before]) {
            doc_fault(&l->r, v, "policy.clock", "\"%s\" is shorter than \"%s\" before it",
                      phases[i], phases[before]);
        }
        before = i;
    }
    c->call = doc_word(&l->r, n, "call", DOC_REQUIRED);
    c->escalate = doc_word(&l->r, n, "escalate", DOC_REQUIRED);
}

static void read_clocks(struct load *l, const struct ynode *n)
{
    (void)doc_only(&l->r, n, tier_keys);
    for (int t = T0; t < TIER_COUNT; t++) {
        const struct ynode *c = doc_node(&l->r, n, tier_keys[t], Y_MAP, DOC_REQUIRED);

        if (c) {
            read_clock(l, c, &l->own->p.clock[t]);
        }
    }
}

static void read_functions(struct load *l, const struct ynode *n, struct policy_cell *cell)
{
    if (n->n == 0 || n->n > POLICY_FUNCTIONS_MAX) {
        doc_fault(&l->r, n, "policy.cell", "an approval rule names 1 to %d functions",
                  POLICY_FUNCTIONS_MAX);
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        const char *f = doc_word_of(&l->r, n->item[i], "a function");

        for (size_t k = 0; k < i; k++) {
            if (*f && strcmp(f, cell->function[k]) == 0) {
                doc_fault(&l->r, n->item[i], "policy.cell",
                          "the function \"%s\" stands twice in one approval rule", f);
            }
        }
        cell->function[i] = f;
    }
    cell->permit = PERMIT_FUNCTIONS;
    cell->nfunctions = n->n;
}

static void read_cell(struct load *l, const struct ynode *row, const char *key,
                      struct policy_cell *cell)
{
    const struct ynode *n = y_get(row, key);

    cell->permit = PERMIT_NEVER;
    if (!n) {
        doc_fault(&l->r, row, "doc.missing", "the hazard %s is missing in this row", key);
    } else if (n->type == Y_LIST) {
        read_functions(l, n, cell);
    } else if (span_eq_str(y_text(n), "auto")) {
        cell->permit = PERMIT_AUTO;
    } else if (!span_eq_str(y_text(n), "never")) {
        doc_fault(&l->r, n, "policy.cell", "%s must be auto, never or a list of functions", key);
    }
}

static void read_actions(struct load *l, const struct ynode *n)
{
    struct policy *p = &l->own->p;
    struct policy_action *out;

    if (n->n == 0 || n->n > ACTIONS_MAX) {
        doc_fault(&l->r, n, "policy.limit", "\"actions\" has 1 to %d rows", ACTIONS_MAX);
        return;
    }
    out = arena_array(&l->own->arena, n->n, sizeof(*out));
    for (size_t i = 0; out && i < n->n; i++) {
        const struct ynode *row = n->item[i];
        struct ynode key = {.type = Y_SCALAR, .line = n->key_line[i], .col = n->col};

        key.text = n->key[i];
        out[i].name = doc_word_of(&l->r, &key, "an action's name");
        if (!doc_is(&l->r, row, Y_MAP, "an action's row")) {
            continue;
        }
        (void)doc_only(&l->r, row, tier_keys);
        for (int t = T0; t < TIER_COUNT; t++) {
            read_cell(l, row, tier_keys[t], &out[i].cell[t]);
        }
    }
    p->action = out;
    p->nactions = out ? n->n : 0;
}

static void read_never(struct load *l, const struct ynode *n)
{
    const char **out = arena_array(&l->own->arena, n->n + 1, sizeof(*out));

    if (n->n > NEVER_MAX) {
        doc_fault(&l->r, n, "policy.limit", "\"never_touch\" has at most %d entries", NEVER_MAX);
        return;
    }
    for (size_t i = 0; out && i < n->n; i++) {
        out[i] = doc_word_of(&l->r, n->item[i], "an asset's id");
    }
    l->own->p.never = out;
    l->own->p.nnever = out ? n->n : 0;
}

static void read_group(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"horizon", NULL};

    (void)doc_only(&l->r, n, known);
    l->own->p.group_horizon = doc_duration(&l->r, n, "horizon", DOC_REQUIRED);
}

static void read_incident(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"horizon", "review", NULL};

    (void)doc_only(&l->r, n, known);
    l->own->p.incident_horizon = doc_duration(&l->r, n, "horizon", DOC_REQUIRED);
    l->own->p.review_score = (uint32_t)doc_uint(&l->r, n, "review", DOC_REQUIRED, 0, 100000);
}

static void read_raise(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"spares_below", "spread_assets", "spread_window", NULL};
    struct policy *p = &l->own->p;

    (void)doc_only(&l->r, n, known);
    p->spares_below = (uint32_t)doc_uint(&l->r, n, "spares_below", DOC_REQUIRED, 0, 1000);
    p->spread_assets = (uint32_t)doc_uint(&l->r, n, "spread_assets", DOC_REQUIRED, 2, 1000);
    p->spread_window = doc_duration(&l->r, n, "spread_window", DOC_REQUIRED);
}

static void read_approvals(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"expire", "plan_expire", NULL};

    (void)doc_only(&l->r, n, known);
    l->own->p.approval_expire = doc_duration(&l->r, n, "expire", DOC_REQUIRED);
    l->own->p.plan_expire = doc_duration(&l->r, n, "plan_expire", DOC_REQUIRED);
}

static void read_commands(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"window", "per_agent", "per", NULL};
    struct policy *p = &l->own->p;

    (void)doc_only(&l->r, n, known);
    p->command_window = doc_duration(&l->r, n, "window", DOC_REQUIRED);
    p->commands_per_agent = (uint32_t)doc_uint(&l->r, n, "per_agent", DOC_REQUIRED, 1, 10000);
    p->commands_per = doc_duration(&l->r, n, "per", DOC_REQUIRED);
}

static const struct section {
    const char *key;
    enum ytype type;
    enum doc_need need;
    void (*read)(struct load *l, const struct ynode *n);
} sections[] = {
    {"clocks", Y_MAP, DOC_REQUIRED, read_clocks},
    {"grouping", Y_MAP, DOC_REQUIRED, read_group},
    {"incident", Y_MAP, DOC_REQUIRED, read_incident},
    {"raise", Y_MAP, DOC_REQUIRED, read_raise},
    {"approvals", Y_MAP, DOC_REQUIRED, read_approvals},
    {"actions", Y_MAP, DOC_REQUIRED, read_actions},
    {"never_touch", Y_LIST, DOC_OPTIONAL, read_never},
    {"commands", Y_MAP, DOC_REQUIRED, read_commands},
};

// A section stands in one document only: two halves of a policy would leave open which one holds.
static void read_section(struct load *l, const struct section *s)
{
    bool seen = false;

    for (size_t i = 0; i < l->r.nroots; i++) {
        const struct ynode *n;

        l->r.d = l->r.root[i].d;
        n = doc_node(&l->r, l->r.root[i].map, s->key, s->type, DOC_OPTIONAL);
        if (n && seen) {
            doc_fault(&l->r, n, "policy.twice", "\"%s\" stands in two documents", s->key);
        } else if (n) {
            s->read(l, n);
        }
        seen = seen || y_get(l->r.root[i].map, s->key);
    }
    if (!seen && s->need == DOC_REQUIRED) {
        l->r.d = l->r.root[0].d;
        doc_fault(&l->r, l->r.root[0].map, "doc.missing", "the key \"%s\" is missing", s->key);
    }
}

static void read_all(struct load *l)
{
    const char *known[ARRAY_LEN(sections) + 1] = {NULL};

    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        known[i] = sections[i].key;
    }
    for (size_t i = 0; i < l->r.nroots; i++) {
        l->r.d = l->r.root[i].d;
        (void)doc_only(&l->r, l->r.root[i].map, known);
    }
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        read_section(l, &sections[i]);
    }
}

utime_t policy_due(const struct policy *p, enum tier tier, enum phase phase, utime_t t)
{
    utime_t limit = p->clock[tier].limit[phase];

    return limit == UTIME_NONE ? UTIME_NONE : t + limit;
}

struct policy *policy_load(const struct textfile *files, size_t n, struct faults *faults)
{
    struct policy_own *own = calloc(1, sizeof(*own));
    struct load l = {.own = own};
    bool ok;

    if (!own) {
        return NULL;
    }
    arena_init(&own->arena, ARENA_MAX);
    docread_open(&l.r, &own->arena, files, n, "policy", faults);
    if (l.r.nroots) {
        read_all(&l);
    }
    ok = docread_ok(&l.r);
    docread_close(&l.r);
    if (!ok) {
        policy_free(&own->p);
        return NULL;
    }
    return &own->p;
}

void policy_free(struct policy *p)
{
    struct policy_own *own = (struct policy_own *)p;

    if (own) {
        arena_free(&own->arena);
        free(own);
    }
}

const struct policy_action *policy_action(const struct policy *p, struct span name)
{
    for (size_t i = 0; i < p->nactions; i++) {
        if (span_eq_str(name, p->action[i].name)) {
            return &p->action[i];
        }
    }
    return NULL;
}

bool policy_never(const struct policy *p, struct span asset)
{
    for (size_t i = 0; i < p->nnever; i++) {
        if (span_eq_nocase(asset, span_str(p->never[i]))) {
            return true;
        }
    }
    return false;
}
