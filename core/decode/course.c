// course.c - what is left of a source's tables for the records of one shape.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/course.h"

#include <stdlib.h>

#include "core/decode/take.h"

enum { PLACES = 2 * COURSES_MAX, KEPT_MAX = 16 << 20, ONCE_MAX = 8 << 20, KEPT_SPARE = 1 << 20 };

bool courses_init(struct courses *c)
{
    arena_init(&c->kept, KEPT_MAX);
    arena_init(&c->once, ONCE_MAX);
    c->slot = calloc(PLACES, sizeof(*c->slot));
    return c->slot != NULL;
}

void courses_free(struct courses *c)
{
    arena_free(&c->kept);
    arena_free(&c->once);
    free(c->slot);
    c->slot = NULL;
}

void courses_reset(struct courses *c)
{
    arena_reset(&c->kept);
    memset(c->slot, 0, PLACES * sizeof(*c->slot));
    c->n = 0;
}

bool courses_full(const struct courses *c)
{
    return c->n >= COURSES_MAX || c->kept.used > KEPT_MAX - KEPT_SPARE || !arena_ok(&c->kept);
}

void courses_next(struct courses *c)
{
    if (c->used_once) {
        arena_reset(&c->once);
        c->used_once = false;
    }
}

struct maker {
    struct arena *a;
    const struct fields *f;
};

static bool there(const struct maker *m, uint16_t slot)
{
    return slot < SLOT_PSEUDO || m->f->at[slot];
}

// Whether the absence of a field decides against all of them.
static bool refused(const struct maker *m, const struct condition *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!there(m, c[i].slot) && !c[i].absent && !c[i].refusals) {
            return true;
        }
    }
    return false;
}

// Those that values decide.
static struct asked ask(const struct maker *m, const struct condition *c, size_t n)
{
    struct asked ret = {0};

    for (size_t i = 0; i < n; i++) {
        ret.n += there(m, c[i].slot);
    }
    ret.condition = ret.n ? arena_array(m->a, ret.n, sizeof(*ret.condition)) : NULL;
    ret.n = 0;
    for (size_t i = 0; ret.condition && i < n; i++) {
        if (there(m, c[i].slot)) {
            ret.condition[ret.n++] = &c[i];
        }
    }
    return ret;
}

static bool possible(const struct maker *m, const struct choice *c)
{
    return (c->constant || there(m, c->slot)) && !refused(m, c->condition, c->nconditions);
}

static uint32_t count_choices(const struct maker *m, const struct mapping *from)
{
    uint32_t n = 0;

    for (size_t i = 0; i < from->nchoices; i++) {
        n += possible(m, &from->choice[i]);
    }
    return n;
}

static enum course_how how(const struct course_choice *only, enum field to)
{
    const struct choice *c = only->choice;

    if (only->when.n || c->constant || c->slot < SLOT_PSEUDO || c->lookup || to >= FIELD_COUNT) {
        return COURSE_CHOICES;
    }
    if (c->ntakes == 0) {
        return field_is_int(to) ? COURSE_NUMBER : COURSE_TEXT;
    }
    return c->ntakes == 1 && take_is_address(&c->take[0]) && !field_is_int(to) ? COURSE_ADDRESS
                                                                               : COURSE_CHOICES;
}

static void make_row(const struct maker *m, const struct mapping *from, uint32_t n,
                     struct course_row *ret)
{
    struct course_choice *choice = arena_array(m->a, n, sizeof(*choice));

    *ret = (struct course_row){
        .how = COURSE_CHOICES, .to = (uint16_t)from->to, .mapping = from, .choice = choice};
    for (size_t i = 0; choice && i < from->nchoices; i++) {
        const struct choice *c = &from->choice[i];

        if (possible(m, c)) {
            choice[ret->nchoices++] =
                (struct course_choice){c, ask(m, c->condition, c->nconditions)};
        }
    }
    if (ret->nchoices == 1) {
        ret->how = how(&choice[0], from->to);
        ret->slot = choice[0].choice->slot;
    }
}

