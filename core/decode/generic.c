// generic.c - what a record that no source file knows still says.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/generic.h"

#include "core/base/attr.h"
#include "core/base/hash.h"
#include "core/decode/choose.h"
#include "core/decode/logsource.h"
#include "core/decode/map.h"
#include "core/decode/take.h"

enum { ALIAS_MAX = 64, GUESS_REACH = 2048, TAKES_MAX = 4, TIME_FIELD = FIELD_COUNT };

struct alias { // one normalised name; a name may serve several fields
    struct span name;
    unsigned field; // TIME_FIELD: the event's time
    unsigned rank;  // lower is better
    uint32_t next;  // the same name for another field, + 1
};

struct guess {
    size_t nwords;
    const struct span *word;
    size_t nneeds;
    const enum field *needs;
    struct verdict verdict;
};

struct generic {
    size_t nalias, cap;
    struct alias *alias;
    uint32_t *bucket;
    struct choice take[FIELD_COUNT + 1]; // takes and table of each field
    size_t nguesses;
    const struct guess *guess;
};

// Without case and punctuation; empty when too long to be a name worth knowing.
static struct span normal(struct span name, char out[ALIAS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (strchr("_-. @", c) && c) {
            continue;
        }
        if (n == ALIAS_MAX) {
            return SPAN_NONE;
        }
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return span_of(out, n);
}

static uint32_t *alias_slot(const struct generic *g, struct span name)
{
    size_t at = hash64(7, name);

    while (g->bucket[at & (g->cap - 1)] &&
           !span_eq(g->alias[g->bucket[at & (g->cap - 1)] - 1].name, name)) {
        at++;
    }
    return &g->bucket[at & (g->cap - 1)];
}

static int read_alias_row(struct loader *l, const struct ynode *n, struct span field,
                          struct generic *g)
{
    static const char *const known[] = {"names", "take", "values", "else", NULL};
    const struct span *name = NULL;
    const struct ynode *names = n;
    size_t count = 0;
    enum field f = FIELD_COUNT;
    int rc = span_eq_str(field, "@timestamp") ? 0 : read_field(l, n, field, &f);

    if (!rc && n->type == Y_MAP) {
        rc = y_only(l->docs, n, known, l->err);
        names = y_get(n, "names");
        rc = rc || names ? rc : read_fault(l, n, "source.alias", "\"names\" is missing", field);
        rc = rc ? rc : source_read_ways(l, n, &g->take[f]);
    }
    rc = rc ? rc : read_texts(l, names, &name, &count);
    for (size_t i = 0; !rc && i < count; i++) {
        char text[ALIAS_MAX];
        struct span s = normal(name[i], text);
        uint32_t *at = alias_slot(g, s);

        if (s.n == 0) {
            return read_fault(l, names, "source.alias", "not usable as a name", name[i]);
        }
        g->alias[g->nalias] = (struct alias){
            .name = read_keep(l, s), .field = f, .rank = (unsigned)i + 1, .next = *at};
        *at = (uint32_t)++g->nalias;
    }
    return rc;
}

static int read_aliases(struct loader *l, const struct ynode *n, struct generic *g)
{
    size_t total = 1;
    int rc = n ? read_need(l, n, Y_MAP, "\"aliases\"") : 0;

    for (size_t i = 0; n && !rc && i < n->n; i++) {
        const struct ynode *row = n->item[i],
                           *names = row->type == Y_MAP ? y_get(row, "names") : row;

        total += names ? names->n + 1 : 1;
    }
    for (g->cap = 64; g->cap < 2 * total;) {
        g->cap *= 2;
    }
    g->alias = read_array(l, total, sizeof(*g->alias));
    g->bucket = read_array(l, g->cap, sizeof(*g->bucket));
    if (!g->alias || !g->bucket) {
        return read_no_memory(l);
    }
    for (size_t i = 0; n && !rc && i < n->n; i++) {
        rc = read_alias_row(l, n->item[i], n->key[i], g);
    }
    return rc;
}

static int read_guess_row(struct loader *l, const struct ynode *n, struct verdict *ret)
{
    const struct ynode *set = y_get(n, "set");

    return set ? read_constants(l, set, &ret->set, &ret->nset)
               : read_fault(l, n, "source.guess", "\"set\" is missing", SPAN_NONE);
}

static int read_guess(struct loader *l, const struct ynode *n, struct guess *g)
{
    static const char *const known[] = {"words", "needs", "set", NULL};
    const struct ynode *words, *needs;
    const struct span *name = NULL;
    enum field *f;
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    words = y_get(n, "words");
    needs = y_get(n, "needs");
    rc = words ? read_texts(l, words, &g->word, &g->nwords) : 0;
    rc = rc || !needs ? rc : read_texts(l, needs, &name, &g->nneeds);
    f = read_array(l, g->nneeds, sizeof(*f));
    for (size_t i = 0; f && !rc && i < g->nneeds; i++) {
        rc = read_field(l, needs, name[i], &f[i]);
    }
    g->needs = f;
    return rc || f ? (rc ? rc : read_guess_row(l, n, &g->verdict)) : read_no_memory(l);
}

static int read_guesses(struct loader *l, const struct ynode *n, struct generic *g)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"guesses\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct guess *row = rc ? NULL : read_array(l, count, sizeof(*row));

    for (size_t i = 0; row && !rc && i < count; i++) {
        rc = read_guess(l, n->item[i], &row[i]);
    }
    g->guess = row;
    g->nguesses = count;
    return rc || row ? rc : read_no_memory(l);
}

