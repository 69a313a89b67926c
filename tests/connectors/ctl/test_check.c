// test_check.c - fabsocctl check: every kind told by content, every fault with its place.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

#include <sys/stat.h>

#include "core/base/buf.h"

#define DATA "../shared/data/"

// A file of the tree with the first `from` made into `to`.
static char *broken(const char *name, const char *path, const char *from, const char *to)
{
    FILE *f = fopen(path, "rb");
    struct span text, needle = span_str(from);
    char piece[65536];
    size_t n, at;
    char *ret;
    AUTO_BUF b;
    AUTO_BUF out;

    assert_non_null(f);
    buf_init(&b, 16 << 20);
    buf_init(&out, 16 << 20);
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0) {
        buf_put(&b, piece, n);
    }
    fclose(f);
    text = buf_span(&b);
    at = span_find_span(text, needle);
    assert_true(at < text.n);
    buf_put_span(&out, span_sub(text, 0, at));
    buf_str(&out, to);
    buf_put_span(&out, span_sub(text, at + needle.n, text.n));
    ret = ran_file(name, buf_span(&out));
    return ret;
}

// Status 1, nothing on standard output, and the first fault is "path:LINE:COL: code: sentence".
static void refused(char *path, unsigned line, const char *code)
{
    struct ran r = ran("check", path);
    unsigned is_line = 0, is_col = 0;
    char is_code[64] = "", place[600];

    (void)snprintf(place, sizeof(place), "%s:", path);
    if (strncmp(r.err, place, strlen(place)) != 0 ||
        sscanf(r.err + strlen(place), "%u:%u: %60[^:]:", &is_line, &is_col, is_code) != 3) {
        fail_msg("%s: said \"%s\"", path, r.err);
    }
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_string_equal(is_code, code);
    assert_true(is_col > 0);
    if (is_line != line) {
        fail_msg("%s: line %u, not %u: %s", path, is_line, line, r.err);
    }
    ran_free(&r);
}

static void own_share_has_no_fault(void **state)
{
    static const char *const what[] = {NULL, "share"}; // its documents, and all that lies there

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(what); i++) {
        struct ran r = what[i] ? ran("check", what[i]) : ran("check");

        assert_string_equal(r.err, "");
        assert_string_equal(r.out, "");
        assert_int_equal(r.status, 0);
        ran_free(&r);
    }
}

static void broken_rule_is_named_with_line_and_reason(void **state)
{
    (void)state;
    refused(
        ran_file("r.yml", SPAN_LIT("title: x\nlogsource: {product: a}\ndetection:\n  a: {b: c}\n"
                                   "  condition: a and nosuch\n")),
        5, "sigma.condition");
    refused(ran_file("s.yml", SPAN_LIT("title: x\ndetection: [\n")), 3, "yaml.syntax");
}

static void broken_playbook_is_named_with_line_and_reason(void **state)
{
    const char *const path = "share/playbooks/terminate-vendor-session.json";

    (void)state;
    refused(broken("p.json", path, "\"type\": \"start\"", "\"type\": \"parallel\""), 51,
            "cacao.unsupported");
    refused(broken("q.json", path, "{", "{,"), 1, "json.syntax");
}

static void broken_fab_policy_roster_conf_and_story_are_named(void **state)
{
    (void)state;
    refused(
        ran_file("f.yaml", SPAN_LIT("fab: {site: F1, number: 1, name: a, timezone: Asia/Tokyo}\n"
                                    "areas: [{id: litho, name: L}]\n"
                                    "bays: [{id: L-A, area: litho}]\n"
                                    "assets:\n"
                                    "  - {id: L-1, kind: scanner, bay: L-A, tier: T7}\n")),
        5, "doc.tier");
    refused(broken("y.yaml", "share/policy/policy.yaml", "T2:", "T8:"), 9, "yaml.unknown");
    refused(ran_file("o.yaml", SPAN_LIT("functions: [{id: a, name: A}]\npersons:\n"
                                        "  - {id: p, name: P, number: '1', role: king}\n")),
            3, "roster.role");
    refused(ran_file("c.yaml", SPAN_LIT("state: /s\nsite: 1\nintake:\n  sauces: []\n")), 4,
            "yaml.unknown");
    refused(ran_file("t.yaml", SPAN_LIT("name: s\nstart: 2026-11-02T00:00:00Z\nfeeds:\n"
                                        "  - {file: a.rec, nome: a, format: syslog, kind: os}\n")),
            4, "yaml.unknown");
}

