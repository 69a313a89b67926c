// check.c - the exec half's refusals.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/check.h"

static const struct sig_key *key_of(const struct check_keys *keys, const struct command *c)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (span_eq(c->key_id, span_of((const char *)keys->key[i].id, SIG_KEY_ID_LEN))) {
            return &keys->key[i];
        }
    }
    return NULL;
}

int check_origin(const struct check_keys *keys, struct span agent, struct span bytes,
                 struct span signature, struct command *ret, struct err *err)
{
    struct err why = ERR_INIT;
    const struct sig_key *key;

    if (command_get(bytes, ret, &why)) {
        return err_set(err, E_INPUT, "command.form", "%s", why.msg);
    }
    key = key_of(keys, ret);
    if (!key || ret->alg != 1) {
        return err_set(err, E_INPUT, "key.unknown", "signed by a key that is not pinned here");
    }
    if (!sig_verify(key, COMMAND_CONTEXT, bytes, signature)) {
        return err_set(err, E_INPUT, "sig.bad", "the signature is wrong");
    }
    if (!span_eq(ret->agent, agent)) {
        return err_set(err, E_INPUT, "target.foreign", "a command for " SPAN_FMT,
                       SPAN_ARG(ret->agent));
    }
    return 0;
}

int check_counter(const struct memory *m, const struct command *c, struct err *err)
{
    if (c->counter <= m->counter) {
        return err_set(err, E_STATE, "counter.replayed", "counter %llu is not above %llu",
                       (unsigned long long)c->counter, (unsigned long long)m->counter);
    }
    return 0;
}

static int check_window(const struct command *c, utime_t now, struct err *err)
{
    if (c->not_after < c->not_before || c->not_after - c->not_before > CHECK_WINDOW_MAX) {
        return err_set(err, E_STATE, "window.long", "the time window is not one of at most 120 s");
    }
    if (now < c->not_before) {
        return err_set(err, E_STATE, "window.early", "the time window is not yet open here");
    }
    if (now > c->not_after) {
        return err_set(err, E_STATE, "window.expired", "the time window is closed");
    }
    return 0;
}

static bool is_never(const struct agentconf *conf, struct span name)
{
    for (size_t i = 0; name.n && i < conf->nnever; i++) {
        if (span_eq_nocase(conf->never[i], name)) {
            return true;
        }
    }
    return false;
}

static int check_never(const struct agentconf *conf, const struct command *c,
                       const struct act_values *v, struct err *err)
{
    struct span hit = is_never(conf, c->target) ? c->target : SPAN_NONE;

    for (size_t i = 0; !hit.n && v && i < v->of->nparams; i++) {
        if (is_never(conf, span_str(v->value[i]))) {
            hit = span_str(v->value[i]);
        }
    }
    return hit.n ? err_set(err, E_STATE, "never.touch", SPAN_FMT " is on the never-touch list",
                           SPAN_ARG(hit))
                 : 0;
}

static bool has_function(const struct command *c, struct span function)
{
    for (size_t i = 0; i < c->napprovals; i++) {
        if (span_eq(c->approval[i].function, function)) {
            return true;
        }
    }
    return false;
}

static int check_approvals(const struct agent_action *a, const struct command *c, struct err *err)
{
    for (size_t i = 0; i < c->napprovals; i++) {
        for (size_t k = 0; k < i; k++) {
            if (span_eq(c->approval[i].person, c->approval[k].person)) {
                return err_set(err, E_STATE, "approval.missing", SPAN_FMT " is named twice",
                               SPAN_ARG(c->approval[i].person));
            }
        }
    }
    for (size_t i = 0; i < a->napprovals; i++) {
        if (!has_function(c, a->approval[i])) {
            return err_set(err, E_STATE, "approval.missing", SPAN_FMT " has not approved",
                           SPAN_ARG(a->approval[i]));
        }
    }
    return 0;
}

int check_values(const struct agent_action *a, const struct command *c, struct act_values *ret,
                 struct err *err)
{
    int rc = params_read(a->actuator, c->params, ret, err);

    for (size_t i = 0; rc == 0 && i < a->nset; i++) {
        rc = params_set(ret, a->set_name[i], a->set_value[i], err);
    }
    return rc ? rc : params_whole(ret, err);
}

int check_command(const struct agentconf *conf, const struct memory *m, const struct command *c,
                  utime_t now, struct act_values *ret_values, struct err *err)
{
    const struct agent_action *a = agentconf_action(conf, c->action);
    int rc = check_window(c, now, err);

    if (rc == 0 && c->token < memory_token(m, &c->run)) {
        return err_set(err, E_STATE, "token.stale", "the run has a newer lease");
    }
    if (rc == 0 && !a) {
        return err_set(err, E_STATE, "action.unknown", "this agent does not do " SPAN_FMT,
                       SPAN_ARG(c->action));
    }
    rc = rc ? rc : check_never(conf, c, NULL, err);
    rc = rc ? rc : check_approvals(a, c, err);
    rc = rc ? rc : check_values(a, c, ret_values, err);
    return rc ? rc : check_never(conf, c, ret_values, err);
}
