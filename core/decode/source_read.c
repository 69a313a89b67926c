// source_read.c - the pieces that the tables of a source file are made of.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/decode/source.h"

int read_fault(struct loader *l, const struct ynode *n, const char *code, const char *what,
               struct span name)
{
    return y_fault(l->docs, n, l->err, code, "%s: \"" SPAN_FMT "\"", what, SPAN_ARG(name));
}

struct span read_keep(struct loader *l, struct span s)
{
    return span_of(arena_str(&l->set->arena, s), s.n);
}

void *read_array(struct loader *l, size_t n, size_t size)
{
    return arena_array(&l->set->arena, n ? n : 1, size);
}

int read_no_memory(struct loader *l)
{
    return err_set(l->err, E_LIMIT, "source.limit", "the source files are too large");
}

int read_need(struct loader *l, const struct ynode *n, enum ytype type, const char *what)
{
    static const char *const words[] = {"a single value", "a list", "a map"};

    return n->type == type
               ? 0
               : y_fault(l->docs, n, l->err, "source.type", "%s must be %s", what, words[type]);
}

int read_only(struct loader *l, const struct ynode *n, const char *const *known)
{
    int rc = read_need(l, n, Y_MAP, "this");

    return rc ? rc : y_only(l->docs, n, known, l->err);
}

int read_slot(struct loader *l, const struct ynode *n, struct span name, uint16_t *ret)
{
    int slot = name.n ? slot_make(l->set, name) : -1;

    if (slot < 0) {
        return read_fault(l, n, "source.name", "not usable as the name of an original field", name);
    }
    *ret = (uint16_t)slot;
    return 0;
}

int read_field(struct loader *l, const struct ynode *n, struct span name, enum field *ret)
{
    int f = field_of(name);

    *ret = (enum field)f;
    return f >= 0 ? 0 : read_fault(l, n, "source.field", "no core field has this name", name);
}

int read_texts(struct loader *l, const struct ynode *n, const struct span **ret, size_t *ret_n)
{
    size_t count = n->type == Y_LIST ? n->n : 1;
    struct span *v = read_array(l, count, sizeof(*v));

    if (!v) {
        return read_no_memory(l);
    }
    for (size_t i = 0; i < count; i++) {
        const struct ynode *item = n->type == Y_LIST ? n->item[i] : n;
        int rc = read_need(l, item, Y_SCALAR, "a value");

        if (rc) {
            return rc;
        }
        v[i] = read_keep(l, item->text);
    }
    *ret = v;
    *ret_n = count;
    return 0;
}

// "5..10", ">=5", "<=10"; false when it is no range.
static bool read_range(struct span s, struct want *w)
{
    size_t dots = span_find_span(s, SPAN_LIT(".."));

    w->low = INT64_MIN;
    w->high = INT64_MAX;
    if (span_starts(s, SPAN_LIT(">="))) {
        return span_i64(span_sub(s, 2, s.n), &w->low);
    }
    if (span_starts(s, SPAN_LIT("<="))) {
        return span_i64(span_sub(s, 2, s.n), &w->high);
    }
    return dots < s.n && span_i64(span_sub(s, 0, dots), &w->low) &&
           span_i64(span_sub(s, dots + 2, s.n), &w->high);
}

static struct want want_of(struct span s)
{
    struct want w = {.op = WANT_IS, .s = s};
    bool front, back;

    if (s.n > 1 && s.p[0] == '!') {
        w.not = true;
        s = span_sub(s, 1, s.n);
    }
    front = s.n > 1 && s.p[0] == '*';
    back = s.n > 1 && s.p[s.n - 1] == '*';
    w.s = span_sub(s, front, s.n - front - back);
    w.op = front && back ? WANT_HAS : front ? WANT_SUFFIX : back ? WANT_PREFIX : WANT_IS;
    if (span_find(w.s, '*') < w.s.n) { // stars inside: each is any run of bytes
        w.op = WANT_STARS;
        w.s = s;
    }
    if (w.op == WANT_IS && read_range(s, &w)) {
        w.op = WANT_RANGE;
    }
    return w;
}

