// playbook.c - fabsocctl playbook: lint, simulate, eval.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/playbook.h"

#include <stdio.h>
#include <string.h>

#include "connectors/ctl/check.h"
#include "connectors/ctl/ctl.h"
#include "connectors/ctl/share.h"
#include "core/play/cond.h"

static const char *const json_ends[] = {".json", NULL};

bool playbook_var_add(struct playbook_vars *v, const char *text)
{
    struct span s = span_str(text), name = span_cut(&s, '=');
    bool dressed = span_starts(name, SPAN_LIT("__"));
    char *out = v->name[v->n < PLAYBOOK_VARS_MAX ? v->n : 0];

    if (v->n == PLAYBOOK_VARS_MAX || name.n == 0 || name.n == strlen(text) ||
        name.n + 5 > sizeof(v->name[0])) {
        return false;
    }
    (void)snprintf(out, sizeof(v->name[0]), dressed ? SPAN_FMT : "__" SPAN_FMT "__",
                   SPAN_ARG(name));
    v->pair[v->n] = (struct plan_pair){span_str(out), s};
    v->n++;
    return true;
}

const struct plan_pair *playbook_var(const struct playbook_vars *v, struct span name)
{
    for (size_t i = v->n; i-- > 0;) { // the last one given counts
        if (span_eq(v->pair[i].name, name)) {
            return &v->pair[i];
        }
    }
    return NULL;
}

// ---- eval

// A name with a value, or none: what is not given does not exist.
static int look(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    const struct plan_pair *p = playbook_var(ctx, name);

    if (p) {
        (void)snprintf(out, COND_VALUE_MAX, SPAN_FMT, SPAN_ARG(p->value));
    }
    return p ? 1 : -1;
}

static int eval(struct playbook_vars *vars, const char *expr)
{
    struct err err = ERR_INIT;

    for (size_t i = 0; i < vars->n; i++) {
        if (vars->pair[i].value.n >= COND_VALUE_MAX) {
            return ctl_usage("playbook", "a value is longer than 127 bytes");
        }
    }
    switch (cond_eval(span_str(expr), COND_STIX, look, vars, NULL, &err)) {
    case COND_TRUE: puts("true"); return CTL_DONE;
    case COND_FALSE: puts("false"); return CTL_DONE;
    default:
        puts("error");
        err_print(stderr, &err);
        return CTL_REFUSED;
    }
}

// ---- documents

static void say(void *ctx, const struct err *err)
{
    check_say(ctx, err);
}

static struct cacao *load(const struct textfile *f)
{
    struct faults faults = {.say = say, .ctx = (void *)(uintptr_t)f};

    return cacao_load(f, &faults);
}

static void say_notes(const struct textfile *f, const struct cacao *c)
{
    for (size_t i = 0; i < c->nnotes; i++) {
        struct err note = ERR_INIT;

        (void)err_set(&note, E_OK, "cacao.note", "%s", c->note[i]);
        check_say(f, &note);
    }
}

static int lint(char **path, int n)
{
    int status = CTL_DONE;
    struct texts t;

    texts_init(&t);
    for (int i = 0; i < n; i++) {
        struct err err = ERR_INIT;

        if (texts_add(&t, path[i], json_ends, &err) < 0) {
            status = ctl_worse(CTL_CANNOT, ctl_fail(&err));
        }
    }
    for (size_t i = 0; i < t.n; i++) {
        struct cacao *c = load(&t.file[i]);

        if (c) {
            say_notes(&t.file[i], c);
        } else {
            status = ctl_worse(status, CTL_REFUSED);
        }
        cacao_free(c);
    }
    texts_free(&t);
    return status;
}

static int simulate(const char *path, const struct playbook_vars *vars, const char *fail)
{
    int status = CTL_REFUSED;
    struct err err = ERR_INIT;
    struct cacao *c;
    struct texts t;

    texts_init(&t);
    if (texts_add(&t, path, json_ends, &err) < 0) {
        status = ctl_worse(CTL_CANNOT, ctl_fail(&err));
    } else if (t.n != 1) {
        status = ctl_usage("playbook", "simulate takes one file");
    } else if ((c = load(&t.file[0])) != NULL) {
        say_notes(&t.file[0], c);
        status = playbook_simulate(c, vars, fail);
        cacao_free(c);
    }
    texts_free(&t);
    return status;
}

int ctl_playbook(int argc, char **argv)
{
    static const struct option options[] = {{"var", required_argument, NULL, 'v'},
                                            {"fail", required_argument, NULL, 'f'},
                                            {NULL, 0, NULL, 0}};
    struct playbook_vars vars = {.n = 0};
    const char *fail = NULL, *verb;
    int o, rest;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'f') {
            fail = optarg;
        } else if (o != 'v' || !playbook_var_add(&vars, optarg)) {
            return ctl_usage("playbook", o == 'v' ? "--var takes NAME=VALUE" : NULL);
        }
    }
    verb = optind < argc ? argv[optind] : "";
    rest = argc - optind - 1;
    if (strcmp(verb, "lint") == 0 && rest > 0 && !fail && vars.n == 0) {
        return lint(argv + optind + 1, rest);
    }
    if (strcmp(verb, "simulate") == 0 && rest == 1) {
        return simulate(argv[optind + 1], &vars, fail);
    }
    if (strcmp(verb, "eval") == 0 && rest == 1 && !fail) {
        return eval(&vars, argv[optind + 1]);
    }
    return ctl_usage("playbook", NULL);
}
