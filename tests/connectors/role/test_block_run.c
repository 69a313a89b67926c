// test_block_run.c - one block to one result, whoever runs it.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "connectors/role/block_run.h"

static const char rule[] = "title: Marked line\nid: 0f0e7c0e-0000-4000-8000-000000000001\n"
                           "level: high\nlogsource:\n  category: test\ndetection:\n  keywords:\n"
                           "    - marked\n  condition: keywords\n";

struct bench {
    struct sourceset *sources;
    struct ruleset *rules;
    struct block_run *run;
    struct buf block, result;
};

static void open_bench(struct bench *b)
{
    struct faults faults = {.count = 0};
    struct textfile file = {"rules/r.yml", SPAN_LIT(rule)};

    b->sources = sourceset_load(NULL, 0, &faults);
    b->rules = ruleset_load(&file, 1, &faults);
    assert_int_equal(faults.count, 0);
    b->run = block_run_new(b->sources, b->rules);
    assert_non_null(b->run);
    buf_init(&b->block, BLOCK_MAX);
    buf_init(&b->result, RESULT_MAX);
}

static void close_bench(struct bench *b)
{
    block_run_free(b->run);
    ruleset_free(b->rules);
    sourceset_free(b->sources);
    buf_free(&b->block);
    buf_free(&b->result);
}

static void add(struct bench *b, enum rec_type type, uint8_t flags, uint16_t source, uint64_t seq,
                struct span bytes)
{
    block_add(&b->block, &(struct record){.type = type,
                                          .flags = flags,
                                          .source = source,
                                          .epoch = 1,
                                          .seq = seq,
                                          .received = (ntime_t)seq * 1000000000,
                                          .bytes = bytes});
}

static void declare(struct bench *b, uint8_t flags)
{
    struct buf d;

    buf_init(&d, 256);
    source_decl_put(&d, &(struct source_decl){.number = 3,
                                              .name = SPAN_LIT("s"),
                                              .format = SPAN_LIT("auto"),
                                              .kind = SPAN_LIT("os")});
    add(b, REC_SOURCE, flags, 3, 0, buf_span(&d));
    buf_free(&d);
}

static void begin(struct bench *b)
{
    block_begin(&b->block, 1, 9, &(struct digest){{7}});
}

static void run(struct bench *b, const uint32_t *skip, size_t nskip)
{
    struct err err = ERR_INIT;

    assert_int_equal(block_end(&b->block), 0);
    if (block_run(b->run, buf_span(&b->block), skip, nskip, NULL, NULL, &b->result, &err) < 0) {
        err_print(stderr, &err);
        fail();
    }
}

// The kinds of items of a result, one letter each; the last of each kind stays in `it`.
static const char *items(const struct bench *b, struct res_item *it, char out[32])
{
    static const char letter[] = {"OCTSRBEDF"};
    struct result r;
    size_t n = 0;

    assert_int_equal(result_open(buf_span(&b->result), &r), 0);
    assert_int_equal(r.block, 9);
    while (result_next(&r, it) > 0 && n < 31) {
        out[n++] = letter[it->type];
    }
    out[n] = '\0';
    return out;
}

static void counts_stand_before_ticks_and_at_the_end(void **state)
{
    struct bench b;
    struct res_item *it = malloc(sizeof(*it));
    char kinds[32];

    (void)state;
    open_bench(&b);
    begin(&b);
    declare(&b, 0);
    add(&b, REC_EVENT, 0, 3, 1, SPAN_LIT("plain"));
    add(&b, REC_TICK, 0, 0, 1, SPAN_NONE);
    add(&b, REC_TICK, 0, 0, 2, SPAN_NONE);
    add(&b, REC_EVENT, REC_OVERSIZE, 3, 2, SPAN_LIT("plain"));
    add(&b, REC_SKIPPED, 0, 3, 2, SPAN_LIT("\x05\0\0\0\0\0\0\0\0"));
    run(&b, NULL, 0);
    assert_string_equal(items(&b, it, kinds), "SCTTC");
    assert_int_equal(it->counts.records, 1);
    assert_int_equal(it->counts.bytes, 5);
    assert_int_equal(it->counts.oversize, 1);
    assert_int_equal(it->counts.skipped_bytes, 5);
    free(it);
    close_bench(&b);
}

static void a_repeated_declaration_is_no_news(void **state)
{
    struct bench b;
    struct res_item *it = malloc(sizeof(*it));
    char kinds[32];

    (void)state;
    open_bench(&b);
    begin(&b);
    declare(&b, REC_REPEAT);
    add(&b, REC_EVENT, 0, 3, 1, SPAN_LIT("plain"));
    run(&b, NULL, 0);
    assert_string_equal(items(&b, it, kinds), "C");
    free(it);
    close_bench(&b);
}

