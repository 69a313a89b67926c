// agentconf.c - the agent's configuration from YAML.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/agentconf.h"

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/base/ydoc.h"

struct load {
    struct arena *a;
    const struct ydocs *d;
    struct err *err;
};

// A file's name relative to the folder of the configuration.
static const char *resolve(struct load *l, struct span name)
{
    const char *slash = l->d->path ? strrchr(l->d->path, '/') : NULL;

    if ((name.n && name.p[0] == '/') || !slash) {
        return arena_str(l->a, name);
    }
    return arena_printf(l->a, "%.*s/" SPAN_FMT, (int)(slash - l->d->path), l->d->path,
                        SPAN_ARG(name));
}

static int need_file(struct load *l, const struct ynode *map, const char *key, const char **ret)
{
    struct span s;
    int rc = y_need_text(l->d, map, key, &s, l->err);

    if (rc == 0) {
        *ret = resolve(l, s);
    }
    return rc;
}

// "{port}" quoted, or {port} bare, which YAML reads as a map of one empty value.
static bool hole_of(const struct ynode *n, struct span *ret)
{
    if (n->type == Y_MAP) {
        *ret = n->n == 1 ? n->key[0] : SPAN_NONE;
        return n->n == 1 && y_is_null(n->item[0]);
    }
    if (n->type != Y_SCALAR || n->text.n < 3 || n->text.p[0] != '{' ||
        n->text.p[n->text.n - 1] != '}') {
        return false;
    }
    *ret = span_sub(n->text, 1, n->text.n - 2);
    return true;
}

static bool is_param(const struct actuator *a, struct span name)
{
    for (size_t i = 0; i < a->nparams; i++) {
        if (span_eq_str(name, a->param[i].name)) {
            return true;
        }
    }
    return false;
}

static int load_vector(struct load *l, const struct ynode *map, const char *key,
                       const struct actuator *a, struct agent_vector *ret)
{
    struct ynode *list;
    int rc = y_need(l->d, map, key, Y_LIST, &list, l->err);

    if (rc) {
        return rc;
    }
    if (list->n == 0 || list->n > AGENT_ARGS_MAX) {
        return y_fault(l->d, list, l->err, "agent.argv", "1 to %d arguments", AGENT_ARGS_MAX);
    }
    for (size_t i = 0; i < list->n; i++) {
        struct agent_arg *arg = &ret->arg[i];
        struct span name;

        arg->hole = hole_of(list->item[i], &name);
        if (arg->hole && !is_param(a, name)) {
            return y_fault(l->d, list->item[i], l->err, "agent.hole",
                           "%s has no parameter " SPAN_FMT, a->name, SPAN_ARG(name));
        }
        if (!arg->hole && list->item[i]->type != Y_SCALAR) {
            return y_fault(l->d, list->item[i], l->err, "agent.argv", "an argument is a text");
        }
        arg->text = arena_str(l->a, arg->hole ? name : list->item[i]->text);
        if (!arg->hole && strpbrk(arg->text, "{}")) {
            return y_fault(l->d, list->item[i], l->err, "agent.hole",
                           "a hole is a whole argument, \"{name}\"");
        }
    }
    if (ret->arg[0].hole || ret->arg[0].text[0] != '/') {
        return y_fault(l->d, list->item[0], l->err, "agent.argv",
                       "the program is an absolute path");
    }
    ret->n = list->n;
    return 0;
}

static int load_approvals(struct load *l, const struct ynode *list, struct agent_action *ret)
{
    if (!list) {
        return 0;
    }
    if (list->type != Y_LIST || list->n > AGENT_APPROVALS_MAX) {
        return y_fault(l->d, list, l->err, "agent.approvals", "a list of at most %d functions",
                       AGENT_APPROVALS_MAX);
    }
    for (size_t i = 0; i < list->n; i++) {
        ret->approval[i] = y_text(list->item[i]);
    }
    ret->napprovals = list->n;
    return 0;
}

static int load_set(struct load *l, const struct ynode *map, struct agent_action *ret)
{
    if (!map) {
        return 0;
    }
    if (map->type != Y_MAP || map->n > ACT_PARAMS_MAX) {
        return y_fault(l->d, map, l->err, "agent.set", "a map of parameters");
    }
    for (size_t i = 0; i < map->n; i++) {
        if (!is_param(ret->actuator, map->key[i])) {
            return y_fault(l->d, map->item[i], l->err, "agent.set", "%s has no parameter " SPAN_FMT,
                           ret->actuator->name, SPAN_ARG(map->key[i]));
        }
        ret->set_name[i] = map->key[i];
        ret->set_value[i] = y_text(map->item[i]);
    }
    ret->nset = map->n;
    return 0;
}

