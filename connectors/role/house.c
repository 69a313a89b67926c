// house.c - state directory, set, sockets.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/house.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "connectors/os/key_file.h"
#include "connectors/role/intake.h"
#include "connectors/role/sockets.h"
#include "core/base/log.h"

#define RECIPE_KEY "recipe.key"

gid_t house_gid(const struct daemon_conf *c, enum role role)
{
    bool reads = role == ROLE_INTAKE || role == ROLE_DETECT || role == ROLE_ENGINE;

    return c->uid_base + (reads ? 0 : (gid_t)role);
}

static int open_dir(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        err_at(err, path, 0, 0);
        return err_sys(err, errno, "house.dir", "the directory could not be opened");
    }
    return fd;
}

// A directory of the state: made where it is missing; as root given to `uid` and the readers' group.
static int state_dir(const struct house *h, const struct daemon_conf *c, const char *name,
                     uid_t uid, struct err *err)
{
    int fd;

    if (mkdirat(h->state, name, 0750) < 0 && errno != EEXIST) {
        return err_sys(err, errno, "house.dir", "%s/%s could not be made", c->state, name);
    }
    fd = openat(h->state, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0750) < 0 ||
        (geteuid() == 0 && fchown(fd, uid, house_gid(c, ROLE_INTAKE)) < 0)) {
        int saved = errno;

        if (fd >= 0) {
            close(fd);
        }
        return err_sys(err, saved, "house.dir", "%s/%s could not be prepared", c->state, name);
    }
    return fd;
}

static int open_state(struct house *h, const struct daemon_conf *c, struct err *err)
{
    if (file_make_dirs(c->state, 0755, err) < 0 || (h->state = open_dir(c->state, err)) < 0) {
        return E_SYSTEM;
    }
    h->lock = openat(h->state, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (h->lock < 0 || flock(h->lock, LOCK_EX | LOCK_NB) < 0) {
        return err_sys(err, errno, "house.lock", "%s is in use by another service", c->state);
    }
    h->journal = state_dir(h, c, "journal", c->uid_base + ROLE_INTAKE, err);
    h->sets = h->journal < 0 ? -1 : state_dir(h, c, "sets", 0, err);
    if (h->sets < 0) {
        return E_SYSTEM;
    }
    return c->off[ROLE_CAPTURE] ? 0 : key_file_make(h->state, RECIPE_KEY, err);
}

int house_install(struct house *h, const struct daemon_conf *c, struct err *err)
{
    struct set set;
    int rc = set_read(c->set, &set, err);

    if (rc == 0) {
        rc =
            set_install(h->sets, &set, geteuid() == 0 ? house_gid(c, ROLE_DETECT) : (gid_t)-1, err);
        h->set = rc == 0 ? set.digest : h->set;
        set_free(&set);
    }
    return rc;
}

static int open_followed(const char *path, struct err *err)
{
    char dir[4096];
    size_t n = (size_t)(strrchr(path, '/') - path);

    if (n >= sizeof(dir)) {
        return err_set(err, E_LIMIT, "house.path", "the path is too long");
    }
    memcpy(dir, path, n);
    dir[n] = '\0';
    return open_dir(n ? dir : "/", err);
}

static int open_source(const struct intake_source_conf *s, struct buf *ports, struct err *err)
{
    char name[128];
    int fd;

    (void)snprintf(name, sizeof(name), SPAN_FMT, SPAN_ARG(s->decl.name));
    switch (s->input) {
    case INPUT_UDP: return socket_bind(name, s->listen, false, ports, err);
    case INPUT_TCP: return socket_bind(name, s->listen, true, ports, err);
    case INPUT_FOLLOW: return open_followed(s->path, err);
    default:
        fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        return fd < 0 ? err_sys(err, errno, "house.stdin", "standard input is closed") : fd;
    }
}

static int open_sockets(struct house *h, const struct daemon_conf *c, struct err *err)
{
    AUTO_BUF ports;
    int run, rc = 0;

    buf_init(&ports, 64 * 1024);
    for (size_t i = 0; i < c->intake.n && rc >= 0 && !c->off[ROLE_INTAKE]; i++) {
        rc = h->source[i] = open_source(&c->intake.source[i], &ports, err);
    }
    if (rc >= 0 && c->gate_listen && !c->off[ROLE_GATE]) {
        rc = h->gate = socket_bind("gate", c->gate_listen, true, &ports, err);
    }
    if (rc < 0 || file_make_dirs(c->run, 0755, err) < 0 || (run = open_dir(c->run, err)) < 0) {
        return E_SYSTEM;
    }
    rc = file_write_atomic(run, "ports", buf_span(&ports), 0644, err);
    close(run);
    return rc;
}

int house_open(struct house *h, const struct daemon_conf *c, struct err *err)
{
    int rc;

    *h =
        (struct house){.state = -1, .lock = -1, .journal = -1, .sets = -1, .story = -1, .gate = -1};
    for (size_t i = 0; i < INTAKE_SOURCES_MAX; i++) {
        h->source[i] = -1;
    }
    rc = open_state(h, c, err);
    rc = rc < 0 ? rc : house_install(h, c, err);
    if (rc == 0 && c->story) {
        rc = h->story = open_dir(c->story, err);
    }
    return rc < 0 ? rc : open_sockets(h, c, err);
}

static void close_one(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void house_close(struct house *h)
{
    for (size_t i = 0; i < INTAKE_SOURCES_MAX; i++) {
        close_one(h->source[i]);
    }
    close_one(h->gate);
    close_one(h->story);
    close_one(h->sets);
    close_one(h->journal);
    close_one(h->lock);
    close_one(h->state);
}

// ---- giving

static int give(struct link *to, enum ctl_fd what, unsigned index, struct span name, int fd,
                struct err *err)
{
    AUTO_BUF body = {0};
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);

    buf_init(&body, 1024);
    if (fd < 0) {
        return 0;
    }
    if (copy < 0) {
        return err_sys(err, errno, "house.give", "a descriptor could not be copied");
    }
    buf_u8(&body, (uint8_t)what);
    buf_u8(&body, (uint8_t)index);
    buf_put_span(&body, name);
    // Each is sent at once: a link holds few descriptors.
    if (link_send_fd(to, (uint8_t)CTL_FD, buf_span(&body), copy) < 0 || link_flush(to) < 0) {
        return err_set(err, E_SYSTEM, "house.give", "a role does not take its descriptors");
    }
    return 0;
}

static int give_credentials(const struct daemon_conf *c, enum role role, struct link *to,
                            struct err *err)
{
    struct span name[CREDENTIALS_MAX], path[CREDENTIALS_MAX];
    size_t n = daemon_conf_credentials(c, role, name, path);
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        char text[4096];
        int fd;

        (void)snprintf(text, sizeof(text), SPAN_FMT, SPAN_ARG(path[i]));
        fd = open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0) {
            err_at(err, text, 0, 0);
            return err_sys(err, errno, "house.credential",
                           "credential " SPAN_FMT " could not be opened", SPAN_ARG(name[i]));
        }
        rc = give(to, FD_CREDENTIAL, (unsigned)i, name[i], fd, err);
        close(fd);
    }
    return rc;
}

