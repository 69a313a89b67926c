// cacao_action.c - action steps: commands, agent, targets, and our extension.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cacao_impl.h"
#include "core/play/canon.h"
#include "core/play/cond.h"
#include "core/play/live.h"

// ---- commands

// Command types of CACAO 2.0 (command-type-ov) that nothing here carries out.
static const char *command_kind(const char *type)
{
    static const char *const others[] = {"bash",    "caldera-cmd", "elastic", "http-api", "jupyter",
                                         "kestrel", "powershell",  "sigma",   "ssh",      "yara"};

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (strcmp(type, others[i]) == 0) {
            return "a command type of CACAO that is not carried out here";
        }
    }
    return "a command type that nobody here knows";
}

// The content of `key`, or of `key`_b64 decoded; exactly one of them must be there.
static struct span read_content(struct build *b, const struct at *at, json_t *obj, const char *key,
                                const char *key64)
{
    const char *plain = cacao_text(b, at, obj, key, false);
    const char *coded = cacao_text(b, at, obj, key64, false);
    struct at here = {at, key64};
    size_t n = 0;
    const char *text;

    if (*plain && !*coded) {
        return span_str(plain);
    }
    if (!*coded || *plain) {
        cacao_fault(b, at, "cacao.command", "exactly one of \"%s\" and \"%s\" must be given", key,
                    key64);
        return SPAN_NONE;
    }
    text = cacao_base64(b->arena, span_str(coded), &n);
    if (!text) {
        cacao_fault(b, &here, "cacao.base64", "this is no base64");
        return SPAN_NONE;
    }
    return span_of(text, n);
}

// An OpenC2 command of the language, as canonical text in the arena; "" after a fault.
static const char *canonical(struct build *b, const struct at *at, json_t *v)
{
    struct err err = ERR_INIT;
    json_t *request = openc2_request(v, &err);
    const char *text = "";
    AUTO_BUF out;

    buf_init(&out, 8 * 1024);
    if (!request || canon_put(&out, request, &err) < 0) {
        cacao_fault(b, at, err.code, "%s", err.msg);
    } else {
        text = arena_str(b->arena, buf_span(&out));
        cacao_check_uses(b, at, text);
    }
    return text;
}

static const char *read_openc2(struct build *b, const struct at *at, json_t *obj)
{
    struct span content = read_content(b, at, obj, "content", "content_b64");
    struct err err = ERR_INIT;
    const char *text = "";
    json_t *v;

    if (content.n == 0) {
        return "";
    }
    v = canon_read(content, "", &err);
    if (!v) {
        cacao_fault(b, at, err.code, "the OpenC2 command: %s", err.msg);
        return "";
    }
    text = canonical(b, at, v);
    json_decref(v);
    return text;
}

static void read_command(struct build *b, const struct at *at, json_t *obj,
                         struct cacao_command *ret)
{
    const char *type = cacao_text(b, at, obj, "type", true);
    struct span text;

    if (strcmp(type, "manual") == 0) {
        text = read_content(b, at, obj, "command", "command_b64");
        ret->manual = true;
        ret->text = arena_str(b->arena, text);
        cacao_check_uses(b, at, ret->text);
    } else if (strcmp(type, "openc2-http") == 0 || strcmp(type, "openc2") == 0) {
        ret->text = read_openc2(b, at, obj);
    } else if (*type) {
        cacao_fault(b, at, "cacao.unsupported", "\"%s\" is %s", type, command_kind(type));
    }
}

static void read_commands(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    json_t *list = json_object_get(obj, "commands"), *item;
    struct at here = {at, "commands"};
    struct cacao_command *c = arena_array(b->arena, CACAO_COMMANDS_MAX, sizeof(*c));
    size_t i, manual = 0;

    if (json_array_size(list) < 1 || json_array_size(list) > CACAO_COMMANDS_MAX || !c) {
        cacao_fault(b, &here, "cacao.command", "a list of 1 to %d commands must stand here",
                    CACAO_COMMANDS_MAX);
        return;
    }
    json_array_foreach(list, i, item)
    {
        char n[8];
        struct at one = {&here, n};

        snprintf(n, sizeof(n), "%zu", i);
        c[i].text = "";
        read_command(b, &one, item, &c[i]);
        manual += c[i].manual;
    }
    s->command = c;
    s->ncommands = json_array_size(list);
    if (manual > 0 && s->ncommands > 1) {
        cacao_fault(b, &here, "cacao.unsupported", "a manual command must be the only one");
    }
}

