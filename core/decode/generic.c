// generic.c - what a record that no source file knows still says.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/generic.h"

#include "core/base/attr.h"
#include "core/decode/choose.h"
#include "core/decode/logsource.h"
#include "core/decode/map.h"
#include "core/decode/take.h"
#include "core/decode/words.h"

// A name's last part alone counts behind all whole names.
enum { GUESS_REACH = 2048, TIME_FIELD = FIELD_COUNT, PART_BEHIND = 1000 };

struct guess {
    size_t nwords;
    const uint16_t *word; // of the words of all guesses
    size_t nneeds;
    const enum field *needs;
    struct verdict verdict;
};

struct generic {
    struct alias_index index;
    struct words words;
    struct choice take[FIELD_COUNT + 1]; // takes and table of each field
    size_t nguesses;
    const struct guess *guess;
};

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
        if (!alias_add(&g->index, &l->set->arena, name[i], f, (unsigned)i + 1)) {
            return read_fault(l, names, "source.alias", "not usable as a name", name[i]);
        }
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
    if (!alias_init(&g->index, &l->set->arena, total)) {
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

static int read_guess_words(struct loader *l, const struct ynode *n, struct generic *all,
                            struct guess *g)
{
    const struct span *text = NULL;
    int rc = read_texts(l, n, &text, &g->nwords), at;
    uint16_t *word = rc ? NULL : read_array(l, g->nwords, sizeof(*word));

    for (size_t i = 0; word && !rc && i < g->nwords; i++) {
        at = words_add(&all->words, text[i]);
        if (at < 0) {
            return read_fault(l, n, "source.guess", "an empty word, or more than 256 in all",
                              text[i]);
        }
        word[i] = (uint16_t)at;
    }
    g->word = word;
    return rc || word ? rc : read_no_memory(l);
}

static int read_guess(struct loader *l, const struct ynode *n, struct generic *all, struct guess *g)
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
    rc = words ? read_guess_words(l, words, all, g) : 0;
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
        rc = read_guess(l, n->item[i], g, &row[i]);
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
    size_t n;
    uint8_t field[FIELD_COUNT + 1]; // those with a rank
    unsigned rank[FIELD_COUNT + 1]; // 0: nothing was found
    const struct okv *o[FIELD_COUNT + 1];
};
_Static_assert(FIELD_COUNT < UINT8_MAX, "fields fit into a byte");

static struct take_ctx take_ctx_of(struct work *w, const struct okv *o)
{
    return (struct take_ctx){.arena = &w->arena,
                             .received = w->in->received,
                             .zone_s = w->in->zone_s,
                             .first = o,
                             .end = o + 1};
}

static struct span run_takes(const struct choice *c, struct work *w, const struct okv *o)
{
    struct take_ctx ctx = take_ctx_of(w, o);
    struct span v = o->v.s;

    for (size_t k = 0; k < c->ntakes && v.n; k++) {
        v = take_run(&c->take[k], v, &ctx);
    }
    return v;
}

// `closed`: the fields that are known already.
static void look_at(const struct generic *g, uint32_t i, unsigned behind, const struct okv *o,
                    const bool *closed, struct work *w, struct found *f)
{
    for (; i; i = g->index.alias[i - 1].next) {
        const struct alias *a = &g->index.alias[i - 1];
        unsigned rank = a->rank + behind;

        if (closed[a->field] || (f->rank[a->field] && f->rank[a->field] <= rank) ||
            (a->field == TIME_FIELD && o->v.type == V_BOOL) ||
            run_takes(&g->take[a->field], w, o).n == 0) {
            continue;
        }
        if (!f->rank[a->field]) {
            f->field[f->n++] = (uint8_t)a->field;
        }
        f->o[a->field] = o;
        f->rank[a->field] = rank;
    }
}

