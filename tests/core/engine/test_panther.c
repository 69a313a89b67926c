// test_panther.c - the correlation definitions of another product, as ours: all verdicts agree.
// SPDX-License-Identifier: Apache-2.0
//
// A definition there: a group of rules that all have to fire (MinMatchCount: so often; Absence: not at
// all) within a time span with the same value in one field of each. Ours: a rule that is needed n times
// is an event_count; all that are needed a temporal; what must be absent an absence around them.
#include <dirent.h>

#include "core/base/ydoc.h"
#include "tests/core/engine/corrbed.h"

#define FOLDER "../shared/data/panther-correlation/"

enum { MEMBERS_MAX = 8 };

struct member {
    struct span id, field; // of the group; the field whose value all share
    int64_t least;
    bool absent;
};

struct definition {
    struct member member[MEMBERS_MAX];
    size_t n;
    int64_t minutes;
};

static struct ynode *need(const struct ynode *map, const char *key, enum ytype type)
{
    struct ynode *n = y_get(map, key);

    if (!n || n->type != type) {
        fail_msg("\"%s\" is missing or something else", key);
    }
    return n;
}

static int64_t number(const struct ynode *n)
{
    int64_t v = 0;

    assert_true(y_int(n, &v));
    return v;
}

// What a part says beyond what this converter knows would be a verdict by luck.
static void only(const struct ynode *map, const char *const *known)
{
    for (size_t i = 0; i < map->n; i++) {
        const char *const *k = known;

        while (*k && !span_eq_str(map->key[i], *k)) {
            k++;
        }
        if (!*k) {
            fail_msg("the key " SPAN_FMT " is not converted", SPAN_ARG(map->key[i]));
        }
    }
}

static void read_match(struct definition *d, const struct ynode *criteria)
{
    assert_int_equal(criteria->n, 1); // one field joins the group
    for (size_t i = 0; i < criteria->item[0]->n; i++) {
        const struct ynode *m = criteria->item[0]->item[i];

        for (size_t k = 0; k < d->n; k++) {
            if (span_eq(d->member[k].id, y_text(y_get(m, "GroupID")))) {
                d->member[k].field = y_text(y_get(m, "Match"));
            }
        }
    }
}

static void read_definition(struct definition *d, const struct ynode *detection)
{
    static const char *const keys[] = {
        "Group", "MatchCriteria", "Schedule", "EventEvaluationOrder", "LookbackWindowMinutes",
        NULL};
    static const char *const member_keys[] = {"ID", "RuleID", "MinMatchCount", "Absence", NULL};
    const struct ynode *group;

    *d = (struct definition){0};
    assert_int_equal(detection->n, 1);
    only(detection->item[0], keys);
    group = need(detection->item[0], "Group", Y_LIST);
    for (size_t i = 0; i < group->n && d->n < MEMBERS_MAX; i++) {
        struct member *m = &d->member[d->n++];

        only(group->item[i], member_keys);
        m->id = y_text(y_get(group->item[i], "ID"));
        m->least = y_get(group->item[i], "MinMatchCount")
                       ? number(y_get(group->item[i], "MinMatchCount"))
                       : 1;
        (void)y_bool(y_get(group->item[i], "Absence"), &m->absent);
    }
    read_match(d, need(detection->item[0], "MatchCriteria", Y_MAP));
    d->minutes = number(y_get(detection->item[0], "LookbackWindowMinutes"));
}

// ---- as Sigma documents: member i is rule m<i>, what is needed of it r<i>, all of them k

static void put_count(struct buf *b, const struct definition *d, size_t i)
{
    if (d->member[i].least > 1) {
        buf_printf(b,
                   "---\ntitle: r\nid: r%zu\nname: r%zu\ncorrelation: {type: event_count, rules: "
                   "[m%zu], group-by: ['" SPAN_FMT "'], timespan: %lldm, condition: {gte: %lld}}\n",
                   i, i, i, SPAN_ARG(d->member[i].field), (long long)d->minutes,
                   (long long)d->member[i].least);
    }
}

static void put_refs(struct buf *b, const struct definition *d, bool absent)
{
    const char *comma = "";

    for (size_t i = 0; i < d->n; i++) {
        if (d->member[i].absent == absent) {
            buf_printf(b, "%s%s%zu", comma, d->member[i].least > 1 ? "r" : "m", i);
            comma = ", ";
        }
    }
}

static size_t put_documents(struct buf *b, const struct definition *d)
{
    size_t nabsent = 0;

    for (size_t i = 0; i < d->n; i++) {
        nabsent += d->member[i].absent;
        buf_printf(b,
                   "%stitle: m\nid: m%zu\nname: m%zu\nlogsource: {product: p}\n"
                   "detection: {s: {f: m%zu}, condition: s}\n",
                   i ? "---\n" : "", i, i, i);
        put_count(b, d, i);
    }
    assert_true(nabsent == 0 || d->n - nabsent == 1); // more would be a temporal inside
    buf_printf(b, "---\ntitle: k\nid: k\ncorrelation:\n  type: %s\n  rules: [",
               nabsent ? "absence" : "temporal");
    put_refs(b, d, false);
    if (nabsent) {
        buf_str(b, "]\n  when: around\n  expect: [");
        put_refs(b, d, true);
    }
    buf_printf(b, "]\n  group-by: [joined]\n  timespan: %lldm\n  aliases:\n    joined:\n",
               (long long)d->minutes);
    for (size_t i = 0; i < d->n; i++) {
        buf_printf(b, "      %s%zu: '" SPAN_FMT "'\n", d->member[i].least > 1 ? "r" : "m", i,
                   SPAN_ARG(d->member[i].field));
    }
    buf_u8(b, '\0');
    return nabsent;
}

