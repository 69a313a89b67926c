// check_tell.c - what a document is, by the members it has.
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "connectors/ctl/check.h"
#include "core/base/arena.h"
#include "core/base/ydoc.h"
#include "core/play/canon.h"

enum { TREE_MAX = 256 << 20, MARKS_MAX = 24 };

// The first kind in this order wins a tie.
static const struct {
    enum doc_kind kind;
    const char *mark[MARKS_MAX];
} marks[] = {
    {DOC_SIGMA,
     {"detection", "correlation", "filter", "logsource", "title", "level", "status", "tags",
      "falsepositives", "references", "author", "positive", "negative"}},
    {DOC_SOURCE, {"mechanism", "match", "map",    "kinds", "patterns",  "samples", "constants",
                  "severity",  "cut",   "switch", "empty", "aliases",   "guesses", "tables",
                  "rows",      "group", "title",  "time",  "logsource", "auto",    "logsources"}},
    {DOC_FAB, {"fab", "assets", "bays", "areas", "qtime_loops", "lists"}},
    {DOC_POLICY,
     {"clocks", "actions", "approvals", "grouping", "incident", "raise", "never_touch",
      "commands"}},
    {DOC_ROSTER, {"persons", "functions", "duty"}},
    {DOC_STORY, {"feeds", "start"}},
    {DOC_CONF,
     {"state", "run", "libexec", "story", "set", "roles", "detects", "uid_base", "intake", "detect",
      "engine", "gate", "sign", "db", "site"}},
};

static enum doc_kind tell_yaml(const struct ynode *top)
{
    enum doc_kind kind = DOC_UNKNOWN;
    unsigned best = 0;

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        unsigned n = 0;

        for (size_t m = 0; m < MARKS_MAX && marks[i].mark[m]; m++) {
            n += y_get(top, marks[i].mark[m]) != NULL;
        }
        if (n > best) {
            best = n;
            kind = marks[i].kind;
        }
    }
    return kind;
}

static bool has(const json_t *v, const char *name)
{
    return json_object_get(v, name) != NULL;
}

static enum doc_kind tell_json(const json_t *v)
{
    const char *type = json_string_value(json_object_get(v, "type"));

    if ((type && strstr(type, "playbook")) || has(v, "workflow") || has(v, "spec_version") ||
        has(v, "workflow_start")) {
        return DOC_CACAO;
    }
    if (has(v, "action") || has(v, "target") || has(v, "status") || has(v, "results") ||
        has(json_object_get(v, "body"), "openc2")) {
        return DOC_OPENC2;
    }
    return DOC_UNKNOWN;
}

static bool is_json(const struct textfile *f)
{
    struct span s = span_trim(f->text);

    return span_ends(span_str(f->path), SPAN_LIT(".json")) || (s.n && s.p[0] == '{');
}

static enum doc_kind unknown(const struct textfile *f, struct err *err)
{
    err_at(err, f->path, 1, 1);
    (void)err_set(err, E_INPUT, "check.kind",
                  "its members do not tell what it is; name it with --as");
    return DOC_UNKNOWN;
}

enum doc_kind check_tell(const struct textfile *f, struct err *err)
{
    enum doc_kind kind = DOC_UNKNOWN;
    struct arena a;
    struct ydocs d;

    if (is_json(f)) {
        json_t *v = canon_read(f->text, f->path, err);

        if (!v) {
            return DOC_UNKNOWN;
        }
        kind = tell_json(v);
        json_decref(v);
        return kind == DOC_UNKNOWN ? unknown(f, err) : kind;
    }
    arena_init(&a, TREE_MAX);
    if (ydoc_load(&a, f->text, f->path, &d, err) < 0) {
        arena_free(&a);
        return DOC_UNKNOWN;
    }
    for (size_t i = 0; i < d.n && kind == DOC_UNKNOWN; i++) {
        kind = tell_yaml(d.doc[i]);
    }
    arena_free(&a);
    return kind == DOC_UNKNOWN ? unknown(f, err) : kind;
}
