// cacao_step.c - the workflow: steps of every kind and where they lead.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cacao_impl.h"
#include "core/play/cond.h"

static const char *const kinds[] = {"start", "end", "action", "if-condition"};
// Step types of CACAO 2.0 (workflow-step-type-enum) that are not carried out here.
static const char *const other_kinds[] = {"playbook-action", "parallel", "while-condition",
                                          "switch-condition"};

enum { STEP_OTHER = 100 }; // a kind of other_kinds while the document is read

const char *cacao_kind_name(enum cacao_kind k)
{
    return kinds[k];
}

static int kind_of(const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(type, kinds[i]) == 0) {
            return (int)i;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(other_kinds); i++) {
        if (strcmp(type, other_kinds[i]) == 0) {
            return STEP_OTHER;
        }
    }
    return -1;
}

static int step_of(const struct build *b, const char *id)
{
    for (size_t i = 0; i < b->c->nsteps; i++) {
        if (strcmp(b->step[i].id, id) == 0) {
            return (int)i;
        }
    }
    return CACAO_NONE;
}

// The step that `key` names; CACAO_NONE when the member is absent or names nothing (a fault).
static int read_next(struct build *b, const struct at *at, json_t *obj, const char *key)
{
    const char *id = cacao_text(b, at, obj, key, false);
    struct at here = {at, key};
    int step = step_of(b, id);

    if (*id && step < 0) {
        cacao_fault(b, &here, "cacao.dangling", "no step has the id %s", id);
    }
    return step;
}

static int look_var(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    const struct cacao *c = ctx;

    out[0] = '\0';
    return cacao_var_of(c, name) < 0 ? -1 : 0;
}

static void read_if(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    struct at here = {at, "condition"};
    struct err err = ERR_INIT;

    s->condition = cacao_text(b, at, obj, "condition", true);
    if (*s->condition && cond_check(span_str(s->condition), COND_STIX, look_var, b->c, &err) < 0) {
        cacao_fault(b, &here, "cacao.condition", "%s", err.msg);
    }
    s->on_true = read_next(b, at, obj, "on_true");
    s->on_false = read_next(b, at, obj, "on_false");
    if (!json_object_get(obj, "on_true")) {
        cacao_fault(b, at, "cacao.missing", "\"on_true\" is missing");
    }
}

// Which ways out a kind has (CACAO 2.0, 4.1: on_completion, or on_success and on_failure).
static void check_ways(struct build *b, const struct at *at, json_t *obj, enum cacao_kind kind)
{
    bool done = json_object_get(obj, "on_completion") != NULL;
    bool good = json_object_get(obj, "on_success") != NULL;
    bool bad = json_object_get(obj, "on_failure") != NULL;

    if (kind == CACAO_END && (done || good || bad)) {
        cacao_fault(b, at, "cacao.flow", "an end step leads nowhere");
    } else if (kind == CACAO_START && (!done || good || bad)) {
        cacao_fault(b, at, "cacao.flow", "a start step has on_completion and no other way");
    } else if (done && (good || bad)) {
        cacao_fault(b, at, "cacao.flow", "on_completion excludes on_success and on_failure");
    } else if (kind == CACAO_ACTION && !done && !good) {
        cacao_fault(
            b, at, "cacao.no_end",
            "the way ends here without an end step: on_completion or on_success is missing");
    }
}

static void check_members(struct build *b, const struct at *at, json_t *obj, enum cacao_kind kind)
{
    static const char *const plain[] = {"type",
                                        "name",
                                        "description",
                                        "external_references",
                                        "delay",
                                        "timeout",
                                        "step_variables",
                                        "owner",
                                        "on_completion",
                                        "on_success",
                                        "on_failure",
                                        "step_extensions",
                                        NULL};
    static const char *const action[] = {
        "type",          "name",       "description",    "external_references",
        "delay",         "timeout",    "step_variables", "owner",
        "on_completion", "on_success", "on_failure",     "step_extensions",
        "commands",      "agent",      "targets",        "in_args",
        "out_args",      NULL};
    static const char *const cond[] = {
        "type",          "name",       "description",    "external_references",
        "delay",         "timeout",    "step_variables", "owner",
        "on_completion", "on_success", "on_failure",     "step_extensions",
        "condition",     "on_true",    "on_false",       NULL};

    cacao_only(b, at, obj, kind == CACAO_ACTION ? action : kind == CACAO_IF ? cond : plain);
}

