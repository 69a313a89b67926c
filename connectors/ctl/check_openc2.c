// check_openc2.c - OpenC2 messages: commands by core/play, responses here.
// SPDX-License-Identifier: Apache-2.0
//
// Response: OASIS OpenC2 Language Specification 1.0, 3.3.2: `status` (an integer, 3.3.2.2: three
// digits), `status_text`, `results` with at least one member: versions, profiles, pairs, rate_limit,
// args (1.1), or those of a profile under its name.
#include <string.h>

#include "connectors/ctl/check.h"
#include "core/play/canon.h"
#include "core/play/openc2.h"

static bool one_of(struct span s, const char *const *list)
{
    for (size_t i = 0; list[i]; i++) {
        if (span_eq_str(s, list[i])) {
            return true;
        }
    }
    return false;
}

int check_openc2_form(struct span text, struct openc2_form *ret, struct err *err)
{
    static const char *const versions[] = {"1.0", "1.0.1", "1.1", "v1.0", "v1.0.1", "v1.1", NULL};
    static const char *const profiles[] = {"language", OPENC2_PROFILE, NULL};
    struct span version = span_cut(&text, '/'), profile = span_cut(&text, '/');

    *ret = (struct openc2_form){.command = span_eq_str(text, "command"),
                                .ours = span_eq_str(profile, OPENC2_PROFILE)};
    if (!one_of(version, versions)) {
        return err_set(err, E_USAGE, "openc2.version", "the versions known are 1.0, 1.0.1 and 1.1");
    }
    if (!one_of(profile, profiles)) {
        return err_set(err, E_USAGE, "openc2.profile",
                       "the profiles known are language and " OPENC2_PROFILE);
    }
    if (!ret->command && !span_eq_str(text, "response")) {
        return err_set(err, E_USAGE, "openc2.message", "it ends with /command or /response");
    }
    return 0;
}

// A command whose target is one of our profile must be one of our pairs.
static int check_command(json_t *v, bool ours, struct err *err)
{
    json_t *c = openc2_request(v, err), *target = json_object_get(c, "target");
    const char *name = json_object_iter_key(json_object_iter(target));
    const char *action = json_string_value(json_object_get(c, "action"));
    const struct openc2_pair *pair;

    if (!c) {
        return E_INPUT;
    }
    if (!ours && (!name || strncmp(name, OPENC2_PROFILE ":", sizeof(OPENC2_PROFILE)) != 0)) {
        return 0;
    }
    for (size_t i = 0; (pair = openc2_pair_at(i)) != NULL; i++) {
        if (name && strcmp(pair->target, name) == 0 && strcmp(pair->action, action) == 0) {
            return openc2_check(v, pair, NULL, err);
        }
    }
    return err_set(err, E_INPUT, "openc2.pair", "%s of %s is no pair of " OPENC2_PROFILE, action,
                   name ? name : "nothing");
}

static int check_results(const json_t *results, struct err *err)
{
    static const char *const known[] = {"versions",   "profiles", "pairs",
                                        "rate_limit", "args",     NULL};
    const char *key;
    json_t *value;

    if (!json_is_object(results) || json_object_size(results) == 0) {
        return err_set(err, E_INPUT, "openc2.results", "results must be an object with a member");
    }
    json_object_foreach((json_t *)(uintptr_t)results, key, value)
    {
        if (!one_of(span_str(key), known) && strncmp(key, "x-", 2) != 0) {
            return err_set(err, E_INPUT, "openc2.results", "results have no member \"%s\"", key);
        }
    }
    return 0;
}

static int check_response(json_t *v, struct err *err)
{
    static const char *const members[] = {"status", "status_text", "results", NULL};
    json_t *body = json_object_get(v, "body"), *status, *value;
    const char *key;

    if (body) {
        v = json_object_get(json_object_get(body, "openc2"), "response");
    }
    status = json_object_get(v, "status");
    if (!json_is_object(v) || !json_is_integer(status) || json_integer_value(status) < 100 ||
        json_integer_value(status) > 599) {
        return err_set(err, E_INPUT, "openc2.status",
                       "a response has a status, a whole number from 100 to 599");
    }
    json_object_foreach(v, key, value)
    {
        if (!one_of(span_str(key), members)) {
            return err_set(err, E_INPUT, "openc2.member", "a response has no member \"%s\"", key);
        }
    }
    value = json_object_get(v, "status_text");
    if (value && !json_is_string(value)) {
        return err_set(err, E_INPUT, "openc2.status", "status_text must be a text");
    }
    value = json_object_get(v, "results");
    return value ? check_results(value, err) : 0;
}

static bool looks_like_response(const json_t *v)
{
    const json_t *wrapped = json_object_get(json_object_get(v, "body"), "openc2");

    return json_object_get(v, "status") || json_object_get(v, "results") ||
           json_object_get(wrapped, "response");
}

void check_openc2(const struct textfile *f, const struct openc2_form *form, struct faults *faults)
{
    struct err err = ERR_INIT;
    json_t *v = canon_read(f->text, f->path, &err);
    bool command = form->any ? !looks_like_response(v) : form->command;
    int rc = !v        ? err.rc
             : command ? check_command(v, form->ours && !form->any, &err)
                       : check_response(v, &err);

    if (rc < 0) {
        err_at(&err, f->path, err.line, err.col);
        faults_say(faults, &err);
    }
    json_decref(v);
}
