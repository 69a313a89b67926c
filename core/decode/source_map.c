// source_map.c - reading `map` and `tables`: ways of values to core fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"
#include "core/decode/source.h"
#include "core/decode/take.h"

enum { LOOKUPS_MAX = 512, NAME_MAX_HASHED = 256 };

uint64_t hash_nocase(struct span s)
{
    // with bit 0x20 set letters have no case, and some other bytes fall together
    const uint64_t each = UINT64_C(0x2020202020202020);
    uint64_t h = s.n * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = 0;

    for (; i + 8 < s.n && i < NAME_MAX_HASHED; i += 8) {
        h = (h ^ (span_load8(s.p + i) | each)) * UINT64_C(0xe9846af9b1a615d);
        h ^= h >> 32;
    }
    h = (h ^ (template_head(span_sub(s, i, 8)) | each)) * UINT64_C(0xe9846af9b1a615d);
    return h ^ h >> 32;
}

const struct pair *lookup_find(const struct lookup *t, struct span key)
{
    for (size_t at = hash_nocase(key);; at++) {
        const struct pair *p = &t->pair[at & (t->cap - 1)];

        if (!p->from.p) {
            return NULL;
        }
        if (span_eq_nocase(p->from, key)) {
            return p;
        }
    }
}

static int read_lookup(struct loader *l, const struct ynode *n, struct lookup *t)
{
    int rc = read_need(l, n, Y_MAP, "a table");

    t->cap = 4;
    while (!rc && t->cap < 2 * n->n + 2) {
        t->cap *= 2;
    }
    t->pair = rc ? NULL : read_array(l, t->cap, sizeof(*t->pair));
    for (size_t i = 0; t->pair && !rc && i < n->n; i++) {
        size_t at = hash_nocase(n->key[i]);
        struct span to = n->item[i]->text;

        if (n->item[i]->type == Y_LIST) { // several values for a field that may have them
            for (size_t k = 0; k < n->item[i]->n; k++) {
                const char *old = k ? arena_str(l->scratch, to) : "";

                to = span_str(arena_printf(l->scratch, "%s%s" SPAN_FMT, old, k ? "," : "",
                                           SPAN_ARG(y_text(n->item[i]->item[k]))));
            }
        } else {
            rc = read_need(l, n->item[i], Y_SCALAR, "a value of a table");
        }
        while (t->pair[at & (t->cap - 1)].from.p) {
            at++;
        }
        t->pair[at & (t->cap - 1)] =
            (struct pair){.from = read_keep(l, n->key[i]), .to = read_keep(l, to)};
    }
    return rc || t->pair ? rc : read_no_memory(l);
}

// Tables with a name: for all files behind this one in the order of names, those of "_*" files first.
int source_read_lookups(struct loader *l, const struct ynode *n)
{
    int rc = n ? read_need(l, n, Y_MAP, "\"tables\"") : 0;

    for (size_t i = 0; n && !rc && i < n->n; i++) {
        struct lookup *t = read_array(l, 1, sizeof(*t));

        if (!t || l->set->nlookups == LOOKUPS_MAX) {
            return read_no_memory(l);
        }
        rc = read_lookup(l, n->item[i], t);
        t->name = read_keep(l, n->key[i]);
        if (!l->set->lookup) {
            l->set->lookup = read_array(l, LOOKUPS_MAX, sizeof(struct lookup *));
        }
        if (!l->set->lookup) {
            return read_no_memory(l);
        }
        l->set->lookup[l->set->nlookups++] = t;
    }
    return rc;
}

static int find_lookup(struct loader *l, const struct ynode *n, const struct lookup **ret)
{
    struct lookup *t;

    if (n->type == Y_SCALAR) {
        for (size_t i = l->set->nlookups; i-- > 0;) { // the newest: a file may have its own
            if (span_eq(l->set->lookup[i]->name, n->text)) {
                *ret = l->set->lookup[i];
                return 0;
            }
        }
        return read_fault(l, n, "source.table", "no table has this name", n->text);
    }
    t = read_array(l, 1, sizeof(*t));
    *ret = t;
    return t ? read_lookup(l, n, t) : read_no_memory(l);
}