// First pass: ids and kinds, and the variables, so that every reference can be judged later.
static void read_kind(struct build *b, const struct at *at, const char *id, json_t *obj)
{
    const char *type = cacao_text(b, at, obj, "type", true);
    struct at vars_at = {at, "step_variables"};
    struct cacao_step *s = &b->step[b->c->nsteps++];
    int kind = kind_of(type);

    *s = (struct cacao_step){.id = arena_str(b->arena, span_str(id)),
                             .kind = (enum cacao_kind)kind,
                             .description = "",
                             .condition = "",
                             .agent = "",
                             .target = "",
                             .out_var = "",
                             .dry_run = "",
                             .verify = "",
                             .rollback_actuator = "",
                             .rollback = "",
                             .rollback_text = "",
                             .on_completion = CACAO_NONE,
                             .on_success = CACAO_NONE,
                             .on_failure = CACAO_NONE,
                             .on_true = CACAO_NONE,
                             .on_false = CACAO_NONE};
    s->name = cacao_text(b, at, obj, "name", false);
    if (kind == STEP_OTHER) {
        b->unsupported = true;
        cacao_fault(b, at, "cacao.unsupported", "steps of the type \"%s\" are not carried out here",
                    type);
    } else if (kind < 0 && *type) {
        cacao_fault(b, at, "cacao.step", "\"%s\" is no step type of CACAO 2.0", type);
    }
    if (!cacao_is_id(id, NULL) || (*type && !cacao_is_id(id, type))) {
        cacao_fault(b, at, "cacao.id", "the id of a step is its type, \"--\" and a UUID");
    }
    cacao_read_variables(b, &vars_at, json_object_get(obj, "step_variables"), true);
}

static void read_step(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    s->on_completion = read_next(b, at, obj, "on_completion");
    s->on_success = read_next(b, at, obj, "on_success");
    s->on_failure = read_next(b, at, obj, "on_failure");
    if ((int)s->kind < 0 || (int)s->kind == STEP_OTHER) {
        return;
    }
    s->description = cacao_text(b, at, obj, "description", false);
    s->delay_ms = (uint32_t)cacao_whole(b, at, obj, "delay", 0, 86400000);
    s->timeout_ms = (uint32_t)cacao_whole(b, at, obj, "timeout", 0, 86400000);
    check_members(b, at, obj, s->kind);
    check_ways(b, at, obj, s->kind);
    if (s->kind == CACAO_ACTION) {
        cacao_read_action(b, at, obj, s);
    } else if (s->kind == CACAO_IF) {
        read_if(b, at, obj, s);
    }
}

static void read_borders(struct build *b)
{
    const struct at top = {NULL, "workflow_start"}, exception = {NULL, "workflow_exception"};
    const char *start = cacao_text(b, NULL, b->root, "workflow_start", true);
    const char *other = cacao_text(b, NULL, b->root, "workflow_exception", false);

    b->c->start = step_of(b, start);
    b->c->exception = step_of(b, other);
    if (*start && b->c->start < 0) {
        cacao_fault(b, &top, "cacao.dangling", "no step has the id %s", start);
    } else if (*start && b->step[b->c->start].kind != CACAO_START) {
        cacao_note(b, "workflow_start names %s, which is no start step", start);
    }
    if (*other && b->c->exception < 0) {
        if (!cacao_is_id(other, NULL)) {
            cacao_fault(b, &exception, "cacao.id", "\"%s\" is no id", other);
        }
        cacao_note(b, "workflow_exception names no step: a failure ends the run");
    }
}

void cacao_read_steps(struct build *b, json_t *workflow)
{
    struct at top = {NULL, "workflow"};
    const char *id;
    json_t *obj;
    size_t n = 0;

    if (json_object_size(workflow) < 1 || json_object_size(workflow) > CACAO_STEPS_MAX) {
        cacao_fault(b, &top, "cacao.workflow", "a dictionary of 1 to %d steps must stand here",
                    CACAO_STEPS_MAX);
        return;
    }
    json_object_foreach(workflow, id, obj)
    {
        struct at here = {&top, id};

        read_kind(b, &here, id, obj);
    }
    json_object_foreach(workflow, id, obj)
    {
        struct at here = {&top, id};

        read_step(b, &here, obj, &b->step[n++]);
    }
    read_borders(b);
}
