// list.c - pages in tables.
// SPDX-License-Identifier: Apache-2.0
#include "views/list.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/fmt.h"
#include "views/i18n.h"

void list_init(struct list *l, const struct list_spec *spec, const char *arg)
{
    *l = (struct list){.spec = spec};
    for (size_t i = 0; i < spec->ncols && i < TABLE_COLS; i++) {
        l->cols[i] = spec->col[i].spec;
    }
    table_init(&l->table, l->cols, spec->ncols, spec->live);
    page_init(&l->shown);
    page_init(&l->latest);
    (void)utf8_sanitise_str(span_str(arg), l->arg, sizeof(l->arg));
}

void list_free(struct list *l)
{
    table_free(&l->table);
    page_free(&l->shown);
    page_free(&l->latest);
}

static void take_more(struct list *l, const struct desk_answer *a)
{
    struct page *p = l->kept ? &l->shown : &l->latest;
    size_t had = p->nrows;

    if (l->appends && page_append(p, a)) {
        (void)table_append(&l->table, p->id + had, p->nrows - had);
        l->table.more = a->nrows >= LIST_PAGE;
    }
    l->appends = false;
}

static void take_page(struct list *l, const struct desk_answer *a)
{
    if (l->table.frozen && l->latest.filled && !l->kept) { // its rows must stay readable
        page_swap(&l->shown, &l->latest);
        l->kept = true;
    } else if (!l->table.frozen) {
        l->kept = false;
    }
    if (!page_set(&l->latest, a)) {
        return;
    }
    if (!l->table.frozen) {
        l->table.more = l->spec->is_paged && a->nrows >= LIST_PAGE;
    }
    (void)table_update(&l->table, l->latest.id, l->latest.nrows);
}

void list_ask(struct list *l, struct view_effects *fx, unsigned slot, bool refresh)
{
    struct span names = span_str(desk_query_def(l->spec->query)->params);
    char after[VIEW_ARG] = "";
    const char *param[3] = {"", "", ""};
    size_t n = 0;

    if (!refresh) {
        if (!l->spec->is_paged || l->appends || !l->table.frozen || !table_wants_more(&l->table)) {
            return;
        }
        (void)list_get_id(l, &l->table.id[l->table.n - 1], "key", after, sizeof(after));
        l->appends = true;
    }
    while (names.n && n < 3) {
        struct span name = span_cut(&names, ',');

        param[n++] = span_eq_str(name, "after")   ? after
                     : span_eq_str(name, "limit") ? LIST_LIMIT
                                                  : l->arg;
    }
    fx_ask(fx, refresh ? slot : slot + 1, l->spec->query, n, param[0], param[1], param[2]);
}

bool list_message(struct list *l, const struct view_msg *m, struct view_effects *fx, unsigned slot)
{
    switch (m->kind) {
    case MSG_OPENED:
    case MSG_NEWS: list_ask(l, fx, slot, true); return false; // others may want it, too
    case MSG_ANSWER:
        if (m->slot == slot) {
            take_page(l, m->answer);
        } else if (l->spec->is_paged && m->slot == slot + 1) {
            take_more(l, m->answer);
        } else {
            return false;
        }
        return true;
    case MSG_FAULT: l->appends = l->appends && m->slot != slot + 1; return false;
    case MSG_ACTION:
        if (!table_act(&l->table, m->action)) {
            return false;
        }
        if (!l->table.frozen && l->kept) { // live again: the newest page is what is shown
            l->kept = false;
        }
        list_ask(l, fx, slot, false);
        return true;
    case MSG_DONE: return false;
    }
    return false;
}

struct draw_ctx {
    struct list *l;
    const struct view_env *env;
    const struct page *page; // of the row being drawn
    size_t row, at;          // row in it; index in the table
    bool known;
};

// Finds the values of a table row: in the newest page, else in the one shown before.
static bool seek(const struct list *l, const struct rowid *id, const struct page **page,
                 size_t *row)
{
    *page = &l->latest;
    *row = page_find(&l->latest, id);
    if (*row < l->latest.nrows) {
        return true;
    }
    *page = &l->shown;
    *row = page_find(&l->shown, id);
    return false;
}

