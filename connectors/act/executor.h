// executor.h - the exec half without its loop: takes commands, acts, probes, says what happened.
// SPDX-License-Identifier: Apache-2.0
//
// received -> accepted -> started -> finished -> verified | disproved | indeterminate, or refused.
// Each state is in the journal and synced before the next thing happens, and is said as a report
// signed by the agent's own key. The same command again gets its stored reports, never a second act.
// Found at a start: not yet started = refused (agent.restarted); started = the probe decides, and
// where it is not true, indeterminate. One command at a time. `say` must not call back.
#ifndef CONNECTORS_ACT_EXECUTOR_H
#define CONNECTORS_ACT_EXECUTOR_H

#include "connectors/act/actlog.h"
#include "connectors/act/agentconf.h"
#include "connectors/act/check.h"
#include "connectors/act/key.h"

struct executor_ports {
    utime_t (*now)(void *ctx); // wall clock
    void (*say)(void *ctx, struct span report, struct span signature);
    void *ctx;
};

struct executor {
    const struct agentconf *conf; // borrowed
    struct executor_ports ports;
    struct check_keys keys;
    struct key result;
    struct memory memory;
    struct actlog log;
    uint64_t acts, refused; // since the start
    struct err fatal;       // rc != 0: the journal failed; nothing more is done, end the process
};

// Reads keys and journal; call before any sandbox.
int executor_open(struct executor *x, const struct agentconf *conf, struct executor_ports ports,
                  struct err *err);
void executor_close(struct executor *x);

void executor_recover(struct executor *x); // once, after opening: settles what a crash left
void executor_take(struct executor *x, struct span bytes, struct span signature);
// Says again every report of commands with a counter above this one.
void executor_resync(struct executor *x, uint64_t counter);

#endif