static int load_action(struct load *l, struct span name, const struct ynode *map,
                       struct agent_action *ret)
{
    static const char *const known[] = {"approvals", "set",     "act", "probe",
                                        "expect",    "timeout", NULL};
    struct span expect, timeout = y_text(y_get(map, "timeout"));
    int rc;

    ret->actuator = actuator_find(name);
    if (!ret->actuator) {
        return y_fault(l->d, map, l->err, "agent.action", "no actuator is called " SPAN_FMT,
                       SPAN_ARG(name));
    }
    ret->timeout = 10 * UTIME_SECOND;
    if (timeout.n && (!utime_duration(timeout, &ret->timeout) || ret->timeout > 5 * UTIME_MINUTE)) {
        return y_fault(l->d, y_get(map, "timeout"), l->err, "agent.timeout",
                       "a duration of at most 5m");
    }
    rc = y_only(l->d, map, known, l->err);
    rc = rc ? rc : load_vector(l, map, "act", ret->actuator, &ret->act);
    rc = rc ? rc : load_vector(l, map, "probe", ret->actuator, &ret->probe);
    rc = rc ? rc : y_need_text(l->d, map, "expect", &expect, l->err);
    rc = rc ? rc : load_approvals(l, y_get(map, "approvals"), ret);
    rc = rc ? rc : load_set(l, y_get(map, "set"), ret);
    if (rc == 0) {
        ret->expect = arena_str(l->a, expect);
    }
    return rc;
}

static int load_actions(struct load *l, const struct ynode *root, struct agentconf *c)
{
    struct ynode *map;
    int rc = y_need(l->d, root, "actions", Y_MAP, &map, l->err);

    if (rc == 0 && map->n > AGENT_ACTIONS_MAX) {
        return y_fault(l->d, map, l->err, "agent.actions", "at most %d", AGENT_ACTIONS_MAX);
    }
    for (size_t i = 0; rc == 0 && i < map->n; i++) {
        rc = load_action(l, map->key[i], map->item[i], &c->action[c->nactions]);
        c->nactions += rc == 0;
    }
    return rc;
}

static int load_names(struct load *l, const struct ynode *root, struct agentconf *c)
{
    struct ynode *never = y_get(root, "never_touch"), *keys;
    int rc = y_need(l->d, root, "command_keys", Y_LIST, &keys, l->err);

    if (rc) {
        return rc;
    }
    if (keys->n == 0 || keys->n > AGENT_KEYS_MAX) {
        return y_fault(l->d, keys, l->err, "agent.keys", "1 to %d public keys", AGENT_KEYS_MAX);
    }
    for (size_t i = 0; i < keys->n; i++) {
        c->command_key[c->nkeys++] = resolve(l, y_text(keys->item[i]));
    }
    if (!never) { // an empty list must be written: silence is not a decision
        return y_fault(l->d, root, l->err, "agent.never", "never_touch is missing");
    }
    if (never->type != Y_LIST || never->n > AGENT_NAMES_MAX) {
        return y_fault(l->d, never, l->err, "agent.never", "a list of at most %d names",
                       AGENT_NAMES_MAX);
    }
    c->never = arena_array(l->a, never->n + 1, sizeof(*c->never));
    for (size_t i = 0; c->never && i < never->n; i++) {
        c->never[c->nnever++] = y_text(never->item[i]);
    }
    return 0;
}

