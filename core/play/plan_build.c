// plan_build.c - from a playbook and a scope to the plan's document.
// SPDX-License-Identifier: Apache-2.0
//
// Only the document is built here; the struct is read back from it by plan_read(), so that what was
// approved and what is carried out cannot be two things.
#include <stdlib.h>

#include "core/play/canon.h"
#include "core/play/plan_impl.h"

struct making {
    const struct cacao *c;
    struct bound b;
    const struct plan_env *env; // NULL in a simulation
    json_t *steps, *commands;
    const char *function[PLAN_FUNCTIONS_MAX];
    size_t nfunctions;
    enum tier hazard;
    struct err *err;
};

// A text of the playbook with its variables replaced; NULL after a fault.
static json_t *text_of(struct making *m, const char *text)
{
    json_t *raw = json_string(text);
    json_t *v = bound_json(&m->b, raw, 0, m->err);

    json_decref(raw);
    return v;
}

// ---- the approval rule

static int add_function(struct making *m, const char *function)
{
    size_t at = 0;

    while (at < m->nfunctions && strcmp(m->function[at], function) < 0) {
        at++;
    }
    if (at < m->nfunctions && strcmp(m->function[at], function) == 0) {
        return E_OK;
    }
    if (m->nfunctions >= PLAN_FUNCTIONS_MAX) {
        return err_set(m->err, E_LIMIT, "plan.bound", "more than %d functions would have to agree",
                       PLAN_FUNCTIONS_MAX);
    }
    for (size_t i = m->nfunctions++; i > at; i--) {
        m->function[i] = m->function[i - 1];
    }
    m->function[at] = function;
    return E_OK;
}

static int add_rule(struct making *m, const char *actuator, const char *target,
                    const struct hazard *h)
{
    const struct policy_action *row = policy_action(m->env->policy, span_str(actuator));
    const struct policy_cell *cell = row ? &row->cell[h->row] : NULL;

    if (!cell) {
        return err_set(m->err, E_INPUT, "plan.action", "the policy has no row for the action %s",
                       actuator);
    }
    if (cell->permit == PERMIT_NEVER) {
        return err_set(m->err, E_STATE, "plan.never", "%s on %s is never allowed at hazard %s (%s)",
                       actuator, target, tier_name(h->row), h->why);
    }
    for (size_t i = 0; cell->permit == PERMIT_FUNCTIONS && i < cell->nfunctions; i++) {
        int rc = add_function(m, cell->function[i]);

        if (rc < 0) {
            return rc;
        }
    }
    return E_OK;
}

// ---- commands

// Canonical params of a command of the playbook after binding, as a JSON string; NULL after a fault.
static json_t *params_of(struct making *m, const char *actuator, const char *command)
{
    const struct openc2_pair *pair = openc2_pair(span_str(actuator));
    json_t *raw = canon_read(span_str(command), "", m->err);
    json_t *v = raw ? bound_json(&m->b, raw, 0, m->err) : NULL;
    json_t *ret = NULL;
    AUTO_BUF out;

    buf_init(&out, 8 * 1024);
    // In a simulation values may be missing and the agents may be anybody's.
    if (v && (m->b.simulated || !pair ? canon_put(&out, v, m->err)
                                      : openc2_check(v, pair, &out, m->err)) == E_OK) {
        ret = json_stringn(out.p, out.len);
    }
    json_decref(v);
    json_decref(raw);
    return ret;
}

static int judge(struct making *m, const char *actuator, const char *target, const char *params,
                 struct hazard *h)
{
    const struct bound_var *ip = bound_find(&m->b, "__source_ip__");
    struct openc2_params store;
    int rc = plan_hazard(m->env, span_str(target), plan_port(actuator, params, &store),
                         ip ? span_str(ip->value) : SPAN_NONE, h, m->err);

    m->hazard = tier_graver(m->hazard, h->tier);
    return rc < 0 ? rc : add_rule(m, actuator, target, h);
}

// The id of the model for a name of the scope, else the name itself.
static const char *model_name(const struct making *m, const char *name)
{
    int asset = m->env ? fab_find(m->env->fab, span_str(name)) : FAB_NONE;

    return asset == FAB_NONE ? name : fab_asset(m->env->fab, asset)->id;
}

