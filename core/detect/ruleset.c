// ruleset.c - loading a set: documents to entries, entries to numbered rules.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/ruleset.h"

#include <stdlib.h>

#include "core/base/ytree.h"
#include "core/detect/leaf_texts.h"
#include "core/detect/prefilter.h"

enum { SET_MAX = 1 << 30 };

static void refuse(struct entry *e, struct faults *faults, struct err *err)
{
    e->refused = true;
    err_at(err, e->docs->path, err->line, err->col);
    faults_say(faults, err);
}

static bool add_entry(struct ruleset *s, const struct ydocs *docs, const struct ynode *root)
{
    struct entry *e = arena_alloc(&s->arena, sizeof(*e));

    s->entry = arena_grow(&s->arena, s->entry, s->nentries, &s->centries, sizeof(struct entry *));
    if (!e || !s->entry) {
        return false;
    }
    *e = (struct entry){.docs = docs, .root = root, .name = ""};
    e->rule.path = docs->path;
    e->rule.line = root->line;
    s->entry[s->nentries++] = e;
    return true;
}

static void read_file(struct ruleset *s, const struct textfile *f, struct span tree,
                      struct faults *faults)
{
    struct ydocs *docs = arena_alloc(&s->arena, sizeof(*docs));
    const char *path = arena_str(&s->arena, span_str(f->path));
    struct err err = ERR_INIT;

    if (!docs || ydoc_load_tree(&s->arena, f->text, tree, path, docs, &err)) {
        faults_say(faults, &err);
        return;
    }
    for (size_t i = 0; i < docs->n; i++) {
        if (s->nentries == RULES_MAX || !add_entry(s, docs, docs->doc[i])) {
            err_at(&err, path, docs->doc[i]->line, docs->doc[i]->col);
            err_set(&err, E_LIMIT, "sigma.limit", "more than %d documents", RULES_MAX);
            faults_say(faults, &err);
            return;
        }
    }
}

static int by_path(const void *a, const void *b)
{
    const struct textfile *const *x = a, *const *y = b;

    return strcmp((*x)->path, (*y)->path);
}

// The order of (path, document) gives the numbers, whatever order the files were found in.
static void read_files(struct ruleset *s, const struct textfile *files, const struct span *tree,
                       size_t n, struct faults *faults)
{
    const struct textfile **order = arena_array(&s->arena, n + 1, sizeof(*order));

    for (size_t i = 0; order && i < n; i++) {
        order[i] = &files[i];
    }
    if (order) {
        qsort(order, n, sizeof(*order), by_path);
    }
    for (size_t i = 0; order && i < n; i++) {
        if (!span_ends(span_str(order[i]->path), SPAN_LIT(".samples.yaml"))) {
            read_file(s, order[i], tree ? tree[order[i] - files] : SPAN_NONE, faults);
        }
    }
}

// Ids and names are one space for references.
static int check_once(struct ruleset *s, struct names *seen, struct entry *e, struct err *err)
{
    const char *const word[] = {e->rule.id, e->name};

    (void)s;
    for (size_t i = 0; i < ARRAY_LEN(word); i++) {
        struct span w = span_str(word[i]);

        if (w.n == 0 || (i == 1 && strcmp(word[0], word[1]) == 0)) {
            continue;
        }
        if (names_find(seen, w) != NAME_NONE) {
            const struct ynode *at = y_get(e->root, i ? "name" : "id");

            return y_fault(e->docs, at ? at : e->root, err, "sigma.duplicate",
                           "another document already has the %s \"" SPAN_FMT "\"",
                           i ? "name" : "id", SPAN_ARG(w));
        }
    }
    (void)names_intern(seen, span_str(word[0]));
    if (word[1][0]) {
        (void)names_intern(seen, span_str(word[1]));
    }
    return 0;
}

struct entry *set_find(struct ruleset *s, struct span name)
{
    for (size_t i = 0; i < s->nentries; i++) {
        struct entry *e = s->entry[i];

        if (!e->refused && (span_eq_str(name, e->rule.id) || span_eq_str(name, e->name))) {
            return e;
        }
    }
    return NULL;
}

// One step of loading over all documents that are still in; those that fail it are refused.
static void each_entry(struct ruleset *s, struct faults *faults,
                       int (*step)(struct ruleset *, struct entry *, struct err *))
{
    for (size_t i = 0; i < s->nentries; i++) {
        struct err err = ERR_INIT;

        if (!s->entry[i]->refused && step(s, s->entry[i], &err)) {
            refuse(s->entry[i], faults, &err);
        }
    }
}

static int compile_step(struct ruleset *s, struct entry *e, struct err *err)
{
    int rc = doc_read(s, e, err);

    rc = rc ? rc : check_once(s, &s->seen, e, err);
    if (rc || e->filter) {
        return rc;
    }
    return e->rule.kind == RULE_EVENT ? detection_compile(s, e, err) : correlation_read(s, e, err);
}

