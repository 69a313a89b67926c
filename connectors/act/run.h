// run.h - starts a program by a fixed argument vector and hears what it says.
// SPDX-License-Identifier: Apache-2.0
//
// execve(2) of an absolute path, empty environment, standard input from /dev/null, own process
// group, output (both streams) capped at RUN_OUTPUT_MAX, killed as a group after its time. No shell,
// no PATH, no inherited descriptors. Waits: the exec half does one thing at a time, on purpose.
#ifndef CONNECTORS_ACT_RUN_H
#define CONNECTORS_ACT_RUN_H

#include "connectors/act/agentconf.h"
#include "connectors/act/params.h"

enum { RUN_OUTPUT_MAX = 4096 };

struct run_result {
    bool started; // false: the program could not be started at all
    bool timeout; // killed by us
    int exit;     // exit status; 128 + signal when it was killed
    size_t n;     // output, blanks at both ends cut
    char output[RUN_OUTPUT_MAX];
};

// Fills the holes with the values and runs. E_INPUT "params.bad" when a hole has no value.
int run_vector(const struct agent_vector *v, const struct act_values *values, utime_t timeout,
               struct run_result *ret, struct err *err);
// The text `expect` with its holes filled, in `out`. False when a hole has no value or no room.
bool run_expect(const char *expect, const struct act_values *values, char *out, size_t size);

#endif
