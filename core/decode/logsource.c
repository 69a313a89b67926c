// logsource.c - the table of log sources: reading and using it.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/logsource.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/decode/choose.h"

enum { ROW_FIELDS_MAX = 64, KEY_MAX = 200, KEY_FIELDS_MAX = 8 };

struct rename { // the name rules use, and where the value is
    uint16_t to, from;
    int core; // the core field, or -1: `from`
};

struct step {
    struct span is[3]; // parts that change
    size_t nconditions, nrenames;
    const struct condition *condition;
    const struct rename *rename;
};

struct row {
    struct span key; // lower case
    size_t nsteps;
    const struct step *step;
};

struct table {
    struct span is[3]; // empty: whatever
    const char *group; // NULL: whatever
    size_t nfields;    // 0: one row for all
    uint16_t field[KEY_FIELDS_MAX];
    size_t cap; // a power of two
    struct row *row;
};

struct logsources {
    size_t n, cap;
    struct table *table;
    uint64_t of_kind[KIND_COUNT][LOGSOURCE_WORDS]; // the tables that may be about events of a kind
};

// ---- reading

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

static struct span lower_into(struct span s, char out[KEY_MAX])
{
    s = span_sub(s, 0, KEY_MAX);
    for (size_t i = 0; i < s.n; i++) {
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    }
    return span_of(out, s.n);
}

static struct row *row_of(const struct table *t, struct span key)
{
    size_t at = (size_t)hash64(0, key) & (t->cap - 1);

