// cluster.c - initdb, settings, who may connect.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/pg/cluster_process.h"
#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/base/hash.h"

enum { SOCKET_FOLDER_MAX = 107 - 20 }; // sun_path less "/.s.PGSQL.5432" and its lock

// ---- finding things

// Debian keeps the server's programs out of PATH, one folder a version: the highest is taken.
static int find_bin(struct cluster *c, struct err *err)
{
    glob_t g;
    double best = 0;

    if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &g) == 0) {
        for (size_t i = 0; i < g.gl_pathc; i++) {
            const char *p = g.gl_pathv[i];
            double v = strtod(p + strlen("/usr/lib/postgresql/"), NULL);

            if (v > best) {
                best = v;
                (void)snprintf(c->bin, sizeof(c->bin), "%.*s",
                               (int)(strlen(p) - strlen("/postgres")), p);
            }
        }
        globfree(&g);
    }
    return best > 0
               ? 0
               : err_set(err, E_SYSTEM, "cluster.bin",
                         "no PostgreSQL server below /usr/lib/postgresql: install postgresql-15");
}

static int find_user(struct cluster *c, struct err *err)
{
    const struct passwd *p;

    c->uid = geteuid();
    c->gid = getegid();
    if (c->uid != 0) {
        return 0;
    }
    p = getpwnam("postgres");
    if (!p || p->pw_uid == 0) {
        return err_set(err, E_SYSTEM, "cluster.user",
                       "PostgreSQL does not run as root and there is no user postgres");
    }
    c->other_user = true;
    c->uid = p->pw_uid;
    c->gid = p->pw_gid;
    return 0;
}

// A cluster remembers its socket's folder in STATE/db; see cluster_at().
static int find_socket(struct cluster *c, const char *given, struct err *err)
{
    int n;

    if (given) {
        n = snprintf(c->socket, sizeof(c->socket), "%s", given);
    } else {
        n = snprintf(c->socket, sizeof(c->socket), "%s/run", c->state);
        if (n > SOCKET_FOLDER_MAX) {
            struct digest d = digest_of(span_str(c->state));
            char hex[2 * SHA256_LEN + 1];

            digest_hex(&d, hex);
            n = snprintf(c->socket, sizeof(c->socket), "/tmp/fabsoc-%u-%.12s", (unsigned)geteuid(),
                         hex);
        }
    }
    return n <= SOCKET_FOLDER_MAX ? 0
                                  : err_set(err, E_LIMIT, "cluster.socket",
                                            "%s: a socket's folder has at most %d bytes",
                                            given ? given : c->socket, SOCKET_FOLDER_MAX);
}

int cluster_at(const char *state, const char *socket, struct cluster *ret, struct err *err)
{
    char *real = realpath(state, NULL);
    int rc;

    *ret = (struct cluster){0};
    place_alone();
    if (!real) {
        return err_sys(err, errno, "state.folder", "%s", state);
    }
    rc = snprintf(ret->state, sizeof(ret->state), "%s", real) < PLACE_PATH_MAX - 32
             ? 0
             : err_set(err, E_LIMIT, "state.path", "%s: the path is too long", real);
    free(real);
    if (rc < 0 || (rc = find_bin(ret, err)) < 0 || (rc = find_user(ret, err)) < 0) {
        return rc;
    }
    (void)snprintf(ret->data, sizeof(ret->data), "%.900s/pg", ret->state);
    return find_socket(ret, socket, err);
}

int cluster_conninfo(const struct cluster *c, const char *database, char out[PLACE_CONN_MAX],
                     struct err *err)
{
    AUTO_BUF b;

    buf_init(&b, PLACE_CONN_MAX - 1);
    buf_str(&b, "host='");
    for (const char *p = c->socket; *p; p++) {
        if (*p == '\'' || *p == '\\') {
            buf_u8(&b, '\\');
        }
        buf_u8(&b, (uint8_t)*p);
    }
    buf_printf(&b, "' port=5432 user=postgres dbname=%s", database);
    if (!buf_ok(&b)) {
        return err_set(err, E_LIMIT, "db.conninfo", "the conninfo is too long");
    }
    memcpy(out, b.p, b.len);
    out[b.len] = '\0';
    return 0;
}

// ---- files of the cluster

static int text_write(const struct cluster *c, const char *name, const struct buf *b,
                      struct err *err)
{
    char path[PLACE_PATH_MAX + 64];
    int fd;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/%s", c->data, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return err_sys(err, errno, "cluster.file", "%s", path);
    }
    ok = buf_ok(b) && write(fd, b->p, b->len) == (ssize_t)b->len && fchown(fd, c->uid, c->gid) == 0;
    ok = close(fd) == 0 && ok;
    return ok ? 0 : err_sys(err, errno, "cluster.file", "%s", path);
}

// A value of postgresql.conf: in single quotes, quotes doubled.
static void conf_put(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, "%s = '", key);
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\') {
            buf_u8(b, (uint8_t)*value);
        }
        buf_u8(b, (uint8_t)*value);
    }
    buf_str(b, "'\n");
}

