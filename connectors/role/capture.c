// capture.c - an interface's packets to intake.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/capture.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "connectors/intake/pcap.h"
#include "connectors/os/control.h"
#include "connectors/os/key_file.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/role/capture_model.h"
#include "connectors/role/config.h"
#include "core/base/log.h"
#include "core/decode/digest_item.h"
#include "core/decode/hsms_record.h"
#include "core/model/block.h"

enum { PACKETS_AT_ONCE = 4, ROUNDS = 16 };
#define SECOND_NS ((ntime_t)1000000000)

struct capture {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct link intake;
    // what it was told
    const char *interface, *filter, *name, *area;
    utime_t silence;
    int64_t buffer_mib, connections, held_mib;
    int fd_key, fd_fab;
    struct key_file key;
    struct capture_model model;
    // at work
    struct packets *packets;
    struct hsms_tap *tap;
    struct hsms_writer writer;
    struct recipe_book *book;
    uint64_t dropped, evicted, forgotten; // packets, connections, recipes: as far as was told
    bool started;
    bool stopped; // the link is full: no packets are read until it has room
};

// ---- to intake

static void say_source(struct capture *c)
{
    struct buf *b = link_begin(&c->intake, MSG_CAPTURE_SOURCE);

    buf_blob(b, span_str(c->name));
    buf_blob(b, span_str(c->area));
    buf_i64(b, c->silence);
    (void)link_end(&c->intake);
}

static bool may_read(const struct capture *c)
{
    return link_up(&c->intake) && !link_full(&c->intake);
}

static void mind(struct capture *c)
{
    bool more = link_up(&c->intake) && link_flush(&c->intake) == 1;

    if (link_up(&c->intake)) {
        loop_want(c->loop, c->intake.fd, LOOP_READ | (more ? LOOP_WRITE : 0));
    }
    if (c->packets && c->stopped == may_read(c)) {
        c->stopped = !c->stopped;
        loop_want(c->loop, packets_fd(c->packets), c->stopped ? 0 : LOOP_READ);
    }
}

static void on_seen(void *ctx, const struct hsms_seen *s)
{
    struct capture *c = ctx;
    struct buf *b = link_begin(&c->intake, MSG_CAPTURE_RECORD);

    hsms_record_put(&c->writer, s, b);
    if (link_end(&c->intake) < 0) {
        log_error("a message could not be handed on: the link is full");
    }
}

static void on_packets(void *ctx, int fd, unsigned events)
{
    struct capture *c = ctx;
    struct err err = ERR_INIT;
    int n = 1;

    (void)fd;
    (void)events;
    for (int i = 0; i < ROUNDS && n > 0 && may_read(c); i++) {
        n = packets_take(c->packets, PACKETS_AT_ONCE, c->tap, &err);
    }
    if (n < 0) {
        control_fault(&c->control, &err);
        return;
    }
    mind(c);
}

static void on_second(void *ctx)
{
    struct capture *c = ctx;
    uint64_t dropped = packets_dropped(c->packets), evicted = hsms_tap_tcp(c->tap)->evicted;
    uint64_t forgotten = recipe_book_evicted(c->book);

    if (dropped > c->dropped && link_up(&c->intake)) {
        struct buf *b = link_begin(&c->intake, MSG_CAPTURE_SHED);

        buf_u64(b, dropped - c->dropped);
        if (link_end(&c->intake) == 0) {
            c->dropped = dropped;
        }
    }
    if (evicted > c->evicted) {
        log_warn("%llu connections were given up: more than there is room for",
                 (unsigned long long)(evicted - c->evicted));
        c->evicted = evicted;
    }
    if (forgotten > c->forgotten) {
        log_warn(
            "%llu recipes were forgotten, so their next change is not told: more than there is "
            "room for",
            (unsigned long long)(forgotten - c->forgotten));
        c->forgotten = forgotten;
    }
    mind(c);
    (void)loop_timer(c->loop, clock_mono() + SECOND_NS, on_second, c);
}

// ---- start

static int text_of(struct capture *c, const char *key, const char *otherwise, const char **ret,
                   struct err *err)
{
    const struct ynode *n = y_get(c->config.own, key);

