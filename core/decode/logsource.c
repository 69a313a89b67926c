// logsource.c - the table of log sources over an event.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/logsource.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/ends.h"
#include "core/decode/choose.h"
#include "core/decode/logsource_table.h"

// ---- the way that events of one shape and log source took, remembered

enum { WAYS = 512, FORKS = 1024, TURNS_MAX = 8, TURN_STEPS = 32 };

// A table that was asked.
struct turn {
    uint16_t table, which; // of the event's log sources, which one the table is about
    uint32_t held, added;  // by step: its conditions held; it was a log source more
    const struct row *row; // NULL: none of that value
    struct brief key;      // the value; n > ENDS_ALL: not told
};

struct way {
    bool used;
    uint8_t kind, n;
    uint32_t shape;
    const char *group;
    struct brief is[4]; // the log source; the value of the shape's fork
    struct turn turn[TURNS_MAX];
};

struct logsource_memo {
    struct about_memo *about;
    struct way way[WAYS];
    // By shape: the field at whose values events went different ways. Only a hint: who shares a place with
    // another shape finds its ways later.
    uint16_t fork[FORKS];
};

struct logsource_memo *logsource_memo_new(void)
{
    struct logsource_memo *m = calloc(1, sizeof(*m));

    if (m && !(m->about = about_memo_new())) {
        free(m);
        return NULL;
    }
    return m;
}

void logsource_memo_free(struct logsource_memo *m)
{
    if (m) {
        about_memo_free(m->about);
        free(m);
    }
}

void logsource_memo_reset(struct logsource_memo *m)
{
    memset(m->way, 0, sizeof(m->way));
    memset(m->fork, 0, sizeof(m->fork));
}

// ---- one table

static bool same(const struct span a[3], const struct span b[3])
{
    return span_eq_nocase(a[0], b[0]) && span_eq_nocase(a[1], b[1]) && span_eq_nocase(a[2], b[2]);
}

static void put(struct event *ev, const struct span have[3], const struct step *s)
{
    for (int i = 0; i < 3; i++) {
        ev->also[ev->nalso][i] = s->is[i].n ? s->is[i] : have[i];
    }
    ev->nalso++;
}

// Whether the event got a log source more.
static bool add(struct event *ev, const struct span have[3], const struct step *s)
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
        return false;
    }
    if (ev->nalso == EVENT_ALSO_MAX) {
        (void)snprintf(ev->error, sizeof(ev->error), "has more than %d log sources",
                       EVENT_ALSO_MAX + 1);
        return false;
    }
    put(ev, have, s);
    return true;
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
        if (s->chained) {
            fields_index(&w->fields);
        }
    }
    fields_index(&w->fields);
}

// The value that names the row, and whose it is; empty for none.
static struct span key_of(const struct work *w, const struct table *t, uint16_t *ret_slot)
{
    for (size_t i = 0; i < t->nfields; i++) {
        const struct okv *o = work_first(w, t->field[i]);

        if (o && o->v.s.n && o->v.s.n <= KEY_MAX) {
            *ret_slot = t->field[i];
            return o->v.s;
        }
    }
    return SPAN_NONE;
}

static const struct row *find_row(const struct table *t, struct span key)
{
    char low[KEY_MAX];
    const struct row *r = t->row;

    if (t->nfields) {
        r = key.n ? row_of(t, row_key(key, low)) : NULL;
        r = r && r->key.p ? r : NULL;
    }
    return r;
}

static const struct span *is_of(const struct event *ev, size_t which)
{
    return which ? ev->also[which - 1] : ev->logsource;
}

// ---- asking

static void ask_table(struct work *w, const struct sourceset *set, const struct table *t,
                      struct turn *turn, struct event *ev)
{
    uint16_t slot;
    struct span key = key_of(w, t, &slot);
    const struct row *r = find_row(t, key);

    turn->row = r;
    (void)brief_of(key, &turn->key);
    turn->held = turn->added = 0;
    for (size_t k = 0; r && k < r->nsteps; k++) {
        if (conditions_hold(w, r->step[k].condition, r->step[k].nconditions)) {
            bool more = add(ev, is_of(ev, turn->which), &r->step[k]);

            turn->held |= UINT32_C(1) << k % TURN_STEPS;
            turn->added |= (uint32_t)more << k % TURN_STEPS;
            give_names(w, set, &r->step[k], ev);
        }
    }
}

// The tables from `from` on. The turns go to `ret`, which is used only when all found room in it.
static void ask(struct work *w, const struct sourceset *set, const char *group, size_t from,
                struct event *ev, struct way *ret)
{
    const struct logsources *all = set->logsources;
    struct about_memo *m = w->logsources->about;
    const uint64_t *of_kind = all->of_kind[ev->kind];
    size_t n = 0, which, turns = 0;

