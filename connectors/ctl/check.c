// check.c - fabsocctl check: every fault of the named documents, with its place.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/rule_samples.h"
#include "connectors/ctl/rule_test.h"
#include "connectors/ctl/share.h"
#include "connectors/role/daemon_conf.h"
#include "core/decode/decode.h"
#include "core/detect/ruleset.h"
#include "core/model/fab.h"
#include "core/model/policy.h"
#include "core/model/roster.h"
#include "core/play/cacao.h"

enum { STORY_BYTES = 64 << 20, LINES_MAX = 256 << 20 };

static const struct {
    const char *name;
    enum doc_kind kind;
} kinds[] = {
    {"sigma", DOC_SIGMA}, {"cacao", DOC_CACAO},   {"fab", DOC_FAB},
    {"conf", DOC_CONF},   {"source", DOC_SOURCE}, {"policy", DOC_POLICY},
};

struct checking {
    enum doc_kind as; // DOC_UNKNOWN: told by content
    struct openc2_form openc2;
    struct faults faults;
    const struct textfile *now;  // the document in hand
    struct texts sigma, sources; // rules and sources refer to each other: checked together
    struct fab *fab;             // the first model among them fills placeholders of the rules
};

void check_say(const struct textfile *f, const struct err *err)
{
    struct span msg = span_str(err->msg), pointer = SPAN_NONE;
    struct err placed = *err;

    if (f && !placed.path[0]) {
        err_at(&placed, f->path, placed.line, placed.col);
    }
    if (f && placed.line == 0) {
        if (span_starts(msg, SPAN_LIT("at /"))) {
            pointer = span_sub(msg, 3, span_find_span(msg, SPAN_LIT(": ")) - 3);
        }
        json_place(f->text, pointer, &placed.line, &placed.col);
    }
    placed.col = placed.line && placed.col == 0 ? 1 : placed.col;
    err_print(stderr, &placed);
}

static void say(void *ctx, const struct err *err)
{
    const struct checking *c = ctx;

    check_say(c->now, err);
}

static void check_fab(struct checking *c, const struct textfile *f)
{
    struct fab *fab = fab_load(f, 1, &c->faults);

    if (c->fab) {
        fab_free(fab);
    } else {
        c->fab = fab;
    }
}

static void check_conf(struct checking *c, const struct textfile *f)
{
    struct err err = ERR_INIT;
    struct daemon_conf *conf = calloc(1, sizeof(*conf));

    if (!conf) {
        (void)err_set(&err, E_SYSTEM, "check.memory", "no memory");
        faults_say(&c->faults, &err);
        return;
    }
    if (daemon_conf_load(conf, f->text, f->path, &err) < 0) {
        faults_say(&c->faults, &err);
    }
    daemon_conf_free(conf);
    free(conf);
}

static void check_story(struct checking *c, const struct textfile *f)
{
    struct err err = ERR_INIT;
    struct intake_conf *conf = calloc(1, sizeof(*conf));
    struct arena a;

    arena_init(&a, STORY_BYTES);
    if (!conf || intake_story_load(&a, f->text, f->path, conf, &err) < 0) {
        faults_say(&c->faults, &err);
    }
    arena_free(&a);
    free(conf);
}

static void add_to(struct checking *c, struct texts *t, const struct textfile *f)
{
    struct err err = ERR_INIT;

    t->file = arena_grow(&t->arena, t->file, t->n, &t->cap, sizeof(*t->file));
    if (!t->file) {
        (void)err_set(&err, E_LIMIT, "check.memory", "the documents do not fit into memory");
        faults_say(&c->faults, &err);
        t->n = t->cap = 0;
        return;
    }
    t->file[t->n++] = *f; // the text stays where it is
}

static void check_one(struct checking *c, const struct textfile *f)
{
    struct err err = ERR_INIT;
    enum doc_kind kind = c->as;

    c->now = f;
    if (kind == DOC_UNKNOWN) {
        kind = check_tell(f, &err);
    } else if (kind == DOC_POLICY || kind == DOC_CONF) {
        struct err unused = ERR_INIT; // roster and story go under their names
        enum doc_kind told = check_tell(f, &unused);

        kind = (kind == DOC_POLICY && told == DOC_ROSTER) || (kind == DOC_CONF && told == DOC_STORY)
                   ? told
                   : kind;
    }
    switch (kind) {
    case DOC_SIGMA: add_to(c, &c->sigma, f); break;
    case DOC_SOURCE: add_to(c, &c->sources, f); break;
    case DOC_CACAO: cacao_free(cacao_load(f, &c->faults)); break;
    case DOC_FAB: check_fab(c, f); break;
    case DOC_POLICY: policy_free(policy_load(f, 1, &c->faults)); break;
    case DOC_ROSTER: roster_free(roster_load(f, 1, &c->faults)); break;
    case DOC_CONF: check_conf(c, f); break;
    case DOC_STORY: check_story(c, f); break;
    case DOC_OPENC2: check_openc2(f, &c->openc2, &c->faults); break;
    default: faults_say(&c->faults, &err); break;
    }
    c->now = NULL;
}

