// scan.c - fabsocctl scan: rules over files, without engine and database.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/rule_view.h"
#include "connectors/ctl/scan.h"
#include "connectors/ctl/share.h"
#include "connectors/ctl/trees.h"
#include "core/base/jsonw.h"
#include "core/decode/print.h"
#include "core/filter/filter.h"
#include "core/model/fab.h"

enum { JOBS_MAX = 256, RULE_PATHS_MAX = 64 };

struct scan_options {
    const char *rules[RULE_PATHS_MAX]; // none given: share/rules; "none": none at all
    size_t nrules;
    const char *fab, *where;
    bool merge, table, stats, count;
    size_t jobs;
};

struct scan {
    struct scan_options opt;
    struct scan_set set;
    size_t refused; // Sigma documents
    struct scan_texts {
        size_t cached, read; // files of rules
        bool refused;        // the cache
    } texts;
    struct filter *filter;        // of --where, for its names and faults; each thread has its own
    struct scan_machine *machine; // NULL: several, in `jobs`
    struct scan_jobs *jobs;
    struct scan_out out;
    struct scan_corr corr;
    struct scan_faults faults;
    uint32_t file_index;
    utime_t newest; // of the segment in hand, UTIME_NONE at a file's begin
    uint64_t events, passed, undecoded, resegmented;
    double began;
};

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void count(struct scan *s, const struct scan_seen *seen)
{
    s->events++;
    s->passed += seen->passed;
    s->undecoded += seen->undecoded;
    s->corr.latest = seen->time > s->corr.latest ? seen->time : s->corr.latest;
    if (s->newest != UTIME_NONE && seen->time < s->newest - SCAN_LATENESS) {
        s->resegmented++;
        s->newest = seen->time;
    } else if (s->newest == UTIME_NONE || seen->time > s->newest) {
        s->newest = seen->time;
    }
}

static int take(void *ctx, const struct input_record *r, struct err *err)
{
    struct scan *s = ctx;
    struct scan_seen seen;
    int rc = scan_machine_take(s->machine, r, s->file_index, &s->out, &s->corr, &seen, err);
    const uint32_t *rule;
    size_t n = scan_machine_faulted(s->machine, &rule);

    for (size_t i = 0; i < n; i++) {
        scan_faults_add(&s->faults, rule[i], s->events);
    }
    count(s, &seen);
    return rc;
}

// A scan_merge: what take() would have done with the batch's records.
static int merge(void *ctx, const struct scan_batch *b, struct err *err)
{
    struct scan *s = ctx;
    uint64_t first = s->events;
    int rc;

    if (b->first) {
        s->newest = UTIME_NONE;
    }
    for (size_t i = 0; i < b->nfaults; i++) {
        scan_faults_add(&s->faults, b->fault[i].rule, first + b->fault[i].rec);
    }
    for (size_t i = 0; i < b->nseen; i++) {
        count(s, &b->seen[i]);
    }
    rc = scan_out_merge(&s->out, &b->out, &s->faults, first, err);
    rc = rc ? rc : scan_corr_merge(&s->corr, &b->corr, &s->faults, first, err);
    if (rc == 0 && b->rc < 0) {
        *err = b->err;
        return b->rc;
    }
    return rc == 0 && b->last && !s->opt.merge ? scan_corr_end(&s->corr, &s->out, err) : rc;
}

// ---- what is loaded first

static int load_rules(struct scan *s, const struct fab *fab, struct err *err)
{
    struct faults faults = {.say = share_say};
    char path[SHARE_PATH_MAX];
    struct trees trees;
    struct texts t;
    int rc = 0;

    texts_init(&t);
    if (s->opt.nrules == 0 && !s->set.hunt && !s->opt.count) {
        rc = share_path("rules", path, err);
        rc = rc < 0 ? rc : texts_add(&t, path, texts_yaml, err);
    }
    for (size_t i = 0; i < s->opt.nrules && rc == 0; i++) {
        if (strcmp(s->opt.rules[i], "none") != 0) {
            rc = texts_add(&t, s->opt.rules[i], texts_yaml, err);
        }
    }
    if (rc == 0) {
        trees_open(&trees, t.file, t.n);
        s->set.rules = ruleset_load_trees(fab, t.file, trees.list.tree, t.n, &faults);
        s->texts = (struct scan_texts){trees.list.found, t.n - trees.list.found, trees.refused};
        trees_close(&trees);
        s->set.context = s->set.rules ? rule_view_context(s->set.rules) : NULL;
        s->refused = faults.count;
        rc = s->set.context ? 0 : err_set(err, E_SYSTEM, "scan.memory", "no memory for the rules");
    }
    texts_free(&t);
    return rc;
}

