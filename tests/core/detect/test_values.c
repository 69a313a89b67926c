// test_values.c - how Sigma compares values: escapes, wildcards, case, null, numbers, modifiers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"

#include <limits.h>
#include <locale.h>
#include <wchar.h>
#include <wctype.h>

#include "core/detect/pattern.h"
#include "core/model/fab.h"

#define CASES(name, ...)                                                                           \
    static void name(void **state)                                                                 \
    {                                                                                              \
        static const struct one_case c[] = {__VA_ARGS__};                                          \
                                                                                                   \
        (void)state;                                                                               \
        one_cases(c, ARRAY_LEN(c));                                                                \
    }

// clang-format off
CASES(case_is_ignored_unless_cased,
    {"f: AbC", "aBc", 1},
    {"f|cased: AbC", "aBc", 0},
    {"f|cased: AbC", "AbC", 1},
    {"f|contains|cased: bC", "xAbCx", 1},
    {"f|contains|cased: bc", "xAbCx", 0},
    {"f: ÄÖ", "äö", 1},
    {"f|cased: ÄÖ", "äö", 0},
    {"f|contains: ЖУК", "x жук y", 1},
    {"f|endswith: É*x", "éaX", 1},
    {"f|startswith: É", "éa", 1},
    {"f|startswith: É", "aé", 0},
    {"f|endswith: É", "éa", 0},
    {"f|contains: ſ", "x s y", 1},
    {"f|contains: É", "e", 0},
    {"f: aÉ", "", 0})

CASES(letters_without_case_are_themselves,
    {"f: 密碼Key", "密碼kEY", 1},
    {"f: 密碼", "密", 0},
    {"f|contains: レシピ", "toolレシピ12", 1},
    {"f|contains: レシピ", "toolレジピ12", 0},
    {"f|startswith: '–enc'", "–ENC x", 1},
    {"f|startswith: '–enc'", "-ENC x", 0},
    {"f|endswith: 😀", "a😀", 1},
    {"f|endswith: 😀", "a😁", 0},
    {"f: 装*置?", "装置置A", 1},
    {"f: 装?置", "装置置", 1},
    {"f: 装?置", "装置", 0},
    {"f|cased: 装A", "装a", 0},
    {"f: 装ｶA", "装ｶa", 1},
    {"f: 装Ａ", "装ａ", 1})

CASES(wildcards_match_runs_and_single_characters,
    {"f: a*c", "abbbc", 1},
    {"f: a*c", "ac", 1},
    {"f: a*c", "acd", 0},
    {"f: a?c", "abc", 1},
    {"f: a?c", "ac", 0},
    {"f: a?c", "abbc", 0},
    {"f: a?c", "aéc", 1},
    {"f: '*?\?'", "あ", 0},
    {"f: '*?\?'", "あx", 1},
    {"f: '*b*d*'", "abcd", 1},
    {"f: '*d*b*'", "abcd", 0},
    {"f: '*ab*ab'", "abxab", 1},
    {"f: '*ab*ab'", "ab", 0},
    {"f: '*aab'", "aaab", 1},
    {"f: a*", "", 0},
    {"f: '*'", "", 1},
    {"f: '*'", "x", 1},
    {"f: '*'", NULL, 0},
    {"f: '*'", "<null>", 0},
    {"f|contains: b?d", "abcde", 1},
    {"f|startswith: 'a*c'", "abcd", 1},
    {"f|endswith: 'a?'", "xab", 1},
    {"f|endswith: 'a?'", "xabc", 0})

