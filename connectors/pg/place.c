// place.c - the files of a state directory that concern the database.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <postgresql/libpq-fe.h>

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/base/hash.h"

static int path_in(char *out, const char *state, const char *rest, struct err *err)
{
    int n = snprintf(out, PLACE_PATH_MAX, "%s/%s", state, rest);

    return n > 0 && n < PLACE_PATH_MAX
               ? 0
               : err_set(err, E_LIMIT, "state.path", "%s: the path is too long", state);
}

int place_default_state(char *out, size_t size, struct err *err)
{
    const char *own = getenv("FABSOC_STATE"), *xdg = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n;

    if (own && *own) {
        n = snprintf(out, size, "%s", own);
    } else if (geteuid() == 0) {
        n = snprintf(out, size, "/var/lib/fabsoc");
    } else if (xdg && *xdg == '/') {
        n = snprintf(out, size, "%s/fabsoc", xdg);
    } else if (home && *home == '/') {
        n = snprintf(out, size, "%s/.local/state/fabsoc", home);
    } else {
        return err_set(err, E_USAGE, "state.path", "no --state, no FABSOC_STATE and no HOME");
    }
    return n > 0 && (size_t)n < size
               ? 0
               : err_set(err, E_LIMIT, "state.path", "the state directory's path is too long");
}

static int folder(const char *path, mode_t mode, struct err *err)
{
    if (mkdir(path, mode) < 0 && errno != EEXIST) {
        return err_sys(err, errno, "state.folder", "%s", path);
    }
    return chmod(path, mode) == 0 ? 0 : err_sys(err, errno, "state.folder", "%s", path);
}

// Parents that are missing; those made here may be passed through, whatever the umask is.
static int parents(const char *path, struct err *err)
{
    char part[PLACE_PATH_MAX];

    for (size_t i = 1; path[i]; i++) {
        if (path[i] != '/' || i >= sizeof(part)) {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) == 0) {
            (void)chmod(part, geteuid() == 0 ? 0755 : 0700);
        } else if (errno != EEXIST) {
            return err_sys(err, errno, "state.folder", "%s", part);
        }
    }
    return 0;
}

int place_make_state(const char *state, struct err *err)
{
    char cred[PLACE_PATH_MAX];
    int rc;

    if ((rc = path_in(cred, state, "cred", err)) < 0 || (rc = parents(state, err)) < 0 ||
        (rc = folder(state, geteuid() == 0 ? 0711 : 0700, err)) < 0) {
        return rc;
    }
    return folder(cred, 0700, err);
}

// ---- small files

// At most `size` - 1 bytes, terminated. E_EOF when there is no such file.
static int file_read(const char *path, char *out, size_t size, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0) {
        return errno == ENOENT ? E_EOF : err_sys(err, errno, "state.read", "%s", path);
    }
    n = read(fd, out, size - 1);
    close(fd);
    if (n < 0) {
        return err_sys(err, errno, "state.read", "%s", path);
    }
    out[n] = '\0';
    return 0;
}

// Whole or not at all: written beside, synced, renamed. Mode 0600.
static int file_write(const char *path, struct span text, struct err *err)
{
    char tmp[PLACE_PATH_MAX + 8];
    int fd;
    bool ok;

    (void)snprintf(tmp, sizeof(tmp), "%s.new", path);
    (void)unlink(tmp);
    fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(err, errno, "state.write", "%s", tmp);
    }
    ok = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(tmp, path) == 0;
    return ok ? 0 : err_sys(err, errno, "state.write", "%s", path);
}

// ---- where the database is

// key='value' with libpq's own escapes.
static void conn_put(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, "%s%s='", b->len ? " " : "", key);
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\') {
            buf_u8(b, '\\');
        }
        buf_u8(b, (uint8_t)*value);
    }
    buf_u8(b, '\'');
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++) {
        if (strcmp(word, *list) == 0) {
            return true;
        }
    }
    return false;
}

// The conninfo's set keys without those of `drop`, as one line.
static int conn_rewrite(const char *conninfo, const char *const *drop, struct buf *out,
                        struct err *err)
{
    char *why = NULL;
    PQconninfoOption *o = PQconninfoParse(conninfo, &why);
    int rc = 0;

    if (!o) {
        rc = err_set(err, E_USAGE, "db.conninfo", "%s", why ? why : "not a conninfo");
        PQfreemem(why);
        return rc;
    }
    for (const PQconninfoOption *p = o; p->keyword; p++) {
        if (p->val && *p->val && !is_one_of(p->keyword, drop)) {
            conn_put(out, p->keyword, p->val);
        }
    }
    PQconninfoFree(o);
    return buf_ok(out) ? 0 : err_set(err, E_LIMIT, "db.conninfo", "the conninfo is too long");
}

int place_save(const char *state, bool embedded, const char *conninfo, struct err *err)
{
    static const char *const secret[] = {"password", "sslpassword", NULL};
    char path[PLACE_PATH_MAX];
    AUTO_BUF b;
    AUTO_BUF line;
    int rc;

    buf_init(&b, PLACE_CONN_MAX);
    buf_init(&line, PLACE_CONN_MAX);
    if ((rc = path_in(path, state, "db", err)) < 0 ||
        (rc = conn_rewrite(conninfo, secret, &line, err)) < 0) {
        return rc;
    }
    buf_str(&b, embedded ? "embedded\n" : "external\n");
    buf_put_span(&b, buf_span(&line));
    buf_str(&b, "\n");
    return buf_ok(&b) ? file_write(path, buf_span(&b), err)
                      : err_set(err, E_LIMIT, "db.conninfo", "the conninfo is too long");
}

