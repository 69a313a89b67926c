// parts.c - what decoding and matching JSON lines costs, and what its parts cost alone; run by parts.py.
// SPDX-License-Identifier: Apache-2.0
//
//   parts SOURCES RULES LINES     a folder, a folder, a file of JSON lines
//
// scan      json_take() when nothing is wanted: the text is walked and checked
// lookup    json_take() of all names that sources and rules ask for, less scan
// patterns  Hyperscan, one database of caseless literals a field, made of all texts that rules look for within its
//           values, over the values of those fields; one report a literal. Texts that are whole values or ends are not
//           among them: a hash decides those
// whole     decode() and matcher_run(): header, times, ECS names, log source, hits
//
// CPU time of the thread; each is done ROUNDS times over all lines, and the least counts.
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "connectors/os/files.h"
#include "core/decode/decode.h"
#include "core/decode/json_take.h"
#include "core/detect/set.h"

#include <fcntl.h>

enum { ROUNDS = 5, HITS = 4096 };

struct bench {
    struct arena texts;
    struct sourceset *sources;
    struct ruleset *rules;
    struct wants *want, *nothing;
    struct buf log;
    struct span *line;
    size_t nlines;
    hs_database_t **db; // by number of a wanted name
    hs_scratch_t *scratch;
    struct look {
        const hs_database_t *db;
        struct span value;
    } * look;
    size_t nlooks, clooks, nliterals;
    uint64_t found;
};

static void give_up(const char *what)
{
    (void)fprintf(stderr, "parts: %s\n", what);
    exit(2);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct file_tree tree(struct bench *b, const char *dir)
{
    static const char *const ends[] = {"!.samples.yaml", ".yml", ".yaml", NULL};
    struct err err = ERR_INIT;
    struct file_tree t = {NULL, 0};

    if (file_read_tree(AT_FDCWD, dir, dir, ends, &b->texts, &t, &err) < 0) {
        err_print(stderr, &err);
        exit(2);
    }
    return t;
}

static void load(struct bench *b, char **argv)
{
    struct faults faults = {.count = 0};
    struct err err = ERR_INIT;
    struct file_tree t;

    arena_init(&b->texts, (size_t)1 << 30);
    t = tree(b, argv[1]);
    b->sources = sourceset_load(t.file, t.n, &faults);
    t = tree(b, argv[2]);
    b->rules = ruleset_load(t.file, t.n, &faults);
    b->want = wants_new();
    b->nothing = wants_new();
    if (!b->sources || !b->rules || !b->want || !b->nothing || !wants_seal(b->nothing) ||
        !sourceset_want(b->sources, b->want)) {
        give_up("no memory");
    }
    ruleset_want(b->rules, b->want);
    buf_init(&b->log, (size_t)1 << 30);
    if (!wants_seal(b->want) || file_read(AT_FDCWD, argv[3], (size_t)1 << 30, &b->log, &err) < 0) {
        give_up("no lines");
    }
}

static void cut(struct bench *b)
{
    struct span rest = buf_span(&b->log);
    size_t n = 0;

    for (size_t i = 0; i < rest.n; i++) {
        n += rest.p[i] == '\n';
    }
    b->line = calloc(n + 1, sizeof(*b->line));
    while (b->line && rest.n) {
        struct span line = span_cut(&rest, '\n');

        if (line.n) {
            b->line[b->nlines++] = line;
        }
    }
    if (b->nlines == 0) {
        give_up("no lines");
    }
}

// ---- the databases

struct literals {
    const char **text;
    size_t *len;
    unsigned *flags, *id;
    size_t n, cap;
};

static void add_literal(struct literals *l, struct span s)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 16;
        l->text = realloc(l->text, l->cap * sizeof(*l->text));
        l->len = realloc(l->len, l->cap * sizeof(*l->len));
        l->flags = realloc(l->flags, l->cap * sizeof(*l->flags));
        l->id = realloc(l->id, l->cap * sizeof(*l->id));
    }
    if (!l->text || !l->len || !l->flags || !l->id) {
        give_up("no memory");
    }
    l->text[l->n] = s.p;
    l->len[l->n] = s.n;
    l->flags[l->n] = HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH;
    l->id[l->n] = (unsigned)l->n;
    l->n++;
}

static void collect(const struct bench *b, struct literals *of)
{
    for (size_t i = 0; i < b->rules->nrules; i++) {
        const struct program *p = &b->rules->rule[i]->program;

        for (size_t k = 0; k < p->nleaves; k++) {
            const struct leaf *l = &p->leaf[k];
            uint32_t id = l->name < b->rules->names.n
                              ? wants_find(b->want, b->rules->names.name[l->name])
                              : WANTS_NONE;

            for (uint32_t t = 0; id != WANTS_NONE && t < l->ntests; t++) {
                if (l->test[t].kind == TEST_TEXT && l->test[t].text.kind == PATTERN_CONTAINS &&
                    l->test[t].text.lit.n) {
                    add_literal(&of[id], l->test[t].text.lit);
                }
            }
        }
    }
}