// ---- agent, targets, arguments

// The name of a definition, by its id; the id must be defined.
static const char *definition(struct build *b, const struct at *at, const char *id,
                              const char *const *where)
{
    for (; *where; where++) {
        json_t *def = json_object_get(json_object_get(b->root, *where), id);

        if (def) {
            const char *name = json_string_value(json_object_get(def, "name"));

            cacao_check_uses(b, at, name ? name : "");
            return arena_str(b->arena, span_str(name));
        }
    }
    cacao_fault(b, at, "cacao.dangling", "%s is not defined", id);
    return "";
}

static void read_partners(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    static const char *const agents[] = {"agent_definitions", NULL};
    static const char *const targets[] = {"target_definitions", "agent_definitions", NULL};
    struct at agent_at = {at, "agent"}, targets_at = {at, "targets"};
    const char *agent = cacao_text(b, at, obj, "agent", true);
    json_t *list = json_object_get(obj, "targets"), *item;
    size_t i;

    s->agent = *agent ? definition(b, &agent_at, agent, agents) : "";
    if (list && json_array_size(list) == 0) {
        cacao_fault(b, &targets_at, "cacao.type", "a list of targets must stand here");
    }
    json_array_foreach(list, i, item)
    {
        const char *id = json_string_value(item);
        const char *name = definition(b, &targets_at, id ? id : "", targets);

        if (i == 0) {
            s->target = name;
        }
    }
    if (json_array_size(list) > 1 && s->actuator) {
        cacao_fault(b, &targets_at, "cacao.unsupported",
                    "an action of an agent has one target, not %zu", json_array_size(list));
    }
}

static void read_args(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    static const char *const keys[] = {"in_args", "out_args"};

    for (size_t k = 0; k < 2; k++) {
        json_t *list = json_object_get(obj, keys[k]), *item;
        struct at here = {at, keys[k]};
        size_t i;

        json_array_foreach(list, i, item)
        {
            struct span name = span_str(json_string_value(item));
            int var = cacao_var_of(b->c, name);

            if (var < 0) {
                cacao_fault(b, &here, "cacao.variable", "nobody declares the variable " SPAN_FMT,
                            SPAN_ARG(name));
            } else if (k == 1 && b->c->var[var].constant) {
                cacao_fault(b, &here, "cacao.variable", "%s is constant and cannot be a result",
                            b->c->var[var].name);
            } else if (k == 1) {
                s->out_var = b->c->var[var].name;
            }
        }
        if (k == 1 && json_array_size(list) > 1) {
            cacao_fault(b, &here, "cacao.unsupported", "an action here has one result, not %zu",
                        json_array_size(list));
        }
    }
}

// ---- the extension

static int look_live(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    char value[LIVE_VALUE_MAX];

    (void)ctx;
    out[0] = '\0';
    return live_get(NULL, name, value);
}

static void read_limits(struct build *b, const struct at *at, json_t *ext, struct cacao_step *s)
{
    json_t *list = json_object_get(ext, "limits"), *item;
    struct at here = {at, "limits"};
    const char **limit = arena_array(b->arena, CACAO_LIMITS_MAX, sizeof(*limit));
    size_t i;

    if (list && (!json_is_array(list) || json_array_size(list) > CACAO_LIMITS_MAX || !limit)) {
        cacao_fault(b, &here, "cacao.limit", "a list of at most %d limits must stand here",
                    CACAO_LIMITS_MAX);
        return;
    }
    json_array_foreach(list, i, item)
    {
        struct span text = span_of(json_string_value(item), json_string_length(item));
        struct err err = ERR_INIT;
        char n[8];
        struct at one = {&here, n};

        snprintf(n, sizeof(n), "%zu", i);
        if (!json_is_string(item) || cond_check(text, COND_LIMIT, look_live, NULL, &err) < 0) {
            cacao_fault(b, &one, "cacao.limit", "%s", err.rc ? err.msg : "a text must stand here");
        }
        limit[i] = arena_str(b->arena, text);
    }
    s->limit = limit;
    s->nlimits = json_array_size(list);
}