static int filter_step(struct ruleset *s, struct entry *e, struct err *err)
{
    return e->filter ? filter_apply(s, e, err) : 0;
}

static int bind_step(struct ruleset *s, struct entry *e, struct err *err)
{
    return e->rule.kind == RULE_CORRELATION ? correlation_bind(s, e, err) : 0;
}

static void compile_entries(struct ruleset *s, struct faults *faults)
{
    s->seen.a = &s->arena;
    each_entry(s, faults, compile_step);
    each_entry(s, faults, filter_step);
    each_entry(s, faults, bind_step);
}

static bool number_rules(struct ruleset *s)
{
    s->rule = arena_array(&s->arena, s->nentries + 1, sizeof(struct entry *));
    for (size_t i = 0; s->rule && i < s->nentries; i++) {
        struct entry *e = s->entry[i];

        if (!e->refused && !e->filter) {
            e->rule.index = (uint32_t)s->nrules;
            e->rule.alerts = !e->used || e->wanted;
            s->rule[s->nrules++] = e;
        }
    }
    return s->rule != NULL;
}

// Fills in the numbers of correlations' rules and, the other way round, who uses a rule.
static bool link_rules(struct ruleset *s)
{
    size_t *cap = arena_array(&s->arena, s->nrules + 1, sizeof(*cap));

    s->user = arena_array(&s->arena, s->nrules + 1, sizeof(uint32_t *));
    s->nusers = arena_array(&s->arena, s->nrules + 1, sizeof(*s->nusers));
    for (size_t i = 0; arena_ok(&s->arena) && i < s->nrules; i++) {
        struct correlation *c = &s->rule[i]->corr;

        for (uint32_t r = 0; s->rule[i]->rule.kind == RULE_CORRELATION && r < c->nrefs; r++) {
            uint32_t to = s->rule[i]->ref[r]->rule.index;

            c->ref[r] = to;
            s->user[to] =
                arena_grow(&s->arena, s->user[to], s->nusers[to], &cap[to], sizeof(*s->user[to]));
            if (!s->user[to]) {
                return false;
            }
            s->user[to][s->nusers[to]++] = (uint32_t)i;
        }
    }
    return arena_ok(&s->arena);
}

static bool index_leaves(struct ruleset *s)
{
    bool ok = true;

    for (size_t i = 0; ok && i < s->nrules; i++) {
        ok = leaf_texts_build(&s->arena, &s->rule[i]->program);
    }
    return ok;
}

static bool finish(struct ruleset *s)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        s->core_name[f] = names_find(&s->names, span_str(field_name((enum field)f)));
    }
    s->kind_name = names_find(&s->names, SPAN_LIT("fab.kind"));
    if (!number_rules(s) || !link_rules(s) || !index_leaves(s)) {
        return false;
    }
    s->prefilter = prefilter_new(s);
    return s->prefilter != NULL && arena_ok(&s->arena);
}

struct ruleset *ruleset_load(const struct textfile *files, size_t n, struct faults *faults)
{
    return ruleset_load_for(NULL, files, n, faults);
}

struct ruleset *ruleset_load_for(const struct fab *fab, const struct textfile *files, size_t n,
                                 struct faults *faults)
{
    return ruleset_load_trees(fab, files, NULL, n, faults);
}

struct ruleset *ruleset_load_trees(const struct fab *fab, const struct textfile *files,
                                   const struct span *tree, size_t n, struct faults *faults)
{
    struct ruleset *s = calloc(1, sizeof(*s));

    if (!s) {
        return NULL;
    }
    arena_init(&s->arena, SET_MAX);
    arena_init(&s->value, SET_MAX);
    s->names.a = &s->arena;
    s->fab = fab;
    read_files(s, files, tree, n, faults);
    compile_entries(s, faults);
    s->fab = NULL;
    arena_free(&s->value);
    if (!finish(s)) {
        ruleset_free(s);
        return NULL;
    }
    return s;
}

void ruleset_free(struct ruleset *s)
{
    if (s) {
        regexes_free(&s->regexes);
        arena_free(&s->arena);
        free(s);
    }
}

size_t ruleset_count(const struct ruleset *s)
{
    return s->nrules;
}

const struct rule *ruleset_rule(const struct ruleset *s, uint32_t index)
{
    return index < s->nrules ? &s->rule[index]->rule : NULL;
}

size_t ruleset_users(const struct ruleset *s, uint32_t index, const uint32_t **ret)
{
    *ret = index < s->nrules ? s->user[index] : NULL;
    return index < s->nrules ? s->nusers[index] : 0;
}

void ruleset_want(const struct ruleset *s, struct wants *w)
{
    for (size_t i = 0; i < s->names.n; i++) {
        (void)wants_add(w, s->names.name[i]);
    }
}
