// test_hot_path.c - from bytes to outcome without an allocation: the service's way and scan's.
// SPDX-License-Identifier: Apache-2.0
//
// The samples of all sources and logs of many vendors, one stream of lines, with our rules and the public ones. The first rounds find
// their room; a later round of the same records must not ask for any.
#include "tests/connectors/ctl/ran.h"

#include <fcntl.h>

#include "connectors/ctl/rule_view.h"
#include "connectors/ctl/scan.h"
#include "connectors/ctl/share.h"
#include "connectors/role/block_run.h"
#include "core/base/ydoc.h"
#include "tests/support/counted.h"

enum { ROUNDS_TO_WARM = 3, PIECE = 4096, STREAMS = 2 };
static const enum frame_kind kind[STREAMS] = {FRAME_LINES, FRAME_JSON};

struct way {
    struct sourceset *sources;
    struct ruleset *rules;
    struct buf stream[STREAMS]; // lines; JSON texts over several lines
    size_t nsamples;
};

static void add_samples(struct way *w, const struct textfile *f)
{
    struct err err = ERR_INIT;
    struct arena a;
    struct ydocs d;
    struct ynode *list;

    arena_init(&a, 64 << 20);
    assert_int_equal(ydoc_load(&a, f->text, f->path, &d, &err), 0);
    list = d.n ? y_get(d.doc[0], "samples") : NULL;
    for (size_t i = 0; list && i < list->n; i++) {
        struct span raw = y_text(y_get(list->item[i], "raw"));

        if (raw.n) {
            buf_put_span(&w->stream[0], raw);
            buf_u8(&w->stream[0], '\n');
            w->nsamples++;
        }
    }
    arena_free(&a);
}

// Recorded events, file behind file.
static void add_logs(struct buf *stream, const char *dir, const char *end)
{
    const char *const ends[] = {end, NULL};
    struct err err = ERR_INIT;
    struct texts t;

    texts_init(&t);
    assert_int_equal(texts_add(&t, dir, ends, &err), 0);
    for (size_t i = 0; i < t.n; i++) {
        buf_put_span(stream, t.file[i].text);
        buf_u8(stream, '\n');
    }
    assert_true(t.n > 0);
    texts_free(&t);
}

static void way_open(struct way *w)
{
    struct faults faults = {.count = 0};
    struct err err = ERR_INIT;
    struct texts rules, sources;

    *w = (struct way){.nsamples = 0};
    for (int i = 0; i < STREAMS; i++) {
        buf_init(&w->stream[i], 64 << 20);
    }
    texts_init(&rules);
    texts_init(&sources);
    assert_int_equal(texts_add(&rules, "share/rules", texts_yaml, &err), 0);
    assert_int_equal(texts_add(&rules, "../shared/data/sigma-rules", texts_yaml, &err), 0);
    assert_int_equal(texts_add(&sources, "share/sources", texts_yaml, &err), 0);
    assert_true(sources.n > 100);
    w->rules = ruleset_load(rules.file, rules.n, &faults);
    w->sources = sourceset_load(sources.file, sources.n, &faults);
    for (size_t i = 0; i < sources.n; i++) {
        add_samples(w, &sources.file[i]);
    }
    add_logs(&w->stream[0], "../shared/data/suricata-eve", "eve.json");
    add_logs(&w->stream[0], "../shared/data/zeek", ".log");
    add_logs(&w->stream[1], "../shared/data/sigma-regression", ".json");
    texts_free(&rules);
    texts_free(&sources);
    assert_true(w->rules && w->sources && buf_ok(&w->stream[0]) && buf_ok(&w->stream[1]));
    assert_true(ruleset_count(w->rules) > 2000);
    assert_true(w->nsamples > 250);
}

static void way_close(struct way *w)
{
    buf_free(&w->stream[0]);
    buf_free(&w->stream[1]);
    ruleset_free(w->rules);
    sourceset_free(w->sources);
}

static bool can_count(void)
{
    if (!COUNTED) {
        print_message("skipped: allocations cannot be counted under the address sanitiser\n");
    }
    return COUNTED;
}

// ---- the service: frames into a block, the block to a result

struct service {
    struct framer *framer[STREAMS];
    struct block_run *run;
    struct buf block, result, decl;
    uint64_t seq, number;
    size_t records, hits;
};

static void declare(struct service *s)
{
    block_begin(&s->block, 1, s->number++, &(struct digest){{7}});
    block_add(
        &s->block,
        &(struct record){.type = REC_SOURCE, .source = 3, .epoch = 1, .bytes = buf_span(&s->decl)});
}

static void close_block(struct service *s)
{
    struct err err = ERR_INIT;
    struct result r;

    assert_int_equal(block_end(&s->block), 0);
    assert_int_equal(block_run(s->run, buf_span(&s->block), NULL, 0, NULL, NULL, &s->result, &err),
                     0);
    assert_int_equal(result_open(buf_span(&s->result), &r), 0);
    s->hits += buf_span(&s->result).n;
    declare(s);
}

static void service_round(struct service *s, struct framer *framer, struct span stream)
{
    struct frame f;

    for (size_t at = 0; at < stream.n; at += PIECE) {
        framer_feed(framer, span_sub(stream, at, PIECE));
        while (framer_next(framer, &f) == FRAME_ONE) {
            block_add(&s->block, &(struct record){.type = REC_EVENT,
                                                  .source = 3,
                                                  .epoch = 1,
                                                  .seq = ++s->seq,
                                                  .received = INT64_C(1795000000000000000),
                                                  .bytes = f.bytes});
            s->records++;
            if (s->block.len > BLOCK_SOFT) {
                close_block(s);
            }
        }
    }
    close_block(s);
}

