// table.c - order, selection, marks; the drawing is in table_draw.c.
// SPDX-License-Identifier: Apache-2.0
#include "tui/table.h"

#include <stdio.h>
#include <stdlib.h>

#include "tui/keymap.h"

void table_init(struct table *t, const struct colspec *col, size_t ncols, bool freezes)
{
    *t = (struct table){.col = col, .ncols = ncols, .freezes = freezes, .page = 1};
}

void table_free(struct table *t)
{
    free(t->id);
    free(t->aside);
    *t = (struct table){0};
}

static size_t find(const struct rowid *id, size_t n, const struct rowid *want)
{
    size_t i = 0;

    while (i < n && !rowid_eq(&id[i], want)) {
        i++;
    }
    return i;
}

static bool reserve(struct rowid **id, size_t *cap, size_t n)
{
    struct rowid *p;

    if (n <= *cap) {
        return true;
    }
    p = realloc(*id, n * sizeof(*p));
    if (!p) {
        return false;
    }
    *id = p;
    *cap = n;
    return true;
}

// After a change of order: the selected id keeps its row on the screen; if it is gone, its place is taken.
static void reselect(struct table *t)
{
    size_t was = t->at, on_screen = t->at - t->top, i;

    if (t->n == 0) {
        t->at = t->top = 0;
        return;
    }
    i = find(t->id, t->n, &t->cur);
    t->at = i < t->n ? i : was < t->n ? was : t->n - 1;
    t->cur = t->id[t->at];
    t->top = t->at > on_screen ? t->at - on_screen : 0;
}

static void drop_marks_of_gone(struct table *t)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->nmarks; i++) {
        if (find(t->id, t->n, &t->mark[i]) < t->n) {
            t->mark[kept++] = t->mark[i];
        }
    }
    t->nmarks = kept;
}

static bool take(struct table *t, const struct rowid *id, size_t n)
{
    bool first = t->n == 0;

    if (!reserve(&t->id, &t->cap, n)) {
        return false;
    }
    if (n) {
        memmove(t->id, id, n * sizeof(*id));
    }
    t->n = n;
    if (first && n) {
        t->cur = t->id[0];
        t->at = t->top = 0;
    }
    reselect(t);
    drop_marks_of_gone(t);
    return true;
}

bool table_update(struct table *t, const struct rowid *id, size_t n)
{
    if (n > TABLE_ROWS) {
        n = TABLE_ROWS;
        t->more = true;
    }
    if (!t->frozen || t->n == 0) {
        t->nnew = 0;
        return take(t, id, n);
    }
    if (!reserve(&t->aside, &t->aside_cap, n)) {
        return false;
    }
    if (n) {
        memcpy(t->aside, id, n * sizeof(*id));
    }
    t->naside = n;
    t->nnew = 0;
    for (size_t i = 0; i < n; i++) {
        t->nnew += find(t->id, t->n, &id[i]) == t->n;
    }
    return false;
}

bool table_append(struct table *t, const struct rowid *id, size_t n)
{
    if (t->n + n > TABLE_ROWS) {
        n = TABLE_ROWS - t->n;
    }
    if (!reserve(&t->id, &t->cap, t->n + n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (find(t->id, t->n, &id[i]) == t->n) {
            t->id[t->n++] = id[i];
        }
    }
    reselect(t);
    return true;
}

bool table_follow(struct table *t)
{
    bool was = t->frozen;

    t->frozen = false;
    t->nnew = 0;
    if (was && t->naside && take(t, t->aside, t->naside)) {
        t->naside = 0;
        return true;
    }
    return false;
}

void table_freeze(struct table *t)
{
    t->frozen = t->freezes;
}

const struct rowid *table_selected(const struct table *t)
{
    return t->n ? &t->cur : NULL;
}

static void move_to(struct table *t, size_t at)
{
    if (t->n == 0) {
        return;
    }
    t->at = at < t->n ? at : t->n - 1;
    t->cur = t->id[t->at];
    table_freeze(t);
}

bool table_select(struct table *t, const struct rowid *id)
{
    size_t i = find(t->id, t->n, id);

    if (i == t->n) {
        return false;
    }
    move_to(t, i);
    return true;
}

bool table_marked(const struct table *t, const struct rowid *id)
{
    return find(t->mark, t->nmarks, id) < t->nmarks;
}

static void mark(struct table *t, const struct rowid *id)
{
    if (t->nmarks < TABLE_MARKS && !table_marked(t, id)) {
        t->mark[t->nmarks++] = *id;
    }
}

static void toggle(struct table *t)
{
    size_t i = find(t->mark, t->nmarks, &t->cur);

    if (t->n == 0) {
        return;
    }
    if (i < t->nmarks) {
        t->mark[i] = t->mark[--t->nmarks];
    } else {
        mark(t, &t->cur);
    }
    move_to(t, t->at + 1);
}

static void mark_range(struct table *t)
{
    size_t from = t->nmarks ? find(t->id, t->n, &t->mark[t->nmarks - 1]) : t->at;
    size_t lo = from < t->at ? from : t->at, hi = from < t->at ? t->at : from;

    for (size_t i = lo; i <= hi && i < t->n; i++) {
        mark(t, &t->id[i]);
    }
    table_freeze(t);
}

bool table_wants_more(const struct table *t)
{
    return t->more && t->n < TABLE_ROWS && t->at + (size_t)(2 * t->page) >= t->n;
}

bool table_act(struct table *t, unsigned action)
{
    size_t page = (size_t)(t->page > 1 ? t->page - 1 : 1);

    switch (action) {
    case ACTION_UP: move_to(t, t->at ? t->at - 1 : 0); return true;
    case ACTION_DOWN: move_to(t, t->at + 1); return true;
    case ACTION_PAGE_UP: move_to(t, t->at > page ? t->at - page : 0); return true;
    case ACTION_PAGE_DOWN: move_to(t, t->at + page); return true;
    case ACTION_FIRST: move_to(t, 0); return true;
    case ACTION_LAST: move_to(t, t->n ? t->n - 1 : 0); return true;
    case ACTION_MARK: toggle(t); return true;
    case ACTION_MARK_ALL:
        for (size_t i = 0; i < t->n; i++) {
            mark(t, &t->id[i]);
        }
        table_freeze(t);
        return true;
    case ACTION_MARK_RANGE: mark_range(t); return true;
    case ACTION_UNMARK: t->nmarks = 0; return true;
    case ACTION_FOLLOW:
        if (t->frozen) {
            (void)table_follow(t);
        } else {
            table_freeze(t);
        }
        return true;
    default: return false;
    }
}

void table_status(const struct table *t, char *out, size_t size)
{
    if (!t->frozen) {
        snprintf(out, size, "%s", t->freezes ? "LIVE" : "");
    } else if (t->nnew) {
        snprintf(out, size, "FROZEN +%zu new", t->nnew);
    } else {
        snprintf(out, size, "FROZEN");
    }
}
