// db.c - fabsocctl db: the private cluster's start, stop, status; conninfos.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "connectors/ctl/ctl.h"
#include "connectors/pg/cluster.h"
#include "core/base/attr.h"

static int cluster_of(const struct place *p, struct cluster *c, struct err *err)
{
    char socket[PLACE_PATH_MAX];

    if (!p->embedded) {
        return err_set(err, E_STATE, "cluster.none", "%s uses a database of its own: %s", p->state,
                       "it is started and stopped where it is");
    }
    return cluster_at(p->state, place_socket(p, socket), c, err);
}

static int db_start(const struct place *p, const char *unused, struct err *err)
{
    struct cluster c;
    int rc = cluster_of(p, &c, err);

    (void)unused;
    return rc < 0 ? rc : cluster_start(&c, err);
}

static int db_stop(const struct place *p, const char *unused, struct err *err)
{
    struct cluster c;
    int rc = cluster_of(p, &c, err);

    (void)unused;
    return rc < 0 ? rc : cluster_stop(&c, err);
}

static int db_status(const struct place *p, const char *unused, struct err *err)
{
    struct cluster c;
    pid_t pid;
    int rc = cluster_of(p, &c, err);

    (void)unused;
    if (rc < 0) {
        return rc;
    }
    if (!cluster_running(&c, &pid)) {
        return err_set(err, E_STATE, "cluster.down", "%s: the cluster does not run", c.data);
    }
    printf("running pid=%d data=%s socket=%s\n", (int)pid, c.data, c.socket);
    return 0;
}

static int db_conninfo(const struct place *p, const char *login, struct err *err)
{
    char text[PLACE_CONN_MAX];

    if (!login) {
        printf("%s\n", p->admin);
        return 0;
    }
    if (place_conninfo(p, login, text, err) < 0) {
        return err->rc;
    }
    printf("%s\n", text);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct place *p, const char *arg, struct err *err);
    int args; // at most
} verbs[] = {
    {"start", db_start, 0},
    {"stop", db_stop, 0},
    {"status", db_status, 0},
    {"conninfo", db_conninfo, 1},
};

int ctl_db(int argc, char **argv)
{
    static const struct option options[] = {CTL_STATE_OPTION, {NULL, 0, NULL, 0}};
    const char *given = NULL;
    char state[PLACE_PATH_MAX];
    struct err err = ERR_INIT;
    struct place p;
    int o;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o != 's') {
            return ctl_usage("db", NULL);
        }
        given = optarg;
    }
    for (size_t i = 0; optind < argc && i < ARRAY_LEN(verbs); i++) {
        if (strcmp(argv[optind], verbs[i].name) != 0 || argc - optind - 1 > verbs[i].args) {
            continue;
        }
        if (ctl_state(given, state, sizeof(state), &err) < 0 || place_load(state, &p, &err) < 0 ||
            verbs[i].run(&p, argv[optind + 1], &err) < 0) {
            return ctl_fail(&err);
        }
        return CTL_DONE;
    }
    return ctl_usage("db", NULL);
}