// The filter's faults have their column in the expression.
static int load_filter(struct scan *s, struct err *err)
{
    if (!s->opt.where) {
        return 0;
    }
    s->set.hunt = s->opt.nrules == 0;
    s->filter = filter_compile(span_str(s->opt.where), err);
    if (!s->filter) {
        err_at(err, "--where", 1, err->col);
        err->rc = E_USAGE;
    }
    return err->rc;
}

static int make_machines(struct scan *s, struct err *err)
{
    s->set.where = s->opt.where;
    s->set.count = s->opt.count;
    if (s->opt.jobs > 1) {
        s->jobs = scan_jobs_new(&s->set, s->opt.jobs, s->opt.table, merge, s, err);
    } else {
        s->machine = scan_machine_new(&s->set, err);
    }
    return s->jobs || s->machine ? 0 : err->rc;
}

// The decoder takes only what sources, rules and the filter ask for; a hunt prints whole records.
static int load_machines(struct scan *s, struct err *err)
{
    s->set.want = wants_new();
    if (s->set.want && sourceset_want(s->set.sources, s->set.want)) {
        ruleset_want(s->set.rules, s->set.want);
        if (s->filter) {
            filter_want(s->filter, s->set.want);
        }
        if (wants_seal(s->set.want)) {
            return make_machines(s, err);
        }
    }
    return err_set(err, E_SYSTEM, "scan.memory", "no memory for the names of fields");
}

static int load(struct scan *s, int *status, struct err *err)
{
    struct faults faults = {.say = share_say};
    struct fab *fab = NULL;
    int rc = load_filter(s, err);

    rc = rc == 0 && s->opt.fab ? share_fab(s->opt.fab, &faults, &fab, err) : rc;
    if (rc < 0) {
        return rc;
    }
    rc = load_rules(s, fab, err);
    fab_free(fab);
    rc = rc < 0 ? rc : scan_faults_init(&s->faults, ruleset_count(s->set.rules), err);
    if (rc < 0) {
        return rc;
    }
    s->set.sources = share_sources(&faults, err);
    if (!s->set.sources || (rc = scan_corr_init(&s->corr, s->set.rules, s->set.context, err)) < 0) {
        return s->set.sources ? rc : err->rc;
    }
    if (faults.count || s->refused) {
        *status = ctl_worse(*status, CTL_REFUSED);
    }
    return load_machines(s, err);
}

static void unload(struct scan *s)
{
    scan_jobs_free(s->jobs);
    scan_machine_free(s->machine);
    scan_corr_free(&s->corr);
    scan_faults_free(&s->faults);
    scan_out_free(&s->out);
    filter_free(s->filter);
    wants_free(s->set.want);
    free(s->set.context);
    ruleset_free(s->set.rules);
    sourceset_free(s->set.sources);
}

// ---- what is said at the end

static void print_stats(const struct scan *s)
{
    double took = seconds_now() - s->began;
    struct jsonw w;
    AUTO_BUF b;

    buf_init(&b, 64 << 20);
    w = jsonw_of(&b);
    jsonw_open(&w, '{');
    jsonw_ku64(&w, "events", s->events);
    jsonw_ku64(&w, "matches", s->out.matches);
    jsonw_ku64(&w, "undecoded", s->undecoded);
    jsonw_ku64(&w, "resegmented", s->resegmented);
    jsonw_key(&w, SPAN_LIT("seconds"));
    jsonw_double(&w, took);
    jsonw_key(&w, SPAN_LIT("events_per_second"));
    jsonw_double(&w, took > 0 ? (double)s->events / took : 0);
    jsonw_ku64(&w, "rules_loaded", rule_view_documents(s->set.rules));
    jsonw_ku64(&w, "rules_refused", s->refused);
    jsonw_ku64(&w, "rule_files_cached", s->texts.cached);
    jsonw_ku64(&w, "rule_files_read", s->texts.read);
    jsonw_ku64(&w, "rule_caches_refused", s->texts.refused);
    jsonw_key(&w, SPAN_LIT("needs_context"));
    jsonw_open(&w, '[');
    for (uint32_t i = 0; i < ruleset_count(s->set.rules); i++) {
        if (s->set.context[i]) {
            jsonw_str(&w, span_str(ruleset_rule(s->set.rules, i)->id));
        }
    }
    jsonw_close(&w, ']');
    jsonw_close(&w, '}');
    fprintf(stderr, SPAN_FMT "\n", SPAN_ARG(buf_span(&b)));
}

