// source_rows.c - the tables of a source file: map, constants, kinds, patterns, severity, samples.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/decode/source.h"

static const char *const take_names[TAKE_COUNT] = {"all",  "host", "port", "lower", "time",
                                                   "join", "base", "ip",   "name"};

static int fault(struct loader *l, const struct ynode *n, const char *code, const char *what,
                 struct span name)
{
    return y_fault(l->docs, n, l->err, code, "%s: \"" SPAN_FMT "\"", what, SPAN_ARG(name));
}

static struct span keep(struct loader *l, struct span s)
{
    return span_of(arena_str(&l->set->arena, s), s.n);
}

static void *array(struct loader *l, size_t n, size_t size)
{
    return arena_array(&l->set->arena, n ? n : 1, size);
}

static int no_memory(struct loader *l)
{
    return err_set(l->err, E_LIMIT, "source.limit", "the source files are too large");
}

static int need_type(struct loader *l, const struct ynode *n, enum ytype type, const char *what)
{
    static const char *const words[] = {"a single value", "a list", "a map"};

    return n->type == type
               ? 0
               : y_fault(l->docs, n, l->err, "source.type", "%s must be %s", what, words[type]);
}

int source_read_slot(struct loader *l, const struct ynode *n, struct span name, uint16_t *ret)
{
    int slot = name.n ? slot_make(l->set, name) : -1;

    if (slot < 0) {
        return fault(l, n, "source.name", "not usable as the name of an original field", name);
    }
    *ret = (uint16_t)slot;
    return 0;
}

// A single value or a list of them, as texts.
static int read_texts(struct loader *l, const struct ynode *n, const struct span **ret,
                      size_t *ret_n)
{
    size_t count = n->type == Y_LIST ? n->n : 1;
    struct span *v = array(l, count, sizeof(*v));

    if (!v) {
        return no_memory(l);
    }
    for (size_t i = 0; i < count; i++) {
        const struct ynode *item = n->type == Y_LIST ? n->item[i] : n;
        int rc = need_type(l, item, Y_SCALAR, "a value");

        if (rc) {
            return rc;
        }
        v[i] = keep(l, item->text);
    }
    *ret = v;
    *ret_n = count;
    return 0;
}

int source_read_conditions(struct loader *l, const struct ynode *map, const struct condition **ret,
                           size_t *ret_n)
{
    int rc = need_type(l, map, Y_MAP, "conditions");
    struct condition *c = rc ? NULL : array(l, map->n, sizeof(*c));

    for (size_t i = 0; c && !rc && i < map->n; i++) {
        rc = source_read_slot(l, map->item[i], map->key[i], &c[i].slot);
        if (!rc && !span_eq_str(y_text(map->item[i]), "*")) {
            rc = read_texts(l, map->item[i], &c[i].value, &c[i].nvalues);
        }
    }
    *ret = c;
    *ret_n = map->n;
    return rc || c ? rc : no_memory(l);
}

static int read_field(struct loader *l, const struct ynode *n, struct span name, enum field *ret)
{
    int f = field_of(name);

    *ret = (enum field)f;
    return f >= 0 ? 0 : fault(l, n, "source.field", "no core field has this name", name);
}

static int read_kind(struct loader *l, const struct ynode *row, enum kind *ret)
{
    struct span name;
    int rc = y_need_text(l->docs, row, "kind", &name, l->err), k = rc ? 0 : kind_of(name);

    *ret = (enum kind)k;
    return rc       ? rc
           : k >= 0 ? 0
                    : fault(l, y_get(row, "kind"), "source.kind", "no kind has this name", name);
}

