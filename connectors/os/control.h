// control.h - the child's side of the supervisor's control link: what every role's main needs.
// SPDX-License-Identifier: Apache-2.0
//
// A role fills a table of callbacks and calls control_run(). Messages: messages.h. Descriptors are
// handed over (the callback owns them). The role's first CTL_START comes after all first descriptors;
// there it closes its sandbox and calls control_ready(). A lost supervisor ends the role.
#ifndef CONNECTORS_OS_CONTROL_H
#define CONNECTORS_OS_CONTROL_H

#include "connectors/os/link.h"
#include "connectors/os/loop.h"
#include "connectors/os/messages.h"

struct control_ops {
    // `config` is a JSON object (so also YAML): see share/doc/CONFIG.md, "what a role is told".
    int (*start)(void *ctx, struct span config, struct err *err);
    void (*peer)(void *ctx, enum role role, unsigned index, int fd); // a (new) link
    void (*lost)(void *ctx, enum role role, unsigned index);
    void (*fd)(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd);
    void (*notice)(void *ctx, struct span kind, struct span text); // engine only; may be NULL
    void (*stop)(void *ctx); // finish; call control_bye() when done
};

struct control {
    struct link link;
    struct loop *loop;
    const struct control_ops *ops;
    void *ctx;
};

// Uses the link at CONTROL_FD. Callbacks run out of the loop.
int control_open(struct control *c, struct loop *loop, const struct control_ops *ops, void *ctx);
// Delivers what has come by now; for a callback of another link that must know of lost peers first.
void control_pump(struct control *c);
void control_ready(struct control *c);
void control_bye(struct control *c); // says it and stops the loop with 0
// Says why the role cannot go on (log and supervisor) and stops the loop with 2.
void control_fault(struct control *c, const struct err *err);
void control_close(struct control *c);

#endif