    *ret = otherwise;
    if (y_is_null(n)) {
        return otherwise ? 0
                         : err_set(err, E_INPUT, "capture.config", "capture: %s is missing", key);
    }
    if (n->type != Y_SCALAR || n->text.n == 0 || n->text.n > 1000) {
        return err_set(err, E_INPUT, "capture.config", "capture: %s must be a text", key);
    }
    *ret = arena_str(&c->config.arena, n->text);
    return 0;
}

static int number_of(struct capture *c, const char *key, int64_t max, int64_t otherwise,
                     int64_t *ret, struct err *err)
{
    const struct ynode *n = y_get(c->config.own, key);

    *ret = otherwise;
    return y_is_null(n) || (y_int(n, ret) && *ret >= 1 && *ret <= max)
               ? 0
               : err_set(err, E_INPUT, "capture.config",
                         "capture: %s must be a number from 1 to %lld", key, (long long)max);
}

static int read_config(struct capture *c, struct span text, struct err *err)
{
    static const char *const known[] = {"interface",  "filter",      "name",     "area", "silence",
                                        "buffer_mib", "connections", "held_mib", NULL};
    const char *silence = "0";
    int rc = role_config_load(&c->config, "capture", text, err);

    rc = rc < 0 || !c->config.own ? rc : y_only(&c->config.docs, c->config.own, known, err);
    rc = rc < 0 ? rc : text_of(c, "interface", NULL, &c->interface, err);
    rc = rc < 0 ? rc : text_of(c, "filter", "", &c->filter, err);
    rc = rc < 0 ? rc : text_of(c, "name", c->interface, &c->name, err);
    rc = rc < 0 ? rc : text_of(c, "area", "", &c->area, err);
    rc = rc < 0 ? rc : text_of(c, "silence", "0", &silence, err);
    rc = rc < 0 ? rc : number_of(c, "buffer_mib", 1024, 32, &c->buffer_mib, err);
    rc = rc < 0 ? rc : number_of(c, "connections", 65536, 4096, &c->connections, err);
    rc = rc < 0 ? rc : number_of(c, "held_mib", 4096, 128, &c->held_mib, err);
    if (rc == 0 && strcmp(silence, "0") != 0 && !utime_duration(span_str(silence), &c->silence)) {
        rc = err_set(err, E_INPUT, "capture.config", "capture: silence must be a duration");
    }
    return rc;
}

static int drop_capabilities(struct err *err)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2];

    memset(none, 0, sizeof(none));
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        syscall(SYS_capset, &h, none) < 0) {
        return err_set(err, E_SYSTEM, "capture.capability", "its capability could not be given up");
    }
    return 0;
}

static int open_all(struct capture *c, struct span config, struct err *err)
{
    int rc = read_config(c, config, err);

    if (rc == 0 && c->fd_key < 0) {
        rc = err_set(err, E_STATE, "capture.key", "the key of recipes' digests did not come");
    }
    rc = rc < 0 ? rc : key_file_read_fd(c->fd_key, &c->key, err);
    rc = rc < 0 || c->fd_fab < 0 ? rc : capture_model_read(&c->model, c->fd_fab, err);
    if (rc < 0) {
        return rc;
    }
    c->book = recipe_book_new();
    c->tap = hsms_tap_new((size_t)c->connections, (size_t)c->held_mib << 20, false, on_seen, c);
    if (!c->book || !c->tap) {
        return err_set(err, E_SYSTEM, "capture.memory", "no memory");
    }
    hsms_writer_init(&c->writer, key_file_span(&c->key), RECORD_MAX, c->model.fab, c->book);
    capture_model_tell(&c->model, c->tap);
    return packets_open(c->interface, c->filter, (size_t)c->buffer_mib << 20, &c->packets, err);
}

static int on_start(void *ctx, struct span config, struct err *err)
{
    struct capture *c = ctx;
    struct sandbox s = {.groups = 0};
    int rc = open_all(c, config, err);

    // libcrypto reads its configuration with its first digest: before there are no files any more
    (void)digest_keyed(key_file_span(&c->key), SPAN_NONE);
    rc = rc < 0 ? rc : drop_capabilities(err);
    rc = rc < 0 ? rc : sandbox_enter(&s, err);
    if (rc < 0) {
        return rc;
    }
    c->started = true;
    if (link_up(&c->intake)) {
        say_source(c);
    }
    c->stopped = !may_read(c);
    rc = loop_add(c->loop, packets_fd(c->packets), c->stopped ? 0 : LOOP_READ, on_packets, c);
    if (rc < 0) {
        return err_set(err, E_LIMIT, "capture.loop", "the interface cannot be waited for");
    }
    on_second(c);
    log_line(LOG_INFO, "listening", "interface", c->interface, NULL);
    control_ready(&c->control);
    return 0;
}

