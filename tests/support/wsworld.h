// wsworld.h - a gate's server and agents' clients in one loop over real wss on loopback, for tests.
// SPDX-License-Identifier: Apache-2.0
//
// Certificates come from share/tools/mkcerts, the port from the kernel. What happens is appended to
// `story` as words: "opened:pam-01", "closed:pam-01:4002", "gate:report" (a message the server got),
// "agent0:opened", "agent0:command", "agent0:closed:4004". wsworld_until() runs the loop until the story holds
// a word, and fails the test after 20 s.
#ifndef TESTS_SUPPORT_WSWORLD_H
#define TESTS_SUPPORT_WSWORLD_H

#include <sys/types.h>

#include "connectors/ws/client.h"
#include "connectors/ws/server.h"

enum { WSWORLD_AGENTS = 2 };

struct wsworld;
struct wsworld_agent {
    struct wsworld *world;
    unsigned n;
    struct ws_client *client;
    const char *says; // the id in HELLO
};

struct wsworld {
    char dir[64], other[64]; // certificates of the site; of a foreign one
    struct wsloop *loop;
    struct ws_server *server;
    int listen_fd, port;
    struct wsworld_agent agent[WSWORLD_AGENTS];
    const char *revoked;
    struct buf story;
    const char *await;
    bool timed_out;
    pid_t child;
    struct wsloop_timer limit, look;
};

void wsworld_begin(struct wsworld *w);
void wsworld_end(struct wsworld *w);
// Agent n dials with the certificate of `cert` from `dir` and greets as `says`.
void wsworld_dial(struct wsworld *w, unsigned n, const char *dir, const char *cert,
                  const char *says);
void wsworld_until(struct wsworld *w, const char *word);
bool wsworld_has(const struct wsworld *w, const char *word);
size_t wsworld_count(const struct wsworld *w, const char *word);
// Runs a shell command (with $DIR, $PORT, $OUT) beside the loop until it ends; returns its output.
struct span wsworld_shell(struct wsworld *w, const char *command, struct buf *out);

#endif