static int put_command(struct making *m, size_t step, json_t *agent, json_t *target, json_t *params,
                       json_t *rollback)
{
    const struct cacao_step *s = &m->c->step[step];
    const struct openc2_pair *pair = s->actuator ? openc2_pair(span_str(s->actuator)) : NULL;
    const char *name = model_name(m, json_string_value(target));
    struct hazard h = {.tier = T4, .row = T4};
    json_t *text;

    if (m->env) {
        int rc = judge(m, s->actuator, name, json_string_value(params), &h);

        if (rc < 0) {
            return rc;
        }
    }
    text = text_of(m, s->rollback_text);
    if (!text) {
        return E_INPUT;
    }
    json_array_append_new(m->commands,
                          json_pack("{s:i,s:s,s:O,s:s,s:O,s:I,s:b,s:O,s:s,s:o,s:s,s:s}", "step",
                                    (int)step, "actuator", s->actuator ? s->actuator : "", "agent",
                                    agent, "target", name, "params", params, "runtime_ms",
                                    (json_int_t)(pair ? pair->runtime_ms : 0), "self_revert",
                                    pair && pair->self_revert, "rollback", rollback,
                                    "rollback_actuator", s->rollback_actuator, "rollback_text",
                                    text, "hazard", tier_name(h.tier), "row", tier_name(h.row)));
    return E_OK;
}

static int check_partners(struct making *m, const struct cacao_step *s, json_t *agent,
                          json_t *target)
{
    if (m->b.simulated) {
        return E_OK;
    }
    if (json_string_length(agent) == 0 || json_string_length(target) == 0) {
        return err_set(m->err, E_INPUT, "plan.target", "the step %s names no %s", s->id,
                       json_string_length(agent) == 0 ? "agent" : "target");
    }
    return E_OK;
}

static int make_command(struct making *m, size_t step, const struct cacao_command *c)
{
    const struct cacao_step *s = &m->c->step[step];
    json_t *agent = text_of(m, s->agent), *target = text_of(m, s->target);
    json_t *params = params_of(m, s->actuator ? s->actuator : "", c->text);
    json_t *rollback =
        *s->rollback ? params_of(m, s->rollback_actuator, s->rollback) : json_string("");
    int rc = E_INPUT;

    if (agent && target && params && rollback) {
        rc = check_partners(m, s, agent, target);
        rc = rc < 0 ? rc : put_command(m, step, agent, target, params, rollback);
    }
    json_decref(agent);
    json_decref(target);
    json_decref(params);
    json_decref(rollback);
    return rc;
}

static int make_commands(struct making *m, size_t step)
{
    const struct cacao_step *s = &m->c->step[step];

    if (s->ncommands == 0 || s->command[0].manual) {
        return E_OK;
    }
    if (!s->actuator && !m->b.simulated) {
        return err_set(m->err, E_INPUT, "plan.actuator",
                       "the step %s does not say which actuator does it", s->id);
    }
    for (size_t i = 0; i < s->ncommands; i++) {
        int rc = make_command(m, step, &s->command[i]);

        if (rc < 0) {
            return rc;
        }
    }
    if (json_array_size(m->commands) > PLAN_COMMANDS_MAX) {
        return err_set(m->err, E_LIMIT, "plan.bound", "a plan has at most %d commands",
                       PLAN_COMMANDS_MAX);
    }
    return E_OK;
}

// ---- steps

static json_t *limits_of(const struct cacao_step *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->nlimits; i++) {
        json_array_append_new(list, json_string(s->limit[i]));
    }
    return list;
}

static int make_step(struct making *m, size_t i)
{
    const struct cacao_step *s = &m->c->step[i];
    size_t first = json_array_size(m->commands);
    bool manual = s->ncommands > 0 && s->command[0].manual;
    int rc = make_commands(m, i);
    json_t *words, *dry, *verify, *step;

    if (rc < 0) {
        return rc;
    }
    words = text_of(m, manual ? s->command[0].text : "");
    dry = text_of(m, s->dry_run);
    verify = text_of(m, s->verify);
    step = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:i,s:i,s:s,s:o,s:o,s:o,s:s,s:I,s:I,s:I,s:I,s:o}",
                     "id", s->id, "name", s->name, "kind", cacao_kind_name(s->kind),
                     "on_completion", s->on_completion, "on_success", s->on_success, "on_failure",
                     s->on_failure, "on_true", s->on_true, "on_false", s->on_false, "condition",
                     s->condition, "manual", words, "dry_run", dry, "verify", verify, "out",
                     s->out_var, "delay_ms", (json_int_t)s->delay_ms, "timeout_ms",
                     (json_int_t)s->timeout_ms, "first", (json_int_t)first, "commands",
                     (json_int_t)(json_array_size(m->commands) - first), "limits", limits_of(s));
    return json_array_append_new(m->steps, step) < 0 ? E_INPUT : E_OK;
}

