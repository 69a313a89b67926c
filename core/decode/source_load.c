// source_load.c - source files to a source set.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/ytree.h"
#include "core/decode/choose.h"
#include "core/decode/generic.h"
#include "core/decode/source.h"

enum { SET_MAX = 64 << 20 };

static const char *const mechanism_names[MECH_COUNT] = {"syslog", "json", "cef",  "leef", "pairs",
                                                        "xml",    "zeek", "hsms", "csv"};
static const char *const groups[] = {"sensor", "agent", "pam", "fab", "os", "net", NULL};

int slot_make(struct sourceset *s, struct span name)
{
    uint32_t slot =
        wants_count(s->slots) < SLOTS_MAX ? wants_add(s->slots, name) : wants_find(s->slots, name);

    return slot < SLOTS_MAX ? (int)slot : -1;
}

bool sourceset_want(const struct sourceset *s, struct wants *w)
{
    for (uint32_t i = 0; i < wants_count(s->slots); i++) {
        if (wants_add(w, wants_name(s->slots, i)) != i) {
            return false;
        }
    }
    return true;
}

static int word_of(struct loader *l, const struct ynode *map, const char *key,
                   const char *const *words, size_t n, const char **ret, int *ret_index)
{
    struct span text;
    int rc = y_need_text(l->docs, map, key, &text, l->err);

    for (size_t i = 0; !rc && i < n && words[i]; i++) {
        if (span_eq_str(text, words[i])) {
            *ret = words[i];
            *ret_index = (int)i;
            return 0;
        }
    }
    return rc ? rc
              : y_fault(l->docs, y_get(map, key), l->err, "source.word",
                        "\"" SPAN_FMT "\" is not known as %s", SPAN_ARG(text), key);
}

static int read_name(struct loader *l, const struct ynode *root, struct source *ret)
{
    struct span name, file = span_str(l->docs->path);
    int rc = y_need_text(l->docs, root, "name", &name, l->err);

    if (rc) {
        return rc;
    }
    while (span_find(file, '/') < file.n) {
        (void)span_cut(&file, '/');
    }
    if (span_ends(file, SPAN_LIT(".yaml")) && !span_eq(name, span_sub(file, 0, file.n - 5))) {
        return y_fault(l->docs, y_get(root, "name"), l->err, "source.name",
                       "the name must be that of the file: \"" SPAN_FMT "\"",
                       SPAN_ARG(span_sub(file, 0, file.n - 5)));
    }
    ret->name = arena_str(&l->set->arena, name);
    ret->path = arena_str(&l->set->arena, span_str(l->docs->path));
    return 0;
}

static int read_tables(struct loader *l, const struct ynode *root, struct source *ret)
{
    int rc = source_read_lookups(l, y_get(root, "tables"));

    rc = rc ? rc : source_read_rowsets(l, y_get(root, "rows"));
    rc = rc ? rc : source_read_match(l, y_get(root, "match"), ret);
    rc = rc ? rc : source_read_cuts(l, y_get(root, "cut"), ret);
    rc = rc ? rc : source_read_times(l, y_get(root, "time"), ret);
    rc = rc ? rc : read_constants(l, y_get(root, "constants"), &ret->constant, &ret->nconstants);
    rc = rc ? rc : source_read_map(l, y_get(root, "map"), ret);
    rc = rc ? rc : source_read_switches(l, y_get(root, "switch"), ret);
    rc = rc ? rc : source_read_kinds(l, y_get(root, "kinds"), ret);
    rc = rc ? rc : source_read_patterns(l, y_get(root, "patterns"), ret);
    rc = rc ? rc : source_read_severity(l, y_get(root, "severity"), ret);
    return rc ? rc : source_read_samples(l, y_get(root, "samples"), ret);
}