static void the_service_decodes_and_matches_without_allocating(void **state)
{
    struct service s = {.number = 1};
    size_t before = 0, records = 0, hits = 0;
    struct way w;

    (void)state;
    if (!can_count()) {
        skip();
    }
    way_open(&w);
    s.framer[0] = framer_new(kind[0]);
    s.framer[1] = framer_new(kind[1]);
    s.run = block_run_new(w.sources, w.rules);
    assert_true(s.framer[0] && s.framer[1] && s.run);
    buf_init(&s.block, BLOCK_MAX);
    buf_init(&s.result, RESULT_MAX);
    buf_init(&s.decl, 1000);
    source_decl_put(&s.decl, &(struct source_decl){.number = 3,
                                                   .name = SPAN_LIT("s"),
                                                   .format = SPAN_LIT("auto"),
                                                   .kind = SPAN_LIT("os")});
    declare(&s);
    for (int i = 0; i <= ROUNDS_TO_WARM; i++) {
        before = allocations;
        records = s.records;
        hits = s.hits;
        service_round(&s, s.framer[0], buf_span(&w.stream[0]));
        service_round(&s, s.framer[1], buf_span(&w.stream[1]));
    }
    assert_int_equal(allocations - before, 0);
    assert_true(s.records - records > 9000);
    assert_true(s.hits - hits > 10000); // bytes of outcomes
    framer_free(s.framer[0]);
    framer_free(s.framer[1]);
    block_run_free(s.run);
    buf_free(&s.block);
    buf_free(&s.result);
    buf_free(&s.decl);
    way_close(&w);
}

// ---- scan: frames to lines on standard output

struct scanned {
    struct scan_set set;
    struct scan_machine *machine;
    struct scan_out out;
    struct scan_corr corr;
    struct framer *framer[STREAMS];
    size_t records;
};

static void scan_round(struct scanned *s, struct framer *framer, struct span stream)
{
    struct err err = ERR_INIT;
    struct scan_seen seen;
    struct frame f;

    for (size_t at = 0; at < stream.n; at += PIECE) {
        framer_feed(framer, span_sub(stream, at, PIECE));
        while (framer_next(framer, &f) == FRAME_ONE) {
            struct input_record r = {.file = "x",
                                     .bytes = f.bytes,
                                     .line = f.line,
                                     .line_end = f.line_end,
                                     .seq = ++s->records,
                                     .received = INT64_C(1795000000000000000)};

            assert_int_equal(scan_machine_take(s->machine, &r, 0, &s->out, &s->corr, &seen, &err),
                             0);
        }
    }
    scan_corr_forget(&s->corr); // what was kept for correlations lives to the end of a file
}

static void scan_decodes_matches_and_writes_without_allocating(void **state)
{
    struct scanned s = {.records = 0};
    struct err err = ERR_INIT;
    size_t before = 0, used = 0;
    uint64_t matches = 0;
    struct way w;
    int out, null;

    (void)state;
    if (!can_count()) {
        skip();
    }
    way_open(&w);
    s.set = (struct scan_set){.sources = w.sources,
                              .rules = w.rules,
                              .context = rule_view_context(w.rules),
                              .want = wants_new()};
    assert_true(sourceset_want(w.sources, s.set.want));
    ruleset_want(w.rules, s.set.want);
    assert_true(wants_seal(s.set.want));
    s.machine = scan_machine_new(&s.set, &err);
    s.framer[0] = framer_new(kind[0]);
    s.framer[1] = framer_new(kind[1]);
    assert_true(s.machine && s.framer[0] && s.framer[1]);
    assert_int_equal(scan_corr_init(&s.corr, w.rules, s.set.context, &err), 0);
    scan_out_init(&s.out, false, false);
    (void)fflush(stdout);
    out = dup(1);
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(out >= 0 && null >= 0 && dup2(null, 1) == 1);
    for (int i = 0; i <= ROUNDS_TO_WARM; i++) {
        before = allocations;
        matches = s.out.matches;
        scan_round(&s, s.framer[0], buf_span(&w.stream[0]));
        scan_round(&s, s.framer[1], buf_span(&w.stream[1]));
        used = allocations - before;
    }
    (void)fflush(stdout);
    assert_int_equal(dup2(out, 1), 1);
    close(out);
    close(null);
    assert_int_equal(used, 0);
    assert_true(s.out.matches - matches >= 106);
    scan_out_free(&s.out);
    scan_corr_free(&s.corr);
    scan_machine_free(s.machine);
    framer_free(s.framer[0]);
    framer_free(s.framer[1]);
    wants_free(s.set.want);
    free(s.set.context);
    way_close(&w);
}

static void the_counter_counts(void **state)
{
    size_t before = allocations;
    void *volatile p;

    (void)state;
    if (!can_count()) {
        skip();
    }
    p = malloc(1);
    p = realloc(p, 100);
    free(p);
    p = calloc(1, 1);
    free(p);
    assert_int_equal(allocations - before, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_counts),
        cmocka_unit_test(the_service_decodes_and_matches_without_allocating),
        cmocka_unit_test(scan_decodes_matches_and_writes_without_allocating),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