static int read_wants(struct loader *l, const struct ynode *n, struct condition *c)
{
    const struct span *text = NULL;
    size_t count = 0;
    int rc = read_texts(l, n, &text, &count);
    struct want *w = rc ? NULL : read_array(l, count, sizeof(*w));

    for (size_t i = 0; w && i < count; i++) {
        w[i] = want_of(text[i]);
    }
    c->value = w;
    c->nvalues = count;
    return rc || w ? rc : read_no_memory(l);
}

enum { SET_LEAST = 5 };

static bool all_equal(const struct condition *c)
{
    for (size_t i = 0; i < c->nvalues; i++) {
        if (c->value[i].op != WANT_IS || c->value[i].not ) {
            return false;
        }
    }
    return c->nvalues > 0;
}

static int make_set(struct loader *l, struct condition *c)
{
    uint16_t *set;

    c->equals = all_equal(c);
    c->refusals = c->nvalues > 0;
    for (size_t i = 0; i < c->nvalues; i++) {
        c->refusals = c->refusals && c->value[i].not ;
    }
    if (c->nvalues < SET_LEAST || c->nvalues >= UINT16_MAX || !c->equals) {
        return 0;
    }
    for (c->mask = 1; c->mask < 2 * c->nvalues;) {
        c->mask = 2 * c->mask + 1;
    }
    set = read_array(l, c->mask + 1, sizeof(*set));
    for (size_t i = 0; set && i < c->nvalues; i++) {
        size_t at = value_hash(c->value[i].s) & c->mask;

        while (set[at]) {
            at = (at + 1) & c->mask;
        }
        set[at] = (uint16_t)(i + 1);
    }
    c->set = set;
    return set ? 0 : read_no_memory(l);
}

int read_conditions(struct loader *l, const struct ynode *map, const struct condition **ret,
                    size_t *ret_n)
{
    int rc = read_need(l, map, Y_MAP, "conditions");
    struct condition *c = rc ? NULL : read_array(l, map->n, sizeof(*c));

    for (size_t i = 0; c && !rc && i < map->n; i++) {
        struct span text = y_text(map->item[i]);

        rc = read_slot(l, map->item[i], map->key[i], &c[i].slot);
        c[i].absent = span_eq_str(text, "!*");
        if (!rc && !c[i].absent && !span_eq_str(text, "*")) {
            rc = read_wants(l, map->item[i], &c[i]);
            rc = rc ? rc : make_set(l, &c[i]);
        }
    }
    *ret = c;
    *ret_n = rc ? 0 : map->n;
    return rc || c ? rc : read_no_memory(l);
}

// A single value, or a list of them for a field that may have several: joined with commas.
static int read_value(struct loader *l, const struct ynode *n, enum field f, struct span *ret)
{
    size_t used = 0, total = 0;
    char *p;

    if (n->type == Y_SCALAR || !field_is_list(f)) {
        *ret = read_keep(l, n->text);
        return read_need(l, n, Y_SCALAR, "a value");
    }
    for (size_t i = 0; i < n->n; i++) {
        int rc = read_need(l, n->item[i], Y_SCALAR, "a value");

        if (rc) {
            return rc;
        }
        total += n->item[i]->text.n + 1;
    }
    p = read_array(l, total + 1, 1);
    for (size_t i = 0; p && i < n->n; i++) {
        if (used) {
            p[used++] = ',';
        }
        memcpy(p + used, n->item[i]->text.p, n->item[i]->text.n);
        used += n->item[i]->text.n;
    }
    *ret = span_of(p, used);
    return p ? 0 : read_no_memory(l);
}

static int read_constant(struct loader *l, const struct ynode *n, struct span name,
                         struct constant *c)
{
    int rc = read_field(l, n, name, &c->to);

    c->v = (struct fval){.type = V_STR};
    rc = rc ? rc : read_value(l, n, c->to, &c->v.s);
    if (!rc && field_is_int(c->to)) {
        c->v.type = V_INT;
        if (c->v.s.n && !span_i64(c->v.s, &c->v.i)) {
            rc = read_fault(l, n, "source.value", "this field holds numbers", name);
        }
    }
    return rc;
}

