// source_load.c - source files to a source set.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/hash.h"
#include "core/decode/source.h"

enum { SET_MAX = 64 << 20 };

static const char *const mechanism_names[MECH_COUNT] = {"syslog", "json", "cef", "leef", "pairs"};
static const char *const groups[] = {"sensor", "agent", "pam", "fab", "os", "net", NULL};

static size_t slot_probe(const struct sourceset *s, struct span name)
{
    size_t at = hash64(0, name) % SLOT_TABLE;

    while (s->table[at] && !span_eq(s->slot_name[s->table[at] - 1], name)) {
        at = (at + 1) % SLOT_TABLE;
    }
    return at;
}

int slot_find(const struct sourceset *s, struct span name)
{
    // most names of a record are asked for by nobody: told without a hash
    if (name.n == 0 || !(s->lengths[(unsigned char)name.p[name.n - 1]] >> (name.n & 63) & 1)) {
        return -1;
    }
    return (int)s->table[slot_probe(s, name)] - 1;
}

int slot_make(struct sourceset *s, struct span name)
{
    size_t at = slot_probe(s, name);

    if (!s->table[at]) {
        if (s->nslots == SLOTS_MAX) {
            return -1;
        }
        s->slot_name[s->nslots] = span_of(arena_str(&s->arena, name), name.n);
        s->table[at] = ++s->nslots;
        s->lengths[(unsigned char)name.p[name.n - 1]] |= (uint64_t)1 << (name.n & 63);
    }
    return s->table[at] - 1;
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

static int read_logsource(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"product", "category", "service", NULL};
    int rc = n ? y_only(l->docs, n, known, l->err) : 0;

    for (size_t i = 0; n && !rc && i < 3; i++) {
        struct span s = y_text(y_get(n, known[i]));

        ret->logsource[i] = span_of(arena_str(&l->set->arena, s), s.n);
    }
    return rc;
}

static int read_match(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"apps", "fields", NULL};
    struct ynode *apps = y_get(n, "apps"), *fields = y_get(n, "fields");
    struct span *app;
    int rc = n ? y_only(l->docs, n, known, l->err) : 0;

    if (rc || !n) {
        return rc;
    }
    if (apps && apps->type != Y_LIST) {
        return y_fault(l->docs, apps, l->err, "source.type", "\"apps\" must be a list");
    }
    app = arena_array(&l->set->arena, apps ? apps->n + 1 : 1, sizeof(*app));
    for (size_t i = 0; app && apps && i < apps->n; i++) {
        struct span s = y_text(apps->item[i]);

        app[ret->napps++] = span_of(arena_str(&l->set->arena, s), s.n);
    }
    ret->app = app;
    return fields ? source_read_conditions(l, fields, &ret->match, &ret->nmatch) : 0;
}

static int read_times(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"field", "format", NULL};
    struct source_time *t;
    int rc = 0;

    if (n && n->type != Y_LIST) {
        return y_fault(l->docs, n, l->err, "source.type", "\"time\" must be a list");
    }
    t = arena_array(&l->set->arena, n ? n->n + 1 : 1, sizeof(*t));
    for (size_t i = 0; t && n && !rc && i < n->n; i++) {
        struct span name, format = y_text(y_get(n->item[i], "format"));
        int f = format.n ? stamp_format_of(format) : STAMP_AUTO;

        rc = n->item[i]->type == Y_MAP
                 ? y_only(l->docs, n->item[i], known, l->err)
                 : y_fault(l->docs, n->item[i], l->err, "source.type", "a time must be a map");
        rc = rc ? rc : y_need_text(l->docs, n->item[i], "field", &name, l->err);
        rc = rc ? rc : source_read_slot(l, n->item[i], name, &t[i].slot);
        if (!rc && f < 0) {
            rc = y_fault(l->docs, n->item[i], l->err, "source.format",
                         "\"" SPAN_FMT "\" is no form of a time", SPAN_ARG(format));
        }
        t[i].format = (enum stamp_format)f;
        ret->ntimes++;
    }
    ret->time = t;
    return rc;
}

static int read_unpack(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"field", "separator", NULL};
    struct unpack *u;
    int rc = 0;

    if (n && n->type != Y_LIST) {
        return y_fault(l->docs, n, l->err, "source.type", "\"unpack\" must be a list");
    }
    u = arena_array(&l->set->arena, n ? n->n + 1 : 1, sizeof(*u));
    for (size_t i = 0; u && n && !rc && i < n->n; i++) {
        struct span name, sep = y_text(y_get(n->item[i], "separator"));

        rc = n->item[i]->type == Y_MAP
                 ? y_only(l->docs, n->item[i], known, l->err)
                 : y_fault(l->docs, n->item[i], l->err, "source.type", "must be a map");
        rc = rc ? rc : y_need_text(l->docs, n->item[i], "field", &name, l->err);
        rc = rc ? rc : source_read_slot(l, n->item[i], name, &u[i].slot);
        u[i].separator = sep.n ? sep.p[0] : ';';
        ret->nunpack++;
    }
    ret->unpack = u;
    return rc;
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

