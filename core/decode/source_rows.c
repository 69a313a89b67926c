// source_rows.c - the rows of a source file: kinds, switch, patterns, severity, samples.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/base/hash.h"
#include "core/decode/source.h"

enum { ROWSETS_MAX = 64 };

int source_read_kinds(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"kinds\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct kind_row *r = rc ? NULL : read_array(l, count, sizeof(*r));

    for (size_t i = 0; r && !rc && i < count; i++) {
        const struct ynode *row = n->item[i], *when = y_get(row, "when");

        rc = read_verdict(l, row, &r[i].verdict);
        if (!rc && r[i].verdict.kind < 0) {
            rc = read_fault(l, row, "source.kind", "a row of \"kinds\" needs a kind", SPAN_NONE);
        }
        if (!rc && when) {
            rc = read_conditions(l, when, &r[i].condition, &r[i].nconditions);
        }
    }
    ret->kind = r;
    ret->nkinds = count;
    return rc || r ? rc : read_no_memory(l);
}

const struct switch_row *switch_find(const struct rowset *s, struct span key)
{
    for (size_t at = hash_nocase(key);; at++) {
        const struct switch_row *r = &s->row[at & (s->cap - 1)];

        if (!r->key.p) {
            return NULL;
        }
        if (span_eq_nocase(r->key, key)) {
            return r;
        }
    }
}

static int read_rowset(struct loader *l, const struct ynode *rows, struct rowset *s)
{
    struct switch_row *r;
    int rc = read_need(l, rows, Y_MAP, "rows by value");

    s->cap = 4;
    while (!rc && s->cap < 2 * rows->n + 2) {
        s->cap *= 2;
    }
    r = rc ? NULL : read_array(l, s->cap, sizeof(*r));
    s->row = r;
    for (size_t i = 0; r && !rc && i < rows->n; i++) {
        size_t at = hash_nocase(rows->key[i]);

        if (switch_find(s, rows->key[i])) {
            return read_fault(l, rows->item[i], "source.switch", "this row stands twice",
                              rows->key[i]);
        }
        while (r[at & (s->cap - 1)].key.p) {
            at++;
        }
        r[at & (s->cap - 1)].key = read_keep(l, rows->key[i]);
        rc = read_verdict(l, rows->item[i], &r[at & (s->cap - 1)].verdict);
    }
    return rc || r ? rc : read_no_memory(l);
}

// Rows with a name: for this file and those that are read after it, as tables are.
int source_read_rowsets(struct loader *l, const struct ynode *n)
{
    int rc = n ? read_need(l, n, Y_MAP, "\"rows\"") : 0;

    if (n && !rc && !l->set->rowset) {
        l->set->rowset = read_array(l, ROWSETS_MAX, sizeof(struct rowset *));
    }
    for (size_t i = 0; n && !rc && i < n->n; i++) {
        struct rowset *s = read_array(l, 1, sizeof(*s));

        if (!s || !l->set->rowset || l->set->nrowsets == ROWSETS_MAX) {
            return read_no_memory(l);
        }
        s->name = read_keep(l, n->key[i]);
        rc = read_rowset(l, n->item[i], s);
        l->set->rowset[l->set->nrowsets++] = s;
    }
    return rc;
}

static int find_rowset(struct loader *l, const struct ynode *n, const struct rowset **ret)
{
    struct rowset *s;

    if (n->type == Y_SCALAR) {
        for (size_t i = l->set->nrowsets; i-- > 0;) { // the newest: a file may have its own
            if (span_eq(l->set->rowset[i]->name, n->text)) {
                *ret = l->set->rowset[i];
                return 0;
            }
        }
        return read_fault(l, n, "source.switch", "no rows have this name", n->text);
    }
    s = read_array(l, 1, sizeof(*s));
    *ret = s;
    return s ? read_rowset(l, n, s) : read_no_memory(l);
}

static int read_switch(struct loader *l, const struct ynode *n, struct switch_on *s)
{
    static const char *const known[] = {"on", "when", "rows", NULL};
    const struct ynode *on, *when, *rows;
    const struct span *name = NULL;
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    on = y_get(n, "on");
    when = y_get(n, "when");
    rows = y_get(n, "rows");
    rc = on ? read_texts(l, on, &name, &s->nkeys)
            : read_fault(l, n, "source.switch", "\"on\" is missing", SPAN_NONE);
    if (!rc && (s->nkeys == 0 || s->nkeys > SWITCH_KEYS)) {
        rc = read_fault(l, on, "source.switch", "one to four fields", SPAN_NONE);
    }
    for (size_t i = 0; !rc && i < s->nkeys; i++) {
        rc = read_slot(l, on, name[i], &s->key[i]);
    }
    rc = rc || !when ? rc : read_conditions(l, when, &s->condition, &s->nconditions);
    if (!rc && !rows) {
        rc = read_fault(l, n, "source.switch", "\"rows\" is missing", SPAN_NONE);
    }
    return rc ? rc : find_rowset(l, rows, &s->rows);
}