    for (; n <= ev->nalso; n++) {
        about_find(m, n, all, group, is_of(ev, n));
    }
    for (size_t i = about_next(m, all, of_kind, n, from, &which); i < all->n;
         i = about_next(m, all, of_kind, n, i + 1, &which)) {
        struct turn turn = {.table = (uint16_t)i, .which = (uint16_t)which};

        ask_table(w, set, &all->table[i], &turn, ev);
        if (turns < TURNS_MAX) {
            ret->turn[turns] = turn;
        }
        turns += turn.row && turn.row->nsteps > TURN_STEPS ? TURNS_MAX + 1 : 1;
        for (; n <= ev->nalso; n++) {
            about_find(m, n, all, group, is_of(ev, n));
        }
    }
    ret->used = turns <= TURNS_MAX && !ev->error[0];
    ret->n = (uint8_t)(ret->used ? turns : 0);
}

// ---- going the same way again

// One table as in `turn`; false when the event went another way, all of its steps being done. `fork` is
// told when a value decided so.
static bool turn_again(struct work *w, const struct sourceset *set, const struct turn *turn,
                       uint16_t *fork, struct event *ev)
{
    const struct table *t = &set->logsources->table[turn->table];
    uint16_t slot = 0;
    struct span key = key_of(w, t, &slot);
    const struct row *r = turn->row;
    struct brief now;
    bool agree = true;

    if (t->nfields && (!brief_of(key, &now) || !brief_same(&now, &turn->key))) {
        r = find_row(t, key);
        agree = r == turn->row;
        *fork = agree || *fork ? *fork : slot;
    }
    for (size_t k = 0; r && k < r->nsteps; k++) {
        const struct step *s = &r->step[k];
        bool holds = s->nconditions == 0 || conditions_hold(w, s->condition, s->nconditions);

        agree = agree && holds == (turn->held >> k % TURN_STEPS & 1);
        if (holds && !agree) {
            (void)add(ev, is_of(ev, turn->which), s);
        } else if (holds && turn->added >> k % TURN_STEPS & 1) {
            put(ev, is_of(ev, turn->which), s);
        }
        if (holds && s->nrenames) {
            give_names(w, set, s, ev);
        }
    }
    return agree;
}

static struct way *way_of(struct logsource_memo *m, const struct way *key)
{
    uint64_t h = ((uint64_t)key->shape << 8 | key->kind) ^ (uintptr_t)key->group << 20;

    for (size_t i = 0; i < ARRAY_LEN(key->is); i++) {
        h = (h ^ key->is[i].ends.head) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29 ^ key->is[i].ends.tail;
    }
    return &m->way[(size_t)((h * UINT64_C(0xbf58476d1ce4e5b9)) >> 40) % WAYS];
}

static bool is_way(const struct way *a, const struct way *key)
{
    return a->used && a->shape == key->shape && a->kind == key->kind && a->group == key->group &&
           brief_same(&a->is[0], &key->is[0]) && brief_same(&a->is[1], &key->is[1]) &&
           brief_same(&a->is[2], &key->is[2]) && brief_same(&a->is[3], &key->is[3]);
}

// False when such events are not remembered.
static bool key_way(const struct work *w, const char *group, const struct event *ev,
                    struct way *ret)
{
    uint16_t fork = w->logsources->fork[w->fields.shape % FORKS];
    const struct okv *o = fork ? work_first(w, fork) : NULL;

    ret->kind = (uint8_t)ev->kind;
    ret->shape = w->fields.shape;
    ret->group = group;
    if (!brief_of(o ? o->v.s : SPAN_NONE, &ret->is[3])) {
        ret->is[3] = (struct brief){0}; // long ones go one way
    }
    return w->fields.shape != SHAPE_NONE && ev->nalso == 0 && !ev->error[0] &&
           brief_of(ev->logsource[0], &ret->is[0]) && brief_of(ev->logsource[1], &ret->is[1]) &&
           brief_of(ev->logsource[2], &ret->is[2]);
}

void logsources_apply(struct work *w, const struct sourceset *set, const char *group,
                      struct event *ev)
{
    struct way now, *way;

    fields_index(&w->fields);
    if (!set->logsources) {
        return;
    }
    if (!key_way(w, group, ev, &now)) {
        ask(w, set, group, 0, ev, &now);
        return;
    }
    way = way_of(w->logsources, &now);
    if (!is_way(way, &now)) {
        ask(w, set, group, 0, ev, &now);
        if (now.used) {
            *way = now;
        }
        return;
    }
    for (size_t i = 0; i < way->n; i++) {
        if (!turn_again(w, set, &way->turn[i], &w->logsources->fork[way->shape % FORKS], ev)) {
            ask(w, set, group, way->turn[i].table + 1u, ev, &now);
            return;
        }
    }
}