// ---- control

static void drop_intake(struct capture *c)
{
    if (link_up(&c->intake)) {
        loop_remove(c->loop, c->intake.fd);
    }
    link_close(&c->intake);
    mind(c);
}

static void on_intake(void *ctx, int fd, unsigned events)
{
    struct capture *c = ctx;
    uint8_t type;
    struct span body;

    (void)fd;
    // intake says nothing; what comes is its end
    if ((events & (LOOP_READ | LOOP_HANGUP)) &&
        (link_fill(&c->intake) < 0 || link_next(&c->intake, &type, &body) != 0)) {
        drop_intake(c);
        return;
    }
    mind(c);
}

static void on_peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct capture *c = ctx;

    (void)index;
    if (role != ROLE_INTAKE) {
        close(fd);
        return;
    }
    drop_intake(c);
    link_init(&c->intake, fd);
    (void)loop_add(c->loop, fd, LOOP_READ, on_intake, c);
    if (c->started) {
        say_source(c);
    }
    mind(c);
}

static void on_lost(void *ctx, enum role role, unsigned index)
{
    (void)index;
    if (role == ROLE_INTAKE) {
        drop_intake(ctx);
    }
}

// A model other than the one in force: roles and masks follow it from the next message on. What recipes were
// before is forgotten, since other masks give other marks.
static void change_model(struct capture *c, int fd)
{
    struct capture_model next = {.fab = NULL};
    struct recipe_book *book = NULL;
    struct err err = ERR_INIT;

    if (capture_model_read(&next, fd, &err) < 0) {
        log_line(LOG_ERROR, "the fab model before stays in force", "why", err.msg, NULL);
    } else if (!digest_eq(&next.digest, &c->model.digest) && (book = recipe_book_new())) {
        recipe_book_free(c->book);
        capture_model_free(&c->model);
        c->model = next;
        c->book = book;
        c->forgotten = 0;
        c->writer.book = book;
        c->writer.fab = next.fab;
        capture_model_tell(&c->model, c->tap);
        log_info("another fab model is in force");
        return;
    }
    capture_model_free(&next);
}

static void on_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    struct capture *c = ctx;

    (void)name;
    if (what == FD_CREDENTIAL && index == 0 && c->fd_key < 0) {
        c->fd_key = fd;
    } else if (what == FD_CREDENTIAL && index == 1 && c->fd_fab < 0) {
        c->fd_fab = fd;
    } else if (what == FD_CREDENTIAL && index == 1 && c->started) {
        change_model(c, fd);
        close(fd);
    } else {
        close(fd);
    }
}

static void on_stop(void *ctx)
{
    struct capture *c = ctx;

    if (c->started && link_up(&c->intake)) {
        (void)link_flush(&c->intake);
    }
    control_bye(&c->control);
}

static const struct control_ops ops = {
    .start = on_start,
    .peer = on_peer,
    .lost = on_lost,
    .fd = on_fd,
    .stop = on_stop,
};

static void close_all(struct capture *c)
{
    packets_close(c->packets);
    hsms_tap_free(c->tap);
    hsms_writer_free(&c->writer);
    recipe_book_free(c->book);
    capture_model_free(&c->model);
    link_close(&c->intake);
    control_close(&c->control);
    role_config_free(&c->config);
}

int role_capture_run(void)
{
    struct capture *c = calloc(1, sizeof(*c));
    int rc;

    logsink_open("capture");
    if (!c || !(c->loop = loop_new())) {
        free(c);
        return 70;
    }
    c->fd_key = c->fd_fab = -1;
    link_init(&c->intake, -1);
    rc = control_open(&c->control, c->loop, &ops, c) < 0 ? 70 : loop_run(c->loop);
    close_all(c);
    loop_free(c->loop);
    free(c);
    return rc < 0 ? 70 : rc;
}
