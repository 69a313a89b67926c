// sign.c - approved commands in, signatures out.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/sign.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/act/key.h"
#include "connectors/os/control.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/pg/conn.h"
#include "connectors/role/config.h"
#include "core/base/log.h"

enum { SECRET_MAX = 16 * 1024, CONNINFO_MAX = 4096 };

struct sign {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct buf key_pem, conninfo;
    struct key key;
    PGconn *db;
    int db_fd;
    struct eid refused; // the last that was refused, to say it once
    char password[256];
};

static void look(struct sign *s);

// ---- the database

static void hang_up(struct sign *s)
{
    if (s->db_fd >= 0) {
        loop_remove(s->loop, s->db_fd);
    }
    s->db_fd = -1;
    PQfinish(s->db);
    s->db = NULL;
}

static void on_database(void *ctx, int fd, unsigned events)
{
    struct sign *s = ctx;
    PGnotify *n;
    bool news = false;

    (void)fd;
    (void)events;
    if (!PQconsumeInput(s->db)) {
        hang_up(s); // the next second tries again
        return;
    }
    while ((n = PQnotifies(s->db)) != NULL) {
        PQfreemem(n);
        news = true;
    }
    if (news) {
        look(s);
    }
}

static int dial(struct sign *s, struct err *err)
{
    int rc = pg_open(s->conninfo.p, "fabsoc sign", &s->db, err);

    if (rc) {
        s->db = NULL;
        return rc;
    }
    rc = pg_do(s->db, sql_text(SQL_SIGN_LISTEN), err);
    if (rc == 0) {
        s->db_fd = PQsocket(s->db);
        rc = loop_add(s->loop, s->db_fd, LOOP_READ, on_database, s);
    }
    if (rc) {
        hang_up(s);
    }
    return rc;
}

// ---- signing

static struct eid eid_of(const PGresult *r, int row, int col)
{
    struct span s = pg_span(r, row, col);
    struct eid id = {{0}};

    if (s.n == sizeof(id.b)) {
        memcpy(id.b, s.p, sizeof(id.b));
    }
    return id;
}

static int put(struct sign *s, const struct sign_row *row, struct err *err)
{
    unsigned char sig[SIG_LEN];
    struct span signature = span_of((const char *)sig, SIG_LEN);
    struct args a;
    PGresult *r = NULL;
    int rc = key_sign(&s->key, COMMAND_CONTEXT, row->bytes, sig, err);

    if (rc) {
        return rc;
    }
    args_init(&a, 4096);
    args_value(&a, DEF_eid, &row->id);
    args_raw(&a, signature);
    r = pg_exec(s->db, sql_text(SQL_SIGN_PUT), &a, err);
    rc = r ? 0 : err->rc;
    PQclear(r);
    args_free(&a);
    return rc;
}

static void take_row(struct sign *s, const PGresult *r, int i)
{
    struct sign_row row = {.id = eid_of(r, i, 0),
                           .run = eid_of(r, i, 1),
                           .step = (uint32_t)pg_i64(r, i, 2),
                           .agent = pg_span(r, i, 3),
                           .counter = (uint64_t)pg_i64(r, i, 4),
                           .plan_hash = pg_span(r, i, 5),
                           .bytes = pg_span(r, i, 6)};
    struct err err = ERR_INIT;
    char id[37], text[2400];
    int rc = sign_check(&row, &s->key.pub, utime_of_ns(clock_wall()), &err);

    eid_text(&row.id, id);
    if (rc == 0 && put(s, &row, &err) == 0) {
        log_line(LOG_INFO, "a command was signed", "command", id, NULL);
    } else if (!eid_eq(&row.id, &s->refused)) {
        s->refused = row.id;
        log_line(LOG_ERROR, "a command was not signed", "command", id, "why",
                 err_text(&err, text, sizeof(text)), NULL);
    }
}

static void look(struct sign *s)
{
    struct err err = ERR_INIT;
    struct args none;
    PGresult *r;

    if (!s->db && dial(s, &err)) {
        log_line(LOG_WARN, "no database", "why", err.msg, NULL);
        return;
    }
    args_init(&none, 64);
    r = pg_exec(s->db, sql_text(SQL_SIGN_WAITING), &none, &err);
    args_free(&none);
    if (!r) {
        log_line(LOG_WARN, "approved commands could not be read", "why", err.msg, NULL);
        hang_up(s);
        return;
    }
    for (int i = 0; i < PQntuples(r); i++) {
        take_row(s, r, i);
    }
    PQclear(r);
}

static void on_second(void *ctx)
{
    struct sign *s = ctx;

    look(s);
    (void)loop_timer(s->loop, clock_mono() + 1000000000, on_second, s);
}

