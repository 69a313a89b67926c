// chosen.c - which source a record is from, remembered.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/chosen.h"

#include <stdlib.h>

#include "core/base/ends.h"

enum { PLACES = 512, VALUES_MAX = 6, ASKERS = 1024 };

struct place {
    bool used;
    uint8_t mechanism;
    uint32_t shape;
    size_t nvalues; // the application and the fields of the asker
    struct brief value[VALUES_MAX + 1];
    const struct source *source;
    struct choice_trace trace;
};

// The fields of a shape at whose values sources hang.
struct asker {
    bool used, beyond; // more than VALUES_MAX
    uint8_t mechanism, n;
    uint32_t shape;
    uint16_t slot[VALUES_MAX];
};

struct chosen_memo {
    struct asker asker[ASKERS];
    struct place place[PLACES];
};

struct chosen_memo *chosen_memo_new(void)
{
    return calloc(1, sizeof(struct chosen_memo));
}

void chosen_memo_free(struct chosen_memo *m)
{
    free(m);
}

void chosen_memo_reset(struct chosen_memo *m)
{
    memset(m, 0, sizeof(*m));
}

static const struct asker *asker_of(struct chosen_memo *memo, const struct work *w,
                                    const struct sourceset *s, enum mechanism m)
{
    const struct fields *f = &w->fields;
    struct asker *a = &memo->asker[(f->shape ^ (unsigned)m << 7) % ASKERS];

    if (a->used && a->shape == f->shape && a->mechanism == m) {
        return a;
    }
    *a = (struct asker){.used = true, .mechanism = (uint8_t)m, .shape = f->shape};
    for (size_t i = 0; i < f->ntouched; i++) {
        if (choose_by_value(s, m, f->touched[i])) {
            if (a->n == VALUES_MAX) {
                a->beyond = true;
                break;
            }
            a->slot[a->n++] = (uint16_t)f->touched[i];
        }
    }
    return a;
}

// The application and the fields' values; false when they are not such as are remembered.
static bool tell_all(const struct work *w, const struct asker *a, struct brief *ret)
{
    if (a->beyond || !brief_of(w->pseudo[SLOT_APP].v.s, &ret[0])) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        const struct okv *o = work_first(w, a->slot[i]);

        if (!o || o->v.type == V_NULL || work_next(w, a->slot[i], o) ||
            !brief_of(o->v.s, &ret[i + 1])) {
            return false;
        }
    }
    return true;
}

static bool holds(const struct work *w, const struct place *p, const struct asker *a,
                  const struct brief *now)
{
    if (!p->used || p->shape != a->shape || p->mechanism != a->mechanism) {
        return false;
    }
    for (size_t i = 0; i <= a->n; i++) {
        if (!brief_same(&p->value[i], &now[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < p->trace.n; i++) {
        if (condition_holds(w, p->trace.asked[i].condition) != p->trace.asked[i].held) {
            return false;
        }
    }
    return true;
}

static size_t place_of(const struct asker *a, const struct brief *now)
{
    uint64_t h = (uint64_t)a->shape << 8 | a->mechanism;

    for (size_t i = 0; i <= a->n; i++) {
        h = (h ^ now[i].ends.head) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29 ^ now[i].ends.tail;
    }
    return (size_t)((h * UINT64_C(0xbf58476d1ce4e5b9)) >> 40) % PLACES;
}

// Conditions on fields whose values are compared anyway need not be asked again.
static void drop_implied(struct choice_trace *t, const struct asker *a)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        bool implied = t->asked[i].condition->slot == SLOT_APP;

        for (size_t k = 0; k < a->n; k++) {
            implied = implied || t->asked[i].condition->slot == a->slot[k];
        }
        if (!implied) {
            t->asked[n++] = t->asked[i];
        }
    }
    t->n = n;
}

const struct source *chosen_source(struct work *w, const struct sourceset *s, enum mechanism m)
{
    struct brief now[VALUES_MAX + 1];
    const struct asker *a;
    struct choice_trace trace;
    struct place *p;

    if (w->fields.shape == SHAPE_NONE) {
        return choose_source(w, s, m, NULL);
    }
    a = asker_of(w->chosen, w, s, m);
    if (!tell_all(w, a, now)) {
        return choose_source(w, s, m, NULL);
    }
    p = &w->chosen->place[place_of(a, now)];
    if (!holds(w, p, a, now)) {
        const struct source *ret = choose_source(w, s, m, &trace);

        if (trace.untold) {
            return ret;
        }
        drop_implied(&trace, a);
        *p = (struct place){.used = true,
                            .mechanism = (uint8_t)m,
                            .shape = a->shape,
                            .source = ret,
                            .trace = trace};
        memcpy(p->value, now, sizeof(now));
    }
    return p->source;
}