int source_read_constants(struct loader *l, const struct ynode *n, const struct constant **ret,
                          size_t *ret_n)
{
    int rc = n ? need_type(l, n, Y_MAP, "fields and their values") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct constant *c = rc ? NULL : array(l, count, sizeof(*c));

    for (size_t i = 0; c && !rc && i < count; i++) {
        rc = read_field(l, n->item[i], n->key[i], &c[i].to);
        rc = rc ? rc : need_type(l, n->item[i], Y_SCALAR, "a value");
        if (rc) {
            break;
        }
        c[i].v = (struct fval){.type = V_STR, .s = keep(l, n->item[i]->text)};
        if (field_is_int(c[i].to)) {
            c[i].v.type = V_INT;
            if (!span_i64(c[i].v.s, &c[i].v.i)) {
                rc = fault(l, n->item[i], "source.value", "this field holds numbers", n->key[i]);
            }
        }
    }
    *ret = c;
    *ret_n = count;
    return rc || c ? rc : no_memory(l);
}

static int read_values(struct loader *l, const struct ynode *n, const struct pair **ret,
                       size_t *ret_n, bool numbers)
{
    int rc = need_type(l, n, Y_MAP, "\"values\"");
    struct pair *p = rc ? NULL : array(l, n->n, sizeof(*p));

    for (size_t i = 0; p && !rc && i < n->n; i++) {
        p[i].from = keep(l, n->key[i]);
        p[i].to = keep(l, y_text(n->item[i]));
        if (n->item[i]->type != Y_SCALAR) {
            rc = fault(l, n->item[i], "source.type", "not a single value", n->key[i]);
        } else if (numbers &&
                   (!y_int(n->item[i], &p[i].number) || p[i].number < 0 || p[i].number > 100)) {
            rc = fault(l, n->item[i], "source.severity", "a severity is 0 to 100", p[i].to);
        }
    }
    *ret = p;
    *ret_n = n->n;
    return rc || p ? rc : no_memory(l);
}

static int read_from(struct loader *l, const struct ynode *n, struct mapping *m)
{
    const struct span *name;
    size_t count;
    int rc =
        n->type == Y_MAP ? need_type(l, n, Y_SCALAR, "\"from\"") : read_texts(l, n, &name, &count);

    if (!rc && count > FROM_MAX) {
        rc = y_fault(l->docs, n, l->err, "source.limit", "more than 8 fields to choose from");
    }
    for (size_t i = 0; !rc && i < count; i++) {
        rc = source_read_slot(l, n, name[i], &m->from[i]);
        m->nfrom++;
    }
    return rc;
}

static int read_mapping(struct loader *l, const struct ynode *n, struct mapping *m)
{
    static const char *const known[] = {"from", "take", "values", NULL};
    struct ynode *from = NULL, *take = y_get(n, "take"), *values = y_get(n, "values");
    int rc;

    if (n->type != Y_MAP) {
        return read_from(l, n, m);
    }
    rc = y_only(l->docs, n, known, l->err);
    if (!rc && !(from = y_get(n, "from"))) {
        rc = y_fault(l->docs, n, l->err, "source.missing", "\"from\" is missing");
    }
    rc = rc ? rc : read_from(l, from, m);
    if (!rc && take) {
        int t = TAKE_COUNT;

        while (--t >= 0 && !span_eq_str(y_text(take), take_names[t])) {
        }
        m->take = (enum take)t;
        rc = t >= 0 ? 0 : fault(l, take, "source.take", "no way of taking a value", y_text(take));
    }
    return rc || !values ? rc : read_values(l, values, &m->value, &m->nvalues, false);
}

