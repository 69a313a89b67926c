// fabsoc_map.c - the map `fabsoc:` of a rule: what an alarm needs before it may rank.
// SPDX-License-Identifier: Apache-2.0
//
// After ISA-18.2 (alarm rationalisation): cause, consequence, operator action, time to respond. Also
// what the rule says about production: axes, tier steps, T1 by shape. Documented in share/doc/SIGMA.md.
#include "core/detect/set.h"

static int read_text(struct entry *e, const struct ynode *map, const char *key, const char **ret,
                     struct err *err)
{
    const struct ynode *n = y_get(map, key);

    *ret = "";
    if (!n) {
        return 0;
    }
    if (n->type != Y_SCALAR || n->text.n == 0 || n->text.n > 2000) {
        return y_fault(e->docs, n, err, "fabsoc.text",
                       "\"%s\" must be a text of at most 2000 bytes", key);
    }
    *ret = n->text.p;
    return 0;
}

static int read_axes(struct entry *e, const struct ynode *map, struct err *err)
{
    static const char *const known[] = {"A", "C", "Q", NULL};
    const struct ynode *axes = y_get(map, "axes");
    uint8_t *out[] = {&e->rule.axes.a, &e->rule.axes.c, &e->rule.axes.q};
    int rc;

    if (!axes) {
        return 0;
    }
    if (axes->type != Y_MAP) {
        return y_fault(e->docs, axes, err, "fabsoc.axes", "\"axes\" must be a map of A, C and Q");
    }
    rc = y_only(e->docs, axes, known, err);
    for (size_t i = 0; rc == 0 && known[i]; i++) {
        const struct ynode *n = y_get(axes, known[i]);
        int64_t v = 0;

        if (n && (!y_int(n, &v) || v < 0 || v > 3)) {
            return y_fault(e->docs, n, err, "fabsoc.axes", "an axis is a number from 0 to 3");
        }
        *out[i] = (uint8_t)v;
    }
    return rc;
}

int fabsoc_read(struct ruleset *s, struct entry *e, struct err *err)
{
    static const char *const known[] = {"cause", "consequence", "action",   "respond", "call",
                                        "axes",  "tier_steps",  "force_t1", "window",  NULL};
    const struct ynode *map = y_get(e->root, "fabsoc"), *n;
    int64_t steps = 0;
    int rc;

    (void)s;
    e->rule.cause = e->rule.consequence = e->rule.action = e->rule.call = "";
    if (!map) {
        return 0;
    }
    if (map->type != Y_MAP) {
        return y_fault(e->docs, map, err, "yaml.type", "\"fabsoc\" must be a map");
    }
    rc = y_only(e->docs, map, known, err);
    rc = rc ? rc : read_text(e, map, "cause", &e->rule.cause, err);
    rc = rc ? rc : read_text(e, map, "consequence", &e->rule.consequence, err);
    rc = rc ? rc : read_text(e, map, "action", &e->rule.action, err);
    rc = rc ? rc : read_text(e, map, "call", &e->rule.call, err);
    rc = rc ? rc : read_axes(e, map, err);
    if (rc) {
        return rc;
    }
    n = y_get(map, "respond");
    if (n && !utime_duration(y_text(n), &e->rule.respond)) {
        return y_fault(e->docs, n, err, "fabsoc.respond", "\"respond\" is a duration such as 10m");
    }
    n = y_get(map, "tier_steps");
    if (n && (!y_int(n, &steps) || steps < 0 || steps > 1)) {
        return y_fault(e->docs, n, err, "fabsoc.tier_steps", "\"tier_steps\" is 0 or 1");
    }
    e->rule.tier_steps = (int)steps;
    n = y_get(map, "window");
    if (n && !span_eq_str(y_text(n), "never") && !span_eq_str(y_text(n), "expected")) {
        return y_fault(e->docs, n, err, "fabsoc.window", "\"window\" is expected or never");
    }
    e->rule.window_never = n && span_eq_str(y_text(n), "never");
    n = y_get(map, "force_t1");
    if (n && !y_bool(n, &e->rule.force_t1)) {
        return y_fault(e->docs, n, err, "fabsoc.force_t1", "\"force_t1\" is true or false");
    }
    return 0;
}