static int read_like(struct loader *l, const struct ynode *root, struct source *ret)
{
    const struct ynode *like = y_get(root, "like");
    int rc = like ? read_need(l, like, Y_SCALAR, "the name of a source") : 0;

    for (size_t i = 0; like && !rc && i < l->set->n; i++) {
        if (span_eq_str(like->text, l->set->source[i].name) && !l->set->source[i].alike) {
            return source_merge(l, root, &l->set->source[i], ret);
        }
    }
    return rc || !like ? rc
                       : read_fault(l, like, "source.like",
                                    "no source that stands for itself has this name", like->text);
}

// The fields that a source's patterns look at, with those of the file that it is like.
static int check_patterns(struct loader *l, const struct ynode *root, const struct source *s)
{
    uint16_t slot[PATTERN_FIELDS];
    size_t n = 0;

    for (size_t i = 0; i < s->npatterns; i++) {
        size_t k = 0;

        while (k < n && slot[k] != s->pattern[i].slot) {
            k++;
        }
        if (k == PATTERN_FIELDS) {
            const struct ynode *own = y_get(root, "patterns");

            return y_fault(l->docs, own ? own : root, l->err, "source.pattern",
                           "the rows look at more than four fields");
        }
        slot[k] = s->pattern[i].slot;
        n += k == n;
    }
    return 0;
}

int source_read(struct loader *l, const struct ynode *root, struct source *ret)
{
    static const char *const known[] = {
        "name",     "title",    "group",   "mechanism", "auto", "match", "logsource",
        "cut",      "empty",    "time",    "constants", "map",  "kinds", "switch",
        "patterns", "severity", "samples", "tables",    "lift", "like",  "guess",
        "rows",     "carries",  "named",   NULL};
    struct ynode *automatic = y_get(root, "auto"), *empty = y_get(root, "empty");
    struct ynode *named = y_get(root, "named");
    struct ynode *guess = y_get(root, "guess"), *lift = y_get(root, "lift");
    const char *word;
    int index = 0, rc;

    *ret = (struct source){.automatic = true, .guess = true, .severity_slot = -1};
    if (root->type != Y_MAP) {
        return y_fault(l->docs, root, l->err, "source.type", "a source file must be a map");
    }
    rc = y_only(l->docs, root, known, l->err);
    rc = rc ? rc : read_name(l, root, ret);
    rc = rc ? rc : word_of(l, root, "group", groups, ARRAY_LEN(groups), &ret->group, &index);
    rc = rc ? rc : word_of(l, root, "mechanism", mechanism_names, MECH_COUNT, &word, &index);
    ret->mechanism = (enum mechanism)index;
    ret->carries = read_keep(l, y_text(y_get(root, "carries")));
    ret->title = arena_str(&l->set->arena, y_text(y_get(root, "title")));
    if (!rc && automatic && !y_bool(automatic, &ret->automatic)) {
        rc = y_fault(l->docs, automatic, l->err, "source.type", "\"auto\" must be true or false");
    }
    if (!rc && guess && !y_bool(guess, &ret->guess)) {
        rc = y_fault(l->docs, guess, l->err, "source.type", "\"guess\" must be true or false");
    }
    if (!rc && named && !y_bool(named, &ret->named)) {
        rc = y_fault(l->docs, named, l->err, "source.type", "\"named\" must be true or false");
    }
    rc = rc ? rc : source_read_logsource(l, y_get(root, "logsource"), ret);
    rc = rc || !empty ? rc : read_texts(l, empty, &ret->empty, &ret->nempty);
    rc = rc || !lift ? rc : read_texts(l, lift, &ret->lift, &ret->nlifts);
    rc = rc ? rc : read_tables(l, root, ret);
    rc = rc ? rc : read_like(l, root, ret);
    rc = rc ? rc : check_patterns(l, root, ret);
    if (!rc && !arena_ok(&l->set->arena)) {
        rc = err_set(l->err, E_LIMIT, "source.limit", "the source files are too large");
    }
    return rc;
}

// "_*.yaml": no source, but what others use or what applies where there is none.
static bool is_shared(const char *path)
{
    const char *slash = strrchr(path, '/');

    return (slash ? slash[1] : path[0]) == '_';
}