// ---- the supervisor

// "host:port:database:user:password" (libpq, "The Password File"); a backslash escapes.
static void take_passfile(struct sign *s, struct span text)
{
    struct span line = span_cut(&text, '\n');
    unsigned field = 0;
    size_t n = 0;

    for (size_t i = 0; i < line.n && n + 1 < sizeof(s->password); i++) {
        char c = line.p[i];

        if (c == ':' && field < 4) {
            field++;
            continue;
        }
        if (c == '\\' && i + 1 < line.n) {
            c = line.p[++i];
        }
        if (field == 4) {
            s->password[n++] = c;
        }
    }
    s->password[n] = '\0';
}

static void on_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    struct sign *s = ctx;
    char chunk[SECRET_MAX];
    size_t n = 0;
    ssize_t got;

    (void)index;
    while (what == FD_CREDENTIAL && n < sizeof(chunk) &&
           (got = read(fd, chunk + n, sizeof(chunk) - n)) > 0) {
        n += (size_t)got;
    }
    close(fd);
    if (span_eq_str(name, "command_key")) {
        buf_clear(&s->key_pem);
        buf_put(&s->key_pem, chunk, n);
    } else if (span_eq_str(name, "passfile")) {
        take_passfile(s, span_of(chunk, n));
    }
    explicit_bzero(chunk, sizeof(chunk));
}

// The password joins the conninfo in memory only: the file is out of reach once the sandbox closed.
static int make_conninfo(struct sign *s, struct err *err)
{
    struct span base = y_text(y_get(s->config.own, "conninfo"));

    if (!base.n) {
        return err_set(err, E_INPUT, "sign.conninfo", "sign.conninfo is missing");
    }
    buf_put_span(&s->conninfo, base);
    buf_str(&s->conninfo, " passfile=/dev/null");
    if (s->password[0]) {
        buf_str(&s->conninfo, " password='");
        for (const char *p = s->password; *p; p++) {
            if (*p == '\'' || *p == '\\') {
                buf_u8(&s->conninfo, '\\');
            }
            buf_u8(&s->conninfo, (uint8_t)*p);
        }
        buf_str(&s->conninfo, "'");
    }
    buf_u8(&s->conninfo, 0);
    explicit_bzero(s->password, sizeof(s->password));
    return buf_ok(&s->conninfo) ? 0 : err_set(err, E_LIMIT, "sign.conninfo", "it is too long");
}

static int on_start(void *ctx, struct span config, struct err *err)
{
    struct sandbox sandbox = {.groups = SANDBOX_NET | SANDBOX_OPEN, .max_files = 64};
    struct sign *s = ctx;
    int rc = role_config_load(&s->config, "sign", config, err);

    rc = rc ? rc : make_conninfo(s, err);
    rc = rc ? rc : key_load(&s->key_pem, &s->key, err);
    rc = rc ? rc : dial(s, err);
    rc = rc ? rc : sandbox_enter(&sandbox, err);
    if (rc == 0) {
        control_ready(&s->control);
        on_second(s);
    }
    return rc;
}

static void on_peer(void *ctx, enum role role, unsigned index, int fd)
{
    (void)ctx;
    (void)role;
    (void)index;
    close(fd); // sign has no peers
}
static void on_lost(void *ctx, enum role role, unsigned index)
{
    (void)ctx;
    (void)role;
    (void)index;
}
static void on_stop(void *ctx)
{
    control_bye(&((struct sign *)ctx)->control);
}

int role_sign_run(void)
{
    static const struct control_ops ops = {
        .start = on_start, .peer = on_peer, .lost = on_lost, .fd = on_fd, .stop = on_stop};
    struct sign *s = calloc(1, sizeof(*s));
    int rc = 2;

    logsink_open("sign");
    (void)signal(SIGPIPE, SIG_IGN);
    if (!s || !(s->loop = loop_new())) {
        free(s);
        return rc;
    }
    s->db_fd = -1;
    buf_init(&s->key_pem, SECRET_MAX);
    buf_init(&s->conninfo, CONNINFO_MAX);
    if (control_open(&s->control, s->loop, &ops, s) == 0) {
        rc = loop_run(s->loop);
    }
    hang_up(s);
    control_close(&s->control);
    key_free(&s->key);
    if (s->conninfo.p) {
        explicit_bzero(s->conninfo.p, s->conninfo.cap);
    }
    buf_free(&s->conninfo);
    buf_free(&s->key_pem);
    role_config_free(&s->config);
    loop_free(s->loop);
    free(s);
    return rc < 0 ? 2 : rc;
}