// `\*` a star; `\\*` a backslash and a wildcard; `\\\*` backslash and star; `\\` and `\x` backslashes.
CASES(backslashes_escape_only_before_wildcards_and_themselves,
    {"f: 'a\\*b'", "a*b", 1},
    {"f: 'a\\*b'", "axb", 0},
    {"f: 'a\\?b'", "a?b", 1},
    {"f: 'a\\?b'", "axb", 0},
    {"f: 'a\\\\*b'", "a\\xxb", 1},
    {"f: 'a\\\\*b'", "a*b", 0},
    {"f: 'a\\\\\\*b'", "a\\*b", 1},
    {"f: 'a\\\\\\*b'", "a\\xb", 0},
    {"f: 'C:\\Windows'", "c:\\windows", 1},
    {"f: 'C:\\\\Windows'", "c:\\windows", 1},
    {"f: 'C:\\\\\\\\Windows'", "c:\\\\windows", 1},
    {"f: 'C:\\\\\\\\Windows'", "c:\\windows", 0},
    {"f: 'dir\\'", "dir\\", 1},
    {"f|endswith: '\\cmd.exe'", "C:\\x\\CMD.exe", 1},
    {"f|endswith: '\\cmd.exe'", "C:\\x\\xcmd.exe", 0},
    {"f|contains: '\\\\*\\\\'", "a\\b\\c", 1})

CASES(null_empty_and_exists_are_three_things,
    {"f: null", NULL, 1},
    {"f: null", "<null>", 1},
    {"f: null", "", 0},
    {"f: null", "x", 0},
    {"f:", NULL, 1},
    {"f: ''", "", 1},
    {"f: ''", NULL, 0},
    {"f: ''", "<null>", 0},
    {"f: ''", "x", 0},
    {"f|exists: true", "x", 1},
    {"f|exists: true", "<null>", 1},
    {"f|exists: true", NULL, 0},
    {"f|exists: false", NULL, 1},
    {"f|exists: false", "", 0},
    {"f|exists: 1", "x", -1},
    {"f: [null, x]", "x", 1},
    {"f: [null, x]", NULL, 1},
    {"f: [null, x]", "y", 0},
    {"f: 'null'", "null", 1},
    {"f: 'null'", NULL, 0},
    {"f|contains: null", "x", -1})

CASES(numbers_match_numeric_strings,
    {"f: 4625", "4625", 1},
    {"f: 4625", "<int>4625", 1},
    {"f: '4625'", "<int>4625", 1},
    {"f: 4625", "46250", 0},
    {"f: 4625", "<float>4625.0", 1},
    {"f: 4625", "<float>4625.5", 0},
    {"f: true", "<bool>true", 1},
    {"f: true", "True", 1},
    {"f: true", "<bool>false", 0},
    {"f|startswith: 46", "<int>4625", 1},
    {"f|gt: 5", "<int>6", 1},
    {"f|gt: 5", "<int>5", 0},
    {"f|gte: 5", "5", 1},
    {"f|lt: -1", "<int>-2", 1},
    {"f|lte: 1.5", "<float>1.25", 1},
    {"f|lt: 10", "9", 1},
    {"f|lt: 10", "abc", 0},
    {"f|lt: 10", NULL, 0},
    {"f|gt: 9223372036854775806", "<int>9223372036854775807", 1},
    {"f|gt: 18446744073709551614", "18446744073709551615", 1},
    {"f|lt: x", "1", -1})

CASES(lists_are_or_and_all_makes_them_and,
    {"f: [a, b]", "b", 1},
    {"f: [a, b]", "c", 0},
    {"f|contains|all: [a, b]", "xbax", 1},
    {"f|contains|all: [a, b]", "xbx", 0},
    {"f|all|contains: [a, b]", "xbax", 1},
    {"f: []", "c", -1},
    {"f: [[a]]", "a", -1},
    {"f: {a: b}", "a", -1},
    {"f|neq: a", "b", 1},
    {"f|neq: a", "A", 0},
    {"f|neq: [a, b]", "b", 0},
    {"f|neq: [a, b]", "c", 1})

CASES(expressions_mind_case_unless_told,
    {"f|re: 'ab+c'", "xxabbcxx", 1},
    {"f|re: 'AB+C'", "xxabbcxx", 0},
    {"f|re|i: 'AB+C'", "xxabbcxx", 1},
    {"f|re: '^b'", "a\nb", 0},
    {"f|re|m: '^b'", "a\nb", 1},
    {"f|re: 'a.b'", "a\nb", 0},
    {"f|re|s: 'a.b'", "a\nb", 1},
    {"f|re: '^.$'", "é", 1},
    {"f|re: '('", "x", -1},
    {"f|re: 'a\\Cb'", "axb", -1},
    {"f|re|contains: 'a'", "a", -1},
    {"f|i: 'a'", "a", -1},
    {"f|re: [a, b]", "b", 1},
    {"f|re|all: [a, b]", "ab", 1},
    {"f|re|all: [a, b]", "a", 0})