int source_read(struct loader *l, const struct ynode *root, struct source *ret)
{
    static const char *const known[] = {
        "name", "title",     "group", "mechanism", "auto",     "match",    "logsource", "unpack",
        "time", "constants", "map",   "kinds",     "patterns", "severity", "samples",   NULL};
    struct ynode *automatic = y_get(root, "auto");
    const char *word;
    int index = 0, rc;

    *ret = (struct source){.automatic = true, .severity_slot = -1};
    if (root->type != Y_MAP) {
        return y_fault(l->docs, root, l->err, "source.type", "a source file must be a map");
    }
    rc = y_only(l->docs, root, known, l->err);
    rc = rc ? rc : read_name(l, root, ret);
    rc = rc ? rc : word_of(l, root, "group", groups, ARRAY_LEN(groups), &ret->group, &index);
    rc = rc ? rc : word_of(l, root, "mechanism", mechanism_names, MECH_COUNT, &word, &index);
    ret->mechanism = (enum mechanism)index;
    ret->title = arena_str(&l->set->arena, y_text(y_get(root, "title")));
    if (!rc && automatic && !y_bool(automatic, &ret->automatic)) {
        rc = y_fault(l->docs, automatic, l->err, "source.type", "\"auto\" must be true or false");
    }
    rc = rc ? rc : read_logsource(l, y_get(root, "logsource"), ret);
    rc = rc ? rc : read_match(l, y_get(root, "match"), ret);
    rc = rc ? rc : read_unpack(l, y_get(root, "unpack"), ret);
    rc = rc ? rc : read_times(l, y_get(root, "time"), ret);
    rc = rc ? rc
            : source_read_constants(l, y_get(root, "constants"), &ret->constant, &ret->nconstants);
    rc = rc ? rc : source_read_map(l, y_get(root, "map"), ret);
    rc = rc ? rc : source_read_kinds(l, y_get(root, "kinds"), ret);
    rc = rc ? rc : source_read_patterns(l, y_get(root, "patterns"), ret);
    rc = rc ? rc : source_read_severity(l, y_get(root, "severity"), ret);
    rc = rc ? rc : source_read_samples(l, y_get(root, "samples"), ret);
    if (!rc && !arena_ok(&l->set->arena)) {
        rc = err_set(l->err, E_LIMIT, "source.limit", "the source files are too large");
    }
    return rc;
}

static void load_file(struct sourceset *set, const struct textfile *file, struct faults *faults)
{
    struct err err = ERR_INIT;
    struct arena scratch;
    struct ydocs docs;
    struct loader l = {.set = set, .scratch = &scratch, .docs = &docs, .err = &err};
    struct source *s = &set->source[set->n];
    int rc;

    arena_init(&scratch, SET_MAX);
    rc = ydoc_load(&scratch, file->text, file->path, &docs, &err);
    if (!rc && docs.n != 1) {
        err_at(&err, file->path, 1, 1);
        rc = err_set(&err, E_INPUT, "source.documents", "a source file holds one document");
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

static size_t weight(const struct source *s)
{
    return s->nmatch + (s->napps > 0);
}

static int by_weight(const void *a, const void *b)
{
    const struct source *x = *(const struct source *const *)a;
    const struct source *y = *(const struct source *const *)b;

    if (weight(x) != weight(y)) {
        return weight(x) > weight(y) ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

static bool put_in_order(struct sourceset *s)
{
    if (s->n) {
        qsort(s->source, s->n, sizeof(*s->source), by_name);
    }
    for (int m = 0; m < MECH_COUNT; m++) {
        s->order[m] = arena_array(&s->arena, s->n + 1, sizeof(*s->order[m]));
        for (size_t i = 0; s->order[m] && i < s->n; i++) {
            if ((int)s->source[i].mechanism == m && s->source[i].automatic) {
                s->order[m][s->norder[m]++] = &s->source[i];
            }
        }
        if (s->norder[m]) {
            qsort(s->order[m], s->norder[m], sizeof(*s->order[m]), by_weight);
        }
    }
    return arena_ok(&s->arena);
}

struct sourceset *sourceset_load(const struct textfile *files, size_t n, struct faults *faults)
{
    struct sourceset *s = calloc(1, sizeof(*s));

    if (!s) {
        return NULL;
    }
    arena_init(&s->arena, SET_MAX);
    s->source = arena_array(&s->arena, (n < SOURCES_MAX ? n : SOURCES_MAX) + 1, sizeof(*s->source));
    for (size_t i = 0; s->source && i < n && i < SOURCES_MAX; i++) {
        load_file(s, &files[i], faults);
    }
    if (!s->source || !put_in_order(s)) {
        sourceset_free(s);
        return NULL;
    }
    return s;
}

void sourceset_free(struct sourceset *s)
{
    if (s) {
        arena_free(&s->arena);
        free(s);
    }
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
