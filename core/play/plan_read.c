// plan_read.c - a plan from its document, every member judged again.
// SPDX-License-Identifier: Apache-2.0
//
// The document comes out of the database: it is read like any input. Members are exact: none may be
// missing, none added, every index inside its list.
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/play/canon.h"
#include "core/play/cond.h"
#include "core/play/plan_impl.h"

enum { PLAN_ARENA_MAX = 4 << 20 };

struct owner {
    struct plan p; // first: a struct plan * is a struct owner *
    struct arena arena;
};

struct reading {
    struct owner *o;
    bool simulated;
    bool failed;
    struct err *err;
};

static void bad(struct reading *r, const char *what, const char *key)
{
    if (!r->failed) {
        err_set(r->err, E_INPUT, "plan.document", "the plan's document has no right \"%s\" %s", key,
                what);
    }
    r->failed = true;
}

// The object's member count is exact; so with every member read none is unknown.
static void members(struct reading *r, json_t *obj, size_t n, const char *what)
{
    if (!json_is_object(obj) || json_object_size(obj) != n) {
        bad(r, "(wrong members)", what);
    }
}

static const char *text(struct reading *r, json_t *obj, const char *key)
{
    json_t *v = json_object_get(obj, key);

    if (!json_is_string(v)) {
        bad(r, "(a text)", key);
        return "";
    }
    return arena_str(&r->o->arena, span_of(json_string_value(v), json_string_length(v)));
}

static int64_t whole(struct reading *r, json_t *obj, const char *key, int64_t min, int64_t max)
{
    json_t *v = json_object_get(obj, key);

    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
        bad(r, "(a number)", key);
        return min;
    }
    return json_integer_value(v);
}

static bool flag(struct reading *r, json_t *obj, const char *key)
{
    json_t *v = json_object_get(obj, key);

    if (!json_is_boolean(v)) {
        bad(r, "(true or false)", key);
    }
    return json_is_true(v);
}

static enum tier tier(struct reading *r, json_t *obj, const char *key)
{
    const char *name = text(r, obj, key);
    enum tier t = T0;

    if (!tier_of(span_str(name), &t)) {
        bad(r, "(a tier)", key);
    }
    return t;
}

static json_t *list(struct reading *r, json_t *obj, const char *key, size_t max)
{
    json_t *v = json_object_get(obj, key);

    if (!json_is_array(v) || json_array_size(v) > max) {
        bad(r, "(a list)", key);
    }
    return v;
}

// ---- variables, steps, commands

static void read_vars(struct reading *r, json_t *doc)
{
    json_t *all = list(r, doc, "variables", PLAN_VARS_MAX), *obj;
    struct plan_var *v = arena_array(&r->o->arena, PLAN_VARS_MAX, sizeof(*v));
    size_t i;

    if (r->failed || !v) {
        return;
    }
    json_array_foreach(all, i, obj)
    {
        members(r, obj, 6, "variables");
        v[i].name = text(r, obj, "name");
        v[i].type = text(r, obj, "type");
        v[i].value = text(r, obj, "value");
        v[i].constant = flag(r, obj, "constant");
        v[i].live = flag(r, obj, "live");
        v[i].known = flag(r, obj, "known");
        if (strlen(v[i].value) >= PLAN_VALUE_MAX || strlen(v[i].name) < 5) {
            bad(r, "(its bounds)", "value");
        }
    }
    r->o->p.var = v;
    r->o->p.nvars = json_array_size(all);
}

static int look_var(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    const struct plan *p = ctx;

    out[0] = '\0';
    for (size_t i = 0; i < p->nvars; i++) {
        if (span_eq_str(name, p->var[i].name)) {
            return 0;
        }
    }
    return -1;
}

static int look_live(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    char value[LIVE_VALUE_MAX];

    (void)ctx;
    out[0] = '\0';
    return live_get(NULL, name, value);
}

static void read_limits(struct reading *r, json_t *obj, struct plan_step *s)
{
    json_t *all = list(r, obj, "limits", PLAN_LIMITS_MAX), *item;
    const char **limit = arena_array(&r->o->arena, PLAN_LIMITS_MAX, sizeof(*limit));
    size_t i;

    json_array_foreach(all, i, item)
    {
        struct span expr = span_of(json_string_value(item), json_string_length(item));

        if (r->failed || !limit || cond_check(expr, COND_LIMIT, look_live, NULL, NULL) < 0) {
            bad(r, "(a limit)", "limits");
            return;
        }
        limit[i] = arena_str(&r->o->arena, expr);
    }
    s->limit = limit;
    s->nlimits = json_array_size(all);
}

