// usual.c - counting by period.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/usual.h"

#include "core/base/attr.h"
#include "core/engine/facts.h"

enum who { WHO_ACTOR, WHO_TARGET, WHO_ALL };

// What is counted: events of a kind by whoever they are of; with `each` only the first of each in the
// period.
static const struct meter {
    enum kind kind;
    enum who who;
    enum each { EACH_NOT, EACH_TARGET, EACH_RECIPE } each;
    bool productive; // only while the tool is
    utime_t period;
} meters[] = {
    {KIND_SESSION_START, WHO_ACTOR, EACH_TARGET, false, 60 * UTIME_MINUTE},
    {KIND_RECIPE_READ, WHO_ACTOR, EACH_RECIPE, false, 60 * UTIME_MINUTE},
    {KIND_AMHS_MOVE, WHO_ALL, EACH_NOT, false, 5 * UTIME_MINUTE},
    {KIND_TOOL_REPORT, WHO_TARGET, EACH_NOT, true, 10 * UTIME_MINUTE},
};

static const struct meter *meter_of(enum kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(meters); i++) {
        if (meters[i].kind == kind) {
            return &meters[i];
        }
    }
    return NULL;
}

static struct span who_of(const struct meter *m, const struct scene *s)
{
    return m->who == WHO_ALL ? SPAN_LIT("*") : m->who == WHO_TARGET ? s->name : s->actor;
}

static struct key128 key_for(const struct meter *m, struct span who)
{
    struct span parts[] = {span_str(kind_name(m->kind)), who};

    return name_key_of('U', parts, 2);
}

static bool productive(const struct engine *e, const struct scene *s)
{
    const struct row_tool *tool = context_tool(e, s->asset);

    return tool && strcmp(tool->state, "productive") == 0;
}

// The period is over: into the mean with it.
static void fold(struct row_usual *row)
{
    int64_t n = (int64_t)row->n * 1000, cap = row->mean * USUAL_CAP;

    n = usual_known(row) && n > cap ? cap : n;
    row->periods += row->periods < USUAL_PERIODS;
    row->mean += (n - row->mean) / row->periods;
}

static void count(struct row_usual *row, utime_t from, utime_t period)
{
    if (row->from == 0) { // a row that was just made
        row->from = from;
    } else if (from > row->from) {
        fold(row);
        row->last = from - row->from == period ? row->n : 0;
        row->from = from;
        row->n = 0;
    }
    row->n += from == row->from; // an earlier period is over and done with
}

void usual_apply(struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct meter *m = meter_of(o->kind);
    struct span who = m ? who_of(m, s) : SPAN_NONE;
    struct span what = m && m->each == EACH_TARGET   ? s->name
                       : m && m->each == EACH_RECIPE ? obs_field(o, FIELD_RECIPE)
                                                     : SPAN_NONE;
    struct key128 key;
    struct row_usual *row;
    utime_t from;

    if (!who.n || (m->each != EACH_NOT && !what.n) || (m->productive && !productive(e, s))) {
        return;
    }
    from = o->time - o->time % m->period;
    if (m->each != EACH_NOT) {
        const struct row_seen *seen = facts_see(e, SEEN_COUNTED, who, what, o->time);

        if (!seen || (seen->before != UTIME_NONE && seen->before >= from)) {
            return;
        }
    }
    key = key_for(m, who);
    row = table_put(&e->tab[TAB_USUAL], &key);
    e->broken = e->broken || !row;
    if (row) {
        count(row, from, m->period);
    }
}

const struct row_usual *usual_get(const struct engine *e, const struct obs *o,
                                  const struct scene *s)
{
    const struct meter *m = meter_of(o->kind);
    struct span who = m ? who_of(m, s) : SPAN_NONE;
    struct key128 key;
    const struct row_usual *row;

    if (!who.n) {
        return NULL;
    }
    key = key_for(m, who);
    row = table_get(&e->tab[TAB_USUAL], &key);
    return row && row->from == o->time - o->time % m->period ? row : NULL;
}

bool usual_known(const struct row_usual *row)
{
    return row->periods >= USUAL_LEAST && row->mean > 0;
}

int64_t usual_percent(const struct row_usual *row, uint32_t n)
{
    return (int64_t)n * 100 * 1000 / row->mean;
}
