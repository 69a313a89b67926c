// cacao_var.c - variables of a playbook and of its steps.
// SPDX-License-Identifier: Apache-2.0
//
// One name is declared once in the whole playbook (CACAO 2.0 discourages a step that reuses a name,
// section 10.18; here it is a fault), so a variable is known by its name alone.
#include <ctype.h>

#include "core/play/cacao_impl.h"
#include "core/play/cond.h"

// ^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$ (variable names, CACAO 2.0, 10.18.3)
static bool is_name(const char *s)
{
    size_t n = strlen(s);

    if (n < 5 || n > 204 || strncmp(s, "__", 2) != 0 || strcmp(s + n - 2, "__") != 0 ||
        (!isalpha((unsigned char)s[2]) && s[2] != '_')) {
        return false;
    }
    for (size_t i = 2; i < n - 2; i++) {
        if (!isalnum((unsigned char)s[i]) && s[i] != '_' && s[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool value_fits(const char *type, struct span value)
{
    int64_t v;

    if (strcmp(type, "integer") == 0 || strcmp(type, "long") == 0) {
        return span_i64(value, &v);
    }
    if (strcmp(type, "bool") == 0) {
        return span_eq_str(value, "true") || span_eq_str(value, "false");
    }
    return true;
}

static void read_one(struct build *b, const struct at *at, const char *name, json_t *obj, bool step)
{
    static const char *const known[] = {"type",     "description", "value",
                                        "constant", "external",    NULL};
    struct at here = {at, name}, value_at = {&here, "value"};
    json_t *value = json_object_get(obj, "value");
    struct cacao_var v = {.name = arena_str(b->arena, span_str(name)), .value = ""};

    if (!is_name(name)) {
        cacao_fault(b, &here, "cacao.variable", "\"%s\" is no name of a variable", name);
    }
    if (cacao_var_of(b->c, span_str(name)) >= 0) {
        cacao_fault(b, &here, "cacao.variable", "%s is declared a second time", name);
        return;
    }
    if (b->c->nvars >= CACAO_VARS_MAX) {
        cacao_fault(b, &here, "cacao.bound", "there are more than %d variables", CACAO_VARS_MAX);
        return;
    }
    cacao_only(b, &here, obj, known);
    v.type = cacao_text(b, &here, obj, "type", true);
    if (value && !json_is_null(value)) {
        v.value = cacao_text(b, &here, obj, "value", false);
        if (strlen(v.value) >= COND_VALUE_MAX) {
            cacao_fault(b, &value_at, "cacao.bound", "a value has more than %d bytes",
                        COND_VALUE_MAX - 1);
        } else if (*v.value && !value_fits(v.type, span_str(v.value))) {
            cacao_fault(b, &value_at, "cacao.variable", "\"%s\" is no value of the type %s",
                        v.value, v.type);
        }
    }
    v.constant = cacao_bool(b, &here, obj, "constant");
    v.external = cacao_bool(b, &here, obj, "external") && !step;
    b->var[b->c->nvars++] = v;
}

void cacao_read_variables(struct build *b, const struct at *at, json_t *vars, bool step)
{
    const char *name;
    json_t *obj;

    if (vars && !json_is_object(vars)) {
        cacao_fault(b, at, "cacao.type", "a dictionary of variables must stand here");
        return;
    }
    json_object_foreach(vars, name, obj)
    {
        read_one(b, at, name, obj, step);
    }
}