static void read_kind(struct reading *r, json_t *obj, struct plan_step *s)
{
    const char *kind = text(r, obj, "kind");

    for (int k = CACAO_START; k <= CACAO_IF; k++) {
        if (strcmp(kind, cacao_kind_name((enum cacao_kind)k)) == 0) {
            s->kind = (enum cacao_kind)k;
            return;
        }
    }
    bad(r, "(a step type)", "kind");
}

static void read_step(struct reading *r, json_t *obj, int nsteps, struct plan_step *s)
{
    members(r, obj, 18, "steps");
    read_kind(r, obj, s);
    s->id = text(r, obj, "id");
    s->name = text(r, obj, "name");
    s->on_completion = (int)whole(r, obj, "on_completion", PLAN_NO_STEP, nsteps - 1);
    s->on_success = (int)whole(r, obj, "on_success", PLAN_NO_STEP, nsteps - 1);
    s->on_failure = (int)whole(r, obj, "on_failure", PLAN_NO_STEP, nsteps - 1);
    s->on_true = (int)whole(r, obj, "on_true", PLAN_NO_STEP, nsteps - 1);
    s->on_false = (int)whole(r, obj, "on_false", PLAN_NO_STEP, nsteps - 1);
    s->condition = text(r, obj, "condition");
    s->manual = text(r, obj, "manual");
    s->dry_run = text(r, obj, "dry_run");
    s->verify = text(r, obj, "verify");
    s->out_var = text(r, obj, "out");
    s->delay_ms = (uint32_t)whole(r, obj, "delay_ms", 0, UINT32_MAX);
    s->timeout_ms = (uint32_t)whole(r, obj, "timeout_ms", 0, UINT32_MAX);
    s->first_command = (int)whole(r, obj, "first", 0, (int64_t)r->o->p.ncommands);
    s->ncommands =
        (size_t)whole(r, obj, "commands", 0, (int64_t)r->o->p.ncommands - s->first_command);
    read_limits(r, obj, s);
    if (s->kind == CACAO_IF &&
        cond_check(span_str(s->condition), COND_STIX, look_var, &r->o->p, NULL) < 0) {
        bad(r, "(a condition)", "condition");
    }
}

static void read_steps(struct reading *r, json_t *doc)
{
    json_t *all = list(r, doc, "steps", PLAN_STEPS_MAX), *obj;
    struct plan_step *s = arena_array(&r->o->arena, PLAN_STEPS_MAX, sizeof(*s));
    size_t i;

    if (r->failed || !s || json_array_size(all) == 0) {
        bad(r, "(a list)", "steps");
        return;
    }
    json_array_foreach(all, i, obj)
    {
        read_step(r, obj, (int)json_array_size(all), &s[i]);
    }
    r->o->p.step = s;
    r->o->p.nsteps = json_array_size(all);
}

static void check_params(struct reading *r, const char *actuator, const char *params)
{
    struct openc2_params store;
    struct err err = ERR_INIT;

    if (!r->simulated &&
        openc2_params_get(span_str(actuator), span_str(params), &store, &err) < 0) {
        bad(r, err.msg, "params");
    }
}

static void read_command(struct reading *r, json_t *obj, struct plan_command *c)
{
    members(r, obj, 12, "commands");
    c->step = (int)whole(r, obj, "step", 0, PLAN_STEPS_MAX - 1);
    c->actuator = text(r, obj, "actuator");
    c->agent = text(r, obj, "agent");
    c->target = text(r, obj, "target");
    c->params = text(r, obj, "params");
    c->max_runtime_ms = (uint32_t)whole(r, obj, "runtime_ms", 0, UINT32_MAX);
    c->self_revert = flag(r, obj, "self_revert");
    c->rollback = text(r, obj, "rollback");
    c->rollback_action = text(r, obj, "rollback_actuator");
    c->rollback_text = text(r, obj, "rollback_text");
    c->hazard = tier(r, obj, "hazard");
    c->row = tier(r, obj, "row");
    check_params(r, c->actuator, c->params);
    if (*c->rollback) {
        check_params(r, c->rollback_action, c->rollback);
    }
}

