// winevent.h - Windows events as JSON to struct event, by the field naming that Sigma expects.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_DETECT_WINEVENT_H
#define TESTS_CORE_DETECT_WINEVENT_H

#include <inttypes.h>
#include <jansson.h>

#include "core/base/arena.h"
#include "core/detect/set.h"

enum { WIN_FIELDS = 400 };

struct winevent {
    struct arena a;
    struct okv kv[WIN_FIELDS];
    struct event ev;
};

ATTR_UNUSED static void win_put(struct winevent *w, const char *name, const json_t *v)
{
    struct okv *o = &w->kv[w->ev.nokv++];

    assert_true(w->ev.nokv < WIN_FIELDS);
    o->name = span_str(name);
    if (json_is_string(v)) {
        o->v = (struct fval){V_STR, {json_string_value(v), json_string_length(v)}, 0};
    } else if (json_is_integer(v)) {
        o->v.type = V_INT;
        o->v.i = json_integer_value(v);
        o->v.s = span_str(arena_printf(&w->a, "%" JSON_INTEGER_FORMAT, json_integer_value(v)));
    } else if (json_is_boolean(v)) {
        o->v = (struct fval){V_BOOL, json_is_true(v) ? SPAN_LIT("true") : SPAN_LIT("false"),
                             json_is_true(v)};
    } else if (json_is_real(v)) {
        o->v =
            (struct fval){V_FLOAT, span_str(arena_printf(&w->a, "%.17g", json_real_value(v))), 0};
    } else {
        o->v = (struct fval){V_NULL, SPAN_NONE, 0};
    }
}

// System: attributes join with an underscore; EventData names stay as they are.
ATTR_UNUSED static void win_flatten(struct winevent *w, const char *prefix, json_t *obj)
{
    const char *key;
    json_t *v, *attr, *av;

    json_object_foreach(obj, key, v)
    {
        const char *ak;

        if (key[0] == '#') {
            continue;
        }
        if (!json_is_object(v)) {
            win_put(w, prefix[0] ? arena_printf(&w->a, "%s_%s", prefix, key) : key, v);
            continue;
        }
        attr = json_object_get(v, "#attributes");
        json_object_foreach(attr, ak, av)
        {
            win_put(w, arena_printf(&w->a, "%s_%s", key, ak), av);
        }
        if (json_object_get(v, "#text")) {
            win_put(w, key, json_object_get(v, "#text"));
        } else {
            win_flatten(w, "", v);
        }
    }
}

ATTR_UNUSED static void win_alias(struct winevent *w, const char *from, const char *to)
{
    for (size_t i = 0, n = w->ev.nokv; i < n; i++) {
        if (span_eq_str(w->kv[i].name, from)) {
            w->kv[w->ev.nokv] = w->kv[i];
            w->kv[w->ev.nokv++].name = span_str(to);
        }
    }
}

ATTR_UNUSED static void win_event(struct winevent *w, json_t *root, struct span raw,
                                  const struct entry *rule)
{
    json_t *event = json_object_get(root, "Event");
    const char *key;
    json_t *v;

    arena_reset(&w->a);
    w->ev = (struct event){.source = "test", .kind = KIND_OTHER, .raw = raw, .okv = w->kv};
    win_flatten(w, "", json_object_get(event, "System"));
    json_object_foreach(event, key, v)
    {
        if (json_is_object(v) && strcmp(key, "System") != 0 && strcmp(key, "#attributes") != 0) {
            win_flatten(w, "", v);
        }
    }
    win_alias(w, "NewProcessName", "Image");
    win_alias(w, "ParentProcessName", "ParentImage");
    for (int i = 0; i < LS_COUNT; i++) {
        w->ev.logsource[i] = rule->logsource[i];
    }
}

#endif
