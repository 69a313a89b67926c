// source_match.c - reading `match` of a source file: how its records are recognised.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/literals.h"
#include "core/decode/source.h"

static int read_literals(struct loader *l, const struct ynode *text, const struct ynode *starts,
                         struct source *ret)
{
    const struct span *a = NULL, *b = NULL;
    size_t na = 0, nb = 0;
    struct literal *lit;
    int rc = text ? read_texts(l, text, &a, &na) : 0;

    rc = rc || !starts ? rc : read_texts(l, starts, &b, &nb);
    lit = rc ? NULL : read_array(l, na + nb, sizeof(*lit));
    for (size_t i = 0; lit && !rc && i < na + nb; i++) {
        lit[i] = (struct literal){.s = i < na ? a[i] : b[i - na], .starts = i >= na};
        if (lit[i].s.n < LITERAL_MIN) {
            rc = read_fault(l, i < na ? text : starts, "source.match",
                            "a text to recognise by needs three bytes", lit[i].s);
        }
    }
    ret->literal = lit;
    ret->nliterals = na + nb;
    return rc || lit ? rc : read_no_memory(l);
}

int source_read_match(struct loader *l, const struct ynode *n, struct source *ret)
{
    static const char *const known[] = {"apps", "fields", "text", "starts", NULL};
    struct ynode *apps = y_get(n, "apps"), *fields = y_get(n, "fields");
    struct ynode *text = y_get(n, "text"), *starts = y_get(n, "starts");
    int rc = n ? read_only(l, n, known) : 0;

    if (rc || !n) {
        return rc;
    }
    if (apps) {
        rc = apps->type == Y_LIST ? read_texts(l, apps, &ret->app, &ret->napps)
                                  : read_need(l, apps, Y_LIST, "\"apps\"");
    }
    rc = rc ? rc : read_literals(l, text, starts, ret);
    return rc || !fields ? rc : read_conditions(l, fields, &ret->match, &ret->nmatch);
}