static int pass_of(const struct textfile *file)
{
    return is_shared(file->path) ? 0 : source_is_like(file->text) ? 2 : 1;
}

static void load_file(struct sourceset *set, const struct textfile *file, struct span tree,
                      struct faults *faults)
{
    struct err err = ERR_INIT;
    struct arena scratch;
    struct ydocs docs;
    struct loader l = {.set = set, .scratch = &scratch, .docs = &docs, .err = &err};
    struct source *s = &set->source[set->n];
    int rc;

    arena_init(&scratch, SET_MAX);
    rc = ydoc_load_tree(&scratch, file->text, tree, file->path, &docs, &err);
    if (!rc && docs.n != 1) {
        err_at(&err, file->path, 1, 1);
        rc = err_set(&err, E_INPUT, "source.documents", "a source file holds one document");
    }
    if (!rc && is_shared(file->path)) {
        rc = generic_read(&l, docs.doc[0]);
        if (rc) {
            faults_say(faults, &err);
        }
        arena_free(&scratch);
        return;
    }
    rc = rc ? rc : source_read(&l, docs.doc[0], s);
    for (size_t i = 0; !rc && i < set->n; i++) {
        if (strcmp(set->source[i].name, s->name) == 0) {
            rc =
                y_fault(&docs, y_get(docs.doc[0], "name"), &err, "source.twice",
                        "the source \"%s\" was read from %s already", s->name, set->source[i].path);
        }
    }
    if (rc) {
        faults_say(faults, &err);
    } else {
        set->n++;
    }
    arena_free(&scratch);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

static bool put_in_order(struct sourceset *s)
{
    if (s->n) {
        qsort(s->source, s->n, sizeof(*s->source), by_name);
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!source_index(&s->arena, &s->source[i])) {
            return false;
        }
    }
    s->chooser = chooser_new(s);
    return s->chooser && arena_ok(&s->arena);
}

static void make_pseudo_slots(struct sourceset *s)
{
    static const char *const names[SLOT_PSEUDO] = {"@text", "@record", "@app", "@host",
                                                   "@severity"};

    for (int i = 0; i < SLOT_PSEUDO; i++) {
        (void)slot_make(s, span_str(names[i]));
    }
}

struct sourceset *sourceset_load(const struct textfile *files, size_t n, struct faults *faults)
{
    return sourceset_load_trees(files, NULL, n, faults);
}

struct sourceset *sourceset_load_trees(const struct textfile *files, const struct span *tree,
                                       size_t n, struct faults *faults)
{
    struct sourceset *s = calloc(1, sizeof(*s));

    if (!s) {
        return NULL;
    }
    arena_init(&s->arena, SET_MAX);
    s->source = arena_array(&s->arena, (n < SOURCES_MAX ? n : SOURCES_MAX) + 1, sizeof(*s->source));
    s->slots = wants_new();
    if (!s->source || !s->slots) {
        sourceset_free(s);
        return NULL;
    }
    make_pseudo_slots(s);
    for (int pass = 0; pass < 3; pass++) { // tables first, then who uses them
        for (size_t i = 0; i < n && i < SOURCES_MAX; i++) {
            if (pass_of(&files[i]) == pass) {
                load_file(s, &files[i], tree ? tree[i] : SPAN_NONE, faults);
            }
        }
    }
    if (!put_in_order(s) || !wants_seal(s->slots)) {
        sourceset_free(s);
        return NULL;
    }
    return s;
}

void sourceset_free(struct sourceset *s)
{
    if (s) {
        wants_free(s->slots);
        arena_free(&s->arena);
        free(s);
    }
}

bool sourceset_keeps(const struct sourceset *s, struct span text)
{
    return arena_holds(&s->arena, text);
}

size_t sourceset_count(const struct sourceset *s)
{
    return s->n;
}

const char *sourceset_name(const struct sourceset *s, size_t i)
{
    return i < s->n ? s->source[i].name : "raw";
}

const char *sourceset_group(const struct sourceset *s, size_t i)
{
    return i < s->n ? s->source[i].group : "";
}