static bool no_value(struct span v)
{
    static const struct span words[] = {SPAN_LIT("null"),    SPAN_LIT("N/A"),      SPAN_LIT("n/a"),
                                        SPAN_LIT("NULL"),    SPAN_LIT("None"),     SPAN_LIT("none"),
                                        SPAN_LIT("unknown"), SPAN_LIT("undefined")};

    if (v.n < 2) {
        return v.n == 0 || v.p[0] == '-';
    }
    for (size_t i = 0; (v.p[0] == 'n' || v.p[0] == 'N' || v.p[0] == 'u') && i < ARRAY_LEN(words);
         i++) {
        if (span_eq(v, words[i])) {
            return true;
        }
    }
    return false;
}

static void set_found(struct work *w, const struct generic *g, const struct found *f,
                      struct event *ev)
{
    for (size_t n = 0; n < f->n; n++) {
        unsigned i = f->field[n];
        const struct choice *c = &g->take[i];
        struct fval v;

        if (i == TIME_FIELD) {
            continue;
        }
        v = f->o[i]->v;
        if (c->ntakes) {
            v = fval_str(run_takes(c, w, f->o[i]));
        }
        if (c->lookup) {
            const struct pair *p = lookup_find(c->lookup, v.s);

            v = p ? fval_str(p->to) : c->keep ? v : (struct fval){0};
        }
        event_set(ev, (enum field)i, v.type, v.s, v.i);
    }
}

static bool guess_holds(const struct guess *g, const struct words_set *said, const struct event *ev)
{
    bool any = g->nwords == 0;

    for (size_t i = 0; i < g->nneeds; i++) {
        if (!event_has(ev, g->needs[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < g->nwords && !any; i++) {
        any = words_has(said, g->word[i]);
    }
    return any;
}

static void make_guesses(struct work *w, const struct generic *g, struct event *ev)
{
    struct span text = span_sub(w->pseudo[SLOT_TEXT].v.s, 0, GUESS_REACH);
    struct words_set said;

    words_find(&g->words, text, &said);
    for (size_t i = 0; i < g->nguesses; i++) {
        if (guess_holds(&g->guess[i], &said, ev)) {
            const struct verdict *v = &g->guess[i].verdict;

            for (size_t k = 0; k < v->nset; k++) { // what is known already stays
                if (!event_has(ev, v->set[k].to)) {
                    constants_apply(ev, &v->set[k], 1);
                }
            }
        }
    }
}

// What is known stays: all that a file which knows the form has set; else the syslog header has set
// fields, whose grade the record's own may replace.
static void close_known(const struct event *ev, bool *closed)
{
    bool known = ev->kind != KIND_RAW;

    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        closed[i] =
            event_has(ev, i) && (known || (i != FIELD_EVENT_SEVERITY && i != FIELD_LOG_LEVEL));
    }
    closed[TIME_FIELD] = ev->time != UTIME_NONE;
}

void generic_apply(struct work *w, const struct sourceset *set, struct event *ev)
{
    const struct generic *g = set->generic;
    bool closed[FIELD_COUNT + 1];
    struct found f;

    if (!g) {
        return;
    }
    f.n = 0;
    memset(f.rank, 0, sizeof(f.rank));
    close_known(ev, closed);
    for (size_t i = 0; i < w->fields.n; i++) {
        const struct okv *o = &w->fields.v[i];
        struct alias_found a = alias_find(&g->index, w->aliases, o->name);

        if ((a.whole | a.part) && o->v.type != V_NULL && !no_value(o->v.s)) {
            look_at(g, a.whole, 0, o, closed, w, &f);
            look_at(g, a.part, PART_BEHIND, o, closed, w, &f);
        }
    }
    set_found(w, g, &f, ev);
    if (f.rank[TIME_FIELD]) {
        (void)stamp_read(&f.o[TIME_FIELD]->v, STAMP_AUTO, w->in->received, w->in->zone_s,
                         &ev->time);
    }
    make_guesses(w, g, ev);
}
