// openc2.c - checking OpenC2 commands, by the language and by our profile.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/openc2.h"

#include <ctype.h>
#include <string.h>

#include "core/base/attr.h"
#include "core/play/canon.h"

static const struct openc2_pair pairs[] = {
    {.actuator = "pam.terminate",
     .action = "stop",
     .target = OPENC2_PROFILE ":pam_session",
     .field = {{"session", true, OPENC2_VALUE_MAX, 's'}},
     .runtime_ms = 30000},
    {.actuator = "net.quarantine",
     .action = "contain",
     .target = OPENC2_PROFILE ":switch_port",
     .field = {{"port", true, OPENC2_PORT_MAX, 'p'}},
     .undo = "net.release",
     .runtime_ms = 30000},
    {.actuator = "net.release",
     .action = "restore",
     .target = OPENC2_PROFILE ":switch_port",
     .field = {{"port", true, OPENC2_PORT_MAX, 'p'}},
     .runtime_ms = 30000},
};

const struct openc2_pair *openc2_pair_at(size_t i)
{
    return i < ARRAY_LEN(pairs) ? &pairs[i] : NULL;
}

const struct openc2_pair *openc2_pair(struct span actuator)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        if (span_eq_str(actuator, pairs[i].actuator)) {
            return &pairs[i];
        }
    }
    return NULL;
}

// ---- the language

// OpenC2 Language Specification 1.0, 3.3.1.1; investigate, detonate, create as in the schemas.
static const char *const actions[] = {
    "scan",   "locate",   "query",   "deny", "contain",     "allow",     "start",
    "stop",   "restart",  "cancel",  "set",  "update",      "redirect",  "create",
    "delete", "detonate", "restore", "copy", "investigate", "remediate",
};

static bool listed(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(s, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int check_language(json_t *c, struct err *err)
{
    static const char *const members[] = {"action",   "target",  "args",
                                          "actuator", "profile", "command_id"};
    const char *action = json_string_value(json_object_get(c, "action"));
    const char *key;
    json_t *value;

    json_object_foreach(c, key, value)
    {
        if (!listed(key, members, ARRAY_LEN(members))) {
            return err_set(err, E_INPUT, "openc2.member", "an OpenC2 command has no member \"%s\"",
                           key);
        }
    }
    if (!action || !listed(action, actions, ARRAY_LEN(actions))) {
        return err_set(err, E_INPUT, "openc2.action", "\"%s\" is no action of OpenC2",
                       action ? action : "");
    }
    if (json_object_size(json_object_get(c, "target")) != 1) {
        return err_set(err, E_INPUT, "openc2.target",
                       "an OpenC2 command has exactly one target, not %zu",
                       json_object_size(json_object_get(c, "target")));
    }
    value = json_object_get(c, "args");
    if (value && json_object_size(value) == 0) {
        return err_set(err, E_INPUT, "openc2.args", "args is there but has no members");
    }
    return E_OK;
}

json_t *openc2_request(json_t *v, struct err *err)
{
    json_t *body = json_object_get(v, "body");

    if (body) {
        v = json_object_get(json_object_get(body, "openc2"), "request");
    }
    if (!json_is_object(v)) {
        err_set(err, E_INPUT, "openc2.form",
                "an OpenC2 command, or a message with body.openc2.request, must stand here");
        return NULL;
    }
    return check_language(v, err) < 0 ? NULL : v;
}

// ---- our profile

static bool is_value(const char *s, size_t n)
{
    if (n < 1 || n > OPENC2_VALUE_MAX || !isalnum((unsigned char)s[0])) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)s[i]) && (s[i] == '\0' || !strchr("._:@/+-", s[i]))) {
            return false;
        }
    }
    return true;
}

static bool is_port(const char *s, size_t n)
{
    const char *slash = is_value(s, n) ? strchr(s, '/') : NULL;

    return slash && slash > s && slash[1] && !strstr(s, "..");
}

