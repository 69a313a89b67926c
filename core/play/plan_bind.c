// plan_bind.c - the scope's values in the playbook's variables, and the variables in its texts.
// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "core/play/canon.h"
#include "core/play/plan_impl.h"

static const struct plan_pair *pair_of(const struct plan_pair *scope, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (span_eq_str(scope[i].name, name)) {
            return &scope[i];
        }
    }
    return NULL;
}

static bool is_live(const char *name)
{
    char value[LIVE_VALUE_MAX];
    size_t n = strlen(name);

    return live_get(NULL, span_of(name + 2, n - 4), value) >= 0;
}

static bool is_result(const struct cacao *c, const char *name)
{
    for (size_t i = 0; i < c->nsteps; i++) {
        if (strcmp(c->step[i].out_var, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool fits_type(const char *type, struct span v)
{
    int64_t n;

    if (strcmp(type, "integer") == 0 || strcmp(type, "long") == 0) {
        return span_i64(v, &n);
    }
    return strcmp(type, "bool") != 0 || span_eq_str(v, "true") || span_eq_str(v, "false");
}

static int set_value(struct bound_var *v, struct span value, struct err *err)
{
    bool clean = utf8_valid(value);

    for (size_t i = 0; i < value.n; i++) {
        clean &= (unsigned char)value.p[i] >= 0x20 && value.p[i] != 0x7f;
    }
    if (value.n >= PLAN_VALUE_MAX || !clean || !fits_type(v->decl->type, value)) {
        return err_set(err, E_INPUT, "plan.variable",
                       "\"" SPAN_FMT "\" cannot be the value of %s (%s, at most %d bytes)",
                       SPAN_ARG(span_sub(value, 0, 100)), v->decl->name, v->decl->type,
                       PLAN_VALUE_MAX - 1);
    }
    snprintf(v->value, sizeof(v->value), SPAN_FMT, SPAN_ARG(value));
    v->known = true;
    return E_OK;
}

static int bind_one(struct bound *b, struct bound_var *v, const struct plan_pair *given,
                    struct err *err)
{
    v->result = is_result(b->c, v->decl->name);
    v->live = is_live(v->decl->name) && !(b->simulated && given);
    if (v->live) {
        return E_OK;
    }
    if (given && (v->decl->external || b->simulated)) {
        return set_value(v, given->value, err);
    }
    if (*v->decl->value) {
        return set_value(v, span_str(v->decl->value), err);
    }
    if (v->decl->external && !b->simulated) {
        return err_set(err, E_INPUT, "plan.variable",
                       "the playbook needs %s, and nothing here knows it", v->decl->name);
    }
    return E_OK;
}

int bound_init(struct bound *b, const struct cacao *c, const struct plan_pair *scope, size_t n,
               bool simulated, struct err *err)
{
    *b = (struct bound){.c = c, .simulated = simulated};
    if (c->nvars > PLAN_VARS_MAX) {
        return err_set(err, E_LIMIT, "plan.bound", "a plan has at most %d variables, not %zu",
                       PLAN_VARS_MAX, c->nvars);
    }
    for (; b->n < c->nvars; b->n++) {
        struct bound_var *v = &b->var[b->n];
        int rc;

        v->decl = &c->var[b->n];
        rc = bind_one(b, v, pair_of(scope, n, v->decl->name), err);
        if (rc < 0) {
            return rc;
        }
    }
    return E_OK;
}

const struct bound_var *bound_find(const struct bound *b, const char *name)
{
    for (size_t i = 0; i < b->n; i++) {
        if (strcmp(b->var[i].decl->name, name) == 0) {
            return &b->var[i];
        }
    }
    return NULL;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

// The variable whose use begins at the start of `text`; its length with ":value" in *used.
static const struct bound_var *use_at(const struct bound *b, struct span text, size_t *used)
{
    size_t n = 0;

    if (!span_starts(text, SPAN_LIT("__"))) {
        return NULL;
    }
    while (n < text.n && in_name(text.p[n])) {
        n++;
    }
    if (!span_starts(span_sub(text, n, text.n), SPAN_LIT(":value"))) {
        return NULL;
    }
    *used = n + strlen(":value");
    for (size_t i = 0; i < b->n; i++) {
        if (span_eq_str(span_of(text.p, n), b->var[i].decl->name)) {
            return &b->var[i];
        }
    }
    return NULL;
}

int bound_text(const struct bound *b, struct buf *out, struct span text, struct err *err)
{
    while (text.n) {
        size_t used = 1;
        const struct bound_var *v = use_at(b, text, &used);
        bool known = v && v->known && !v->live && !v->result;

        if (v && !known && !b->simulated) {
            return err_set(err, E_INPUT, "plan.variable",
                           "the value of %s is not known when the plan is made", v->decl->name);
        }
        if (known) {
            buf_str(out, v->value);
        } else {
            used = v ? used : 1;
            buf_put(out, text.p, used);
        }
        text = span_sub(text, used, text.n);
    }
    return buf_ok(out) ? E_OK : err_set(err, E_LIMIT, "plan.bound", "a text is too long");
}

static json_t *bound_string(const struct bound *b, json_t *v, struct err *err)
{
    AUTO_BUF out;

    buf_init(&out, PLAN_DOCUMENT_MAX);
    if (bound_text(b, &out, span_of(json_string_value(v), json_string_length(v)), err) < 0) {
        return NULL;
    }
    return json_stringn(out.p ? out.p : "", out.len);
}

json_t *bound_json(const struct bound *b, json_t *v, unsigned depth, struct err *err)
{
    json_t *copy, *item;
    const char *key;
    size_t i;

    if (depth > CANON_DEPTH) {
        err_set(err, E_LIMIT, "json.depth", "values are nested deeper than %d", CANON_DEPTH);
        return NULL;
    }
    if (json_is_string(v)) {
        return bound_string(b, v, err);
    }
    if (!json_is_object(v) && !json_is_array(v)) {
        return json_incref(v);
    }
    copy = json_is_object(v) ? json_object() : json_array();
    json_object_foreach(v, key, item)
    {
        if (json_object_set_new(copy, key, bound_json(b, item, depth + 1, err)) < 0) {
            json_decref(copy);
            return NULL;
        }
    }
    json_array_foreach(v, i, item)
    {
        if (json_array_append_new(copy, bound_json(b, item, depth + 1, err)) < 0) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}