static int settings_write(const struct cluster *c, struct err *err)
{
    static const char *const fixed[][2] = {
        {"listen_addresses", ""},
        {"port", "5432"},
        {"unix_socket_permissions", "0777"}, // the folder and SCRAM decide who gets in
        {"password_encryption", "scram-sha-256"},
        {"max_connections", "64"},
        {"shared_buffers", "64MB"},
        {"max_wal_size", "512MB"},
        {"jit", "off"},
        {"timezone", "UTC"},
        {"log_timezone", "UTC"},
        {"lc_messages", "C"},
        {"log_connections", "off"},
        {"logging_collector", "off"},
        {"log_line_prefix", "%m [%p] %u@%d "},
    };
    AUTO_BUF b;

    buf_init(&b, 1 << 16);
    buf_str(
        &b,
        "# Written by fabsocctl at every start; own settings go into postgresql.conf above it.\n");
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        conf_put(&b, fixed[i][0], fixed[i][1]);
    }
    conf_put(&b, "unix_socket_directories", c->socket);
    return text_write(c, "fabsoc.conf", &b, err);
}

// Names of system users stand in pg_ident.conf; ours may hold any byte a user's name may.
static int people_write(const struct cluster *c, struct err *err)
{
    const struct passwd *p = getpwuid(geteuid());
    AUTO_BUF hba;
    AUTO_BUF ident;
    int rc;

    buf_init(&hba, 4096);
    buf_init(&ident, 4096);
    if (!p) {
        return err_set(err, E_SYSTEM, "cluster.user", "this user id has no name");
    }
    buf_str(&hba, "# TYPE DATABASE USER METHOD: written by fabsocctl init.\n"
                  "local all postgres peer map=fabsoc\n"
                  "local all all scram-sha-256\n");
    buf_printf(&ident, "# MAP SYSTEM-USER PG-USER\nfabsoc \"%s\" postgres\n", p->pw_name);
    if (c->other_user) {
        buf_str(&ident, "fabsoc postgres postgres\n");
    }
    if ((rc = text_write(c, "pg_hba.conf", &hba, err)) < 0) {
        return rc;
    }
    return text_write(c, "pg_ident.conf", &ident, err);
}

static int include_ours(const struct cluster *c, struct err *err)
{
    char path[PLACE_PATH_MAX + 64];
    static const char line[] = "\ninclude = 'fabsoc.conf'\n";
    int fd;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/postgresql.conf", c->data);
    fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return err_sys(err, errno, "cluster.file", "%s", path);
    }
    ok = write(fd, line, sizeof(line) - 1) == (ssize_t)sizeof(line) - 1;
    ok = close(fd) == 0 && ok;
    return ok ? 0 : err_sys(err, errno, "cluster.file", "%s", path);
}

static int folder_for(const struct cluster *c, const char *path, mode_t mode, struct err *err)
{
    struct stat st;

    if (mkdir(path, mode) < 0 && errno != EEXIST) {
        return err_sys(err, errno, "cluster.folder", "%s", path);
    }
    if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        return err_set(err, E_STATE, "cluster.folder", "%s is no folder", path);
    }
    // In /tmp somebody else may have been first.
    if (st.st_uid != geteuid() && st.st_uid != c->uid) {
        return err_set(err, E_STATE, "cluster.folder", "%s belongs to another user", path);
    }
    if (lchown(path, c->uid, c->gid) < 0 || chmod(path, mode) < 0) {
        return err_sys(err, errno, "cluster.folder", "%s", path);
    }
    return 0;
}

static bool created(const struct cluster *c)
{
    char path[PLACE_PATH_MAX + 64];

    (void)snprintf(path, sizeof(path), "%s/fabsoc.conf", c->data);
    return access(path, F_OK) == 0;
}

int cluster_create(const struct cluster *c, struct err *err)
{
    char program[PLACE_PATH_MAX + 16];
    const char *argv[] = {program,
                          "-k",
                          "-U",
                          "postgres",
                          "-E",
                          "UTF8",
                          "--locale=C.UTF-8",
                          "--auth-local=peer",
                          "--auth-host=reject",
                          "--no-instructions",
                          "-D",
                          c->data,
                          NULL};
    int rc;

    if (created(c)) {
        return 0;
    }
    if ((rc = folder_for(c, c->data, 0700, err)) < 0) {
        return rc;
    }
    (void)snprintf(program, sizeof(program), "%s/initdb", c->bin);
    if ((rc = process_run(c, program, argv, err)) < 0 || (rc = people_write(c, err)) < 0 ||
        (rc = include_ours(c, err)) < 0) {
        return rc;
    }
    return settings_write(c, err);
}

int cluster_start(const struct cluster *c, struct err *err)
{
    char program[PLACE_PATH_MAX + 16];
    const char *argv[] = {program, "-D", c->data, NULL};
    int rc;

    if (cluster_running(c, NULL)) {
        return process_wait_ready(c, 0, err);
    }
    if (!created(c)) {
        return err_set(err, E_STATE, "cluster.none", "%s: no cluster; run fabsocctl init", c->data);
    }
    if ((rc = folder_for(c, c->socket, 0755, err)) < 0 || (rc = settings_write(c, err)) < 0) {
        return rc;
    }
    (void)snprintf(program, sizeof(program), "%s/postgres", c->bin);
    return process_start(c, program, argv, err);
}