static void make_databases(struct bench *b)
{
    size_t n = wants_count(b->want);
    struct literals *of = calloc(n + 1, sizeof(*of));

    b->db = calloc(n + 1, sizeof(*b->db));
    if (!of || !b->db) {
        give_up("no memory");
    }
    collect(b, of);
    for (size_t i = 0; i < n; i++) {
        hs_compile_error_t *why;

        b->nliterals += of[i].n;
        if (of[i].n &&
            (hs_compile_lit_multi(of[i].text, of[i].flags, of[i].id, of[i].len, (unsigned)of[i].n,
                                  HS_MODE_BLOCK, NULL, &b->db[i], &why) != HS_SUCCESS ||
             hs_alloc_scratch(b->db[i], &b->scratch) != HS_SUCCESS)) {
            give_up("Hyperscan takes no such literals");
        }
        free(of[i].text);
        free(of[i].len);
        free(of[i].flags);
        free(of[i].id);
    }
    free(of);
}

// ---- the parts

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    struct bench *b = ctx;

    (void)id, (void)from, (void)to, (void)flags;
    b->found++;
    return 0;
}

static void add_look(struct bench *b, const hs_database_t *db, struct span value)
{
    if (b->nlooks == b->clooks) {
        b->clooks = b->clooks ? b->clooks * 2 : 4096;
        b->look = realloc(b->look, b->clooks * sizeof(*b->look));
        if (!b->look) {
            give_up("no memory");
        }
    }
    b->look[b->nlooks++] = (struct look){db, value};
}

// With `keep`: the values that patterns are looked for in, copied.
static size_t take_all_lines(struct bench *b, const struct wants *want, bool keep)
{
    struct json_memo memo;
    struct fields f;
    struct arena a;
    size_t ok = 0;

    arena_init(&a, 256 << 20);
    if (!json_memo_init(&memo, want) || !fields_init(&f, want, &a)) {
        give_up("no memory");
    }
    for (size_t i = 0; i < b->nlines; i++) {
        fields_clear(&f);
        arena_reset(&a);
        ok += json_take(&memo, b->line[i], &f);
        fields_index(&f);
        for (size_t k = 0; keep && k < f.ntouched; k++) {
            const hs_database_t *db = b->db[f.touched[k]];

            for (uint32_t v = db ? f.at[f.touched[k]] : 0; v; v = f.next[v - 1]) {
                add_look(b, db, arena_span(&b->texts, f.v[v - 1].v.s));
            }
        }
    }
    json_memo_free(&memo);
    fields_free(&f);
    arena_free(&a);
    return ok;
}

static size_t part_scan(struct bench *b)
{
    return take_all_lines(b, b->nothing, false);
}

static size_t part_take(struct bench *b)
{
    return take_all_lines(b, b->want, false);
}

static size_t part_patterns(struct bench *b)
{
    b->found = 0;
    for (size_t i = 0; i < b->nlooks; i++) {
        (void)hs_scan(b->look[i].db, b->look[i].value.n ? b->look[i].value.p : "",
                      (unsigned)b->look[i].value.n, 0, b->scratch, on_match, b);
    }
    return b->nlooks;
}

static size_t part_whole(struct bench *b)
{
    struct decoder *d = decoder_new_wanting(b->sources, b->want);
    struct matcher *m = matcher_new(b->rules, b->want);
    static struct hit hit[HITS];
    static struct event ev;
    size_t hits = 0;

    if (!d || !m) {
        give_up("no memory");
    }
    for (size_t i = 0; i < b->nlines; i++) {
        struct decode_in in = {.raw = b->line[i], .received = INT64_C(1795000000000000000)};

        decode(d, &in, &ev);
        hits += matcher_run(m, &ev, hit, HITS);
    }
    matcher_free(m);
    decoder_free(d);
    return hits;
}

static double least(struct bench *b, size_t (*part)(struct bench *), size_t *ret)
{
    double best = 0;

    for (int i = 0; i < ROUNDS; i++) {
        double began = now(), took;

        *ret = part(b);
        took = now() - began;
        best = i == 0 || took < best ? took : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    static struct bench b;
    size_t walked, taken, looks, hits;
    double scan, take, patterns, whole, n, kb;

    if (argc != 4) {
        give_up("usage: parts SOURCES RULES LINES");
    }
    load(&b, argv);
    cut(&b);
    make_databases(&b);
    (void)take_all_lines(&b, b.want, true);
    scan = least(&b, part_scan, &walked);
    take = least(&b, part_take, &taken);
    patterns = least(&b, part_patterns, &looks);
    whole = least(&b, part_whole, &hits);
    n = (double)b.nlines;
    kb = (double)b.log.len / 1000;
    // events, bytes, walked, taken, literals, looks, reports, hits, us: scan lookup patterns whole, us/kB whole
    printf("%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%llu\t%zu\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n", b.nlines,
           b.log.len, walked, taken, b.nliterals, looks, (unsigned long long)b.found, hits,
           scan / n, (take - scan) / n, patterns / n, whole / n, whole / kb);
    return 0;
}