// ---- the document

static json_t *variables_of(const struct bound *b)
{
    json_t *list = json_array();

    for (size_t i = 0; i < b->n; i++) {
        const struct bound_var *v = &b->var[i];

        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:s,s:b,s:b,s:b}", "name", v->decl->name, "type",
                                        v->decl->type, "value", v->value, "constant",
                                        v->decl->constant, "live", v->live, "known", v->known));
    }
    return list;
}

static json_t *functions_of(const struct making *m)
{
    json_t *list = json_array();

    for (size_t i = 0; i < m->nfunctions; i++) {
        json_array_append_new(list, json_string(m->function[i]));
    }
    return list;
}

static json_t *document_of(struct making *m, const char *incident)
{
    const struct bound_var *asset = bound_find(&m->b, "__asset__");
    char digest[2 * SHA256_LEN + 1];
    const char *about = asset ? model_name(m, asset->value) : "";

    if (!*about && json_array_size(m->commands) > 0) {
        about = json_string_value(json_object_get(json_array_get(m->commands, 0), "target"));
    }
    digest_hex(&m->c->digest, digest);
    return json_pack("{s:i,s:{s:s,s:s,s:s},s:{s:s,s:s},s:o,s:i,s:i,s:s,s:o,s:O,s:O,s:b}", "v", 1,
                     "playbook", "id", m->c->id, "name", m->c->name, "digest", digest, "scope",
                     "incident", incident, "asset", about, "variables", variables_of(&m->b),
                     "start", m->c->start, "exception", m->c->exception, "hazard",
                     tier_name(m->hazard), "approval", functions_of(m), "steps", m->steps,
                     "commands", m->commands, "simulated", m->b.simulated);
}

static int finish(struct making *m, const char *incident, struct plan **ret)
{
    json_t *doc = document_of(m, incident);
    int rc;
    AUTO_BUF out;

    buf_init(&out, PLAN_DOCUMENT_MAX);
    if (!doc) {
        return err_set(m->err, E_INPUT, "plan.text", "a text of the playbook is no UTF-8");
    }
    rc = canon_put(&out, doc, m->err);
    json_decref(doc);
    return rc < 0 ? rc : plan_read(buf_span(&out), m->b.simulated, ret, m->err);
}

static int make(struct making *m, const char *incident, const struct plan_pair *scope,
                size_t nscope, struct plan **ret)
{
    int rc = bound_init(&m->b, m->c, scope, nscope, m->env == NULL, m->err);

    if (rc >= 0 && m->c->nsteps > PLAN_STEPS_MAX) {
        rc = err_set(m->err, E_LIMIT, "plan.bound", "a plan has at most %d steps, not %zu",
                     PLAN_STEPS_MAX, m->c->nsteps);
    }
    m->steps = json_array();
    m->commands = json_array();
    for (size_t i = 0; rc >= 0 && i < m->c->nsteps; i++) {
        rc = make_step(m, i);
    }
    rc = rc < 0 ? rc : finish(m, incident, ret);
    json_decref(m->steps);
    json_decref(m->commands);
    return rc;
}

static int check_valid(const struct cacao *c, utime_t now, struct err *err)
{
    if (c->revoked) {
        return err_set(err, E_STATE, "plan.revoked", "the playbook %s was revoked", c->name);
    }
    if ((c->valid_from != UTIME_NONE && now < c->valid_from) ||
        (c->valid_until != UTIME_NONE && now >= c->valid_until)) {
        return err_set(err, E_STATE, "plan.validity", "the playbook %s is not valid now", c->name);
    }
    return E_OK;
}

int plan_build(const struct cacao *playbook, const char *incident, const struct plan_pair *scope,
               size_t nscope, const struct plan_env *env, struct plan **ret, struct err *err)
{
    struct making m = {.c = playbook, .env = env, .hazard = T4, .err = err};
    int rc = check_valid(playbook, env->now, err);

    *ret = NULL;
    return rc < 0 ? rc : make(&m, incident, scope, nscope, ret);
}

int plan_simulated(const struct cacao *playbook, const struct plan_pair *scope, size_t nscope,
                   struct plan **ret, struct err *err)
{
    struct making m = {.c = playbook, .hazard = T4, .err = err};

    *ret = NULL;
    return make(&m, "", scope, nscope, ret);
}
