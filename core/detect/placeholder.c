// placeholder.c - %name% in a value, filled from the site's lists (modifier expand).
// SPDX-License-Identifier: Apache-2.0
//
// After pySigma, the specification's reference: a placeholder is a name between two per cent signs; a
// backslash takes that meaning away from one. The entries of the list are alternatives.
#include "core/detect/modifier.h"
#include "core/model/fab.h"

enum { PLACEHOLDERS_MAX = 4, PLACEHOLDER_NAME = 64 };

struct hole {
    size_t from, to; // the per cent signs
    char name[PLACEHOLDER_NAME + 1];
};

static bool name_unit(uint16_t u)
{
    return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' ||
           u == '-' || u == '.';
}

static bool find_hole(struct units v, size_t at, struct hole *ret)
{
    for (; at < v.n; at++) {
        size_t n = 0;

        if (v.u[at] != '%' || (at && v.u[at - 1] == '\\')) {
            continue;
        }
        while (n < PLACEHOLDER_NAME && at + 1 + n < v.n && name_unit(v.u[at + 1 + n])) {
            ret->name[n] = (char)v.u[at + 1 + n];
            n++;
        }
        if (n && at + 1 + n < v.n && v.u[at + 1 + n] == '%') {
            ret->name[n] = '\0';
            ret->from = at;
            ret->to = at + 1 + n;
            return true;
        }
    }
    return false;
}

static struct units put_in(struct arena *a, struct units v, const struct hole *h, const char *text)
{
    size_t len = strlen(text), n = 0;
    uint16_t *u = arena_array(a, v.n + len + 1, sizeof(*u));

    for (size_t i = 0; u && i < h->from; i++) {
        u[n++] = v.u[i];
    }
    for (size_t i = 0; u && i < len; i++) {
        u[n++] = (unsigned char)text[i];
    }
    for (size_t i = h->to + 1; u && i < v.n; i++) {
        u[n++] = v.u[i];
    }
    return (struct units){u, n};
}

// `\%` is a per cent sign.
static struct units without_escapes(struct arena *a, struct units v)
{
    uint16_t *u = arena_array(a, v.n + 1, sizeof(*u));
    size_t n = 0;

    for (size_t i = 0; u && i < v.n; i++) {
        if (v.u[i] != '\\' || i + 1 == v.n || v.u[i + 1] != '%') {
            u[n++] = v.u[i];
        }
    }
    return (struct units){u, n};
}

static bool fill(struct build *b, const struct ynode *value, struct units v, size_t at,
                 unsigned depth, struct variants *ret)
{
    const struct fab_list *list;
    struct hole h;

    if (!find_hole(v, at, &h)) {
        return variants_add(b, ret, without_escapes(&b->s->value, v));
    }
    list = b->s->fab ? fab_list(b->s->fab, span_str(h.name)) : NULL;
    if (!list || depth == PLACEHOLDERS_MAX) {
        y_fault(b->docs, value, b->err, "sigma.placeholder",
                list        ? "a value has at most 4 placeholders; %s is one too many"
                : b->s->fab ? "the fab model has no list \"%s\" to fill the placeholder"
                            : "there is no fab model whose list \"%s\" fills the placeholder",
                h.name);
        return false;
    }
    for (size_t i = 0; i < list->n; i++) {
        struct units u = put_in(&b->s->value, v, &h, list->item[i]);

        if (!fill(b, value, u, h.from + strlen(list->item[i]), depth + 1, ret)) {
            return false;
        }
    }
    return true;
}

bool placeholders_fill(struct build *b, const struct ynode *value, struct units v,
                       struct variants *ret)
{
    return fill(b, value, v, 0, 0, ret);
}
