// source_cut.c - reading `cut` (`unpack`) and `time` of a source file.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/decode/source.h"

static const char *const as_names[CUT_COUNT] = {"pairs", "json", "cef",    "leef",
                                                "csv",   "xml",  "members"};

static int read_as(struct loader *l, const struct ynode *n, enum cut_as *ret)
{
    struct span text = y_text(n);

    for (int i = 0; i < CUT_COUNT; i++) {
        if (!n || span_eq_str(text, as_names[i])) {
            *ret = n ? (enum cut_as)i : CUT_PAIRS;
            return 0;
        }
    }
    return read_fault(l, n, "source.cut", "no body is cut this way", text);
}

static int read_flag(struct loader *l, const struct ynode *map, const char *key, bool *ret)
{
    const struct ynode *n = y_get(map, key);

    return !n || y_bool(n, ret)
               ? 0
               : y_fault(l->docs, n, l->err, "source.type", "\"%s\" must be true or false", key);
}

// A list of objects {key: NAME, value: V}: the names of the two, which must have slots to be kept.
static int read_members(struct loader *l, const struct ynode *n, struct cut *c)
{
    static const char *const words[] = {"key", "value"};
    const struct ynode *field = y_get(n, "field");
    struct span *name = read_array(l, ARRAY_LEN(words), sizeof(*name));
    uint16_t slot;
    int rc = name ? 0 : read_no_memory(l);

    for (size_t i = 0; !rc && i < ARRAY_LEN(words); i++) {
        const struct ynode *at = y_get(n, words[i]);

        if (!field || !at) {
            return read_fault(l, n, "source.cut", "members need \"field\", \"key\" and \"value\"",
                              SPAN_NONE);
        }
        name[i] = span_str(arena_printf(&l->set->arena, SPAN_FMT "." SPAN_FMT,
                                        SPAN_ARG(y_text(field)), SPAN_ARG(y_text(at))));
        rc = read_slot(l, at, name[i], &slot);
    }
    c->column = name;
    c->ncolumns = ARRAY_LEN(words);
    return rc;
}

static int read_cut(struct loader *l, const struct ynode *n, struct cut *c)
{
    static const char *const known[] = {"field",   "as",     "separator", "assign", "runs",
                                        "columns", "prefix", "brackets",  "when",   "key",
                                        "value",   "take",   NULL};
    struct ynode *field, *prefix, *columns, *separator, *assign, *when;
    struct choice ways = {0};
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    field = y_get(n, "field");
    prefix = y_get(n, "prefix");
    columns = y_get(n, "columns");
    separator = y_get(n, "separator");
    assign = y_get(n, "assign");
    when = y_get(n, "when");
    c->slot = SLOT_TEXT;
    rc = field ? read_slot(l, field, y_text(field), &c->slot) : 0;
    rc = rc ? rc : read_as(l, y_get(n, "as"), &c->as);
    if (!rc && columns) {
        rc = read_texts(l, columns, &c->column, &c->ncolumns);
    }
    if (!rc && when) {
        rc = read_conditions(l, when, &c->condition, &c->nconditions);
    }
    if (!rc && c->as == CUT_CSV && !c->ncolumns) {
        rc = read_fault(l, n, "source.cut", "csv needs \"columns\"", SPAN_NONE);
    }
    rc = rc || c->as != CUT_MEMBERS ? rc : read_members(l, n, c);
    // names of a field's parts stand under the field's; those of the record's own text have no prefix
    c->prefix = prefix                            ? read_keep(l, y_text(prefix))
                : field && c->slot >= SLOT_PSEUDO ? read_keep(l, y_text(field))
                                                  : SPAN_NONE;
    c->dialect = (struct dialect){.separator = read_keep(l, y_text(separator)),
                                  .assign = assign ? read_keep(l, y_text(assign)) : SPAN_LIT("=")};
    rc = rc ? rc : source_read_ways(l, n, &ways);
    c->take = ways.take;
    c->ntakes = ways.ntakes;
    rc = rc ? rc : read_flag(l, n, "runs", &c->dialect.runs);
    return rc ? rc : read_flag(l, n, "brackets", &c->dialect.brackets);
}

int source_read_cuts(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"cut\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct cut *c = rc ? NULL : read_array(l, count, sizeof(*c));

    for (size_t i = 0; c && !rc && i < count; i++) {
        rc = read_cut(l, n->item[i], &c[i]);
    }
    ret->cut = c;
    ret->ncuts = count;
    return rc || c ? rc : read_no_memory(l);
}

static int read_time(struct loader *l, const struct ynode *n, struct source_time *t)
{
    static const char *const known[] = {"field", "format", NULL};
    const struct ynode *field, *format;
    const struct span *name = NULL;
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    field = y_get(n, "field");
    format = y_get(n, "format");
    if (!field) {
        return read_fault(l, n, "source.time", "\"field\" is missing", SPAN_NONE);
    }
    rc = read_texts(l, field, &name, &t->nslots);
    if (!rc && (t->nslots == 0 || t->nslots > ARRAY_LEN(t->slot))) {
        rc = read_fault(l, field, "source.time", "one to four fields", SPAN_NONE);
    }
    for (size_t i = 0; !rc && i < t->nslots; i++) {
        rc = read_slot(l, field, name[i], &t->slot[i]);
    }
    if (!rc && format && !stamp_how_of(read_keep(l, y_text(format)), &t->how)) {
        rc = read_fault(l, format, "source.format", "no form of a time", y_text(format));
    }
    return rc;
}

int source_read_times(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"time\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct source_time *t = rc ? NULL : read_array(l, count, sizeof(*t));

    for (size_t i = 0; t && !rc && i < count; i++) {
        rc = read_time(l, n->item[i], &t[i]);
    }
    ret->time = t;
    ret->ntimes = count;
    return rc || t ? rc : read_no_memory(l);
}