int source_read_map(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? need_type(l, n, Y_MAP, "\"map\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct mapping *m = rc ? NULL : array(l, count, sizeof(*m));

    for (size_t i = 0; m && !rc && i < count; i++) {
        rc = read_field(l, n->item[i], n->key[i], &m[i].to);
        rc = rc ? rc : read_mapping(l, n->item[i], &m[i]);
    }
    ret->map = m;
    ret->nmap = count;
    return rc || m ? rc : no_memory(l);
}

int source_read_kinds(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"when", "kind", "set", NULL};
    int rc = n ? need_type(l, n, Y_LIST, "\"kinds\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct verdict_row *r = rc ? NULL : array(l, count, sizeof(*r));

    for (size_t i = 0; r && !rc && i < count; i++) {
        const struct ynode *row = n->item[i], *when = y_get(row, "when");

        rc = need_type(l, row, Y_MAP, "a row of \"kinds\"");
        rc = rc ? rc : y_only(l->docs, row, known, l->err);
        rc = rc ? rc : read_kind(l, row, &r[i].kind);
        if (!rc && when) {
            rc = source_read_conditions(l, when, &r[i].condition, &r[i].nconditions);
        }
        rc = rc ? rc : source_read_constants(l, y_get(row, "set"), &r[i].set, &r[i].nset);
    }
    ret->kind = r;
    ret->nkinds = count;
    return rc || r ? rc : no_memory(l);
}

int source_read_patterns(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"text", "kind", "set", NULL};
    int rc = n ? need_type(l, n, Y_LIST, "\"patterns\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct verdict_row *r = rc ? NULL : array(l, count, sizeof(*r));

    for (size_t i = 0; r && !rc && i < count; i++) {
        const struct ynode *row = n->item[i];
        struct span text;

        rc = need_type(l, row, Y_MAP, "a row of \"patterns\"");
        rc = rc ? rc : y_only(l->docs, row, known, l->err);
        rc = rc ? rc : y_need_text(l->docs, row, "text", &text, l->err);
        rc = rc ? rc : read_kind(l, row, &r[i].kind);
        rc = rc ? rc : source_read_constants(l, y_get(row, "set"), &r[i].set, &r[i].nset);
        if (!rc) {
            const struct ynode *at = y_get(row, "text");

            err_at(l->err, l->docs->path, at->line, at->col);
            rc = template_parse(keep(l, text), &r[i].template, l->err);
        }
    }
    ret->pattern = r;
    ret->npatterns = count;
    return rc || r ? rc : no_memory(l);
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
    rc = need_type(l, n, Y_MAP, "\"severity\"");
    rc = rc ? rc : y_only(l->docs, n, known, l->err);
    rc = rc ? rc : y_need_text(l->docs, n, "field", &name, l->err);
    rc = rc ? rc : source_read_slot(l, n, name, &slot);
    ret->severity_slot = slot;
    if (!rc && range) {
        if (range->type != Y_LIST || range->n != 2 || !y_int(range->item[0], &ret->low) ||
            !y_int(range->item[1], &ret->high) || ret->low == ret->high) {
            return y_fault(l->docs, range, l->err, "source.severity",
                           "\"range\" is a list of the values that mean 0 and 100");
        }
        ret->severity_range = true;
    }
    return rc || !values ? rc : read_values(l, values, &ret->severity, &ret->nseverity, true);
}

static int read_sample(struct loader *l, const struct ynode *n, struct sample *s)
{
    static const char *const known[] = {"raw", "received", "time", "kind", "fields", NULL};
    struct span received = y_text(y_get(n, "received")), time = y_text(y_get(n, "time"));
    utime_t t = 1790000000 * UTIME_SECOND; // 2026-09-21, when the sample does not say
    int rc = need_type(l, n, Y_MAP, "a sample");

    rc = rc ? rc : y_only(l->docs, n, known, l->err);
    rc = rc ? rc : y_need_text(l->docs, n, "raw", &s->raw, l->err);
    rc = rc ? rc : read_kind(l, n, &s->kind);
    rc = rc ? rc : source_read_constants(l, y_get(n, "fields"), &s->field, &s->nfields);
    s->time = UTIME_NONE;
    if (!rc && received.n && !utime_iso(received, 0, &t, NULL)) {
        rc = fault(l, y_get(n, "received"), "source.time", "no RFC 3339 time", received);
    }
    if (!rc && time.n && !utime_iso(time, 0, &s->time, NULL)) {
        rc = fault(l, y_get(n, "time"), "source.time", "no RFC 3339 time", time);
    }
    s->received = t * 1000;
    s->line = n->line;
    s->raw = keep(l, s->raw);
    return rc;
}

int source_read_samples(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? need_type(l, n, Y_LIST, "\"samples\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct sample *s = rc ? NULL : array(l, count, sizeof(*s));

    for (size_t i = 0; s && !rc && i < count; i++) {
        rc = read_sample(l, n->item[i], &s[i]);
    }
    ret->sample = s;
    ret->nsamples = count;
    return rc || s ? rc : no_memory(l);
}