static void a_skipped_record_is_dead_and_counted(void **state)
{
    struct bench b;
    struct res_item *it = malloc(sizeof(*it));
    uint32_t skip = 1;
    char kinds[32];
    struct result r;

    (void)state;
    open_bench(&b);
    begin(&b);
    declare(&b, REC_REPEAT);
    add(&b, REC_EVENT, 0, 3, 1, SPAN_LIT("killer"));
    add(&b, REC_EVENT, 0, 3, 2, SPAN_LIT("plain"));
    run(&b, &skip, 1);
    assert_string_equal(items(&b, it, kinds), "DC");
    assert_int_equal(it->counts.records, 2);
    assert_int_equal(result_open(buf_span(&b.result), &r), 0);
    assert_int_equal(result_next(&r, it), 1);
    assert_int_equal(it->dead.seq, 1);
    assert_true(span_eq(it->dead.bytes, SPAN_LIT("killer")));
    free(it);
    close_bench(&b);
}

static void what_ran_before_leaves_no_trace_in_the_result(void **state)
{
    struct bench b;
    struct digest first, again;
    struct buf copy;

    (void)state;
    open_bench(&b);
    buf_init(&copy, BLOCK_MAX);
    begin(&b);
    declare(&b, REC_REPEAT);
    add(&b, REC_EVENT, 0, 3, 1, SPAN_LIT("{\"a\":1}"));
    add(&b, REC_TICK, 0, 0, 1, SPAN_NONE);
    run(&b, NULL, 0);
    first = digest_of(buf_span(&b.result));
    buf_put_span(&copy, buf_span(&b.block));

    begin(&b);
    declare(&b, 0);
    add(&b, REC_EVENT, 0, 3, 1, SPAN_LIT("something longer, marked, and with other fields"));
    run(&b, NULL, 0);
    assert_int_equal(block_run(b.run, buf_span(&copy), NULL, 0, NULL, NULL, &b.result, NULL), 0);
    again = digest_of(buf_span(&b.result));
    assert_true(digest_eq(&first, &again));
    buf_free(&copy);
    close_bench(&b);
}

static void count_at(void *ctx, uint32_t rec)
{
    uint32_t *sum = ctx;

    *sum = *sum * 10 + rec;
}

static void careful_mode_names_each_record_first(void **state)
{
    struct bench b;
    uint32_t sum = 0, skip = 2;

    (void)state;
    open_bench(&b);
    begin(&b);
    declare(&b, REC_REPEAT);
    for (uint64_t i = 1; i <= 3; i++) {
        add(&b, REC_EVENT, 0, 3, i, SPAN_LIT("x"));
    }
    assert_int_equal(block_end(&b.block), 0);
    assert_int_equal(
        block_run(b.run, buf_span(&b.block), &skip, 1, count_at, &sum, &b.result, NULL), 0);
    assert_int_equal(sum, 13);
    close_bench(&b);
}

// Two rules, one of which cannot be answered for a hostile record.
static const char slow_and_quick[] =
    "title: slow\nid: slow-1\nlogsource: {product: p}\ndetection: {s: {f|re: '^(a+)+$'}, "
    "condition: s}\n---\ntitle: quick\nid: quick-1\nlogsource: {product: p}\ndetection: {s: "
    "{f|endswith: '!'}, condition: s}\n";
static const char hostile[] =
    "{\"f\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}";

static void open_on(struct bench *b, const char *text)
{
    static const char source[] = "name: p\ntitle: P\ngroup: os\nmechanism: json\nlogsource: "
                                 "{product: p}\nmatch: {fields: {f: \"*\"}}\n";
    struct textfile rules = {"rules/r.yml", span_str(text)};
    struct textfile src = {"p.yaml", span_str(source)};
    struct faults faults = {.count = 0};

    b->sources = sourceset_load(&src, 1, &faults);
    b->rules = ruleset_load(&rules, 1, &faults);
    assert_int_equal(faults.count, 0);
    b->run = block_run_new(b->sources, b->rules);
    buf_init(&b->block, BLOCK_MAX);
    buf_init(&b->result, RESULT_MAX);
}

static const char *run_hostile(struct bench *b, uint64_t records, struct res_item *it,
                               char kinds[32])
{
    begin(b);
    declare(b, 0);
    for (uint64_t i = 1; i <= records; i++) {
        add(b, REC_EVENT, 0, 3, i, span_str(hostile));
    }
    run(b, NULL, 0);
    return items(b, it, kinds);
}

// Said with the record and the rule's number, three times a block; the other rule still speaks, and another
// run over the same bytes says the same.
static void an_expression_beyond_its_limit_is_said_three_times_a_block(void **state)
{
    struct res_item *it = malloc(sizeof(*it));
    char kinds[32];
    struct result r;
    struct bench b;

    (void)state;
    open_on(&b, slow_and_quick);
    for (int round = 0; round < 2; round++) {
        assert_string_equal(run_hostile(&b, 5, it, kinds), "SOFOFOFOOC");
        assert_int_equal(result_open(buf_span(&b.result), &r), 0);
        for (int i = 0; i < 7; i++) {
            assert_int_equal(result_next(&r, it), 1);
        }
        assert_int_equal(it->fault.seq, 3);
        assert_int_equal(it->fault.source, 3);
        assert_int_equal(it->fault.rules.n, 4);
        assert_string_equal(ruleset_rule(b.rules, rd_u32(&it->fault.rules))->id, "slow-1");
        assert_true(span_eq(it->fault.bytes, span_str(hostile)));
    }
    close_bench(&b);
    free(it);
}