static int load_gate(struct load *l, const struct ynode *root, struct agentconf *c)
{
    static const char *const known[] = {"host",        "address", "port", "ca",
                                        "certificate", "key",     NULL};
    struct ynode *gate;
    struct span host, address;
    int64_t port = 0;
    int rc = y_need(l->d, root, "gate", Y_MAP, &gate, l->err);

    rc = rc ? rc : y_only(l->d, gate, known, l->err);
    rc = rc ? rc : y_need_text(l->d, gate, "host", &host, l->err);
    rc = rc ? rc : need_file(l, gate, "ca", &c->gate_ca);
    rc = rc ? rc : need_file(l, gate, "certificate", &c->gate_certificate);
    rc = rc ? rc : need_file(l, gate, "key", &c->gate_key);
    if (rc) {
        return rc;
    }
    if (!y_int(y_get(gate, "port"), &port) || port < 1 || port > 65535) {
        return y_fault(l->d, gate, l->err, "agent.port", "port is a number from 1 to 65535");
    }
    address = y_text(y_get(gate, "address"));
    c->gate_host = arena_str(l->a, host);
    c->gate_address = address.n ? arena_str(l->a, address) : c->gate_host;
    c->gate_port = (int)port;
    return 0;
}

static void put_vector(struct buf *b, const struct agent_vector *v)
{
    buf_u32(b, (uint32_t)v->n);
    for (size_t i = 0; i < v->n; i++) {
        buf_u8(b, v->arg[i].hole);
        buf_blob(b, span_str(v->arg[i].text));
    }
}

// What the agent allows, as one digest: HELLO carries it, so that a change is seen.
static struct digest allowed_of(const struct agentconf *c)
{
    AUTO_BUF b = {0};

    buf_init(&b, 4 << 20);
    for (size_t i = 0; i < c->nactions; i++) {
        const struct agent_action *a = &c->action[i];

        buf_blob(&b, span_str(a->actuator->name));
        put_vector(&b, &a->act);
        put_vector(&b, &a->probe);
        buf_blob(&b, span_str(a->expect));
        for (size_t k = 0; k < a->napprovals; k++) {
            buf_blob(&b, a->approval[k]);
        }
        for (size_t k = 0; k < a->nset; k++) {
            buf_blob(&b, a->set_name[k]);
            buf_blob(&b, a->set_value[k]);
        }
    }
    for (size_t i = 0; i < c->nnever; i++) {
        buf_blob(&b, c->never[i]);
    }
    return digest_of(buf_span(&b));
}

static int load_root(struct load *l, const struct ynode *root, struct agentconf *c)
{
    static const char *const known[] = {"agent",        "gate",        "result_key",
                                        "command_keys", "state",       "users",
                                        "actions",      "never_touch", NULL};
    struct ynode *users = y_get(root, "users");
    int rc = y_only(l->d, root, known, l->err);

    rc = rc ? rc : y_need_text(l->d, root, "agent", &c->agent, l->err);
    if (rc == 0 && (!act_is_name(c->agent) || c->agent.n > 64)) {
        return y_fault(l->d, y_get(root, "agent"), l->err, "agent.id",
                       "an id of letters, digits, . _ - and at most 64 bytes");
    }
    rc = rc ? rc : load_gate(l, root, c);
    rc = rc ? rc : need_file(l, root, "result_key", &c->result_key);
    rc = rc ? rc : need_file(l, root, "state", &c->state);
    rc = rc ? rc : load_names(l, root, c);
    rc = rc ? rc : load_actions(l, root, c);
    if (rc == 0 && users &&
        (!y_int(y_get(users, "net"), &c->net_uid) || !y_int(y_get(users, "exec"), &c->exec_uid))) {
        return y_fault(l->d, users, l->err, "agent.users", "users has the numbers net and exec");
    }
    return rc;
}

int agentconf_load(struct arena *a, struct span text, const char *path, struct agentconf *ret,
                   struct err *err)
{
    struct ydocs docs;
    struct load l = {.a = a, .d = &docs, .err = err};
    int rc = ydoc_load(a, text, path, &docs, err);

    *ret = (struct agentconf){.net_uid = -1, .exec_uid = -1};
    if (rc) {
        return rc;
    }
    if (docs.n != 1 || docs.doc[0]->type != Y_MAP) {
        err_at(err, path, 1, 1);
        return err_set(err, E_INPUT, "agent.form", "the configuration is one map");
    }
    rc = load_root(&l, docs.doc[0], ret);
    if (rc == 0 && !arena_ok(a)) {
        return err_set(err, E_LIMIT, "agent.large", "the configuration is too large");
    }
    ret->allowed = allowed_of(ret);
    return rc;
}

const struct agent_action *agentconf_action(const struct agentconf *c, struct span name)
{
    for (size_t i = 0; i < c->nactions; i++) {
        if (span_eq_str(name, c->action[i].actuator->name)) {
            return &c->action[i];
        }
    }
    return NULL;
}
