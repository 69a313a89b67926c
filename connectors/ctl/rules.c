// rules.c - fabsocctl rules: list, explain, test.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/ctl/ctl_db.h"
#include "connectors/ctl/input.h"
#include "connectors/ctl/rule_test.h"
#include "connectors/ctl/rule_view.h"
#include "connectors/ctl/share.h"
#include "connectors/ctl/trees.h"
#include "core/base/utf8.h"
#include "core/model/fab.h"

enum { TEXT_MAX = 256 << 20, EXPLAIN_HITS = 4096 };

struct loaded {
    struct texts texts;
    struct ruleset *set;
    struct fab *fab; // --fab; NULL: none was given
    bool *context;
    struct faults faults;
};

struct asked {
    const char *rules, *model, *event, *state;
};

// The rules below the paths (and what `ends` names beside them), share/rules without one.
static int load(const struct asked *a, const char *const *ends, char **path, int n,
                struct loaded *l, struct err *err)
{
    char share[SHARE_PATH_MAX];
    char *one[] = {share};
    int rc = 0;

    *l = (struct loaded){.faults = {.say = share_say}};
    texts_init(&l->texts);
    if (n == 0) {
        rc = a->rules ? 0 : share_path("rules", share, err);
        one[0] = a->rules ? (char *)(uintptr_t)a->rules : share;
        path = one;
        n = 1;
    }
    rc = rc == 0 && a->model ? share_fab(a->model, &l->faults, &l->fab, err) : rc;
    for (int i = 0; i < n && rc == 0; i++) {
        rc = texts_add(&l->texts, path[i], ends, err);
    }
    if (rc == 0) {
        struct trees trees;

        trees_open(&trees, l->texts.file, l->texts.n);
        l->set = ruleset_load_trees(l->fab, l->texts.file, trees.list.tree, l->texts.n, &l->faults);
        trees_close(&trees);
        l->context = l->set ? rule_view_context(l->set) : NULL;
        rc = l->context ? 0 : err_set(err, E_SYSTEM, "rules.memory", "no memory for the rules");
    }
    return rc;
}

static void unload(struct loaded *l)
{
    free(l->context);
    fab_free(l->fab);
    ruleset_free(l->set);
    texts_free(&l->texts);
}

static void print(const struct buf *b)
{
    if (b->len) {
        (void)fwrite(b->p, 1, b->len, stdout);
    }
}

static int status_of(const struct loaded *l)
{
    return l->faults.count ? CTL_REFUSED : CTL_DONE;
}

// What the service says of its rules: quarantine, faults, hits not counted. With --state only: the files alone
// know nothing of it.
static int ask_service(const char *state, struct ctl_db *db, PGresult **ret, struct err *err)
{
    int rc = ctl_state(state, db->state, sizeof(db->state), err);

    rc = rc < 0 ? rc : ctl_db_open(db, err);
    *ret = rc < 0 ? NULL : pg_exec_text(db->c, sql_text(SQL_CTL_HEALTH), NULL, 0, err);
    return *ret ? 0 : err->rc;
}

static const char *said_of(const PGresult *health, const char *id)
{
    for (int i = 0; health && i < PQntuples(health); i++) {
        if (strcmp(PQgetvalue(health, i, 1), id) == 0) {
            return PQgetvalue(health, i, 2);
        }
    }
    return "";
}

static void list_rules(const struct loaded *l, const PGresult *health)
{
    AUTO_BUF b;

    buf_init(&b, TEXT_MAX);
    for (uint32_t i = 0; i < ruleset_count(l->set); i++) {
        const struct rule *r = ruleset_rule(l->set, i);

        (void)utf8_sanitise(&b, span_str(r->id), SIZE_MAX);
        buf_printf(&b, "  %-13s  %-11s  %-7s  ", r->level,
                   r->kind == RULE_EVENT ? "event" : "correlation",
                   l->context[i] ? "context" : "-");
        (void)utf8_sanitise(&b, span_str(r->title), SIZE_MAX);
        if (said_of(health, r->id)[0]) {
            buf_str(&b, "  [");
            (void)utf8_sanitise(&b, span_str(said_of(health, r->id)), SIZE_MAX);
            buf_str(&b, "]");
        }
        buf_u8(&b, '\n');
    }
    print(&b);
}

static int list(const struct loaded *l, const char *state)
{
    AUTO_RESULT *health = NULL;
    struct err err = ERR_INIT;
    struct ctl_db db = {0};
    int rc = state ? ask_service(state, &db, &health, &err) : 0;

    if (rc == 0) {
        list_rules(l, health);
    }
    ctl_db_close(&db);
    return rc < 0 ? ctl_fail(&err) : status_of(l);
}

// ---- explain

struct explaining {
    const struct loaded *l;
    const char *id; // NULL: every rule that matches or asks
    struct decoder *decoder;
    struct matcher *matcher;
    struct hit *hit;
    bool found;
};

static bool named(const struct explaining *x, const struct rule *r)
{
    return !x->id || strcmp(r->id, x->id) == 0;
}

static void explain_rules(struct explaining *x, struct buf *b)
{
    for (uint32_t i = 0; i < ruleset_count(x->l->set); i++) {
        const struct rule *r = ruleset_rule(x->l->set, i);

        if (named(x, r)) {
            buf_str(b, x->found ? "\n" : "");
            rule_view_explain(b, x->l->set, r);
            x->found = true;
        }
    }
}