static void broken_source_and_false_sample_are_named(void **state)
{
    (void)state;
    refused(ran_file("k.yaml",
                     SPAN_LIT("name: k\ntitle: K\ngroup: os\nmechanism: magic\nsamples: []\n")),
            4, "source.word");
    refused(ran_file("l.yaml", SPAN_LIT("name: l\ntitle: L\ngroup: os\nmechanism: json\n"
                                        "match: {fields: {x: 1}}\n"
                                        "map: {user.name: who}\n"
                                        "samples:\n"
                                        "  - raw: '{\"x\":1,\"who\":\"a\"}'\n"
                                        "    kind: other\n"
                                        "    fields: {user.name: b}\n")),
            8, "sample.field");
}

static void what_cannot_be_told_is_a_fault_and_as_decides(void **state)
{
    char *p = ran_file("u.yaml", SPAN_LIT("colour: blue\n"));
    struct ran r;

    (void)state;
    refused(p, 1, "check.kind");
    r = ran("check", "--as", "policy", p);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "yaml.unknown"));
    ran_free(&r);
    r = ran("check", "--as", "nosuch", p);
    assert_int_equal(r.status, 64);
    ran_free(&r);
    r = ran("check", "/nonexistent");
    assert_int_equal(r.status, 2);
    ran_free(&r);
}

static void directory_is_walked_and_faults_come_by_path(void **state)
{
    char dir[300], *p;
    struct ran r;

    (void)state;
    (void)snprintf(dir, sizeof(dir), "%s/d", ran_dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    p = ran_file("d/b.yaml", SPAN_LIT("colour: blue\n"));
    (void)ran_file("d/a.json", SPAN_LIT("{\"colour\": \"blue\"}\n"));
    (void)ran_file("d/readme.md", SPAN_LIT("not a document\n"));
    r = ran("check", dir);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, p));
    assert_true(strstr(r.err, "d/a.json:1:1: check.kind") <
                strstr(r.err, "d/b.yaml:1:1: check.kind"));
    assert_null(strstr(r.err, "readme"));
    ran_free(&r);
}

static void openc2_messages_are_told_and_judged(void **state)
{
    static const struct {
        const char *as, *text;
        int status;
    } row[] = {
        {NULL, "{\"action\":\"query\",\"target\":{\"features\":[]}}", 0},
        {NULL, "{\"action\":\"query\",\"target\":{}}", 1},
        {NULL, "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"s-1\"}}}",
         0},
        {NULL, "{\"action\":\"deny\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"s-1\"}}}",
         1},
        {NULL, "{\"status\":200,\"results\":{\"versions\":[\"1.0\"]}}", 0},
        {NULL, "{\"status\":200,\"results\":{}}", 1},
        {NULL, "{\"status\":55}", 1},
        {"openc2:1.0/language/command", "{\"action\":\"query\",\"target\":{\"features\":[]}}", 0},
        {"openc2:1.0/language/response", "{\"action\":\"query\",\"target\":{\"features\":[]}}", 1},
        {"openc2:1.0/x-fabsoc/command", "{\"action\":\"query\",\"target\":{\"features\":[]}}", 1},
        {"openc2:9.9/language/command", "{}", 64},
        {"openc2:1.0/slpf/command", "{}", 64},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        char *p = ran_file("m.json", span_str(row[i].text));
        struct ran r = row[i].as ? ran("check", "--as", row[i].as, p) : ran("check", p);

        if (r.status != row[i].status) {
            fail_msg("%s: status %d: %s", row[i].text, r.status, r.err);
        }
        ran_free(&r);
    }
}

// Public playbooks: ours carries out a part of CACAO and says by name what it does not.
static void public_playbooks_are_accepted_or_refused_by_name(void **state)
{
    static const char *const good[] = {"examples__manual-playbook.json",
                                       "examples__openc2-playbook.json"};
    struct ran r;
    char path[300];

    (void)state;
    if (access(DATA "cacao/playbooks", R_OK) < 0) {
        fail_msg("cannot run without %s", DATA "cacao/playbooks");
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", DATA "cacao/playbooks", good[i]);
        r = ran("check", path);
        assert_int_equal(r.status, 0);
        ran_free(&r);
    }
    r = ran("check", DATA "cacao/playbooks/examples__http-playbook.json");
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "json:62:17: cacao.unsupported: "));
    ran_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_share_has_no_fault),
        cmocka_unit_test(broken_rule_is_named_with_line_and_reason),
        cmocka_unit_test(broken_playbook_is_named_with_line_and_reason),
        cmocka_unit_test(broken_fab_policy_roster_conf_and_story_are_named),
        cmocka_unit_test(broken_source_and_false_sample_are_named),
        cmocka_unit_test(what_cannot_be_told_is_a_fault_and_as_decides),
        cmocka_unit_test(directory_is_walked_and_faults_come_by_path),
        cmocka_unit_test(openc2_messages_are_told_and_judged),
        cmocka_unit_test(public_playbooks_are_accepted_or_refused_by_name),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