static void say_count(const char *code, uint64_t n, const char *what)
{
    struct err err = ERR_INIT;

    if (n) {
        (void)err_set(&err, E_LIMIT, code, "%llu %s", (unsigned long long)n, what);
        err_print(stderr, &err);
    }
}

// The i-th thread's; NULL when there are no more.
static const struct scan_machine *machine_of(const struct scan *s, size_t i)
{
    return s->jobs ? scan_jobs_machine(s->jobs, i) : i ? NULL : s->machine;
}

// What correlations did not count or could not keep, by correlation.
static void say_lost(const struct scan *s)
{
    static const struct {
        const char *code, *what;
    } row[CORR_LOST_KINDS] = {
        [CORR_LOST_KEY] = {"scan.group",
                           "hits had no value to group by or to look at and were not counted"},
        [CORR_LOST_WINDOW] = {"scan.windows", "windows were given up for newer ones"},
        [CORR_LOST_EVENT] = {"scan.window_events",
                             "events of windows were given up for newer ones"},
        [CORR_LOST_CARRY] = {"scan.carry", "fields of results were given up for newer ones"},
        [CORR_LOST_EXPECT] = {"scan.expected", "expected events were given up for newer ones"},
    };

    for (uint32_t i = 0; i < ruleset_count(s->set.rules); i++) {
        for (size_t k = 0; k < CORR_LOST_KINDS; k++) {
            char what[240];

            (void)snprintf(what, sizeof(what), "%s by \"%.80s\"", row[k].what,
                           ruleset_rule(s->set.rules, i)->title);
            say_count(row[k].code, s->corr.lost_by[i][k], what);
        }
    }
}

// Nothing is left out silently.
static void print_counts(const struct scan *s)
{
    uint64_t unpassed = 0, unasked = 0;
    size_t ncontext = 0;

    for (uint32_t i = 0; i < ruleset_count(s->set.rules); i++) {
        ncontext += s->set.context[i];
    }
    if (!s->opt.stats) {
        say_count("scan.context", ncontext,
                  "rules need the engine's knowledge and were not asked; --stats names them");
    }
    say_lost(s);
    say_count("scan.open", s->corr.tables.expect.count,
              "expected events had still time to come when the input ended");
    for (size_t i = 0; machine_of(s, i); i++) {
        unpassed += scan_machine_unpassed(machine_of(s, i));
        unasked += matcher_unasked(scan_machine_matcher(machine_of(s, i)));
    }
    say_count("scan.where", unpassed,
              "records were left out: an expression of --where passed its match limit on them");
    say_count("scan.memory", unasked, "records for which there was no memory to ask the rules");
    scan_faults_say(&s->faults, s->set.rules);
}

// ---- the run

static bool over(int rc)
{
    return rc == E_LIMIT || ferror(stdout);
}

static int scan_file(struct scan *s, const char *file, struct err *err)
{
    int rc, end;

    if (s->jobs) {
        struct err other = ERR_INIT;

        scan_jobs_file(s->jobs, s->file_index);
        rc = input_each(file, NULL, scan_jobs_take, s->jobs, err);
        end = scan_jobs_file_end(s->jobs, rc < 0 ? &other : err);
        return rc < 0 ? rc : end;
    }
    s->newest = UTIME_NONE;
    return input_each(file, NULL, take, s, err);
}

static int scan_files(struct scan *s, char **file, int n)
{
    int status = CTL_DONE, rc = 0;
    struct err err = ERR_INIT;

    for (int i = 0; i < n && !over(rc); i++) {
        s->file_index = (uint32_t)i;
        rc = scan_file(s, file[i], &err);
        if (rc < 0) {
            status = ctl_worse(status, ctl_fail(&err));
        }
        if (!s->jobs && !s->opt.merge && !over(rc) &&
            (rc = scan_corr_end(&s->corr, &s->out, &err)) < 0) {
            status = ctl_worse(status, ctl_fail(&err));
        }
        err_clear(&err);
    }
    if (s->jobs && !over(rc) && (rc = scan_jobs_end(s->jobs, &err)) < 0) {
        status = ctl_worse(status, ctl_fail(&err));
        err_clear(&err);
    }
    if (!over(rc) && ((rc = scan_corr_end(&s->corr, &s->out, &err)) < 0 ||
                      (rc = scan_out_end(&s->out, &err)) < 0)) {
        status = ctl_worse(status, ctl_fail(&err));
    }
    return status;
}