// A source file alone may use the tables of the installed "_*.yaml", unless it brings its own.
static void add_shared(struct checking *c, struct texts *shared)
{
    char path[SHARE_PATH_MAX];
    struct err err = ERR_INIT;

    for (size_t i = 0; i < c->sources.n; i++) {
        const char *slash = strrchr(c->sources.file[i].path, '/');

        if ((slash ? slash[1] : c->sources.file[i].path[0]) == '_') {
            return;
        }
    }
    if (share_path("sources", path, &err) == 0 && texts_add(shared, path, texts_yaml, &err) == 0) {
        for (size_t i = 0; i < shared->n; i++) {
            const char *slash = strrchr(shared->file[i].path, '/');

            if (slash && slash[1] == '_') {
                add_to(c, &c->sources, &shared->file[i]);
            }
        }
    }
}

// Rules, and the samples beside them.
static void check_rules(struct checking *c)
{
    struct ruleset *rules = ruleset_load_for(c->fab, c->sigma.file, c->sigma.n, &c->faults);
    struct sourceset *sources = NULL;
    struct err err = ERR_INIT;
    bool samples = false;
    struct buf lines;

    for (size_t i = 0; i < c->sigma.n; i++) {
        samples = samples || rule_samples_is(c->sigma.file[i].path);
    }
    buf_init(&lines, LINES_MAX);
    if (rules && samples) {
        sources = share_sources(&c->faults, &err);
        if (!sources ||
            rule_test(rules, sources, c->fab, &c->sigma, &lines, &c->faults, &err) < 0) {
            faults_say(&c->faults, &err);
        }
    }
    buf_free(&lines);
    sourceset_free(sources);
    ruleset_free(rules);
}

static void check_sets(struct checking *c)
{
    struct sourceset *sources = NULL;
    struct texts shared;

    if (c->sigma.n) {
        check_rules(c);
    }
    texts_init(&shared);
    if (c->sources.n) {
        add_shared(c, &shared);
        sources = sourceset_load(c->sources.file, c->sources.n, &c->faults);
    }
    if (sources) {
        (void)sourceset_selftest(sources, &c->faults);
    }
    sourceset_free(sources);
    texts_free(&shared);
}

static const char *const *ends_of(enum doc_kind as)
{
    static const char *const json[] = {".json", NULL};
    static const char *const all[] = {"!.samples.yaml", ".yml", ".yaml", ".json", NULL};

    return as == DOC_UNKNOWN ? all : as == DOC_CACAO || as == DOC_OPENC2 ? json : texts_yaml;
}

// Without PATH: the parts of share/ that are documents of fabsoc.
static int add_share(struct texts *t, struct err *err)
{
    static const char *const part[] = {"rules", "sources", "playbooks",
                                       "fab",   "policy",  "demo/story"};
    char path[SHARE_PATH_MAX];
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(part) && rc == 0; i++) {
        rc = share_path(part[i], path, err);
        if (rc == 0 && access(path, F_OK) == 0) {
            rc = texts_add(t, path, ends_of(DOC_UNKNOWN), err);
        }
    }
    return rc;
}

static int check_run(struct checking *c, char **path, int n)
{
    struct err err = ERR_INIT;
    int status = CTL_DONE;
    struct texts t;

    texts_init(&t);
    texts_init(&c->sigma);
    texts_init(&c->sources);
    if (n == 0 && add_share(&t, &err) < 0) {
        status = ctl_worse(CTL_CANNOT, ctl_fail(&err));
    }
    for (int i = 0; i < n; i++) {
        err_clear(&err);
        if (texts_add(&t, path[i], ends_of(c->as), &err) < 0) {
            status = ctl_worse(CTL_CANNOT, ctl_fail(&err));
        }
    }
    for (size_t i = 0; i < t.n; i++) {
        check_one(c, &t.file[i]);
    }
    check_sets(c);
    fab_free(c->fab);
    texts_free(&c->sources);
    texts_free(&c->sigma);
    texts_free(&t);
    return c->faults.count ? ctl_worse(status, CTL_REFUSED) : status;
}

static int read_as(struct checking *c, const char *as)
{
    struct span s = span_str(as), prefix = SPAN_LIT("openc2:");
    struct err err = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].name, as) == 0) {
            c->as = kinds[i].kind;
            return CTL_DONE;
        }
    }
    if (!span_starts(s, prefix)) {
        return ctl_usage("check", "--as is sigma, cacao, fab, conf, source, policy or "
                                  "openc2:VERSION/PROFILE/command|response");
    }
    c->as = DOC_OPENC2;
    return check_openc2_form(span_sub(s, prefix.n, s.n), &c->openc2, &err) < 0 ? ctl_fail(&err)
                                                                               : CTL_DONE;
}

int ctl_check(int argc, char **argv)
{
    static const struct option options[] = {{"as", required_argument, NULL, 'a'},
                                            {NULL, 0, NULL, 0}};
    struct checking c = {.openc2 = {.any = true}};
    int o, status;

    c.faults = (struct faults){.say = say, .ctx = &c};
    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o != 'a') {
            return ctl_usage("check", NULL);
        }
        if ((status = read_as(&c, optarg)) != CTL_DONE) {
            return status;
        }
    }
    return check_run(&c, argv + optind, argc - optind);
}
