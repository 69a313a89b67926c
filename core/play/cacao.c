// cacao.c - a playbook document as a whole: metadata, definitions, then the workflow.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cacao.h"

#include <stdlib.h>

#include "core/play/cacao_impl.h"
#include "core/play/canon.h"

enum { CACAO_ARENA_MAX = 16 << 20 };

struct owner {
    struct cacao c; // first: a struct cacao * is a struct owner *
    struct arena arena;
};

// Agent and target types of CACAO 2.0 (agent-target-type-ov). Others are allowed, the vocabulary is
// open; but an id that says one of these must be of it.
static const char *const partner_types[] = {
    "group",        "http-api", "individual",        "linux", "location", "net-address",
    "organization", "sector",   "security-category", "ssh",
};

static void check_partner(struct build *b, const struct at *at, const char *id, json_t *obj)
{
    const char *type = cacao_text(b, at, obj, "type", true);

    cacao_text(b, at, obj, "name", true);
    if (!cacao_is_id(id, NULL)) {
        cacao_fault(b, at, "cacao.id", "the id must be a type, \"--\" and a UUID");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(partner_types); i++) {
        if (cacao_is_id(id, partner_types[i]) && *type && strcmp(type, partner_types[i]) != 0) {
            cacao_fault(b, at, "cacao.agent", "the id says %s, the type is \"%s\"",
                        partner_types[i], type);
        }
    }
}

static void check_partners(struct build *b, const char *where)
{
    json_t *all = json_object_get(b->root, where), *obj;
    struct at top = {NULL, where};
    const char *id;

    if (all && !json_is_object(all)) {
        cacao_fault(b, &top, "cacao.type", "a dictionary must stand here");
    }
    json_object_foreach(all, id, obj)
    {
        struct at here = {&top, id};

        check_partner(b, &here, id, obj);
    }
}

static void check_extensions(struct build *b)
{
    static const char *const known[] = {"type",   "name",    "description",         "created_by",
                                        "schema", "version", "external_references", NULL};
    json_t *all = json_object_get(b->root, "extension_definitions"), *obj;
    struct at top = {NULL, "extension_definitions"};
    const char *id;

    json_object_foreach(all, id, obj)
    {
        struct at here = {&top, id};

        if (!cacao_is_id(id, "extension-definition") ||
            strcmp(cacao_text(b, &here, obj, "type", true), "extension-definition") != 0) {
            cacao_fault(b, &here, "cacao.id", "this is no extension-definition");
        }
        cacao_text(b, &here, obj, "name", true);
        cacao_text(b, &here, obj, "created_by", true);
        cacao_text(b, &here, obj, "schema", true);
        cacao_text(b, &here, obj, "version", true);
        cacao_only(b, &here, obj, known);
    }
}

static void check_word(struct build *b, const char *key, const char *want)
{
    struct at here = {NULL, key};
    const char *got = cacao_text(b, NULL, b->root, key, true);

    if (*got && strcmp(got, want) != 0) {
        cacao_fault(b, &here, "cacao.version", "\"%s\" must stand here, not \"%s\"", want, got);
    }
}

static const char *read_id(struct build *b, const char *key, const char *prefix)
{
    struct at here = {NULL, key};
    const char *id = cacao_text(b, NULL, b->root, key, true);

    if (*id && !cacao_is_id(id, prefix)) {
        cacao_fault(b, &here, "cacao.id", "\"%s\" is not \"%s--\" and a UUID", id, prefix);
    }
    return id;
}

static void check_known(struct build *b)
{
    static const char *const known[] = {"type",
                                        "spec_version",
                                        "id",
                                        "name",
                                        "description",
                                        "playbook_types",
                                        "playbook_activities",
                                        "playbook_processing_summary",
                                        "created_by",
                                        "created",
                                        "modified",
                                        "revoked",
                                        "valid_from",
                                        "valid_until",
                                        "derived_from",
                                        "related_to",
                                        "priority",
                                        "severity",
                                        "impact",
                                        "industry_sectors",
                                        "labels",
                                        "external_references",
                                        "markings",
                                        "playbook_variables",
                                        "workflow_start",
                                        "workflow_exception",
                                        "workflow",
                                        "playbook_extensions",
                                        "authentication_info_definitions",
                                        "agent_definitions",
                                        "target_definitions",
                                        "extension_definitions",
                                        "data_marking_definitions",
                                        "signatures",
                                        NULL};

    cacao_only(b, NULL, b->root, known);
}

