// wsloop.c - adopting descriptors into libwebsockets.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ws/wsloop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"

enum { FDS_MAX = 4096 };

struct wsloop {
    struct lws_context *context;
    struct lws_vhost *links;
    bool stopping;
    int rc;
};

struct wsfd {
    lws_sorted_usec_list_t again; // first member
    struct lws *wsi;
    void (*on)(void *ctx, unsigned events); // NULL once removed
    void *ctx;
    bool writing; // in its writable callback
};

static void tell(struct wsfd *f, unsigned events)
{
    if (f && f->on) {
        f->on(f->ctx, events);
    }
}

// lws 4.1.6 takes the wish to write away behind the writable callback (rops_handle_POLLIN_raw_file), also
// a wish that the callback itself had: that one is said again out of the loop.
static void write_again(lws_sorted_usec_list_t *sul)
{
    struct wsfd *f = lws_container_of(sul, struct wsfd, again);

    (void)lws_callback_on_writable(f->wsi);
}

static void tell_writable(struct wsfd *f)
{
    if (f) {
        f->writing = true;
        tell(f, WSLOOP_WRITE);
        f->writing = false;
    }
}

// 0, or -1: lws closes the descriptor.
static int on_link(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t len)
{
    struct wsfd *f = lws_get_opaque_user_data(wsi);

    (void)user;
    (void)in;
    (void)len;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX_FILE: tell(f, WSLOOP_READ); break;
    case LWS_CALLBACK_RAW_WRITEABLE_FILE: tell_writable(f); break;
    case LWS_CALLBACK_RAW_CLOSE_FILE:
        if (f) {
            void (*on)(void *, unsigned) = f->on;
            void *ctx = f->ctx;

            lws_set_opaque_user_data(wsi, NULL);
            lws_sul_schedule(lws_get_context(wsi), 0, &f->again, write_again,
                             LWS_SET_TIMER_USEC_CANCEL);
            free(f);
            if (on) {
                on(ctx, WSLOOP_HANGUP);
            }
        }
        return 0;
    default: return 0;
    }
    return f && f->on ? 0 : -1; // removed in its own callback
}

static const struct lws_protocols link_protocols[] = {
    {.name = "links", .callback = on_link},
    {.name = NULL},
};

static void log_lws(int level, const char *line)
{
    size_t n = strlen(line);

    if (n && line[n - 1] == '\n') {
        n--;
    }
    log_msg(level & LLL_ERR ? LOG_WARN : LOG_DEBUG, "libwebsockets: %.*s", (int)n, line);
}

int wsloop_new(struct wsloop **ret, struct err *err)
{
    static const lws_retry_bo_t alive = {.secs_since_valid_ping = 10,
                                         .secs_since_valid_hangup = 30};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .fd_limit_per_thread = FDS_MAX,
        .retry_and_idle_policy = &alive,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    };
    struct lws_context_creation_info links = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .vhost_name = "links",
        .protocols = link_protocols,
    };
    struct wsloop *l = calloc(1, sizeof(*l));

    if (!l) {
        return err_set(err, E_SYSTEM, "ws.memory", "no memory for the loop");
    }
    lws_set_log_level(LLL_ERR | LLL_WARN, log_lws);
    info.user = l;
    l->context = lws_create_context(&info);
    l->links = l->context ? lws_create_vhost(l->context, &links) : NULL;
    if (!l->links) {
        wsloop_free(l);
        return err_set(err, E_SYSTEM, "ws.context", "libwebsockets did not start");
    }
    *ret = l;
    return 0;
}

void wsloop_free(struct wsloop *l)
{
    if (l && l->context) {
        lws_context_destroy(l->context);
    }
    free(l);
}

struct lws_context *wsloop_context(struct wsloop *l)
{
    return l->context;
}

struct wsfd *wsfd_add(struct wsloop *l, int fd, void (*on)(void *ctx, unsigned events), void *ctx)
{
    struct wsfd *f = calloc(1, sizeof(*f));
    lws_sock_file_fd_type own;

    own.filefd = f ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (own.filefd < 0) {
        free(f);
        return NULL;
    }
    f->on = on;
    f->ctx = ctx;
    f->wsi = lws_adopt_descriptor_vhost(l->links, LWS_ADOPT_RAW_FILE_DESC, own, "links", NULL);
    if (!f->wsi) { // lws closed the duplicate
        free(f);
        return NULL;
    }
    lws_set_opaque_user_data(f->wsi, f);
    return f;
}

void wsfd_want_write(struct wsfd *f)
{
    if (f->writing) {
        lws_sul_schedule(lws_get_context(f->wsi), 0, &f->again, write_again, 1);
    } else {
        (void)lws_callback_on_writable(f->wsi);
    }
}

void wsfd_remove(struct wsfd *f)
{
    if (f) {
        f->on = NULL;
        lws_set_timeout(f->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    }
}

static void on_sul(lws_sorted_usec_list_t *sul)
{
    struct wsloop_timer *t = lws_container_of(sul, struct wsloop_timer, sul);

    t->on(t->ctx);
}

void wsloop_timer_set(struct wsloop *l, struct wsloop_timer *t, utime_t after)
{
    lws_sul_schedule(l->context, 0, &t->sul, on_sul, after > 0 ? after : 1);
}

void wsloop_timer_clear(struct wsloop *l, struct wsloop_timer *t)
{
    if (t->sul.list.owner) {
        lws_sul_schedule(l->context, 0, &t->sul, on_sul, LWS_SET_TIMER_USEC_CANCEL);
    }
}

int wsloop_run(struct wsloop *l)
{
    l->stopping = false;
    while (!l->stopping) {
        if (lws_service(l->context, 0) < 0) {
            return E_SYSTEM;
        }
    }
    return l->rc;
}

void wsloop_stop(struct wsloop *l, int rc)
{
    l->rc = rc;
    l->stopping = true;
    lws_cancel_service(l->context);
}