static void make_rows(const struct maker *m, struct course *c)
{
    const struct source *s = c->source;
    struct course_row *row;
    size_t most = 0;

    for (size_t i = 0; i < s->nmap; i++) {
        most += count_choices(m, &s->map[i]) > 0;
    }
    row = arena_array(m->a, most, sizeof(*row));
    for (size_t i = 0; row && i < s->nmap; i++) {
        uint32_t n = count_choices(m, &s->map[i]);

        if (n) {
            make_row(m, &s->map[i], n, &row[c->nrows++]);
        }
    }
    c->row = row;
}

static bool may_switch(const struct maker *m, const struct switch_on *on)
{
    return (on->nkeys > 1 || there(m, on->key[0])) && !refused(m, on->condition, on->nconditions);
}

static void make_switches(const struct maker *m, struct course *c)
{
    const struct source *s = c->source;
    size_t most = 0;

    for (size_t i = 0; i < s->nswitches; i++) {
        most += may_switch(m, &s->switch_on[i]);
    }
    c->switch_on = arena_array(m->a, most, sizeof(*c->switch_on));
    for (size_t i = 0; c->switch_on && i < s->nswitches; i++) {
        const struct switch_on *on = &s->switch_on[i];

        if (may_switch(m, on)) {
            c->switch_on[c->nswitches++] =
                (struct course_switch){.on = on, .when = ask(m, on->condition, on->nconditions)};
        }
    }
}

static void make_kinds(const struct maker *m, struct course *c)
{
    const struct source *s = c->source;
    struct course_kind *kind;
    size_t most = 0;

    for (size_t i = 0; i < s->nkinds; i++) {
        most += !refused(m, s->kind[i].condition, s->kind[i].nconditions);
    }
    kind = arena_array(m->a, most, sizeof(*kind));
    for (size_t i = 0; kind && i < s->nkinds; i++) {
        const struct kind_row *k = &s->kind[i];

        if (!refused(m, k->condition, k->nconditions)) {
            kind[c->nkinds++] = (struct course_kind){k, ask(m, k->condition, k->nconditions)};
        }
    }
    c->kind = kind;
}

static void make_times(const struct maker *m, struct course *c)
{
    const struct source *s = c->source;

    c->time = arena_array(m->a, s->ntimes, sizeof(*c->time));
    for (size_t i = 0; c->time && i < s->ntimes; i++) {
        bool all = true;

        for (size_t k = 0; k < s->time[i].nslots; k++) {
            all = all && there(m, s->time[i].slot[k]);
        }
        if (all) {
            c->time[c->ntimes++] = &s->time[i];
        }
    }
}

static void keep(struct courses *all, const struct course *c)
{
    size_t i = course_place(c->source, c->shape);

    while (all->slot[i]) {
        i = (i + 1) & (PLACES - 1);
    }
    all->slot[i] = c;
    all->n++;
}

static const struct course *find(const struct courses *all, uint32_t shape, const struct source *s)
{
    size_t i = course_place(s, shape);

    while (all->slot[i] && (all->slot[i]->source != s || all->slot[i]->shape != shape)) {
        i = (i + 1) & (PLACES - 1);
    }
    return all->slot[i];
}

static struct course *make(struct arena *a, const struct fields *f, const struct source *s)
{
    struct maker m = {a, f};
    struct course *c = arena_alloc(a, sizeof(*c));

    if (!c) {
        return NULL;
    }
    c->source = s;
    c->shape = f->shape;
    make_rows(&m, c);
    make_switches(&m, c);
    make_kinds(&m, c);
    make_times(&m, c);
    return arena_ok(a) ? c : NULL;
}

const struct course *course_make(struct courses *all, const struct fields *f,
                                 const struct source *s)
{
    const struct course *c = find(all, f->shape, s);

    if (c) {
        return c;
    }
    if (f->shape != SHAPE_NONE && !courses_full(all) && (c = make(&all->kept, f, s))) {
        keep(all, c);
        return c;
    }
    all->used_once = true;
    return make(&all->once, f, s);
}
