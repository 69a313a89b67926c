// ctl.h - what the commands of fabsocctl share.
// SPDX-License-Identifier: Apache-2.0
//
// A command reads its arguments, writes records to standard output and faults to standard error, and
// returns the exit status. Nothing here keeps state.
#ifndef CONNECTORS_CTL_CTL_H
#define CONNECTORS_CTL_CTL_H

#include <getopt.h>

#include "core/base/err.h"

enum ctl_exit {
    CTL_DONE = 0,
    CTL_REFUSED = 1,   // done, but a named input, rule or document was refused
    CTL_CANNOT = 2,    // could not do it
    CTL_USAGE = 64,    // sysexits.h: EX_USAGE
    CTL_INTERNAL = 70, // EX_SOFTWARE
};

struct ctl_command {
    const char *name, *args, *meaning;
    int (*run)(int argc, char **argv);
};

// The table of commands.def; `n` gets its length.
const struct ctl_command *ctl_commands(size_t *n);
const struct ctl_command *ctl_find(const char *name); // NULL when there is none

#define CTL_COMMAND(name, args, meaning) int ctl_##name(int argc, char **argv);
#include "connectors/ctl/commands.def"
#undef CTL_COMMAND

int ctl_fail(const struct err *err); // prints the fault; the exit status that fits its code
// "usage: fabsocctl NAME ARGS" and, when not NULL, why; CTL_USAGE.
int ctl_usage(const char *name, const char *why);

// The option every database command has: --state DIR. Each command lists its own behind it.
#define CTL_STATE_OPTION                                                                           \
    {                                                                                              \
        "state", required_argument, NULL, 's'                                                      \
    }
// `given` or the default; `out` as long as PLACE_PATH_MAX.
int ctl_state(const char *given, char *out, size_t size, struct err *err);

#endif
