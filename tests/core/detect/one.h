// one.h - one detection against one event, both written in a line.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_DETECT_ONE_H
#define TESTS_CORE_DETECT_ONE_H

#include "tests/core/detect/rig.h"

enum { ONE_FIELDS = 32 };

struct one {
    struct okv kv[ONE_FIELDS];
    struct event ev;
};

// Adds a text field; a value of "<null>" gives a null, "<int>N" a number, "<float>N", "<bool>..".
ATTR_UNUSED static void one_put(struct one *o, const char *name, const char *value)
{
    struct okv *kv = &o->kv[o->ev.nokv++];
    struct fval *v = &kv->v;

    assert_true(o->ev.nokv < ONE_FIELDS);
    kv->name = span_str(name);
    *v = (struct fval){V_STR, span_str(value), 0};
    if (strcmp(value, "<null>") == 0) {
        *v = (struct fval){V_NULL, SPAN_NONE, 0};
    } else if (strncmp(value, "<int>", 5) == 0) {
        *v = (struct fval){V_INT, span_str(value + 5), strtoll(value + 5, NULL, 10)};
    } else if (strncmp(value, "<float>", 7) == 0) {
        *v = (struct fval){V_FLOAT, span_str(value + 7), 0};
    } else if (strncmp(value, "<bool>", 6) == 0) {
        *v = (struct fval){V_BOOL, span_str(value + 6), value[6] == 't'};
    }
    o->ev.okv = o->kv;
}

ATTR_UNUSED static void one_event(struct one *o)
{
    *o = (struct one){0};
    o->ev.source = "test";
    o->ev.kind = KIND_OTHER;
    o->ev.logsource[0] = SPAN_LIT("p");
}

// A whole rule around a detection.
ATTR_UNUSED static char *one_rule(const char *detection)
{
    static char text[16384];

    (void)snprintf(text, sizeof(text), "title: t\nlogsource: {product: p}\ndetection:\n%s\n",
                   detection);
    return text;
}

// The verdict on the event, or -1 when the rule is refused (the fault is in r->err[0] then).
ATTR_UNUSED static int one_verdict(const char *rule, const struct one *o)
{
    struct hit hit;
    struct rig r;
    int v = -1;

    rig_open(&r);
    rig_text(&r, "one.yml", rule);
    rig_load(&r);
    if (r.faults.count == 0) {
        v = matcher_run(r.m, &o->ev, &hit, 1) ? (int)hit.verdict : VERDICT_NO;
    } else if (getenv("SHOW_FAULTS")) {
        char line[1400];

        print_message("%s\n", err_text(&r.err[0], line, sizeof(line)));
    }
    rig_close(&r);
    return v;
}

struct one_case {
    const char *test;  // "f|contains: a", the map of the selection in flow or block form
    const char *value; // of the field f; NULL: absent
    int want;          // 1, 0, -1 refused
};

ATTR_UNUSED static void one_cases(const struct one_case *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char detection[8192];
        struct one o;
        int got;

        one_event(&o);
        one_put(&o, "g", "Other");
        if (c[i].value) {
            one_put(&o, "f", c[i].value);
        }
        (void)snprintf(detection, sizeof(detection), "  s:\n    %s\n  condition: s", c[i].test);
        got = one_verdict(one_rule(detection), &o);
        if (got != c[i].want) {
            fail_msg("%s on \"%s\": %d instead of %d", c[i].test,
                     c[i].value ? c[i].value : "(absent)", got, c[i].want);
        }
    }
}

#endif
