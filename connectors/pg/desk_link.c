// desk_link.c - connecting by poll, listening, coming back with growing pauses.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/desk_link.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BACKOFF_FIRST_MS = 250, BACKOFF_MOST_MS = 8000 };

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void no_notice(void *ctx, const PGresult *r)
{
    (void)ctx;
    (void)r;
}

static void start(struct desk_link *l)
{
    // Later keys win over what `dbname` expands to; one without a value is left out.
    const char *key[] = {"dbname", "application_name", "client_encoding", "password", NULL};
    const char *value[] = {l->conninfo, "fabsoc", "UTF8", l->password, NULL};
    const char *password;

    l->c = PQconnectStartParams(key, value, 1);
    if (!l->c || PQstatus(l->c) == CONNECTION_BAD) {
        link_lose(l);
        return;
    }
    password = PQpass(l->c);
    if (!l->password && password && *password) {
        l->password = strdup(password);
    }
    (void)PQsetNoticeReceiver(l->c, no_notice, NULL);
    l->poll = PGRES_POLLING_WRITING; // as libpq wants it before the first PQconnectPoll()
    l->state = LINK_CONNECTING;
}

void link_lose(struct desk_link *l)
{
    if (l->c) {
        (void)pg_fault(l->c, NULL, &l->why, "no database");
    } else {
        (void)err_set(&l->why, E_SYSTEM, "pg.lost", "no memory for a connection");
    }
    PQfinish(l->c);
    l->c = NULL;
    l->state = LINK_AWAY;
    l->flushing = false;
    l->backoff_ms = l->backoff_ms == 0                    ? BACKOFF_FIRST_MS
                    : l->backoff_ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS
                                                          : l->backoff_ms * 2;
    l->retry_ms = now_ms() + l->backoff_ms;
}

int desk_link_open(struct desk_link *l, const char *conninfo, struct err *err)
{
    *l = (struct desk_link){.conninfo = strdup(conninfo)};
    if (!l->conninfo) {
        return err_set(err, E_SYSTEM, "pg.lost", "no memory");
    }
    start(l);
    return 0;
}

void desk_link_close(struct desk_link *l)
{
    PQfinish(l->c);
    if (l->password) {
        explicit_bzero(l->password, strlen(l->password));
    }
    free(l->password);
    free(l->conninfo);
}

int desk_link_fd(const struct desk_link *l)
{
    return l->c ? PQsocket(l->c) : -1;
}

bool desk_link_wants_write(const struct desk_link *l)
{
    return (l->state == LINK_CONNECTING && l->poll == PGRES_POLLING_WRITING) || l->flushing;
}

void desk_link_flush(struct desk_link *l)
{
    int rc = PQflush(l->c);

    l->flushing = rc == 1;
    if (rc < 0) {
        link_lose(l);
    }
}

static bool socket_is(const struct desk_link *l, short events)
{
    struct pollfd p = {.fd = desk_link_fd(l), .events = events};

    return p.fd >= 0 && poll(&p, 1, 0) > 0;
}

static void connecting(struct desk_link *l)
{
    if (!socket_is(l, l->poll == PGRES_POLLING_WRITING ? POLLOUT : POLLIN)) {
        return;
    }
    l->poll = PQconnectPoll(l->c);
    if (l->poll == PGRES_POLLING_FAILED) {
        link_lose(l);
    } else if (l->poll == PGRES_POLLING_OK) {
        if (PQsetnonblocking(l->c, 1) < 0 ||
            !PQsendQueryParams(l->c, sql_text(SQL_DESK_LISTEN), 0, NULL, NULL, NULL, NULL, 0)) {
            link_lose(l);
            return;
        }
        l->state = LINK_LISTENING;
        desk_link_flush(l);
    }
}

static void listening(struct desk_link *l)
{
    PGresult *r;

    while (l->c && !PQisBusy(l->c)) {
        r = PQgetResult(l->c);
        if (!r) {
            l->state = LINK_READY;
            l->backoff_ms = 0;
            l->news = true; // whatever was committed while nobody listened
            return;
        }
        if (PQresultStatus(r) != PGRES_COMMAND_OK) {
            PQclear(r);
            link_lose(l);
            return;
        }
        PQclear(r);
    }
}

static void read_some(struct desk_link *l)
{
    PGnotify *n;

    if (l->flushing) {
        desk_link_flush(l);
    }
    if (!l->c || !PQconsumeInput(l->c)) {
        if (l->c) {
            link_lose(l);
        }
        return;
    }
    while ((n = PQnotifies(l->c))) {
        l->news = true;
        PQfreemem(n);
    }
}

void desk_link_turn(struct desk_link *l)
{
    if (l->state == LINK_AWAY && now_ms() >= l->retry_ms) {
        start(l);
    }
    if (l->state == LINK_CONNECTING) {
        connecting(l);
    }
    if (l->state == LINK_LISTENING || l->state == LINK_READY) {
        read_some(l);
    }
    if (l->state == LINK_LISTENING) {
        listening(l);
    }
}