static void seek_row(struct draw_ctx *d, size_t at)
{
    if (!d->page || d->at != at) {
        d->at = at;
        d->known = seek(d->l, &d->l->table.id[at], &d->page, &d->row);
    }
}

static char number_letter(enum list_form f)
{
    switch (f) {
    case AS_GROUP: return 'G';
    case AS_INCIDENT: return 'I';
    case AS_ALERT: return 'A';
    case AS_PLAN: return 'P';
    default: return 'R';
    }
}

// Nothing is late in a row that is over: met, ended, acknowledged.
static bool is_settled(const struct draw_ctx *d)
{
    struct span s =
        d->l->spec->settled ? page_get(d->page, d->row, d->l->spec->settled) : SPAN_NONE;

    return s.n && !span_eq_str(s, "new");
}

static const char *format(const struct draw_ctx *d, const struct list_col *col,
                          struct table_cell *out)
{
    utime_t t = page_time(d->page, d->row, col->column);
    struct span raw = page_get(d->page, d->row, col->column);

    switch (col->form) {
    case AS_TIER: out->style = fmt_tier_style(raw); break;
    case AS_PRIORITY: return fmt_priority(page_u64(d->page, d->row, col->column), &out->style);
    case AS_COUNT: return fmt_count(page_u64(d->page, d->row, col->column), out->text);
    case AS_AGE: return fmt_age(d->env->now, t, out->text);
    case AS_DUE:
        return fmt_due(d->env->now, is_settled(d) ? UTIME_NONE : t, out->text, &out->style);
    case AS_SECONDS:
        return raw.n ? fmt_seconds(page_u64(d->page, d->row, col->column), out->text) : "-";
    case AS_CLOCK: return fmt_clock(t, out->text);
    case AS_DATE: return fmt_date(t, out->text);
    case AS_STATE: return fmt_state(raw, &out->style);
    case AS_STEP: return fmt_step(raw, &out->style);
    case AS_GROUP:
    case AS_INCIDENT:
    case AS_ALERT:
    case AS_PLAN:
    case AS_RUN: return raw.n ? fmt_number(number_letter(col->form), raw, out->text) : "-";
    case AS_FLAG: return page_bool(d->page, d->row, col->column) ? _("yes") : "";
    case AS_PERSON:
        if (!raw.n) {
            return "-";
        }
        break;
    case AS_TEXT: break;
    }
    return page_str(d->page, d->row, col->column, out->text, sizeof(out->text));
}

static void cell(void *ctx, size_t row, size_t col, struct table_cell *out)
{
    struct draw_ctx *d = ctx;
    const char *text;

    seek_row(d, row);
    text = format(d, &d->l->spec->col[col], out);
    if (text != out->text) {
        snprintf(out->text, sizeof(out->text), "%s", text);
    }
    if (!d->known) {
        out->style = STYLE_STALE;
    }
}

static const char *section(void *ctx, size_t row)
{
    struct draw_ctx *d = ctx;
    const struct page *page;
    size_t at;

    (void)seek(d->l, &d->l->table.id[row], &page, &at);
    return d->l->spec->section_name(page_get(page, at, d->l->spec->section));
}

void list_draw(struct list *l, const struct view_env *env, struct canvas *c, struct rect r)
{
    struct draw_ctx d = {.l = l, .env = env};
    struct table_source src = {.ctx = &d, .cell = cell, .title = i18n_text};

    src.section = l->spec->section ? section : NULL;
    src.empty = l->latest.filled ? i18n_text(l->spec->empty) : _("asking ...");
    table_draw(&l->table, c, r, &src);
}

const char *list_get_id(const struct list *l, const struct rowid *id, const char *column, char *out,
                        size_t size)
{
    const struct page *page;
    size_t row;

    (void)seek(l, id, &page, &row);
    return page_str(page, row, column, out, size);
}

const char *list_get(const struct list *l, const char *column, char *out, size_t size)
{
    const struct rowid *id = table_selected(&l->table);

    if (!id) {
        out[0] = '\0';
        return out;
    }
    return list_get_id(l, id, column, out, size);
}

bool list_ready(const struct list *l)
{
    return l->latest.filled;
}
