// logsource_read.c - reading the table of log sources.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"
#include "core/decode/logsource_table.h"

struct span row_key(struct span s, char out[KEY_MAX])
{
    s = span_sub(s, 0, KEY_MAX);
    for (size_t i = 0; i < s.n; i++) {
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    }
    return span_of(out, s.n);
}

struct row *row_of(const struct table *t, struct span key)
{
    size_t at = (size_t)hash64(0, key) & (t->cap - 1);

    while (t->row[at].key.p && !span_eq(t->row[at].key, key)) {
        at = (at + 1) & (t->cap - 1);
    }
    return &t->row[at];
}

static int read_rename(struct loader *l, const struct ynode *n, struct span name,
                       struct rename *ret)
{
    struct span from = y_text(n);
    int rc = read_slot(l, n, name, &ret->to);

    ret->core = field_of(from);
    return rc || ret->core >= 0 ? rc : read_slot(l, n, from, &ret->from);
}

static int read_step(struct loader *l, const struct ynode *n, struct step *ret)
{
    static const char *const known[] = {"product", "category", "service", "when", "fields", NULL};
    const struct ynode *fields = y_get(n, "fields"), *when = y_get(n, "when");
    int rc = read_need(l, n, Y_MAP, "a log source");
    struct rename *r;

    rc = rc ? rc : read_only(l, n, known);
    for (size_t i = 0; !rc && i < 3; i++) {
        ret->is[i] = read_keep(l, y_text(y_get(n, known[i])));
    }
    rc = rc || !when ? rc : read_conditions(l, when, &ret->condition, &ret->nconditions);
    if (rc || !fields) {
        return rc;
    }
    rc = read_need(l, fields, Y_MAP, "\"fields\"");
    if (!rc && fields->n > ROW_FIELDS_MAX) {
        return read_fault(l, fields, "source.limit", "too many fields", SPAN_NONE);
    }
    r = rc ? NULL : read_array(l, fields->n, sizeof(*r));
    ret->rename = r;
    for (size_t i = 0; r && !rc && i < fields->n; i++) {
        rc = read_rename(l, fields->item[i], fields->key[i], &r[ret->nrenames++]);
        for (size_t k = 0; k < i; k++) {
            ret->chained |= r[k].to == r[i].to || (r[i].core < 0 && r[k].to == r[i].from);
        }
    }
    return rc || r ? rc : read_no_memory(l);
}

// One log source or a list of them.
static int read_steps(struct loader *l, const struct ynode *n, struct row *ret)
{
    size_t count = n->type == Y_LIST ? n->n : 1;
    struct step *s = read_array(l, count, sizeof(*s));
    int rc = s ? 0 : read_no_memory(l);

    ret->step = s;
    for (size_t i = 0; !rc && i < count; i++) {
        rc = read_step(l, n->type == Y_LIST ? n->item[i] : n, &s[ret->nsteps++]);
    }
    return rc;
}

static int read_rows(struct loader *l, const struct ynode *rows, struct table *t)
{
    int rc = 0;

    for (t->cap = 2; t->cap < 2 * rows->n + 1;) {
        t->cap *= 2;
    }
    t->row = read_array(l, t->cap, sizeof(*t->row));
    if (!t->row) {
        return read_no_memory(l);
    }
    for (size_t i = 0; !rc && i < rows->n; i++) {
        char low[KEY_MAX];
        struct span key = row_key(rows->key[i], low);
        struct row *r = row_of(t, key);

        if (r->key.p) {
            return read_fault(l, rows->item[i], "source.twice", "this value stands twice", key);
        }
        r->key = read_keep(l, key);
        rc = read_steps(l, rows->item[i], r);
    }
    return rc;
}

static int read_fields(struct loader *l, const struct ynode *n, struct table *t)
{
    const struct span *name;
    size_t count;
    int rc = read_texts(l, n, &name, &count);

    if (!rc && (count == 0 || count > KEY_FIELDS_MAX)) {
        return read_fault(l, n, "source.limit", "1 to 8 fields", SPAN_NONE);
    }
    for (size_t i = 0; !rc && i < count; i++) {
        rc = read_slot(l, n, name[i], &t->field[t->nfields++]);
    }
    return rc;
}

// Which kinds the i-th table is about: all where it says none.
static int read_kinds(struct loader *l, const struct ynode *n, struct logsources *all, size_t i)
{
    const struct span *name = NULL;
    size_t count = 0;
    int rc = n ? read_texts(l, n, &name, &count) : 0;

    if (!rc && n && count == 0) {
        return read_fault(l, n, "source.limit", "a kind or several", SPAN_NONE);
    }
    for (int k = 0; k < KIND_COUNT; k++) {
        all->of_kind[k][i / 64] &= ~(UINT64_C(1) << i % 64);
        all->of_kind[k][i / 64] |= (uint64_t)!n << i % 64;
    }
    for (size_t k = 0; !rc && k < count; k++) {
        int kind = kind_of(name[k]);

        if (kind < 0) {
            return read_fault(l, n, "source.kind", "no kind has this name", name[k]);
        }
        all->of_kind[kind][i / 64] |= UINT64_C(1) << i % 64;
    }
    return rc;
}

static int read_table(struct loader *l, const struct ynode *n, struct table *t)
{
    static const char *const known[] = {"is", "group", "kind", "field", "rows", "also", NULL};
    const struct ynode *field = y_get(n, "field"), *rows = y_get(n, "rows"),
                       *also = y_get(n, "also");
    int rc = read_need(l, n, Y_MAP, "a table of log sources");

    rc = rc ? rc : read_only(l, n, known);
    rc = rc ? rc : read_logsource(l, y_get(n, "is"), t->is);
    if (!rc && (!field != !rows || !rows == !also ||
                (!y_get(n, "is") && !y_get(n, "group") && !y_get(n, "kind")))) {
        return read_fault(
            l, n, "source.logsource",
            "say \"is\", \"group\" or \"kind\", and \"also\" or \"field\" with \"rows\"",
            SPAN_NONE);
    }
    t->group = y_get(n, "group") ? arena_str(&l->set->arena, y_text(y_get(n, "group"))) : NULL;
    if (rc || also) {
        t->row = rc ? NULL : read_array(l, 1, sizeof(*t->row));
        return rc ? rc : !t->row ? read_no_memory(l) : read_steps(l, also, t->row);
    }
    rc = read_need(l, rows, Y_MAP, "\"rows\"");
    rc = rc ? rc : read_fields(l, field, t);
    return rc ? rc : read_rows(l, rows, t);
}

int logsources_read(struct loader *l, const struct ynode *list)
{
    struct logsources *all = l->set->logsources;
    int rc = list ? read_need(l, list, Y_LIST, "\"logsources\"") : 0;

    if (!list || rc) {
        return rc;
    }
    if (!all) {
        all = l->set->logsources = read_array(l, 1, sizeof(*all));
    }
    for (size_t i = 0; all && !rc && i < list->n; i++) {
        all->table = arena_grow(&l->set->arena, all->table, all->n, &all->cap, sizeof(*all->table));
        if (!all->table || all->n == LOGSOURCE_TABLES) {
            return read_fault(l, list, "source.limit", "too many tables", SPAN_NONE);
        }
        all->table[all->n] = (struct table){0};
        rc = read_table(l, list->item[i], &all->table[all->n]);
        rc = rc ? rc : read_kinds(l, y_get(list->item[i], "kind"), all, all->n);
        all->n += !rc;
    }
    return all ? rc : read_no_memory(l);
}
