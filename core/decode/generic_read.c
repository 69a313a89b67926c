// generic_read.c - reading share/sources/_*.yaml.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/generic_tables.h"
#include "core/decode/logsource.h"

static int read_target(struct loader *l, const struct ynode *n, struct span field, enum field *ret)
{
    *ret = FIELD_COUNT; // TIME_FIELD
    if (span_eq_str(field, "@about")) {
        *ret = (enum field)ABOUT_FIELD;
    } else if (span_eq_str(field, "@zone")) {
        *ret = (enum field)ZONE_FIELD;
    } else if (!span_eq_str(field, "@timestamp")) {
        return read_field(l, n, field, ret);
    }
    return 0;
}

static int read_alias_row(struct loader *l, const struct ynode *n, struct span field, enum field f,
                          struct generic *g)
{
    static const char *const known[] = {"names", "take", "values", "else", NULL};
    const struct span *name = NULL;
    const struct ynode *names = n;
    size_t count = 0;
    int rc = 0;

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

static bool has_rows(const struct ynode *n)
{
    return n->type == Y_LIST && n->n && n->item[0]->type == Y_MAP;
}

// One row, or a list of them.
static int read_alias_rows(struct loader *l, const struct ynode *n, struct span field,
                           struct generic *g)
{
    enum field f;
    int rc = read_target(l, n, field, &f);

    if (rc || !has_rows(n)) {
        return rc ? rc : read_alias_row(l, n, field, f, g);
    }
    for (size_t i = 0; !rc && i < n->n; i++) {
        enum field at = f;

        if (i && (f >= FIELD_COUNT || g->nrows == ROWS_MORE)) {
            return read_fault(l, n, "source.alias", "more rows than there may be", field);
        }
        if (i) {
            g->row[g->nrows] = f;
            at = (enum field)(ROW_FIELD + g->nrows++);
        }
        rc = read_need(l, n->item[i], Y_MAP, "a row");
        rc = rc ? rc : read_alias_row(l, n->item[i], field, at, g);
    }
    return rc;
}

static size_t count_names(const struct ynode *row)
{
    const struct ynode *names = row->type == Y_MAP ? y_get(row, "names") : row;

    return names ? 2 * names->n + 1 : 1;
}

static int read_aliases(struct loader *l, const struct ynode *n, struct generic *g)
{
    size_t total = 1;
    int rc = n ? read_need(l, n, Y_MAP, "\"aliases\"") : 0;

    for (size_t i = 0; n && !rc && i < n->n; i++) {
        const struct ynode *row = n->item[i];

        for (size_t k = 0; has_rows(row) && k < row->n; k++) {
            total += count_names(row->item[k]);
        }
        total += count_names(row);
    }
    if (!alias_init(&g->index, &l->set->arena, total)) {
        return read_no_memory(l);
    }
    for (size_t i = 0; n && !rc && i < n->n; i++) {
        rc = read_alias_rows(l, n->item[i], n->key[i], g);
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
    size_t count = 0;
    int rc = read_texts(l, n, &text, &count), at;

    for (size_t i = 0; !rc && i < count; i++) {
        at = words_add(&all->words, text[i]);
        if (at < 0) {
            return read_fault(l, n, "source.guess", "an empty word, or more than 256 in all",
                              text[i]);
        }
        words_set_add(&g->words, (unsigned)at);
    }
    g->wordless = count == 0;
    return rc;
}

static int read_guess(struct loader *l, const struct ynode *n, struct generic *all, struct guess *g)
{
    static const char *const known[] = {"words", "needs", "set", NULL};
    const struct ynode *words, *needs;
    const struct span *name = NULL;
    size_t count = 0;
    enum field f;
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    words = y_get(n, "words");
    needs = y_get(n, "needs");
    g->wordless = true;
    rc = words ? read_guess_words(l, words, all, g) : 0;
    rc = rc || !needs ? rc : read_texts(l, needs, &name, &count);
    for (size_t i = 0; !rc && i < count; i++) {
        rc = read_field(l, needs, name[i], &f);
        if (!rc) {
            fieldset_add(&g->needs, f);
        }
    }
    return rc ? rc : read_guess_row(l, n, &g->verdict);
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

static int read_stops(struct loader *l, const struct ynode *n, struct generic *g)
{
    const struct span *word = NULL;
    size_t count = 0;
    int rc = n ? read_texts(l, n, &word, &count) : 0;

    for (size_t i = 0; !rc && i < count; i++) {
        if (!alias_stop(&g->index, &l->set->arena, word[i])) {
            return read_fault(l, n, "source.alias", "too many words that stop", word[i]);
        }
    }
    return rc;
}

static int read_follow(struct loader *l, const struct ynode *n, struct follow *f)
{
    static const char *const known[] = {"of", "needs", "take", "values", "set", "over", NULL};
    const struct ynode *of, *to, *needs, *over;
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    of = y_get(n, "of");
    to = y_get(n, "set");
    needs = y_get(n, "needs");
    over = y_get(n, "over");
    if (!of || !to) {
        return read_fault(l, n, "source.follow", "\"of\" or \"set\" is missing", SPAN_NONE);
    }
    if (over && !y_bool(over, &f->over)) {
        return read_fault(l, over, "source.follow", "\"over\" is true or false", SPAN_NONE);
    }
    f->needs = FIELD_COUNT;
    rc = read_field(l, of, y_text(of), &f->of);
    rc = rc ? rc : read_field(l, to, y_text(to), &f->to);
    rc = rc || !needs ? rc : read_field(l, needs, y_text(needs), &f->needs);
    return rc ? rc : source_read_ways(l, n, &f->way);
}

static int read_follows(struct loader *l, const struct ynode *n, struct generic *g)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"follows\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct follow *row = rc ? NULL : read_array(l, count, sizeof(*row));

    for (size_t i = 0; row && !rc && i < count; i++) {
        rc = read_follow(l, n->item[i], &row[i]);
    }
    g->follow = row;
    g->nfollows = count;
    return rc || row ? rc : read_no_memory(l);
}

int generic_read(struct loader *l, const struct ynode *root)
{
    static const char *const known[] = {"title", "tables",  "rows",    "aliases",    "stops",
                                        "prose", "follows", "guesses", "logsources", NULL};
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
    rc = rc ? rc : read_stops(l, y_get(root, "stops"), g);
    rc = rc ? rc : prose_read(l, y_get(root, "prose"), &g->prose);
    rc = rc ? rc : read_follows(l, y_get(root, "follows"), g);
    rc = rc ? rc : read_guesses(l, y_get(root, "guesses"), g);
    l->set->generic = rc ? NULL : g;
    return rc;
}