static int scan_run(const struct scan_options *opt, char **file, int n)
{
    struct scan *s = calloc(1, sizeof(*s));
    struct err err = ERR_INIT;
    int status = CTL_DONE;

    if (!s) {
        (void)err_set(&err, E_SYSTEM, "scan.memory", "no memory");
        return ctl_fail(&err);
    }
    s->opt = *opt;
    s->began = seconds_now();
    scan_out_init(&s->out, opt->table, opt->merge);
    if (load(s, &status, &err) < 0) {
        status = ctl_worse(CTL_CANNOT, ctl_fail(&err));
    } else {
        status = ctl_worse(status, scan_files(s, file, n));
        if (opt->count) {
            printf("%llu\n", (unsigned long long)s->passed);
        }
        print_counts(s);
        if (opt->stats) {
            print_stats(s);
        }
    }
    unload(s);
    free(s);
    return status;
}

// ---- arguments

static int refuse_later(const char *option)
{
    fprintf(stderr,
            "fabsocctl scan: --%s needs the engine's incidents, which scan does not build\n",
            option);
    return CTL_USAGE;
}

enum {
    OPT_RULES = 256,
    OPT_FAB,
    OPT_MERGE,
    OPT_FORMAT,
    OPT_STATS,
    OPT_WHERE,
    OPT_COUNT,
    OPT_INCIDENTS
};

static int take_option(struct scan_options *opt, int o, const char *name)
{
    uint64_t jobs;

    switch (o) {
    case OPT_RULES:
        if (opt->nrules == RULE_PATHS_MAX) {
            return ctl_usage("scan", "too many --rules");
        }
        opt->rules[opt->nrules++] = optarg;
        return CTL_DONE;
    case OPT_FAB: opt->fab = optarg; return CTL_DONE;
    case OPT_MERGE: opt->merge = true; return CTL_DONE;
    case OPT_STATS: opt->stats = true; return CTL_DONE;
    case OPT_WHERE: opt->where = optarg; return CTL_DONE;
    case OPT_COUNT: opt->count = true; return CTL_DONE;
    case OPT_FORMAT:
        opt->table = strcmp(optarg, "table") == 0;
        return opt->table || strcmp(optarg, "jsonl") == 0
                   ? CTL_DONE
                   : ctl_usage("scan", "--format is jsonl or table");
    case 'j':
        if (!span_u64(span_str(optarg), &jobs) || jobs < 1 || jobs > JOBS_MAX) {
            return ctl_usage("scan", "-j takes a number from 1 to 256");
        }
        opt->jobs = jobs;
        return CTL_DONE;
    case OPT_INCIDENTS: return refuse_later(name);
    default: return ctl_usage("scan", NULL);
    }
}

int ctl_scan(int argc, char **argv)
{
    static const struct option options[] = {
        {"rules", required_argument, NULL, OPT_RULES},
        {"fab", required_argument, NULL, OPT_FAB},
        {"merge", no_argument, NULL, OPT_MERGE},
        {"format", required_argument, NULL, OPT_FORMAT},
        {"stats", no_argument, NULL, OPT_STATS},
        {"where", required_argument, NULL, OPT_WHERE},
        {"count", no_argument, NULL, OPT_COUNT},
        {"incidents", no_argument, NULL, OPT_INCIDENTS},
        {"matches", no_argument, NULL, OPT_INCIDENTS},
        {"all", no_argument, NULL, OPT_INCIDENTS},
        {NULL, 0, NULL, 0},
    };
    struct scan_options opt = {.nrules = 0};
    int o, at = 0, status;

    while ((o = getopt_long(argc, argv, "j:", options, &at)) != -1) {
        if ((status = take_option(&opt, o, options[at].name)) != CTL_DONE) {
            return status;
        }
    }
    if (optind == argc) {
        return ctl_usage("scan", "a file is missing; - is standard input");
    }
    if (opt.count && !opt.where) {
        return ctl_usage("scan", "--count counts what --where finds");
    }
    return scan_run(&opt, argv + optind, argc - optind);
}
