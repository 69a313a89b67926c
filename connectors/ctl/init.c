// init.c - fabsocctl init: state directory, cluster, migrations, credentials.
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "connectors/ctl/ctl.h"
#include "connectors/pg/cluster.h"
#include "connectors/pg/conn.h"
#include "connectors/pg/migrate.h"
#include "core/base/attr.h"

struct init {
    char state[PLACE_PATH_MAX];
    const char *db, *socket;
    bool embedded;
    char admin[PLACE_CONN_MAX];
    struct cluster cluster;
    bool started; // by us: it ends with an init that fails
};

// One init at a time; the lock ends with the process.
static int lock_state(const char *state, struct err *err)
{
    char path[PLACE_PATH_MAX + 16];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/init.lock", state);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return fd >= 0 && flock(fd, LOCK_EX) == 0 ? 0 : err_sys(err, errno, "state.lock", "%s", path);
}

static int database_make(const struct cluster *c, struct err *err)
{
    char conninfo[PLACE_CONN_MAX];
    struct args a;
    PGconn *conn;
    bool known;
    int rc = cluster_conninfo(c, "postgres", conninfo, err);

    if (rc < 0 || (rc = pg_open(conninfo, "fabsocctl init", &conn, err)) < 0) {
        return rc;
    }
    args_init(&a, 4096);
    args_str(&a, SPAN_LIT("fabsoc"));
    AUTO_RESULT *r = pg_exec(conn, sql_text(SQL_INIT_DATABASE_KNOWN), &a, err);
    known = r && pg_bool(r, 0, 0);
    rc = !r ? err->rc : known ? 0 : pg_do(conn, sql_text(SQL_INIT_DATABASE_CREATE), err);
    args_free(&a);
    PQfinish(conn);
    return rc;
}

static int server_start(struct init *in, struct err *err)
{
    bool ran = cluster_running(&in->cluster, NULL);
    int rc = cluster_start(&in->cluster, err);

    in->started = rc == 0 && !ran;
    return rc;
}

static int embedded_make(struct init *in, struct err *err)
{
    struct cluster *c = &in->cluster;
    char kept[PLACE_PATH_MAX];
    struct err none = ERR_INIT;
    struct place p;
    int rc;

    if (!in->socket && place_load(in->state, &p, &none) == 0 && p.embedded) {
        in->socket = place_socket(&p, kept);
    }
    if ((rc = cluster_at(in->state, in->socket, c, err)) < 0 || (rc = cluster_create(c, err)) < 0 ||
        (rc = server_start(in, err)) < 0 || (rc = database_make(c, err)) < 0 ||
        (rc = cluster_conninfo(c, "fabsoc", in->admin, err)) < 0) {
        return rc;
    }
    in->embedded = true;
    in->socket = NULL; // `kept` ends here
    return 0;
}

static int external_make(struct init *in, struct err *err)
{
    if (strlen(in->db) >= sizeof(in->admin)) {
        return err_set(err, E_LIMIT, "db.conninfo", "the conninfo is too long");
    }
    memcpy(in->admin, in->db, strlen(in->db) + 1);
    return 0;
}

// Without --embedded and --db: what stands already, else embedded.
static int database_choose(struct init *in, struct err *err)
{
    struct err none = ERR_INIT;
    struct place p;

    if (in->db) {
        return external_make(in, err);
    }
    if (!in->embedded && place_load(in->state, &p, &none) == 0 && !p.embedded) {
        memcpy(in->admin, p.admin, sizeof(in->admin));
        return 0;
    }
    return embedded_make(in, err);
}

static int logins_make(const struct init *in, struct err *err)
{
    static const char *const login[] = {"soc_engine", "soc_sign"};
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(login) && rc == 0; i++) {
        rc = migrate_login(in->admin, in->state, login[i], err);
    }
    return rc;
}

static int init_run(struct init *in, struct err *err)
{
    struct migrate_done done;
    int rc;

    if ((rc = place_make_state(in->state, err)) < 0 || (rc = lock_state(in->state, err)) < 0 ||
        (rc = database_choose(in, err)) < 0 || (rc = migrate_run(in->admin, &done, err)) < 0 ||
        (rc = place_save(in->state, in->embedded, in->admin, err)) < 0 || // a database that works
        (rc = logins_make(in, err)) < 0) {
        struct err none = ERR_INIT;

        if (in->started) {
            (void)cluster_stop(&in->cluster, &none); // the first fault is what is told
        }
        return rc;
    }
    printf("database ready: %u migrations applied, at %u\n", done.applied, done.newest);
    return 0;
}

int ctl_init(int argc, char **argv)
{
    static const struct option options[] = {
        CTL_STATE_OPTION,
        {"embedded", no_argument, NULL, 'e'},
        {"db", required_argument, NULL, 'd'},
        {"socket", required_argument, NULL, 'k'},
        {NULL, 0, NULL, 0},
    };
    struct init in = {0};
    const char *state = NULL;
    struct err err = ERR_INIT;
    int o;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (o) {
        case 's': state = optarg; break;
        case 'e': in.embedded = true; break;
        case 'd': in.db = optarg; break;
        case 'k': in.socket = optarg; break;
        default: return ctl_usage("init", NULL);
        }
    }
    if (optind != argc || (in.embedded && in.db) || (in.db && in.socket)) {
        return ctl_usage("init", "either a private cluster or a conninfo, and nothing else");
    }
    if (ctl_state(state, in.state, sizeof(in.state), &err) < 0 || init_run(&in, &err) < 0) {
        return ctl_fail(&err);
    }
    return CTL_DONE;
}