static void read_head(struct build *b)
{
    struct cacao *c = b->c;
    struct at until = {NULL, "valid_until"}, modified = {NULL, "modified"};
    utime_t created;

    check_known(b);
    check_word(b, "type", "playbook");
    check_word(b, "spec_version", "cacao-2.0");
    c->id = read_id(b, "id", "playbook");
    c->name = cacao_text(b, NULL, b->root, "name", true);
    c->description = cacao_text(b, NULL, b->root, "description", false);
    read_id(b, "created_by", "identity");
    created = cacao_time(b, NULL, b->root, "created", true);
    c->modified = cacao_time(b, NULL, b->root, "modified", true);
    c->revoked = cacao_bool(b, NULL, b->root, "revoked");
    c->valid_from = cacao_time(b, NULL, b->root, "valid_from", false);
    c->valid_until = cacao_time(b, NULL, b->root, "valid_until", false);
    if (c->modified != UTIME_NONE && c->modified < created) {
        cacao_fault(b, &modified, "cacao.time", "modified lies before created");
    }
    if (c->valid_until != UTIME_NONE && c->valid_until <= c->valid_from) {
        cacao_fault(b, &until, "cacao.time", "valid_until does not lie after valid_from");
    }
    cacao_whole(b, NULL, b->root, "priority", 0, 100);
    cacao_whole(b, NULL, b->root, "severity", 0, 100);
    cacao_whole(b, NULL, b->root, "impact", 0, 100);
}

static void read_document(struct build *b)
{
    struct at vars = {NULL, "playbook_variables"};

    read_head(b);
    check_partners(b, "agent_definitions");
    check_partners(b, "target_definitions");
    check_extensions(b);
    cacao_read_variables(b, &vars, json_object_get(b->root, "playbook_variables"), false);
    cacao_read_steps(b, json_object_get(b->root, "workflow"));
    cacao_check_graph(b);
}

static bool prepare(struct build *b)
{
    b->step = arena_array(b->arena, CACAO_STEPS_MAX, sizeof(*b->step));
    b->var = arena_array(b->arena, CACAO_VARS_MAX, sizeof(*b->var));
    b->note = arena_array(b->arena, CACAO_NOTES_MAX, sizeof(*b->note));
    b->c->start = b->c->exception = CACAO_NONE; // until the workflow was read
    b->c->step = b->step;
    b->c->var = b->var;
    b->c->note = b->note;
    return b->step && b->var && b->note;
}

static json_t *read_text(const struct textfile *file, struct faults *faults)
{
    struct err err = ERR_INIT;
    json_t *root = NULL;

    err_at(&err, file->path, 0, 0);
    if (file->text.n > CACAO_TEXT_MAX) {
        err_set(&err, E_LIMIT, "cacao.bound", "a playbook has %zu bytes, at most %d may be",
                file->text.n, CACAO_TEXT_MAX);
    } else {
        root = canon_read(file->text, file->path, &err);
    }
    if (root && !json_is_object(root)) {
        err_set(&err, E_INPUT, "cacao.type", "a playbook is a JSON object");
        json_decref(root);
        root = NULL;
    }
    if (!root) {
        faults_say(faults, &err);
    }
    return root;
}

struct cacao *cacao_load(const struct textfile *file, struct faults *faults)
{
    json_t *root = read_text(file, faults);
    struct owner *o = root ? calloc(1, sizeof(*o)) : NULL;
    struct build b = {.path = file->path, .faults = faults, .root = root};

    if (!o) {
        json_decref(root);
        return NULL;
    }
    arena_init(&o->arena, CACAO_ARENA_MAX);
    b.arena = &o->arena;
    b.c = &o->c;
    o->c.digest = digest_of(file->text);
    if (prepare(&b)) {
        read_document(&b);
    }
    json_decref(root);
    if (!arena_ok(&o->arena) && b.nfaults == 0) {
        cacao_fault(&b, NULL, "cacao.bound", "the playbook takes too much memory");
    }
    if (b.nfaults > 0) {
        cacao_free(&o->c);
        return NULL;
    }
    return &o->c;
}

void cacao_free(struct cacao *c)
{
    struct owner *o = (struct owner *)c;

    if (o) {
        arena_free(&o->arena);
        free(o);
    }
}
