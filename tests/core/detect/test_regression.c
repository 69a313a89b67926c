// test_regression.c - the public rules fire on the events that their authors recorded.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/rig.h"

#include <dirent.h>

#include "tests/core/detect/winevent.h"

#define DATA "../shared/data/"

static const struct entry *entry_of(const struct rig *r, const char *path)
{
    for (size_t i = 0; i < r->set->nrules; i++) {
        if (strstr(r->set->rule[i]->rule.path, path)) {
            return r->set->rule[i];
        }
    }
    return NULL;
}

static size_t fired(struct rig *r, const struct event *ev, uint32_t rule)
{
    struct hit hit[256];
    size_t n = matcher_run(r->m, ev, hit, ARRAY_LEN(hit)), found = 0;

    for (size_t i = 0; i < n; i++) {
        assert_int_equal(hit[i].verdict, VERDICT_YES);
        found += hit[i].rule == rule;
    }
    return found;
}

static size_t run_file(struct rig *r, const struct entry *rule, const char *path)
{
    static struct winevent w;
    struct span text = rig_slurp(path), rest = text;
    size_t found = 0;

    arena_init(&w.a, 16 << 20);
    while (span_trim(rest).n) {
        json_error_t err;
        json_t *root = json_loadb(rest.p, rest.n, JSON_DISABLE_EOF_CHECK, &err);

        assert_non_null(root);
        win_event(&w, root, span_sub(rest, 0, (size_t)err.position), rule);
        found += fired(r, &w.ev, rule->rule.index);
        rest = span_sub(rest, (size_t)err.position, rest.n);
        json_decref(root);
    }
    arena_free(&w.a);
    free((void *)(uintptr_t)text.p);
    return found;
}

// "match_count: N" of a case; at least one where none is said.
static size_t wanted(const char *dir)
{
    char path[600];
    struct span text;
    const char *at;
    long n = 1;

    (void)snprintf(path, sizeof(path), "%s/info.yml", dir);
    text = rig_slurp(path);
    at = text.n ? strstr(text.p, "match_count:") : NULL;
    if (at) {
        n = strtol(at + 12, NULL, 10);
    }
    free((void *)(uintptr_t)text.p);
    return (size_t)n;
}

static bool run_case(struct rig *r, const char *dir)
{
    char path[700];
    struct span name;
    const struct entry *rule;
    size_t found = 0;
    struct dirent *d;
    DIR *at;

    (void)snprintf(path, sizeof(path), "%s/RULE_PATH.txt", dir);
    name = rig_slurp(path);
    assert_true(name.n > 0);
    ((char *)(uintptr_t)name.p)[span_find(name, '\n')] = '\0';
    rule = entry_of(r, name.p);
    assert_non_null(rule);
    at = opendir(dir);
    assert_non_null(at);
    while ((d = readdir(at))) {
        if (strstr(d->d_name, ".json")) {
            (void)snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
            found += run_file(r, rule, path);
        }
    }
    (void)closedir(at);
    if (found < wanted(dir)) {
        print_message("missed: %s (%zu of %zu)\n", name.p, found, wanted(dir));
    }
    free((void *)(uintptr_t)name.p);
    return found >= wanted(dir);
}

static void recorded_attacks_reach_their_match_count(void **state)
{
    size_t cases = 0, passed = 0;
    struct dirent *d;
    struct rig r;
    DIR *at;

    (void)state;
    rig_open(&r);
    rig_need(rig_tree(&r, DATA "sigma-rules") > 0, DATA "sigma-rules");
    rig_load(&r);
    at = opendir(DATA "sigma-regression");
    rig_need(at != NULL, DATA "sigma-regression");
    while ((d = readdir(at))) {
        char dir[512];

        if (d->d_name[0] != '.') {
            (void)snprintf(dir, sizeof(dir), DATA "sigma-regression/%s", d->d_name);
            cases++;
            passed += run_case(&r, dir);
        }
    }
    (void)closedir(at);
    print_message("%zu cases, %zu reached, %zu faults\n", cases, passed,
                  (size_t)matcher_faults(r.m));
    assert_true(cases > 0);
    assert_int_equal(passed, cases);
    assert_int_equal(matcher_faults(r.m), 0);
    rig_close(&r);
}