static void read_commands(struct reading *r, json_t *doc)
{
    json_t *all = list(r, doc, "commands", PLAN_COMMANDS_MAX), *obj;
    struct plan_command *c = arena_array(&r->o->arena, PLAN_COMMANDS_MAX, sizeof(*c));
    size_t i;

    if (r->failed || !c) {
        return;
    }
    json_array_foreach(all, i, obj)
    {
        read_command(r, obj, &c[i]);
    }
    r->o->p.command = c;
    r->o->p.ncommands = json_array_size(all);
}

static void read_rule(struct reading *r, json_t *doc)
{
    json_t *all = list(r, doc, "approval", PLAN_FUNCTIONS_MAX), *item;
    const char **f = arena_array(&r->o->arena, PLAN_FUNCTIONS_MAX, sizeof(*f));
    size_t i;

    if (r->failed || !f) {
        return;
    }
    json_array_foreach(all, i, item)
    {
        f[i] = arena_str(&r->o->arena, span_str(json_string_value(item)));
        if (!*f[i] || (i > 0 && strcmp(f[i - 1], f[i]) >= 0)) {
            bad(r, "(sorted functions)", "approval");
        }
    }
    r->o->p.function = f;
    r->o->p.nfunctions = json_array_size(all);
}

// Every command belongs to the step that counts it.
static void check_commands(struct reading *r)
{
    const struct plan *p = &r->o->p;
    size_t counted = 0;

    for (size_t i = 0; i < p->nsteps; i++) {
        for (size_t k = 0; k < p->step[i].ncommands; k++) {
            if (p->command[(size_t)p->step[i].first_command + k].step != (int)i) {
                bad(r, "(of its step)", "commands");
            }
        }
        counted += p->step[i].ncommands;
    }
    if (counted != p->ncommands) {
        bad(r, "(of its step)", "commands");
    }
}

static void read_document(struct reading *r, json_t *doc)
{
    struct plan *p = &r->o->p;
    json_t *playbook = json_object_get(doc, "playbook"), *scope = json_object_get(doc, "scope");

    members(r, doc, 11, "plan");
    members(r, playbook, 3, "playbook");
    members(r, scope, 2, "scope");
    whole(r, doc, "v", 1, 1);
    if (flag(r, doc, "simulated") != r->simulated) {
        bad(r, "(a simulation is no plan)", "simulated");
    }
    p->playbook_id = text(r, playbook, "id");
    p->playbook_name = text(r, playbook, "name");
    if (!digest_from_hex(span_str(text(r, playbook, "digest")), &p->playbook_digest)) {
        bad(r, "(a digest)", "digest");
    }
    p->incident = text(r, scope, "incident");
    p->asset = text(r, scope, "asset");
    p->hazard = tier(r, doc, "hazard");
    read_vars(r, doc);
    read_rule(r, doc);
    read_commands(r, doc);
    read_steps(r, doc);
    p->start = (int)whole(r, doc, "start", 0, (int64_t)p->nsteps - 1);
    p->exception = (int)whole(r, doc, "exception", PLAN_NO_STEP, (int64_t)p->nsteps - 1);
    if (!r->failed) {
        check_commands(r);
    }
}

int plan_read(struct span document, bool simulated, struct plan **ret, struct err *err)
{
    struct reading r = {.simulated = simulated, .err = err};
    json_t *doc;

    *ret = NULL;
    if (document.n > PLAN_DOCUMENT_MAX || !canon_is(document)) {
        return err_set(err, E_INPUT, "plan.document", "the plan's document is not canonical JSON");
    }
    doc = canon_read(document, "", err);
    r.o = doc ? calloc(1, sizeof(*r.o)) : NULL;
    if (!r.o) {
        json_decref(doc);
        return E_SYSTEM;
    }
    arena_init(&r.o->arena, PLAN_ARENA_MAX);
    read_document(&r, doc);
    json_decref(doc);
    r.o->p.document = arena_span(&r.o->arena, document);
    r.o->p.hash = digest_of(document);
    if (!arena_ok(&r.o->arena)) {
        bad(&r, "(too large)", "plan");
    }
    if (r.failed) {
        plan_free(&r.o->p);
        return E_INPUT;
    }
    *ret = &r.o->p;
    return E_OK;
}

int plan_parse(struct span document, struct plan **ret, struct err *err)
{
    return plan_read(document, false, ret, err);
}

void plan_free(struct plan *p)
{
    struct owner *o = (struct owner *)p;

    if (o) {
        arena_free(&o->arena);
        free(o);
    }
}