// The core fields among the members of `n`; of a row (`row`) also those under its member "set".
static int read_members(struct loader *l, const struct ynode *n, bool row,
                        const struct constant **ret, size_t *ret_n)
{
    static const char *const words[] = {"kind", "when", "text", "field", "logsource", "set"};
    const struct ynode *set = n && row ? y_get(n, "set") : NULL;
    int rc = n ? read_need(l, n, Y_MAP, "fields and their values") : 0;
    struct constant *c;

    rc = rc || !set ? rc : read_need(l, set, Y_MAP, "\"set\"");
    c = rc ? NULL : read_array(l, (n ? n->n : 0) + (set ? set->n : 0), sizeof(*c));
    *ret = c;
    *ret_n = 0;
    for (size_t i = 0; c && !rc && n && i < n->n; i++) {
        bool word = false;

        for (size_t k = 0; row && k < ARRAY_LEN(words); k++) {
            word |= span_eq_str(n->key[i], words[k]);
        }
        if (!word) {
            rc = read_constant(l, n->item[i], n->key[i], &c[(*ret_n)++]);
        }
    }
    for (size_t i = 0; c && !rc && set && i < set->n; i++) {
        rc = read_constant(l, set->item[i], set->key[i], &c[(*ret_n)++]);
    }
    return rc || c ? rc : read_no_memory(l);
}

int read_constants(struct loader *l, const struct ynode *n, const struct constant **ret,
                   size_t *ret_n)
{
    return read_members(l, n, false, ret, ret_n);
}

int read_verdict(struct loader *l, const struct ynode *n, struct verdict *ret)
{
    const struct ynode *kind = y_get(n, "kind"), *logsource = y_get(n, "logsource");
    enum kind k = KIND_OTHER;
    int rc = read_need(l, n, Y_MAP, "a row");

    rc = rc || !kind ? rc : read_kind(l, n, &k);
    ret->kind = kind ? (int)k : -1;
    rc = rc ? rc : read_members(l, n, true, &ret->set, &ret->nset);
    if (!rc && logsource) {
        struct span *s = read_array(l, 3, sizeof(*s));

        ret->logsource = s;
        rc = s ? read_logsource(l, logsource, s) : read_no_memory(l);
    }
    return rc;
}

int read_logsource(struct loader *l, const struct ynode *n, struct span ret[3])
{
    static const char *const known[] = {"product", "category", "service", NULL};
    int rc = n ? read_only(l, n, known) : 0;

    for (size_t i = 0; n && !rc && i < 3; i++) {
        ret[i] = read_keep(l, y_text(y_get(n, known[i])));
    }
    return rc;
}

// Of a whole file: a word may also be told by the record, {from: FIELD, else: WORD}.
int source_read_logsource(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"product", "category", "service", NULL};
    static const char *const ways[] = {"from", "else", NULL};
    int rc = n ? read_only(l, n, known) : 0;

    for (size_t i = 0; n && !rc && i < 3; i++) {
        const struct ynode *word = y_get(n, known[i]);
        struct span from;

        if (!word || word->type != Y_MAP) {
            ret->logsource[i] = read_keep(l, y_text(word));
            continue;
        }
        rc = read_only(l, word, ways);
        rc = rc ? rc : y_need_text(l->docs, word, "from", &from, l->err);
        rc = rc ? rc : read_slot(l, word, from, &ret->logsource_from[i].slot);
        ret->logsource_from[i].told = true;
        ret->logsource[i] = read_keep(l, y_text(y_get(word, "else")));
    }
    return rc;
}

int read_kind(struct loader *l, const struct ynode *row, enum kind *ret)
{
    struct span name;
    int rc = y_need_text(l->docs, row, "kind", &name, l->err), k = rc ? 0 : kind_of(name);

    *ret = (enum kind)k;
    return rc ? rc
           : k >= 0
               ? 0
               : read_fault(l, y_get(row, "kind"), "source.kind", "no kind has this name", name);
}
