// params.c - canonical OpenC2 JSON to the values of an actuator.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/params.h"

#include <jansson.h>
#include <stdio.h>

enum { MEMBERS_MAX = 16 };

static int bad(struct err *err, const char *what, struct span name)
{
    return err_set(err, E_INPUT, "params.bad", "%s " SPAN_FMT, what, SPAN_ARG(name));
}

static int param_index(const struct actuator *a, struct span name)
{
    for (size_t i = 0; i < a->nparams; i++) {
        if (span_eq_str(name, a->param[i].name)) {
            return (int)i;
        }
    }
    return -1;
}

int params_set(struct act_values *v, struct span name, struct span value, struct err *err)
{
    int i = param_index(v->of, name);
    const struct act_param *p = i < 0 ? NULL : &v->of->param[i];

    if (!p) {
        return bad(err, "no parameter of this action is", name);
    }
    if (value.n == 0 || value.n > p->max || value.n > ACT_VALUE_MAX || !p->right(value)) {
        return err_set(err, E_INPUT, "params.bad", "%s is not %s", p->name, p->form);
    }
    if (v->value[i][0] && !span_eq_str(value, v->value[i])) {
        return err_set(err, E_INPUT, "params.bad", "%s is said twice and differs", p->name);
    }
    memcpy(v->value[i], value.p, value.n);
    v->value[i][value.n] = '\0';
    return 0;
}

const char *params_value(const struct act_values *v, struct span name)
{
    int i = param_index(v->of, name);

    return i < 0 || !v->value[i][0] ? NULL : v->value[i];
}

int params_whole(const struct act_values *v, struct err *err)
{
    for (size_t i = 0; i < v->of->nparams; i++) {
        if (!v->value[i][0] && !v->of->param[i].optional) {
            return bad(err, "missing is", span_str(v->of->param[i].name));
        }
    }
    return 0;
}

static int take_members(json_t *object, struct act_values *v, struct err *err)
{
    const char *name;
    json_t *value;

    if (!json_is_object(object) || json_object_size(object) > MEMBERS_MAX) {
        return bad(err, "not an object of parameters", SPAN_NONE);
    }
    json_object_foreach(object, name, value)
    {
        char digits[24];
        struct span text;
        int rc;

        if (json_is_string(value)) {
            text = span_of(json_string_value(value), json_string_length(value));
        } else if (json_is_integer(value)) {
            snprintf(digits, sizeof(digits), "%lld", (long long)json_integer_value(value));
            text = span_str(digits);
        } else {
            return bad(err, "neither text nor number is", span_str(name));
        }
        rc = params_set(v, span_str(name), text, err);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

static int take_command(json_t *root, struct act_values *v, struct err *err)
{
    const char *action = json_string_value(json_object_get(root, "action"));
    json_t *target = json_object_get(root, "target");
    json_t *args = json_object_get(root, "args");
    size_t known = 2 + (args != NULL);
    json_t *inner;
    int rc;

    if (!json_is_object(root) || !action || json_object_size(root) != known) {
        return bad(err, "not an OpenC2 command of action, target and args", SPAN_NONE);
    }
    if (strcmp(action, v->of->action) != 0) {
        return bad(err, "this actuator does not do", span_str(action));
    }
    inner = json_object_get(target, v->of->target);
    if (!inner || json_object_size(target) != 1) {
        return bad(err, "the target is not one of", span_str(v->of->target));
    }
    rc = take_members(inner, v, err);
    return rc || !args ? rc : take_members(args, v, err);
}

int params_read(const struct actuator *a, struct span json, struct act_values *ret, struct err *err)
{
    struct act_values v = {.of = a};
    json_error_t fault;
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &fault);
    int rc;

    if (!root) {
        return bad(err, "no JSON:", span_str(fault.text));
    }
    rc = take_command(root, &v, err);
    json_decref(root);
    if (rc == 0) {
        *ret = v;
    }
    return rc;
}