int source_read_switches(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"switch\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct switch_on *s = rc ? NULL : read_array(l, count, sizeof(*s));

    for (size_t i = 0; s && !rc && i < count; i++) {
        rc = read_switch(l, n->item[i], &s[i]);
    }
    ret->switch_on = s;
    ret->nswitches = count;
    return rc || s ? rc : read_no_memory(l);
}

static int read_pattern(struct loader *l, const struct ynode *row, struct pattern_row *r)
{
    const struct ynode *field, *when, *at;
    struct span text;
    int rc = read_verdict(l, row, &r->verdict);

    rc = rc ? rc : y_need_text(l->docs, row, "text", &text, l->err);
    if (rc) {
        return rc;
    }
    field = y_get(row, "field");
    when = y_get(row, "when");
    at = y_get(row, "text");
    r->slot = SLOT_TEXT;
    rc = field ? read_slot(l, field, y_text(field), &r->slot) : 0;
    rc = rc || !when ? rc : read_conditions(l, when, &r->condition, &r->nconditions);
    if (!rc) {
        err_at(l->err, l->docs->path, at->line, at->col);
        rc = template_parse(read_keep(l, text), &r->template, l->err);
    }
    for (size_t i = 0; !rc && i < r->template.n; i++) {
        if (r->template.part[i].name.n) {
            rc = read_slot(l, at, r->template.part[i].name, &r->template.part[i].slot);
        }
    }
    return rc;
}

int source_read_patterns(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"patterns\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct pattern_row *r = rc ? NULL : read_array(l, count, sizeof(*r));

    for (size_t i = 0; r && !rc && i < count; i++) {
        rc = read_pattern(l, n->item[i], &r[i]);
    }
    ret->pattern = r;
    ret->npatterns = count;
    return rc || r ? rc : read_no_memory(l);
}

static int read_scale(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = read_need(l, n, Y_MAP, "\"values\"");
    struct pair *p = rc ? NULL : read_array(l, n->n, sizeof(*p));

    for (size_t i = 0; p && !rc && i < n->n; i++) {
        p[i].from = read_keep(l, n->key[i]);
        if (!y_int(n->item[i], &p[i].number) || p[i].number < 0 || p[i].number > 100) {
            rc = read_fault(l, n->item[i], "source.severity", "a number from 0 to 100", n->key[i]);
        }
    }
    ret->severity = p;
    ret->nseverity = rc ? 0 : n->n;
    return rc || p ? rc : read_no_memory(l);
}

int source_read_severity(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"field", "values", "range", NULL};
    struct ynode *range = y_get(n, "range"), *values = y_get(n, "values");
    struct span name;
    uint16_t slot = 0;
    int rc;

    ret->severity_slot = -1;
    if (!n) {
        return 0;
    }
    rc = read_need(l, n, Y_MAP, "\"severity\"");
    rc = rc ? rc : y_only(l->docs, n, known, l->err);
    rc = rc ? rc : y_need_text(l->docs, n, "field", &name, l->err);
    rc = rc ? rc : read_slot(l, n, name, &slot);
    ret->severity_slot = slot;
    if (!rc && range) {
        if (range->type != Y_LIST || range->n != 2 || !y_int(range->item[0], &ret->low) ||
            !y_int(range->item[1], &ret->high) || ret->low == ret->high) {
            return y_fault(l->docs, range, l->err, "source.severity",
                           "\"range\" is a list of the values that mean 0 and 100");
        }
        ret->severity_range = true;
    }
    return rc || !values ? rc : read_scale(l, values, ret);
}

static int read_sample(struct loader *l, const struct ynode *n, struct sample *s)
{
    static const char *const known[] = {"raw", "received", "time", "kind", "fields", NULL};
    struct span received = y_text(y_get(n, "received")), time = y_text(y_get(n, "time"));
    utime_t t = 1790000000 * UTIME_SECOND; // 2026-09-21, when the sample does not say
    int rc = read_need(l, n, Y_MAP, "a sample");

    rc = rc ? rc : y_only(l->docs, n, known, l->err);
    rc = rc ? rc : y_need_text(l->docs, n, "raw", &s->raw, l->err);
    rc = rc ? rc : read_kind(l, n, &s->kind);
    rc = rc ? rc : read_constants(l, y_get(n, "fields"), &s->field, &s->nfields);
    s->time = UTIME_NONE;
    if (!rc && received.n && !utime_iso(received, 0, &t, NULL)) {
        rc = read_fault(l, y_get(n, "received"), "source.time", "no RFC 3339 time", received);
    }
    if (!rc && time.n && !utime_iso(time, 0, &s->time, NULL)) {
        rc = read_fault(l, y_get(n, "time"), "source.time", "no RFC 3339 time", time);
    }
    s->received = t * 1000;
    s->line = n->line;
    s->raw = read_keep(l, s->raw);
    return rc;
}

int source_read_samples(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"samples\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct sample *s = rc ? NULL : read_array(l, count, sizeof(*s));

    for (size_t i = 0; s && !rc && i < count; i++) {
        rc = read_sample(l, n->item[i], &s[i]);
    }
    ret->sample = s;
    ret->nsamples = count;
    return rc || s ? rc : read_no_memory(l);
}