    while (t->row[at].key.p && !span_eq(t->row[at].key, key)) {
        at = (at + 1) & (t->cap - 1);
    }
    return &t->row[at];
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
        struct span key = lower_into(rows->key[i], low);
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

// ---- using it

static bool fits(const struct span is[3], const struct span have[3])
{
    for (int i = 0; i < 3; i++) {
        if (is[i].n && !span_eq_nocase(is[i], have[i])) {
            return false;
        }
    }
    return true;
}

static bool same(const struct span a[3], const struct span b[3])
{
    return span_eq_nocase(a[0], b[0]) && span_eq_nocase(a[1], b[1]) && span_eq_nocase(a[2], b[2]);
}

static void add(struct event *ev, const struct span have[3], const struct step *s)
{
    struct span now[3];
    bool known;

    for (int i = 0; i < 3; i++) {
        now[i] = s->is[i].n ? s->is[i] : have[i];
    }
    known = same(now, ev->logsource);
    for (size_t i = 0; i < ev->nalso; i++) {
        known = known || same(now, ev->also[i]);
    }
    if (known) {
        return;
    }
    if (ev->nalso == EVENT_ALSO_MAX) {
        (void)snprintf(ev->error, sizeof(ev->error), "has more than %d log sources",
                       EVENT_ALSO_MAX + 1);
        return;
    }
    memcpy(ev->also[ev->nalso++], now, sizeof(now));
}

// What the record says under that name stays; a name nobody looks for costs nothing but this.
static void give_names(struct work *w, const struct sourceset *set, const struct step *s,
                       struct event *ev)
{
    for (size_t i = 0; i < s->nrenames; i++) {
        const struct rename *r = &s->rename[i];
        struct span name = wants_name(set->slots, r->to);
        size_t from = r->core < 0 ? w->fields.at[r->from] : 0;

        if (work_first(w, r->to)) {
            continue;
        }
        if (r->core >= 0 && event_has(ev, (enum field)r->core)) {
            (void)fields_put(&w->fields, r->to, name, ev->field[r->core]);
        }
        for (; from; from = w->fields.next[from - 1]) {
            (void)fields_put(&w->fields, r->to, name, w->fields.v[from - 1].v);
        }
    }
}

static const struct row *find_row(const struct work *w, const struct table *t)
{
    char low[KEY_MAX];

    if (t->nfields == 0) {
        return t->row;
    }
    for (size_t i = 0; i < t->nfields; i++) {
        const struct okv *o = work_first(w, t->field[i]);

        if (o && o->v.s.n && o->v.s.n <= KEY_MAX) {
            const struct row *r = row_of(t, lower_into(o->v.s, low));

            return r->key.p ? r : NULL;
        }
    }
    return NULL;
}

// ---- which tables are about a log source

enum { MEMO_PLACES = 256, MEMO_TEXT = 96 };

// Only texts decide, and a stream has few log sources: what was found for them is kept.
struct memo_place {
    bool used;
    uint8_t n[3];
    char text[MEMO_TEXT]; // the three words
    const char *group;
    uint64_t about[LOGSOURCE_WORDS];
};

struct logsource_memo {
    struct memo_place place[MEMO_PLACES];
    uint16_t last[EVENT_ALSO_MAX + 1];
    uint64_t about[EVENT_ALSO_MAX + 1][LOGSOURCE_WORDS]; // of the event in work, by log source
};

struct logsource_memo *logsource_memo_new(void)
{
    return calloc(1, sizeof(struct logsource_memo));
}

void logsource_memo_free(struct logsource_memo *m)
{
    free(m);
}

static void ask_tables(const struct logsources *all, const char *group, const struct span have[3],
                       uint64_t ret[LOGSOURCE_WORDS])
{
    memset(ret, 0, LOGSOURCE_WORDS * sizeof(*ret));
    for (size_t i = 0; i < all->n; i++) {
        const struct table *t = &all->table[i];

        if ((!t->group || strcmp(t->group, group) == 0) && fits(t->is, have)) {
            ret[i / 64] |= UINT64_C(1) << i % 64;
        }
    }
}

static bool is_place(const struct memo_place *p, const char *group, const struct span have[3])
{
    size_t used = 0;

    for (size_t i = 0; i < 3; i++) {
        if (p->n[i] != have[i].n || !span_same(p->text + used, have[i].p, have[i].n)) {
            return false;
        }
        used += have[i].n;
    }
    return p->used && p->group == group;
}

// `nth` of the event's log sources: mostly the same as in the record before.
static void find_tables(struct logsource_memo *m, size_t nth, const struct logsources *all,
                        const char *group, const struct span have[3])
{
    uint64_t *ret = m->about[nth];
    struct memo_place *p = &m->place[m->last[nth]];
    uint64_t h = (uintptr_t)group >> 3;
    size_t used = 0;

    if (is_place(p, group, have)) {
        memcpy(ret, p->about, sizeof(p->about));
        return;
    }

    if (have[0].n + have[1].n + have[2].n > MEMO_TEXT) {
        ask_tables(all, group, have, ret);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        h = (h ^ template_head(have[i]) ^ have[i].n << 56) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    m->last[nth] = (uint16_t)((h >> 32) % MEMO_PLACES);
    p = &m->place[m->last[nth]];
    if (p->used &&
        !is_place(p, group, have)) { // two that come in turn need not push each other out
        m->last[nth] ^= 1;
        p = &m->place[m->last[nth]];
    }
    if (!is_place(p, group, have)) {
        for (size_t i = 0; i < 3; i++) {
            p->n[i] = (uint8_t)have[i].n;
            memcpy(p->text + used, have[i].n ? have[i].p : "", have[i].n);
            used += have[i].n;
        }
        p->group = group;
        p->used = true;
        ask_tables(all, group, have, p->about);
    }
    memcpy(ret, p->about, sizeof(p->about));
}

// The next table from `from` on, of those about the event's kind, that one of its first `n` log sources
// is about, and which one that is: the first of them.
static size_t next_table(const struct logsource_memo *m, const struct logsources *all,
                         const uint64_t of_kind[LOGSOURCE_WORDS], size_t n, size_t from,
                         size_t *ret)
{
    for (size_t w = from / 64; 64 * w < all->n; w++) {
        uint64_t any = 0, from_on = w == from / 64 ? ~UINT64_C(0) << from % 64 : ~UINT64_C(0);

        for (size_t k = 0; k < n; k++) {
            any |= m->about[k][w];
        }
        any &= from_on & of_kind[w];
        if (any) {
            unsigned bit = (unsigned)__builtin_ctzll(any);

            for (*ret = 0; !(m->about[*ret][w] >> bit & 1);) {
                ++*ret;
            }
            return 64 * w + bit;
        }
    }
    return SIZE_MAX;
}

static void apply_row(struct work *w, const struct sourceset *set, const struct row *r,
                      const struct span *have, struct event *ev)
{
    for (size_t k = 0; k < r->nsteps; k++) {
        if (conditions_hold(w, r->step[k].condition, r->step[k].nconditions)) {
            add(ev, have, &r->step[k]);
            give_names(w, set, &r->step[k], ev);
        }
    }
}

void logsources_apply(struct work *w, const struct sourceset *set, const char *group,
                      struct event *ev)
{
    const struct logsources *all = set->logsources;
    struct logsource_memo *m = w->logsources;
    const uint64_t *of_kind;
    size_t n = 1, which;

    fields_index(&w->fields);
    if (!all) {
        return;
    }
    of_kind = all->of_kind[ev->kind];
    find_tables(m, 0, all, group, ev->logsource);
    for (size_t i = next_table(m, all, of_kind, n, 0, &which); i < all->n;
         i = next_table(m, all, of_kind, n, i + 1, &which)) {
        const struct row *r = find_row(w, &all->table[i]);

        if (r) {
            apply_row(w, set, r, which ? ev->also[which - 1] : ev->logsource, ev);
        }
        for (; n <= ev->nalso; n++) {
            find_tables(m, n, all, group, ev->also[n - 1]);
        }
    }
}