CASES(prefixes_of_both_families,
    {"f|cidr: 10.0.0.0/8", "10.255.1.2", 1},
    {"f|cidr: 10.0.0.0/8", "11.0.0.1", 0},
    {"f|cidr: 192.168.4.0/23", "192.168.5.9", 1},
    {"f|cidr: 192.168.4.0/23", "192.168.6.9", 0},
    {"f|cidr: 0.0.0.0/0", "1.2.3.4", 1},
    {"f|cidr: 1.2.3.4", "1.2.3.4", 1},
    {"f|cidr: 10.0.0.0/8", "::ffff:10.1.2.3", 1},
    {"f|cidr: 10.0.0.0/8", "10.1.2", 0},
    {"f|cidr: 10.0.0.0/8", "10.1.2.3.4", 0},
    {"f|cidr: 10.0.0.0/8", "host", 0},
    {"f|cidr: 'fe80::/10'", "fe80::1%eth0", 1},
    {"f|cidr: 'fe80::/10'", "FEBF:0:0:0:0:0:0:1", 1},
    {"f|cidr: 'fe80::/10'", "fec0::1", 0},
    {"f|cidr: '::1/128'", "::1", 1},
    {"f|cidr: '::1/128'", "0:0:0:0:0:0:0:1", 1},
    {"f|cidr: '2001:db8::/32'", "2001:db8:1::", 1},
    {"f|cidr: '2001:db8::/32'", "2001:db8:1", 0},
    {"f|cidr: '::/0'", "1.2.3.4", 0},
    {"f|cidr: 10.0.0.1/8", "10.0.0.1", -1},
    {"f|cidr: 10.0.0.0/33", "10.0.0.1", -1},
    {"f|cidr: '10.*'", "10.0.0.1", -1})

CASES(windash_widens_options_only,
    {"f|windash|contains: ' -enc '", "ps /enc x", 1},
    {"f|windash|contains: ' -enc '", "ps -ENC x", 1},
    {"f|windash|contains: ' -enc '", "ps \xe2\x80\x93" "enc x", 1},
    {"f|windash|contains: ' -enc '", "ps \xe2\x80\x94" "enc x", 1},
    {"f|windash|contains: ' -enc '", "ps \xe2\x80\x95" "enc x", 1},
    {"f|windash|contains: ' -enc '", "ps +enc x", 0},
    {"f|contains|windash: '/f'", "x -f", 1},
    {"f|contains|windash: 'a-b'", "a/b", 0},
    {"f|contains|windash: 'a-b'", "a-b", 1},
    {"f|contains|all|windash: ['-a', '-b']", "x /a -b", 1})

CASES(encodings_apply_from_left_to_right,
    {"f|base64|contains: 'http://'", "x aHR0cDovLw== y", 1},
    {"f|base64offset|contains: 'http://'", "eGh0dHA6Ly8=", 1},   // "xhttp://"
    {"f|base64offset|contains: 'http://'", "eHhodHRwOi8v", 1},   // "xxhttp://"
    {"f|base64offset|contains: 'http://'", "aHR0cDovL2E=", 1},   // "http://a"
    {"f|base64offset|contains: 'http://'", "bm90aGluZw==", 0},
    {"f|wide|base64offset|contains: 'IEX'", "SQBFAFgA", 1},
    {"f|utf16le|base64|contains: 'IEX'", "SQBFAFgA", 1},
    {"f|utf16be|base64|contains: 'IEX'", "AEkARQBY", 1},
    {"f|utf16|base64|contains: 'I'", "//5JAA==", 1},
    {"f|base64: 'a*'", "x", -1},
    {"f|base64offset|contains|all: ['http://', 'ftp://']", "aHR0cDovLw==", 0},
    {"f|base64offset|contains: x", "x", -1})