// Double negation in brackets keeps the meaning and hides every cover from the prefilter.
static struct span without_cover(struct span text)
{
    static const char head[] = "\n    condition: ";
    size_t at = text.n ? span_find_span(text, SPAN_LIT("\n    condition: ")) : 0;
    struct span rest = span_sub(text, at + sizeof(head) - 1, text.n), line = span_cut(&rest, '\n');
    char *out = malloc(text.n + 64);
    int n;

    assert_non_null(out);
    if (at == text.n || line.n == 0 || span_find(line, '|') < line.n || line.p[0] == '>' ||
        span_find(line, '#') < line.n || line.p[0] == '\'') {
        memcpy(out, text.p, text.n);
        return span_of(out, text.n);
    }
    n = snprintf(out, text.n + 64, SPAN_FMT "%snot (not (" SPAN_FMT "))\n" SPAN_FMT, (int)at,
                 text.p, head, SPAN_ARG(line), SPAN_ARG(rest));
    return span_of(out, (size_t)n);
}

static void same_hits(struct rig *r, struct rig *plain, const struct event *ev, size_t *hits)
{
    static struct hit a[512], b[512];
    size_t n = matcher_run(r->m, ev, a, ARRAY_LEN(a));

    assert_int_equal(matcher_run(plain->m, ev, b, ARRAY_LEN(b)), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].rule, b[i].rule);
        assert_int_equal(a[i].verdict, b[i].verdict);
    }
    *hits += n;
}

static void compare_file(struct rig *r, struct rig *plain, const char *path, size_t *hits)
{
    static const char *const category[] = {"process_creation", "file_event",     "registry_set",
                                           "image_load",       "registry_event", ""};
    static struct winevent w;
    struct span text = rig_slurp(path);
    json_error_t err;
    json_t *root = json_loadb(text.p, text.n, JSON_DISABLE_EOF_CHECK, &err);

    assert_non_null(root);
    arena_init(&w.a, 16 << 20);
    win_event(&w, root, text, r->set->rule[0]);
    for (size_t i = 0; i < ARRAY_LEN(category); i++) {
        w.ev.logsource[LS_PRODUCT] = SPAN_LIT("windows");
        w.ev.logsource[LS_CATEGORY] = span_str(category[i]);
        w.ev.logsource[LS_SERVICE] = SPAN_LIT("security");
        same_hits(r, plain, &w.ev, hits);
    }
    arena_free(&w.a);
    json_decref(root);
    free((void *)(uintptr_t)text.p);
}

// The first JSON file in the folder `path`, put into `path`.
static bool first_json(char *path, size_t size)
{
    DIR *at = opendir(path);
    size_t n = strlen(path);
    struct dirent *d;

    while (at && (d = readdir(at))) {
        if (strstr(d->d_name, ".json")) {
            (void)snprintf(path + n, size - n, "/%s", d->d_name);
            (void)closedir(at);
            return true;
        }
    }
    if (at) {
        (void)closedir(at);
    }
    return false;
}

static void the_prefilter_hides_no_match(void **state)
{
    size_t hits = 0, files = 0;
    struct rig r, plain;
    struct dirent *d;
    DIR *at;

    (void)state;
    rig_open(&r);
    rig_need(rig_tree(&r, DATA "sigma-rules") > 0, DATA "sigma-rules");
    rig_open(&plain);
    for (size_t i = 0; i < r.nfiles; i++) {
        plain.file[i] = (struct textfile){strdup(r.file[i].path), without_cover(r.file[i].text)};
    }
    plain.nfiles = r.nfiles;
    rig_load(&r);
    rig_load(&plain);
    assert_int_equal(ruleset_count(r.set), ruleset_count(plain.set));
    at = opendir(DATA "sigma-regression");
    rig_need(at != NULL, DATA "sigma-regression");
    while ((d = readdir(at))) {
        char path[800];

        (void)snprintf(path, sizeof(path), DATA "sigma-regression/%s", d->d_name);
        if (d->d_name[0] == '.' || !first_json(path, sizeof(path))) {
            continue;
        }
        compare_file(&r, &plain, path, &hits);
        files++;
    }
    (void)closedir(at);
    print_message("%zu events in 6 log sources, %zu hits both ways\n", files, hits);
    assert_true(files >= 100 && hits > 0);
    rig_close(&r);
    rig_close(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_prefilter_hides_no_match),
        cmocka_unit_test(recorded_attacks_reach_their_match_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
