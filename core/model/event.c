// event.c - names of fields and kinds, lookup of values.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/event.h"

#include "core/base/attr.h"

static const struct {
    const char *name;
    bool carried;
} fields[] = {
#define FIELD(NAME, ecs, type, carried) {ecs, carried},
#include "core/model/field.def"
#undef FIELD
};

static const struct {
    const char *name;
    bool context;
} kinds[] = {
#define KIND(NAME, name, context, meaning) {name, context},
#include "core/model/kind.def"
#undef KIND
};

const char *field_name(enum field f)
{
    return f < FIELD_COUNT ? fields[f].name : "";
}

bool field_carried(enum field f)
{
    return f < FIELD_COUNT && fields[f].carried;
}

int field_of(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (span_eq_str(name, fields[i].name)) {
            return (int)i;
        }
    }
    return -1;
}

const char *kind_name(enum kind k)
{
    return k < KIND_COUNT ? kinds[k].name : "";
}

bool kind_is_context(enum kind k)
{
    return k < KIND_COUNT && kinds[k].context;
}

int kind_of(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (span_eq_str(name, kinds[i].name)) {
            return (int)i;
        }
    }
    return -1;
}

const struct okv *event_all(const struct event *ev, size_t *ret_n)
{
    if (ev->take_all) {
        return ev->take_all(ev->take_ctx, ev, ret_n);
    }
    *ret_n = ev->nokv;
    return ev->okv;
}

static size_t named(const struct okv *okv, size_t nokv, struct span name, struct fval *out,
                    size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < nokv; i++) {
        if (span_eq(okv[i].name, name)) {
            if (n < max) {
                out[n] = okv[i].v;
            }
            n++;
        }
    }
    return n;
}

static size_t numbered(const struct event *ev, uint32_t id, struct fval *out, size_t max)
{
    size_t n = 0;

    for (uint32_t i = ev->at[id]; i; i = ev->next[i - 1]) {
        if (n < max) {
            out[n] = ev->okv[i - 1].v;
        }
        n++;
    }
    return n;
}

size_t event_core(const struct event *ev, enum field f, struct fval *out, size_t max)
{
    size_t n = 0;

    if (!event_has(ev, f)) {
        return 0;
    }
    if (f != FIELD_EVENT_CATEGORY && f != FIELD_EVENT_TYPE) {
        if (max) {
            out[0] = ev->field[f];
        }
        return 1;
    }
    for (struct span rest = ev->field[f].s; rest.n; n++) {
        struct span one = span_cut(&rest, ',');

        if (n < max) {
            out[n] = (struct fval){.type = V_STR, .s = one};
        }
    }
    return n;
}

size_t event_values(const struct event *ev, struct span name, struct fval *out, size_t max)
{
    uint32_t id = ev->want ? wants_find(ev->want, name) : WANTS_NONE;
    size_t n = 0;
    int f;

    if (id != WANTS_NONE) {
        n = numbered(ev, id, out, max);
    } else {
        const struct okv *okv = event_all(ev, &n);

        n = named(okv, n, name, out, max);
    }
    return n || (f = field_of(name)) < 0 ? n : event_core(ev, (enum field)f, out, max);
}