CASES(fields_are_compared_with_fields,
    {"f|fieldref: g", "oTHER", 1},
    {"f|fieldref: g", "x", 0},
    {"f|fieldref: missing", "x", 0},
    {"f|fieldref|cased: g", "oTHER", 0},
    {"f|fieldref|startswith: g", "Others", 1},
    {"f|fieldref|endswith: g", "another", 1},
    {"f|fieldref|contains: g", "another one", 1})

CASES(what_cannot_be_honoured_is_refused,
    {"f|expand: '%Servers%'", "x", -1},
    {"f|nonsense: 3", "x", -1},
    {"f|: 3", "x", -1},
    {"f|lt|gt: 3", "x", -1},
    {"f|cidr|contains: 10.0.0.0/8", "x", -1},
    {"fab.ctx.nonsense: true", "x", -1},
    {"fab.kind: sesion.start", "x", -1},
    {"f|fieldref: fab.ctx.pm", "x", -1})
// clang-format on

static void parts_of_a_time_are_compared(void **state)
{
    static const struct one_case cases[] = {
        {"f|minute: 7", "2026-11-22T05:07:09.5Z", 1},
        {"f|hour: 5", "2026-11-22T05:07:09Z", 1},
        {"f|hour: 5", "2026-11-22T14:07:09+09:00", 1},
        {"f|hour: 14", "2026-11-22T14:07:09+09:00", 0},
        {"f|hour|gte: 5", "2026-11-22 05:07:09", 1},
        {"f|hour|gt: 5", "2026-11-22 05:07:09", 0},
        {"f|hour|lt: 6", "2026-11-22 05:07:09", 1},
        {"f|day: 22", "2026-11-22T00:00:00Z", 1},
        {"f|week: 47", "2026-11-22T00:00:00Z", 1}, // a Sunday
        {"f|week: 48", "2026-11-23T00:00:00Z", 1},
        {"f|week: 53", "2027-01-03T23:59:59Z", 1}, // of the year before
        {"f|week: 1", "2027-01-04T00:00:00Z", 1},
        {"f|week: 1", "2024-12-30T00:00:00Z", 1}, // of the year behind
        {"f|month: [10, 11]", "2026-11-22T00:00:00Z", 1},
        {"f|month|neq: 11", "2026-11-22T00:00:00Z", 0},
        {"f|year: 2023", "<int>1693170240", 1},
        {"f|year: 2023", "1693170240123", 1},
        {"f|year: 2023", "<int>1693170240123456", 1},
        {"f|year: 2023", "<float>1693170240.25", 1},
        {"f|year: 2023", "yesterday", 0},
        {"f|year: 2023", NULL, 0},
        {"f|year: x", "2023-01-01", -1},
        {"f|hour: 1.5", "2023-01-01", -1},
        {"f|hour|minute: 1", "2023-01-01", -1},
        {"f|gte|hour: 1", "2023-01-01", -1},
        {"f|hour|contains: 1", "2023-01-01", -1},
    };

    (void)state;
    one_cases(cases, ARRAY_LEN(cases));
}

#define SITE                                                                                       \
    "fab: {site: F1, number: 1}\nareas: [{id: a}]\nbays: [{id: B, area: a}]\n"                     \
    "assets: [{id: J-1, kind: jump, bay: B, tier: T3, names: [jump-1], ips: [10.0.0.9]}]\n"        \
    "lists:\n  Jump: [{kind: jump, give: names}, {kind: jump, give: addresses}]\n"                 \
    "  Odd: ['a*b', 'x']\n  Nets: [10.1.0.0/16, 'fd00::/8']\n"