static bool is_hit(const struct explaining *x, size_t n, uint32_t rule)
{
    for (size_t i = 0; i < n; i++) {
        if (x->hit[i].rule == rule) {
            return true;
        }
    }
    return false;
}

static int explain_record(void *ctx, const struct input_record *rec, struct err *err)
{
    struct explaining *x = ctx;
    struct decode_in in = input_decode_in(rec, NULL);
    struct event ev;
    size_t n;
    AUTO_BUF b;

    (void)err;
    buf_init(&b, TEXT_MAX);
    decode(x->decoder, &in, &ev);
    n = matcher_run(x->matcher, &ev, x->hit, EXPLAIN_HITS);
    for (uint32_t i = 0; i < ruleset_count(x->l->set); i++) {
        const struct rule *r = ruleset_rule(x->l->set, i);
        bool hit = is_hit(x, n, i);

        if (r->kind != RULE_EVENT || !named(x, r) || (!x->id && !hit)) {
            continue;
        }
        (void)utf8_sanitise(&b, span_str(rec->file), SIZE_MAX);
        buf_printf(&b, ":%llu: %s", (unsigned long long)rec->line,
                   hit ? "" : "not of this rule's log source, or ");
        rule_view_event(&b, x->l->set, r, x->matcher, &ev);
    }
    print(&b);
    return 0;
}

static int explain_events(struct explaining *x, const char *file, struct err *err)
{
    struct faults faults = {.say = share_say};
    struct sourceset *sources = share_sources(&faults, err);
    int rc = sources ? 0 : err->rc;

    x->decoder = sources ? decoder_new(sources) : NULL;
    x->matcher = matcher_new(x->l->set, NULL);
    x->hit = calloc(EXPLAIN_HITS, sizeof(*x->hit));
    if (rc == 0 && (!x->decoder || !x->matcher || !x->hit)) {
        rc = err_set(err, E_SYSTEM, "rules.memory", "no memory for the matcher");
    }
    rc = rc ? rc : input_each(file, NULL, explain_record, x, err);
    free(x->hit);
    matcher_free(x->matcher);
    decoder_free(x->decoder);
    sourceset_free(sources);
    return rc;
}

static int explain(const struct loaded *l, const char *id, const char *event)
{
    struct explaining x = {.l = l, .id = id};
    struct err err = ERR_INIT;
    AUTO_BUF b;

    buf_init(&b, TEXT_MAX);
    explain_rules(&x, &b);
    if (!x.found && id) {
        (void)err_set(&err, E_STATE, "rules.unknown", "there is no rule with the id %s", id);
        return ctl_fail(&err);
    }
    if (event) {
        return explain_events(&x, event, &err) < 0 ? ctl_fail(&err) : status_of(l);
    }
    print(&b);
    return status_of(l);
}

// ---- test

static int test(struct loaded *l)
{
    struct err err = ERR_INIT;
    struct sourceset *sources = share_sources(&l->faults, &err);
    int rc;
    AUTO_BUF b;

    buf_init(&b, TEXT_MAX);
    rc = sources ? rule_test(l->set, sources, l->fab, &l->texts, &b, &l->faults, &err) : err.rc;
    print(&b);
    sourceset_free(sources);
    return rc < 0 ? ctl_fail(&err) : status_of(l);
}

int ctl_rules(int argc, char **argv)
{
    static const struct option options[] = {{"rules", required_argument, NULL, 'r'},
                                            {"fab", required_argument, NULL, 'f'},
                                            {"event", required_argument, NULL, 'e'},
                                            {"state", required_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    static const char *const with_samples[] = {".yml", ".yaml", NULL};
    struct asked a = {0};
    char model[SHARE_PATH_MAX];
    bool testing;
    const char *verb, *id = NULL;
    struct err err = ERR_INIT;
    struct loaded l;
    int o, n, status;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == '?') {
            return ctl_usage("rules", NULL);
        }
        *(o == 'r' ? &a.rules : o == 'f' ? &a.model : o == 's' ? &a.state : &a.event) = optarg;
    }
    verb = optind < argc ? argv[optind++] : "";
    n = argc - optind;
    if (!(strcmp(verb, "list") == 0 && n == 0) && !(strcmp(verb, "explain") == 0 && n == 1) &&
        strcmp(verb, "test") != 0) {
        return ctl_usage("rules", NULL);
    }
    if (a.event && strcmp(verb, "explain") != 0) {
        return ctl_usage("rules", "--event goes with explain");
    }
    if (a.state && strcmp(verb, "list") != 0) {
        return ctl_usage("rules", "--state goes with list");
    }
    if (strcmp(verb, "explain") == 0 && access(argv[optind], F_OK) != 0) {
        id = argv[optind]; // else a file's rules, all of them
        n = 0;
    }
    testing = strcmp(verb, "test") == 0;
    if (testing && !a.model && share_path("fab", model, &err) == 0) {
        a.model = model; // its samples are of that fab
    }
    status = load(&a, testing ? with_samples : texts_yaml, argv + optind, n, &l, &err) < 0
                 ? ctl_worse(CTL_CANNOT, ctl_fail(&err))
             : strcmp(verb, "list") == 0 ? list(&l, a.state)
             : testing                   ? test(&l)
                                         : explain(&l, id, a.event);
    unload(&l);
    return status;
}