// A command that belongs to a pair of ours: the same action, the same target type.
static void check_pair(struct build *b, const struct at *at, const char *text,
                       const struct openc2_pair *pair)
{
    json_t *v = *text ? canon_read(span_str(text), "", NULL) : NULL;
    const char *action = json_string_value(json_object_get(v, "action"));

    if (v && (strcmp(action, pair->action) != 0 ||
              !json_object_get(json_object_get(v, "target"), pair->target))) {
        cacao_fault(b, at, "cacao.actuator", "the actuator %s is the pair %s %s, not this one",
                    pair->actuator, pair->action, pair->target);
    }
    json_decref(v);
}

static const struct openc2_pair *read_actuator(struct build *b, const struct at *at, json_t *obj,
                                               const char **name)
{
    const struct openc2_pair *pair;
    struct at here = {at, "actuator"};

    *name = cacao_text(b, at, obj, "actuator", true);
    pair = openc2_pair(span_str(*name));
    if (!pair && **name) {
        cacao_fault(b, &here, "cacao.actuator", "there is no actuator \"%s\"", *name);
    }
    return pair;
}

static void read_rollback(struct build *b, const struct at *at, json_t *ext, struct cacao_step *s)
{
    static const char *const known[] = {"text", "actuator", "command", NULL};
    struct at here = {at, "rollback"}, command_at = {&here, "command"};
    json_t *obj = json_object_get(ext, "rollback");
    json_t *command = json_object_get(obj, "command");
    const struct openc2_pair *pair;

    if (!json_is_object(obj)) {
        cacao_fault(b, at, "cacao.rollback", "\"rollback\" must say how the step is undone");
        return;
    }
    cacao_only(b, &here, obj, known);
    s->rollback_text = cacao_text(b, &here, obj, "text", true);
    if (!command) {
        return; // said in words: it cannot be undone by a command
    }
    pair = read_actuator(b, &here, obj, &s->rollback_actuator);
    s->rollback = canonical(b, &command_at, command);
    if (pair) {
        check_pair(b, &command_at, s->rollback, pair);
    }
}

static void read_extension(struct build *b, const struct at *at, json_t *ext, struct cacao_step *s)
{
    static const char *const known[] = {"actuator", "limits", "dry_run",
                                        "rollback", "verify", NULL};
    const struct openc2_pair *pair;

    cacao_only(b, at, ext, known);
    s->dry_run = cacao_text(b, at, ext, "dry_run", true);
    s->verify = cacao_text(b, at, ext, "verify", true);
    cacao_check_uses(b, at, s->dry_run);
    cacao_check_uses(b, at, s->verify);
    read_limits(b, at, ext, s);
    read_rollback(b, at, ext, s);
    pair = read_actuator(b, at, ext, &s->actuator);
    for (size_t i = 0; pair && i < s->ncommands; i++) {
        if (s->command[i].manual) {
            cacao_fault(b, at, "cacao.actuator", "a manual command has no actuator");
        } else {
            check_pair(b, at, s->command[i].text, pair);
        }
    }
}

static void read_extensions(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    json_t *defined = json_object_get(b->root, "extension_definitions");
    json_t *all = json_object_get(obj, "step_extensions"), *ext;
    struct at here = {at, "step_extensions"};
    const char *id;

    json_object_foreach(all, id, ext)
    {
        struct at one = {&here, id};

        if (!json_object_get(defined, id)) {
            cacao_fault(b, &one, "cacao.dangling", "the extension %s is not defined", id);
        }
        if (strcmp(id, CACAO_EXTENSION) == 0) {
            read_extension(b, &one, ext, s);
        }
    }
}

void cacao_read_action(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s)
{
    read_commands(b, at, obj, s);
    read_extensions(b, at, obj, s);
    read_partners(b, at, obj, s);
    read_args(b, at, obj, s);
}
