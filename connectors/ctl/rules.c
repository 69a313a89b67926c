// rules.c - fabsocctl rules: list and explain.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/rule_view.h"
#include "connectors/ctl/share.h"
#include "core/base/utf8.h"
#include "core/model/fab.h"

enum { TEXT_MAX = 256 << 20 };

struct loaded {
    struct ruleset *set;
    bool *context;
    struct faults faults;
};

static int load(const char *path, const char *model, struct loaded *l, struct err *err)
{
    struct fab *fab = NULL;
    char share[SHARE_PATH_MAX];
    struct texts t;
    int rc = path ? 0 : share_path("rules", share, err);

    *l = (struct loaded){.faults = {.say = share_say}};
    rc = rc == 0 && model ? share_fab(model, &l->faults, &fab, err) : rc;
    texts_init(&t);
    rc = rc < 0 ? rc : texts_add(&t, path ? path : share, texts_yaml, err);
    if (rc == 0) {
        l->set = ruleset_load_for(fab, t.file, t.n, &l->faults);
        l->context = l->set ? rule_view_context(l->set) : NULL;
        rc = l->context ? 0 : err_set(err, E_SYSTEM, "rules.memory", "no memory for the rules");
    }
    texts_free(&t);
    fab_free(fab);
    return rc;
}

static void unload(struct loaded *l)
{
    free(l->context);
    ruleset_free(l->set);
}

static void print(const struct buf *b)
{
    if (b->len) {
        (void)fwrite(b->p, 1, b->len, stdout);
    }
}

static int list(const struct loaded *l)
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
        buf_u8(&b, '\n');
    }
    print(&b);
    return l->faults.count ? CTL_REFUSED : CTL_DONE;
}

static int explain(const struct loaded *l, const char *id)
{
    struct err err = ERR_INIT;
    bool found = false;
    AUTO_BUF b;

    buf_init(&b, TEXT_MAX);
    for (uint32_t i = 0; i < ruleset_count(l->set); i++) {
        const struct rule *r = ruleset_rule(l->set, i);

        if (!id || strcmp(r->id, id) == 0) {
            buf_str(&b, found ? "\n" : "");
            rule_view_explain(&b, l->set, r);
            found = true;
        }
    }
    print(&b);
    if (!found && id) {
        (void)err_set(&err, E_STATE, "rules.unknown", "there is no rule with the id %s", id);
        return ctl_fail(&err);
    }
    return l->faults.count ? CTL_REFUSED : CTL_DONE;
}

int ctl_rules(int argc, char **argv)
{
    static const struct option options[] = {{"rules", required_argument, NULL, 'r'},
                                            {"fab", required_argument, NULL, 'f'},
                                            {NULL, 0, NULL, 0}};
    const char *path = NULL, *model = NULL, *verb, *what;
    struct err err = ERR_INIT;
    struct loaded l;
    int o, status;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o != 'r' && o != 'f') {
            return ctl_usage("rules", NULL);
        }
        *(o == 'r' ? &path : &model) = optarg;
    }
    verb = optind < argc ? argv[optind] : "";
    what = argc - optind == 2 ? argv[optind + 1] : NULL;
    if (!(strcmp(verb, "list") == 0 && argc - optind == 1) &&
        !(strcmp(verb, "explain") == 0 && what)) {
        return ctl_usage("rules", NULL);
    }
    if (what && access(what, F_OK) == 0) { // a file's rules, all of them
        path = what;
        what = NULL;
    }
    status = load(path, model, &l, &err) < 0 ? ctl_worse(CTL_CANNOT, ctl_fail(&err))
             : strcmp(verb, "list") == 0     ? list(&l)
                                             : explain(&l, what);
    unload(&l);
    return status;
}
