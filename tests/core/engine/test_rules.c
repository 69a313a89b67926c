// test_rules.c - every rule of share/rules on the samples beside it, through decoder, matcher and
// engine; and its techniques against the list in share/guidelines.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/ydoc.h"
#include "tests/core/decode/files.h"
#include "tests/support/rig.h"

enum { SETTLE_S = 60 };

static const char *const groups[] = {"sensor", "agent", "pam", "fab", "os", "net"};

static struct sourceset *sources;
static struct decoder *decoder;
static struct files rules, samples;
static struct arena tree;

static struct ydocs doc_of(const struct textfile *f)
{
    struct err err = ERR_INIT;
    struct ydocs d;

    if (ydoc_load(&tree, f->text, f->path, &d, &err) < 0) {
        err_print(stderr, &err);
        fail();
    }
    return d;
}

static int setup(void **state)
{
    struct faults faults = {0};

    (void)state;
    sources = own_sources(&faults);
    decoder = decoder_new(sources);
    arena_init(&tree, SIZE_MAX);
    files_load(&rules, "share/rules", ".yml");
    files_load(&samples, "share/rules", ".samples.yaml");
    assert_int_equal(faults.count, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    files_free(&rules);
    files_free(&samples);
    decoder_free(decoder);
    sourceset_free(sources);
    arena_free(&tree);
    return 0;
}

static uint16_t group_number(const char *name)
{
    for (uint16_t i = 0; i < ARRAY_LEN(groups); i++) {
        if (strcmp(name, groups[i]) == 0) {
            return (uint16_t)(i + 1);
        }
    }
    print_error("there is no group \"%s\"\n", name);
    fail();
    return 0;
}

// ---- one sample

// A record by hand: {time, group, kind, fields}, for what no source file of ours says yet.
static struct event by_hand(const struct ynode *n)
{
    const struct ynode *fields = y_get(n, "fields");
    struct span group = y_text(y_get(n, "group"));
    int kind = kind_of(y_text(y_get(n, "kind")));
    struct event ev = {.source = "by hand", .raw = SPAN_LIT("by hand")};

    assert_true(kind >= 0 && fields);
    assert_true(utime_iso(y_text(y_get(n, "time")), 0, &ev.time, NULL));
    ev.kind = (enum kind)kind;
    ev.flags = kind == KIND_ALERT ? EVENT_IS_ALERT : 0;
    ev.logsource[1] = group; // as share/sources/_logsources.yaml has it
    for (size_t i = 0; i < fields->n; i++) {
        int f = field_of(fields->key[i]);

        if (f < 0) {
            print_error("no core field: " SPAN_FMT "\n", SPAN_ARG(fields->key[i]));
            fail();
        }
        ev.field[f] = (struct fval){V_STR, fields->item[i]->text, 0};
        if (span_eq_str(y_text(fields->item[i]), "") == false) {
            fieldset_add(&ev.mask, (enum field)f);
        }
    }
    return ev;
}

static void say_line(struct rig *r, const struct ydocs *d, const struct ynode *n, utime_t *newest)
{
    struct event ev;
    uint16_t source;

    if (n->type == Y_MAP) {
        ev = by_hand(n);
        source = group_number(arena_str(&tree, y_text(y_get(n, "group"))));
    } else {
        decode(decoder, &(struct decode_in){.raw = n->text, .received = rig_time(7200) * 1000},
               &ev);
        if (ev.source_id == UINT16_MAX || ev.error[0]) {
            print_error("%s:%u: no source knows this line (%s)\n", d->path, n->line, ev.error);
            fail();
        }
        source = group_number(sourceset_group(sources, ev.source_id));
    }
    *newest = ev.time > *newest ? ev.time : *newest;
    rig_event(r, source, &ev);
}

static void play(struct rig *r, const struct ydocs *d, const struct ynode *sample)
{
    const struct ynode *lines = y_get(sample, "lines");
    utime_t newest = rig_time(0);

    assert_non_null(lines);
    rig_init(r, NULL);
    for (uint16_t i = 0; i < ARRAY_LEN(groups); i++) {
        rig_source(r, (uint16_t)(i + 1), groups[i], groups[i], 0);
    }
    for (size_t i = 0; i < lines->n; i++) {
        say_line(r, d, lines->item[i], &newest);
    }
    rig_tick(r, (int)((newest - rig_time(0)) / UTIME_SECOND) + SETTLE_S);
    rig_block(r);
}

static bool fired(struct rig *r, struct span id, bool *ret_expected)
{
    const char *text = arena_str(&tree, id);
    size_t at;

    if (rig_count(r, EFFECT_ALERT, "rule_id", text, NULL) == 0) {
        return false;
    }
    assert_true(rig_count(r, EFFECT_GROUP, "rule_id", text, &at) > 0);
    *ret_expected = strcmp(rig_cell(r, EFFECT_GROUP, at, "expected"), "true") == 0 ||
                    strcmp(rig_cell(r, EFFECT_GROUP, at, "expected"), "1") == 0;
    return true;
}

// The ids that a sample is about: the one it names, else all of the rule file beside it.
static size_t meant(const struct ydocs *d, const struct ynode *sample, struct span *out, size_t max)
{
    struct span one = y_text(y_get(sample, "expect"));
    char path[512];
    size_t n = 0;

    if (one.n) {
        out[n++] = one;
        return n;
    }
    (void)snprintf(path, sizeof(path), "%.*s.yml", (int)(strlen(d->path) - 13), d->path);
    for (size_t i = 0; i < rules.n; i++) {
        if (strcmp(rules.f[i].path, path) == 0) {
            struct ydocs beside = doc_of(&rules.f[i]);

            for (size_t k = 0; k < beside.n && n < max; k++) {
                out[n++] = y_text(y_get(beside.doc[k], "id"));
            }
        }
    }
    return n;
}

static unsigned try_sample(const struct ydocs *d, const struct ynode *sample, bool positive)
{
    static struct rig rig;
    struct span id[32];
    size_t n = meant(d, sample, id, ARRAY_LEN(id)), yes = 0;
    bool want_expected = y_get(sample, "expected") != NULL, right = true;

    assert_true(n > 0);
    play(&rig, d, sample);
    for (size_t i = 0; i < n; i++) {
        bool expected;

        if (fired(&rig, id[i], &expected)) {
            yes++;
            right = right && expected == want_expected;
        }
    }
    rig_finish(&rig);
    if (positive ? yes > 0 && right : yes == 0) {
        return 0;
    }
    print_error("%s:%u: \"" SPAN_FMT "\": %s\n", d->path, sample->line,
                SPAN_ARG(y_text(y_get(sample, "name"))),
                !positive ? "a rule fired that must not"
                : yes     ? "a window's expectation is not what it should be"
                          : "no rule fired");
    return 1;
}

static unsigned try_list(const struct ydocs *d, const char *key, bool positive)
{
    const struct ynode *list = y_get(d->doc[0], key);
    unsigned failed = 0;

    assert_true(list && list->n > 0); // both kinds, always
    for (size_t i = 0; i < list->n; i++) {
        if (y_get(list->item[i], "lines")) { // the others need no engine: `fabsocctl rules test`
            failed += try_sample(d, list->item[i], positive);
        }
    }
    return failed;
}

static void samples_say_what_the_rules_say(void **state)
{
    unsigned failed = 0;

    (void)state;
    assert_true(samples.n > 40);
    for (size_t i = 0; i < samples.n; i++) {
        struct ydocs d = doc_of(&samples.f[i]);

        failed += try_list(&d, "positive", true) + try_list(&d, "negative", false);
    }
    assert_int_equal(failed, 0);
}

// ---- documents

static bool is_current(struct span list, struct span id)
{
    while (list.n) {
        struct span line = span_cut(&list, '\n'), first = span_cut(&line, ',');

        (void)span_cut(&line, ','); // its domain
        if (span_eq_nocase(first, id)) {
            return span_eq_str(span_cut(&line, ','), "current");
        }
    }
    return false;
}

static void every_technique_is_a_current_one(void **state)
{
    struct span list = file_read("share/guidelines/attack-ics.csv");
    unsigned checked = 0;

    (void)state;
    assert_false(is_current(list, SPAN_LIT("T0855"))); // retired in version 19
    for (size_t i = 0; i < rules.n; i++) {
        struct ydocs r = doc_of(&rules.f[i]);

        for (size_t k = 0; k < r.n; k++) {
            const struct ynode *tags = y_get(r.doc[k], "tags");

            for (size_t t = 0; tags && t < tags->n; t++) {
                struct span tag = tags->item[t]->text, id = span_sub(tag, 7, tag.n);

                if (id.n < 5 || id.p[0] != 't' || !strchr("0123456789", id.p[1])) {
                    continue; // a tactic
                }
                checked++;
                if (!is_current(list, id)) {
                    print_error("%s: " SPAN_FMT " is no current technique\n", rules.f[i].path,
                                SPAN_ARG(id));
                    fail();
                }
            }
        }
    }
    assert_true(checked > 60);
    free((void *)(uintptr_t)list.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_say_what_the_rules_say),
        cmocka_unit_test(every_technique_is_a_current_one),
    };
    return cmocka_run_group_tests_name("rules", tests, setup, teardown);
}