static void a_rule_in_quarantine_is_not_asked_in_its_blocks_and_its_set(void **state)
{
    static struct quarantine q = {.n = 1};
    struct res_item *it = malloc(sizeof(*it));
    struct quarantined *one = &q.one[0];
    char kinds[32];
    struct bench b;

    (void)state;
    open_on(&b, slow_and_quick);
    block_run_quarantine(b.run, &q);
    *one = (struct quarantined){{{7}}, 0, 9, UINT64_MAX}; // the rule slow-1 from this very block on
    assert_string_equal(run_hostile(&b, 2, it, kinds), "SOOC");
    one->until = 10;
    assert_string_equal(run_hostile(&b, 2, it, kinds), "SOOC");
    one->until = 9;
    assert_string_equal(run_hostile(&b, 2, it, kinds), "SOFOFC");
    *one = (struct quarantined){{{7}}, 0, 10, UINT64_MAX};
    assert_string_equal(run_hostile(&b, 2, it, kinds), "SOFOFC");
    *one = (struct quarantined){{{8}}, 0, 9, UINT64_MAX}; // of another set
    assert_string_equal(run_hostile(&b, 2, it, kinds), "SOFOFC");
    *one = (struct quarantined){{{7}}, 99, 9, UINT64_MAX}; // no such rule
    assert_string_equal(run_hostile(&b, 2, it, kinds), "SOFOFC");
    close_bench(&b);
    free(it);
}

// The observation names as many as it may; that there were more is not lost.
static void a_record_that_too_many_rules_match_is_kept(void **state)
{
    struct res_item *it = malloc(sizeof(*it));
    char kinds[32];
    struct buf text;
    struct bench b;

    (void)state;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < OBS_HITS_MAX + 2; i++) {
        buf_printf(&text,
                   "%stitle: r%d\nid: r%d\nlogsource: {product: p}\ndetection: {s: {f|contains: "
                   "mark}, condition: s}\n",
                   i ? "---\n" : "", i, i);
    }
    buf_u8(&text, '\0');
    open_on(&b, text.p);
    begin(&b);
    declare(&b, 0);
    add(&b, REC_EVENT, 0, 3, 1, SPAN_LIT("{\"f\":\"marked\"}"));
    add(&b, REC_EVENT, 0, 3, 2, SPAN_LIT("{\"f\":\"plain\"}"));
    run(&b, NULL, 0);
    assert_string_equal(items(&b, it, kinds), "SODC");
    close_bench(&b);
    buf_free(&text);
    free(it);
}

static void a_list_of_quarantine_is_read_as_it_was_put(void **state)
{
    static struct quarantine q = {.n = 2}, got;
    struct rd r;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 1 << 20);
    q.one[0] = (struct quarantined){{{1}}, 5, 7, UINT64_MAX};
    q.one[1] = (struct quarantined){{{2}}, 6, 8, 9};
    quarantine_put(&b, &q);
    r = rd_of(buf_span(&b));
    assert_true(quarantine_get(&r, &got) && rd_done(&r));
    assert_int_equal(got.n, 2);
    assert_memory_equal(&got.one, &q.one, 2 * sizeof(q.one[0]));
    r = rd_of(span_sub(buf_span(&b), 0, b.len - 1));
    assert_false(quarantine_get(&r, &got));
    buf_clear(&b);
    buf_u32(&b, QUARANTINE_MAX + 1);
    for (size_t i = 0; i < (QUARANTINE_MAX + 1) * 52; i++) {
        buf_u8(&b, 0);
    }
    r = rd_of(buf_span(&b));
    assert_false(quarantine_get(&r, &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_stand_before_ticks_and_at_the_end),
        cmocka_unit_test(a_repeated_declaration_is_no_news),
        cmocka_unit_test(a_skipped_record_is_dead_and_counted),
        cmocka_unit_test(what_ran_before_leaves_no_trace_in_the_result),
        cmocka_unit_test(careful_mode_names_each_record_first),
        cmocka_unit_test(an_expression_beyond_its_limit_is_said_three_times_a_block),
        cmocka_unit_test(a_rule_in_quarantine_is_not_asked_in_its_blocks_and_its_set),
        cmocka_unit_test(a_record_that_too_many_rules_match_is_kept),
        cmocka_unit_test(a_list_of_quarantine_is_read_as_it_was_put),
    };

    return cmocka_run_group_tests_name("block_run", tests, NULL, NULL);
}