int generic_read(struct loader *l, const struct ynode *root)
{
    static const char *const known[] = {"title",   "tables",     "rows", "aliases",
                                        "guesses", "logsources", NULL};
    struct generic *g;
    int rc = read_only(l, root, known);

    rc = rc ? rc : source_read_lookups(l, y_get(root, "tables"));
    rc = rc ? rc : logsources_read(l, y_get(root, "logsources"));
    rc = rc ? rc : source_read_rowsets(l, y_get(root, "rows"));
    if (rc || (!y_get(root, "aliases") && !y_get(root, "guesses"))) {
        return rc;
    }
    if (l->set->generic) {
        return read_fault(l, root, "source.twice", "aliases were read already", SPAN_NONE);
    }
    g = read_array(l, 1, sizeof(*g));
    rc = g ? read_aliases(l, y_get(root, "aliases"), g) : read_no_memory(l);
    rc = rc ? rc : read_guesses(l, y_get(root, "guesses"), g);
    l->set->generic = rc ? NULL : g;
    return rc;
}

// ---- using it

struct found {
    const struct okv *o[FIELD_COUNT + 1];
    unsigned rank[FIELD_COUNT + 1];
};

static void look_up(const struct generic *g, struct span name, unsigned behind, const struct okv *o,
                    struct work *w, struct found *f)
{
    char text[ALIAS_MAX];
    struct span s = normal(name, text);
    uint32_t i = s.n ? *alias_slot(g, s) : 0;

    for (; i; i = g->alias[i - 1].next) {
        const struct alias *a = &g->alias[i - 1];
        unsigned rank = a->rank + behind;

        if (f->o[a->field] && f->rank[a->field] <= rank) {
            continue;
        }
        if (a->field != TIME_FIELD || o->v.type != V_BOOL) {
            struct take_ctx ctx = {.arena = &w->arena,
                                   .received = w->in->received,
                                   .zone_s = w->in->zone_s,
                                   .first = o,
                                   .end = o + 1};
            struct span v = o->v.s;

            for (size_t k = 0; k < g->take[a->field].ntakes && v.n; k++) {
                v = take_run(&g->take[a->field].take[k], v, &ctx);
            }
            if (v.n) {
                f->o[a->field] = o;
                f->rank[a->field] = rank;
            }
        }
    }
}

static struct span last_part(struct span name)
{
    size_t n = name.n;

    while (n && name.p[n - 1] != '.') {
        n--;
    }
    return n ? span_sub(name, n, name.n) : SPAN_NONE;
}

static bool no_value(struct span v)
{
    static const char *const words[] = {"-",    "null", "N/A",     "n/a",      "NULL",
                                        "None", "none", "unknown", "undefined"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_eq_str(v, words[i])) {
            return true;
        }
    }
    return v.n == 0;
}

// `known`: a file that knows the form has set fields already; else only the syslog header has.
static void set_found(struct work *w, const struct generic *g, const struct found *f, bool known,
                      struct event *ev)
{
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        const struct choice *c = &g->take[i];
        struct take_ctx ctx = {.arena = &w->arena,
                               .received = w->in->received,
                               .zone_s = w->in->zone_s,
                               .first = f->o[i],
                               .end = f->o[i] + 1};
        struct fval v;

        if (!f->o[i] ||
            (event_has(ev, i) && (known || (i != FIELD_EVENT_SEVERITY && i != FIELD_LOG_LEVEL)))) {
            continue;
        }
        v = f->o[i]->v;
        for (size_t k = 0; k < c->ntakes; k++) {
            v = fval_str(take_run(&c->take[k], v.s, &ctx));
        }
        if (c->lookup) {
            const struct pair *p = lookup_find(c->lookup, v.s);

            v = p ? fval_str(p->to) : c->keep ? v : (struct fval){0};
        }
        event_set(ev, (enum field)i, &v);
    }
}

static bool word_in(struct span text, struct span word)
{
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if ((text.p[i] | 0x20) == (word.p[0] | 0x20) &&
            span_eq_nocase(span_sub(text, i, word.n), word)) {
            return true;
        }
    }
    return false;
}

static bool guess_holds(const struct guess *g, struct span text, const struct event *ev)
{
    bool any = g->nwords == 0;

    for (size_t i = 0; i < g->nneeds; i++) {
        if (!event_has(ev, g->needs[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < g->nwords && !any; i++) {
        any = word_in(text, g->word[i]);
    }
    return any;
}

static void make_guesses(struct work *w, const struct generic *g, struct event *ev)
{
    struct span text = span_sub(w->pseudo[SLOT_TEXT].v.s, 0, GUESS_REACH);

    for (size_t i = 0; i < g->nguesses; i++) {
        if (guess_holds(&g->guess[i], text, ev)) {
            const struct verdict *v = &g->guess[i].verdict;

            for (size_t k = 0; k < v->nset; k++) { // what is known already stays
                if (!event_has(ev, v->set[k].to)) {
                    constants_apply(ev, &v->set[k], 1);
                }
            }
        }
    }
}

void generic_apply(struct work *w, const struct sourceset *set, struct event *ev)
{
    const struct generic *g = set->generic;
    struct found f = {0};

    if (!g) {
        return;
    }
    for (size_t i = 0; i < w->fields.n; i++) {
        const struct okv *o = &w->fields.v[i];
        struct span part;

        if (o->v.type == V_NULL || no_value(o->v.s)) {
            continue;
        }
        look_up(g, o->name, 0, o, w, &f);
        part = last_part(o->name);
        if (part.n) {
            look_up(g, part, 1000, o, w, &f);
        }
    }
    set_found(w, g, &f, ev->kind != KIND_RAW, ev);
    if (f.o[TIME_FIELD] && ev->time == UTIME_NONE) {
        (void)stamp_read(&f.o[TIME_FIELD]->v, STAMP_AUTO, w->in->received, w->in->zone_s,
                         &ev->time);
    }
    make_guesses(w, g, ev);
}