static int expanded(const char *test, const char *value)
{
    struct textfile site = {"site.yaml", SPAN_LIT(SITE)};
    struct one o;
    struct hit hit;
    struct fab *fab;
    char detection[1000];
    struct rig r;
    int v = -1;

    rig_open(&r);
    fab = fab_load(&site, 1, &r.faults);
    assert_non_null(fab);
    one_event(&o);
    one_put(&o, "f", value);
    (void)snprintf(detection, sizeof(detection), "  s:\n    %s\n  condition: s", test);
    rig_text(&r, "one.yml", one_rule(detection));
    r.set = ruleset_load_for(fab, r.file, r.nfiles, &r.faults);
    fab_free(fab);
    r.m = matcher_new(r.set, NULL);
    if (r.faults.count == 0) {
        v = matcher_run(r.m, &o.ev, &hit, 1) ? (int)hit.verdict : VERDICT_NO;
    } else {
        assert_true(r.err[0].line > 0 && r.err[0].msg[0]);
    }
    rig_close(&r);
    return v;
}

static void placeholders_are_filled_from_the_model(void **state)
{
    static const struct one_case cases[] = {
        {"f|expand: '%Jump%'", "JUMP-1", 1},
        {"f|expand: '%Jump%'", "10.0.0.9", 1},
        {"f|expand: '%Jump%'", "jump-2", 0},
        {"f|expand: '%Jump%.site'", "jump-1.site", 1},
        {"f|contains|expand: '%Jump%'", "to jump-1 now", 1},
        {"f|expand|contains: '%Jump%'", "to jump-1 now", 1},
        {"f|expand|endswith: '%Jump%'", "to jump-1", 1},
        {"f|expand|endswith: '%Jump%'", "jump-1 to", 0},
        {"f|expand: '%Odd%'", "a*b", 1}, // entries are no patterns
        {"f|expand: '%Odd%'", "aXb", 0},
        {"f|expand: '%Jump%-%Odd%*'", "jump-1-x and more", 1},
        {"f|expand|all|contains: ['%Jump%', '%Odd%']", "x on jump-1", 1},
        {"f|expand|all|contains: ['%Jump%', '%Odd%']", "y on jump-1", 0},
        {"f|expand|base64: '%Odd%'", "eA==", 1},
        {"f|expand|base64: '%Odd%'", "YSpi", 1},
        {"f|expand|cidr: '%Nets%'", "10.1.2.3", 1},
        {"f|expand|cidr: '%Nets%'", "fd00::1", 1},
        {"f|expand|cidr: '%Nets%'", "10.2.2.3", 0},
        {"f|expand|cidr: '%Odd%'", "10.2.2.3", -1},
        {"f|expand: '100%'", "100%", 1},
        {"f|expand: '\\%Jump\\%'", "%Jump%", 1},
        {"f: '%Jump%'", "%Jump%", 1}, // without the modifier it is text
        {"f|expand: '%Nobody%'", "Nobody", -1},
        {"f|expand: '%jump%'", "jump-1", -1},
        {"f|re|expand: '%Jump%'", "jump-1", -1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int got = expanded(cases[i].test, cases[i].value);

        if (got != cases[i].want) {
            fail_msg("%s on \"%s\": %d instead of %d", cases[i].test, cases[i].value, got,
                     cases[i].want);
        }
    }
}

static void several_values_of_one_name_are_any_of_them(void **state)
{
    struct one o;

    (void)state;
    one_event(&o);
    one_put(&o, "f", "a");
    one_put(&o, "g", "x");
    one_put(&o, "f", "b");
    assert_int_equal(one_verdict(one_rule("  s: {f: b}\n  condition: s"), &o), VERDICT_YES);
    assert_int_equal(one_verdict(one_rule("  s: {f|all: [a, b]}\n  condition: s"), &o),
                     VERDICT_YES);
    assert_int_equal(one_verdict(one_rule("  s: {f|all: [a, c]}\n  condition: s"), &o), VERDICT_NO);
}

static void a_value_has_a_bound(void **state)
{
    static char text[6000];

    (void)state;
    for (size_t n = 4096; n <= 4097; n++) {
        struct one o;
        int head = snprintf(text, sizeof(text), "  s: {f: ");

        memset(text + head, 'x', n);
        (void)snprintf(text + (size_t)head + n, 64, "}\n  condition: s");
        one_event(&o);
        assert_int_equal(one_verdict(one_rule(text), &o), n == 4096 ? VERDICT_NO : -1);
    }
}

static void faults_name_line_and_column_of_the_modifier(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a/b.yml",
             "title: t\nlogsource: {product: p}\ndetection:\n  s:\n    field|contains|what: x\n"
             "  condition: s\n");
    rig_load(&r);
    assert_int_equal(r.nerr, 1);
    assert_string_equal(r.err[0].path, "a/b.yml");
    assert_string_equal(r.err[0].code, "sigma.modifier");
    assert_int_equal(r.err[0].line, 5);
    assert_int_equal(r.err[0].col, 20);
    assert_int_equal(ruleset_count(r.set), 0);
    rig_close(&r);
}