void place_alone(void)
{
    char name[64];

    for (char **e = environ; e && *e;) {
        size_t n = strcspn(*e, "=");

        if (strncmp(*e, "PG", 2) != 0 || n >= sizeof(name)) {
            e++;
            continue;
        }
        (void)snprintf(name, sizeof(name), "%.*s", (int)n, *e);
        (void)unsetenv(name); // which moves the rest down
    }
}

int place_load(const char *state, struct place *ret, struct err *err)
{
    static const char *const person[] = {"user", "passfile", NULL};
    char path[PLACE_PATH_MAX], text[PLACE_CONN_MAX];
    struct span rest, first;
    AUTO_BUF base;
    int rc;

    *ret = (struct place){0};
    buf_init(&base, sizeof(ret->base) - 1);
    if ((rc = path_in(path, state, "db", err)) < 0) {
        return rc;
    }
    (void)snprintf(ret->state, sizeof(ret->state), "%s", state);
    rc = file_read(path, text, sizeof(text), err);
    if (rc < 0) {
        return rc != E_EOF
                   ? rc
                   : err_set(err, E_STATE, "db.none", "%s: run fabsocctl init first", state);
    }
    rest = span_str(text);
    first = span_cut(&rest, '\n');
    ret->embedded = span_eq_str(first, "embedded");
    if (ret->embedded) {
        place_alone();
    }
    first = span_cut(&rest, '\n');
    (void)snprintf(ret->admin, sizeof(ret->admin), SPAN_FMT, SPAN_ARG(first));
    if ((rc = conn_rewrite(ret->admin, person, &base, err)) == 0) {
        memcpy(ret->base, base.p, base.len);
    }
    return rc;
}

int place_conninfo(const struct place *p, const char *login, char out[PLACE_CONN_MAX],
                   struct err *err)
{
    char rest[PLACE_PATH_MAX], path[PLACE_PATH_MAX];
    AUTO_BUF b;
    int rc;

    buf_init(&b, PLACE_CONN_MAX - 1);
    (void)snprintf(rest, sizeof(rest), "cred/%s", login);
    if (!place_login_ok(login) || (rc = path_in(path, p->state, rest, err)) < 0) {
        return err_set(err, E_INPUT, "db.login", "\"%s\" is no login", login);
    }
    if (access(path, F_OK) < 0) {
        return err_set(err, E_INPUT, "db.login", "%s has no credential in %s/cred", login,
                       p->state);
    }
    buf_str(&b, p->base);
    conn_put(&b, "user", login);
    conn_put(&b, "passfile", path);
    if (!buf_ok(&b)) {
        return err_set(err, E_LIMIT, "db.conninfo", "the conninfo is too long");
    }
    memcpy(out, b.p, b.len);
    out[b.len] = '\0';
    return 0;
}

const char *place_socket(const struct place *p, char out[PLACE_PATH_MAX])
{
    struct span s = span_str(p->base), key = SPAN_LIT("host='");
    size_t at = span_find_span(s, key), n = 0;

    if (at == s.n) {
        return NULL;
    }
    for (s = span_sub(s, at + key.n, s.n); s.n && s.p[0] != '\''; s = span_sub(s, 1, s.n)) {
        if (s.p[0] == '\\' && s.n > 1) {
            s = span_sub(s, 1, s.n);
        }
        if (n + 1 < PLACE_PATH_MAX) {
            out[n++] = s.p[0];
        }
    }
    out[n] = '\0';
    return out;
}

// ---- credentials

bool place_login_ok(const char *login)
{
    size_t n = strlen(login);

    if (n < 1 || n > 32 || login[0] < 'a' || login[0] > 'z') {
        return false;
    }
    if (span_starts(span_str(login), SPAN_LIT("pg_")) ||
        span_starts(span_str(login), SPAN_LIT("fabsoc_")) || strcmp(login, "postgres") == 0) {
        return false;
    }
    return strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static int password_from(const char *text, char out[PLACE_PASSWORD])
{
    struct span line = span_str(text), s;

    line = span_cut(&line, '\n');
    while (span_find(line, ':') < line.n) {
        (void)span_cut(&line, ':');
    }
    s = line;
    if (s.n != PLACE_PASSWORD - 1) {
        return E_INPUT;
    }
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return 0;
}

int place_random(char out[PLACE_PASSWORD], struct err *err)
{
    unsigned char raw[(PLACE_PASSWORD - 1) / 2];

    if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw)) {
        return err_sys(err, errno, "state.random", "getrandom");
    }
    hex_put(span_of((const char *)raw, sizeof(raw)), out);
    explicit_bzero(raw, sizeof(raw));
    return 0;
}

int place_password(const char *state, const char *login, char out[PLACE_PASSWORD], struct err *err)
{
    char rest[PLACE_PATH_MAX], path[PLACE_PATH_MAX], text[256];
    int rc;

    if (!place_login_ok(login)) {
        return err_set(err, E_INPUT, "db.login", "\"%s\" is no login", login);
    }
    (void)snprintf(rest, sizeof(rest), "cred/%s", login);
    if ((rc = path_in(path, state, rest, err)) < 0) {
        return rc;
    }
    rc = file_read(path, text, sizeof(text), err);
    if (rc == 0) {
        rc = password_from(text, out);
        explicit_bzero(text, sizeof(text));
        return rc == 0 ? 0
                       : err_set(err, E_INPUT, "db.login", "%s: not one of our passfiles", path);
    }
    if (rc != E_EOF || (rc = place_random(out, err)) < 0) {
        return rc;
    }
    (void)snprintf(text, sizeof(text), "*:*:*:%s:%s\n", login, out);
    rc = file_write(path, span_str(text), err);
    explicit_bzero(text, sizeof(text));
    return rc;
}