static int check_field(json_t *target, const struct openc2_field *f, struct err *err)
{
    json_t *v = json_object_get(target, f->name);
    const char *s = json_string_value(v);
    size_t n = json_string_length(v);
    bool right;

    if (!v) {
        return f->needed
                   ? err_set(err, E_INPUT, "openc2.specifier", "the target has no \"%s\"", f->name)
                   : E_OK;
    }
    right = s && n <= f->max && (f->kind == 'p' ? is_port(s, n) : is_value(s, n));
    if (!right) {
        return err_set(err, E_INPUT, "openc2.value", "\"%s\" cannot be a %s", s ? s : "", f->name);
    }
    return E_OK;
}

static int check_target(json_t *target, const struct openc2_pair *pair, struct err *err)
{
    const char *key;
    json_t *value;

    if (!json_is_object(target)) {
        return err_set(err, E_INPUT, "openc2.target", "the action %s needs the target %s",
                       pair->action, pair->target);
    }
    json_object_foreach(target, key, value)
    {
        bool known = false;

        for (size_t i = 0; i < OPENC2_FIELDS_MAX && pair->field[i].name; i++) {
            known |= strcmp(key, pair->field[i].name) == 0;
        }
        if (!known) {
            return err_set(err, E_INPUT, "openc2.specifier", "the target %s has no \"%s\"",
                           pair->target, key);
        }
    }
    for (size_t i = 0; i < OPENC2_FIELDS_MAX && pair->field[i].name; i++) {
        int rc = check_field(target, &pair->field[i], err);

        if (rc < 0) {
            return rc;
        }
    }
    return E_OK;
}

int openc2_check(json_t *command, const struct openc2_pair *pair, struct buf *out, struct err *err)
{
    json_t *c = openc2_request(command, err);

    if (!c) {
        return E_INPUT;
    }
    if (strcmp(json_string_value(json_object_get(c, "action")), pair->action) != 0) {
        return err_set(err, E_INPUT, "openc2.pair", "%s is the action %s, not %s", pair->actuator,
                       pair->action, json_string_value(json_object_get(c, "action")));
    }
    if (json_object_size(c) != 2) {
        return err_set(err, E_INPUT, "openc2.profile",
                       "a command of the profile " OPENC2_PROFILE
                       " has action and target, nothing else");
    }
    if (check_target(json_object_get(json_object_get(c, "target"), pair->target), pair, err) < 0) {
        return E_INPUT;
    }
    return out ? canon_put(out, c, err) : E_OK;
}

static void copy_field(json_t *target, const char *name, char out[OPENC2_VALUE_MAX + 1])
{
    const char *s = json_string_value(json_object_get(target, name));

    snprintf(out, OPENC2_VALUE_MAX + 1, "%s", s ? s : "");
}

static int params_of(json_t *v, struct span params, struct openc2_params *ret, struct err *err)
{
    json_t *target;
    AUTO_BUF b;

    buf_init(&b, params.n + 1);
    if (openc2_check(v, ret->pair, &b, err) < 0) {
        return E_INPUT;
    }
    if (!span_eq(buf_span(&b), params)) {
        return err_set(err, E_INPUT, "openc2.canonical", "the params are not canonical JSON");
    }
    target = json_object_get(json_object_get(v, "target"), ret->pair->target);
    copy_field(target, "session", ret->session);
    copy_field(target, "port", ret->port);
    return E_OK;
}

int openc2_params_get(struct span actuator, struct span params, struct openc2_params *ret,
                      struct err *err)
{
    json_t *v;
    int rc;

    *ret = (struct openc2_params){.pair = openc2_pair(actuator)};
    if (!ret->pair) {
        return err_set(err, E_INPUT, "openc2.actuator", "there is no actuator " SPAN_FMT,
                       SPAN_ARG(actuator));
    }
    v = canon_read(params, "", err);
    if (!v) {
        return E_INPUT;
    }
    rc = params_of(v, params, ret, err);
    json_decref(v);
    return rc;
}