static int read_takes(struct loader *l, const struct ynode *n, struct choice *c)
{
    size_t count = !n ? 0 : n->type == Y_LIST ? n->n : 1;
    struct take *t = read_array(l, count, sizeof(*t));
    int rc = 0;

    for (size_t i = 0; t && !rc && i < count; i++) {
        const struct ynode *item = n->type == Y_LIST ? n->item[i] : n;
        struct span word = item->text, arg = SPAN_NONE;
        int64_t at = 0;

        if (item->type == Y_MAP && item->n >= 1) {
            word = item->key[0];
            arg = y_text(item->item[0]);
            if (item->n > 1 &&
                (item->n > 2 || !span_eq_str(item->key[1], "at") || !y_int(item->item[1], &at))) {
                return read_fault(l, item, "source.take", "only \"at: N\" may stand beside", word);
            }
        }
        if (!take_of(word, read_keep(l, arg), at, &t[i])) {
            return read_fault(l, item, "source.take", "no way to take a value has this name", word);
        }
        if (take_wants_table(&t[i])) {
            rc = find_lookup(l, item->item[0], &t[i].table);
        }
    }
    c->take = t;
    c->ntakes = count;
    return rc || t ? rc : read_no_memory(l);
}

int source_read_ways(struct loader *l, const struct ynode *n, struct choice *c)
{
    const struct ynode *values = y_get(n, "values"), *other = y_get(n, "else");
    int rc = read_takes(l, y_get(n, "take"), c);

    rc = rc || !values ? rc : find_lookup(l, values, &c->lookup);
    if (!rc && other) {
        c->keep = span_eq_str(y_text(other), "@value");
        c->has_other = !c->keep;
        c->other = read_keep(l, y_text(other));
    }
    return rc;
}

// {value: X, when: {...}} or {from: NAME, take, values, else, when}
static int read_choice_map(struct loader *l, const struct ynode *n, const struct ynode *from,
                           struct choice *c)
{
    static const char *const known[] = {"from", "take", "values", "else", "value", "when", NULL};
    const struct ynode *when = y_get(n, "when"), *value = y_get(n, "value");
    int rc = read_only(l, n, known);

    if (!rc && when) {
        rc = read_conditions(l, when, &c->condition, &c->nconditions);
    }
    if (!rc && value) {
        c->constant = true;
        c->text = read_keep(l, y_text(value));
        return from ? read_fault(l, n, "source.map", "either \"from\" or \"value\"", SPAN_NONE)
                    : read_need(l, value, Y_SCALAR, "\"value\"");
    }
    if (!rc && (!from || from->type != Y_SCALAR)) {
        return read_fault(l, n, "source.missing", "\"from\" is missing", SPAN_NONE);
    }
    rc = rc ? rc : read_slot(l, from, from->text, &c->slot);
    return rc ? rc : source_read_ways(l, n, c);
}

static size_t count_choices(const struct ynode *n)
{
    size_t count = 0;

    if (n->type == Y_LIST) {
        for (size_t i = 0; i < n->n; i++) {
            count += count_choices(n->item[i]);
        }
        return count;
    }
    if (n->type == Y_MAP) {
        const struct ynode *from = y_get(n, "from");

        return from && from->type == Y_LIST ? from->n : 1;
    }
    return 1;
}

static int read_choices(struct loader *l, const struct ynode *n, struct choice **at)
{
    const struct ynode *from;
    int rc = 0;

    if (n->type == Y_SCALAR) {
        return read_slot(l, n, n->text, &(*at)++->slot);
    }
    if (n->type == Y_LIST) {
        for (size_t i = 0; !rc && i < n->n; i++) {
            rc = n->item[i]->type == Y_LIST
                     ? read_need(l, n->item[i], Y_SCALAR, "a list inside a list")
                     : read_choices(l, n->item[i], at);
        }
        return rc;
    }
    from = y_get(n, "from");
    if (!from || from->type != Y_LIST) {
        return read_choice_map(l, n, from, (*at)++);
    }
    for (size_t i = 0; !rc && i < from->n; i++) {
        rc = read_choice_map(l, n, from->item[i], (*at)++);
    }
    return rc;
}

int source_read_map(struct loader *l, const struct ynode *n, struct source *ret)
{
    int rc = n ? read_need(l, n, Y_MAP, "\"map\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct mapping *m = rc ? NULL : read_array(l, count, sizeof(*m));

    for (size_t i = 0; m && !rc && i < count; i++) {
        struct choice *c = read_array(l, count_choices(n->item[i]), sizeof(*c));

        m[i].choice = c;
        m[i].to = FIELD_COUNT;
        if (!c) {
            return read_no_memory(l);
        }
        rc = n->key[i].n && n->key[i].p[0] == '@'
                 ? read_slot(l, n->item[i], span_sub(n->key[i], 1, n->key[i].n), &m[i].slot)
                 : read_field(l, n->item[i], n->key[i], &m[i].to);
        rc = rc ? rc : read_choices(l, n->item[i], &c);
        m[i].nchoices = (size_t)(c - m[i].choice);
    }
    ret->map = m;
    ret->nmap = count;
    return rc || m ? rc : read_no_memory(l);
}