int house_give_model(const struct daemon_conf *c, struct link *to, struct err *err)
{
    int fab = c->set[SET_FAB] ? open(c->set[SET_FAB], O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1, rc = 0;

    if (c->set[SET_FAB]) {
        rc = fab < 0 ? err_sys(err, errno, "house.fab", "%s could not be opened", c->set[SET_FAB])
                     : give(to, FD_CREDENTIAL, 1, SPAN_LIT("fab"), fab, err);
    }
    close_one(fab);
    return rc;
}

// The key, and the fab model as it stands: capture opens no file itself.
static int give_capture(const struct house *h, const struct daemon_conf *c, struct link *to,
                        struct err *err)
{
    int key = openat(h->state, RECIPE_KEY, O_RDONLY | O_CLOEXEC), rc;

    rc = key < 0
             ? err_sys(err, errno, "house.key", "%s/%s could not be opened", c->state, RECIPE_KEY)
             : give(to, FD_CREDENTIAL, 0, SPAN_LIT(RECIPE_KEY), key, err);
    close_one(key);
    return rc < 0 ? rc : house_give_model(c, to, err);
}

static int give_intake(const struct house *h, const struct daemon_conf *c, struct link *to,
                       struct err *err)
{
    static const enum ctl_fd what[] = {[INPUT_UDP] = FD_SOCKET_UDP,
                                       [INPUT_TCP] = FD_SOCKET_TCP,
                                       [INPUT_FOLLOW] = FD_FOLLOW,
                                       [INPUT_STDIN] = FD_STDIN};
    int rc = give(to, FD_JOURNAL_DIR, 0, SPAN_NONE, h->journal, err);

    for (size_t i = 0; i < c->intake.n && rc == 0; i++) {
        rc = give(to, what[c->intake.source[i].input], (unsigned)i, c->intake.source[i].decl.name,
                  h->source[i], err);
    }
    return rc < 0 ? rc : give(to, FD_FOLLOW, STORY_INDEX, SPAN_LIT("story"), h->story, err);
}

int house_give(const struct house *h, const struct daemon_conf *c, enum role role, struct link *to,
               struct err *err)
{
    int rc = 0;

    switch (role) {
    case ROLE_INTAKE: rc = give_intake(h, c, to, err); break;
    case ROLE_DETECT:
        rc = give(to, FD_JOURNAL_DIR, 0, SPAN_NONE, h->journal, err);
        rc = rc < 0 ? rc : give(to, FD_SET_DIR, 0, SPAN_NONE, h->sets, err);
        break;
    case ROLE_ENGINE:
        rc = give(to, FD_SET_DIR, 0, SPAN_NONE, h->sets, err);
        rc = rc < 0 ? rc : give(to, FD_STATE_DIR, 0, SPAN_NONE, h->state, err);
        break;
    case ROLE_CAPTURE: rc = give_capture(h, c, to, err); break;
    case ROLE_GATE: rc = give(to, FD_SOCKET_TCP, 0, SPAN_LIT("gate"), h->gate, err); break;
    default: break;
    }
    return rc < 0 ? rc : give_credentials(c, role, to, err);
}