// What PCRE2 says is the same letter in another case must match, whichever way the pattern was made.
static void no_letter_with_a_case_is_compared_by_its_bytes(void **state)
{
    struct regex_scratch *scratch = regex_scratch_new();
    struct regexes owner = {0};
    size_t letters = 0;
    struct arena a;

    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    arena_init(&a, 64 << 20);
    for (wint_t c = 0x80; c < 0x110000; c++) {
        wint_t other = towupper(c) == c ? towlower(c) : towupper(c);
        char one[MB_LEN_MAX + 1] = "", two[MB_LEN_MAX + 1] = "", why[160];
        const struct regex *re;
        struct pattern p;
        size_t at;

        if (other == c || wctomb(one, (wchar_t)c) <= 0 || wctomb(two, (wchar_t)other) <= 0) {
            continue;
        }
        re = regex_compile(&owner, &a, span_str(one), REGEX_NOCASE, why, &at);
        assert_non_null(re);
        assert_true(pattern_make(&owner, &a, units_parse(&a, span_str(one)), false, &p, why));
        if (pattern_match(&p, scratch, span_str(two), span_str(two)) !=
            regex_find(re, scratch, span_str(two))) {
            fail_msg("U+%04X and U+%04X", (unsigned)c, (unsigned)other);
        }
        letters++;
    }
    assert_true(letters > 2000);
    assert_non_null(setlocale(LC_CTYPE, "C"));
    regexes_free(&owner);
    regex_scratch_free(scratch);
    arena_free(&a);
}

static void folding_changes_the_letters_from_a_to_z_alone(void **state)
{
    char in[300], out[300];

    (void)state;
    for (size_t from = 0; from < 16; from++) {
        for (size_t i = 0; i < 256; i++) {
            in[i] = (char)(i + from);
        }
        for (size_t n = 0; n <= 256; n++) {
            bool ascii = fold_ascii(out, span_of(in, n));

            for (size_t i = 0; i < n; i++) {
                char c = in[i];

                assert_int_equal(out[i], c >= 'A' && c <= 'Z' ? c + 32 : c);
                ascii = ascii && (unsigned char)c < 0x80;
            }
            assert_int_equal(ascii, n + from <= 0x80);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_is_ignored_unless_cased),
        cmocka_unit_test(folding_changes_the_letters_from_a_to_z_alone),
        cmocka_unit_test(letters_without_case_are_themselves),
        cmocka_unit_test(no_letter_with_a_case_is_compared_by_its_bytes),
        cmocka_unit_test(wildcards_match_runs_and_single_characters),
        cmocka_unit_test(backslashes_escape_only_before_wildcards_and_themselves),
        cmocka_unit_test(null_empty_and_exists_are_three_things),
        cmocka_unit_test(numbers_match_numeric_strings),
        cmocka_unit_test(lists_are_or_and_all_makes_them_and),
        cmocka_unit_test(expressions_mind_case_unless_told),
        cmocka_unit_test(prefixes_of_both_families),
        cmocka_unit_test(windash_widens_options_only),
        cmocka_unit_test(encodings_apply_from_left_to_right),
        cmocka_unit_test(fields_are_compared_with_fields),
        cmocka_unit_test(parts_of_a_time_are_compared),
        cmocka_unit_test(placeholders_are_filled_from_the_model),
        cmocka_unit_test(what_cannot_be_honoured_is_refused),
        cmocka_unit_test(several_values_of_one_name_are_any_of_them),
        cmocka_unit_test(a_value_has_a_bound),
        cmocka_unit_test(faults_name_line_and_column_of_the_modifier),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