// ---- a test's timeline

struct at {
    utime_t time;
    size_t member;
    struct span value;
};

static int by_at(const void *a, const void *b)
{
    const struct at *x = a, *y = b;

    return (x->time > y->time) - (x->time < y->time);
}

static utime_t when(const struct ynode *n)
{
    utime_t t = 0;
    size_t used;
    int64_t minutes;

    if (y_int(n, &minutes)) {
        return minutes * UTIME_MINUTE;
    }
    assert_true(utime_iso(y_text(n), 0, &t, &used));
    return t;
}

static size_t read_timeline(const struct definition *d, const struct ynode *outputs, struct at *at,
                            size_t max)
{
    size_t n = 0;

    for (size_t o = 0; o < outputs->n; o++) {
        const struct ynode *matches = need(outputs->item[o], "Matches", Y_MAP);
        size_t member = 0;

        while (member < d->n &&
               !span_eq(d->member[member].id, y_text(y_get(outputs->item[o], "ID")))) {
            member++;
        }
        assert_true(member < d->n);
        assert_int_equal(matches->n, 1);
        assert_true(span_eq(matches->key[0], d->member[member].field));
        for (size_t v = 0; v < matches->item[0]->n; v++) {
            const struct ynode *times = matches->item[0]->item[v];

            for (size_t t = 0; t < times->n; t++) {
                assert_true(n < max);
                at[n++] = (struct at){when(times->item[t]), member, matches->item[0]->key[v]};
            }
        }
    }
    qsort(at, n, sizeof(*at), by_at);
    return n;
}

static bool fires(struct corrbed *b, const struct definition *d, const struct ynode *outputs)
{
    struct at at[200];
    size_t n = read_timeline(d, outputs, at, 200);

    bed_clear(b);
    for (size_t i = 0; i < n; i++) {
        char id[8], field[200], value[200];
        struct named f = {field, value};

        (void)snprintf(id, sizeof(id), "m%zu", at[i].member);
        (void)snprintf(field, sizeof(field), SPAN_FMT, SPAN_ARG(d->member[at[i].member].field));
        (void)snprintf(value, sizeof(value), SPAN_FMT, SPAN_ARG(at[i].value));
        corr_record(&b->corr, at[i].time);
        bed_hit(b, id, at[i].time, &f, 1);
    }
    corr_until(&b->corr, INT64_MAX);
    return b->said.len > 0;
}

// ---- all files

static size_t check_file(const char *name, size_t *absences)
{
    char path[300];
    struct span text;
    struct arena a;
    struct ydocs docs;
    struct err err = ERR_INIT;
    struct definition d;
    struct corrbed b;
    const struct ynode *tests;
    size_t n;
    AUTO_BUF rules;

    (void)snprintf(path, sizeof(path), FOLDER "%s", name);
    text = rig_slurp(path);
    arena_init(&a, 64 << 20);
    buf_init(&rules, 1 << 20);
    if (ydoc_load(&a, text, path, &docs, &err)) {
        fail_msg("%s: %s", path, err.msg);
    }
    read_definition(&d, need(docs.doc[0], "Detection", Y_LIST));
    *absences += put_documents(&rules, &d);
    bed_open(&b, rules.p);
    tests = need(docs.doc[0], "Tests", Y_LIST);
    n = tests->n;
    for (size_t i = 0; i < n; i++) {
        bool want = false;

        assert_true(y_bool(y_get(tests->item[i], "ExpectedResult"), &want));
        if (fires(&b, &d, need(tests->item[i], "RuleOutputs", Y_LIST)) != want) {
            fail_msg("%s: " SPAN_FMT ": not %s\n%s", name,
                     SPAN_ARG(y_text(y_get(tests->item[i], "Name"))), want ? "true" : "false",
                     bed_said(&b));
        }
    }
    bed_close(&b);
    arena_free(&a);
    free((void *)(uintptr_t)text.p);
    return n;
}

static void every_expected_result_is_ours(void **state)
{
    DIR *dir = opendir(FOLDER);
    size_t files = 0, tests = 0, absences = 0;

    (void)state;
    rig_need(dir != NULL, FOLDER);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        size_t n = strlen(e->d_name);

        if (n > 4 && strcmp(e->d_name + n - 4, ".yml") == 0) {
            tests += check_file(e->d_name, &absences);
            files++;
        }
    }
    (void)closedir(dir);
    assert_true(files >= 17 && tests >= 2 * files && absences >= 2);
    print_message("%zu definitions, %zu timelines\n", files, tests);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_expected_result_is_ours)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
