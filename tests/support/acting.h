// acting.h - an executor with a real far end behind it, for tests.
// SPDX-License-Identifier: Apache-2.0
//
// acting_begin() makes a folder, keys and a configuration, starts fabsoc-farend (a switch, or a broker)
// over Unix sockets and opens an executor on it. Reports are collected. The clock is `now`.
#ifndef TESTS_SUPPORT_ACTING_H
#define TESTS_SUPPORT_ACTING_H

#include <sys/types.h>

#include "connectors/act/executor.h"

enum { ACTING_REPORTS_MAX = 64 };

struct acting_report {
    struct eid id;
    char state[32], code[40], text[256];
};

struct acting {
    char dir[256];
    pid_t farend;
    struct key command_key;
    struct arena arena;
    struct agentconf conf;
    struct executor x;
    utime_t now;
    uint64_t counter; // last used by acting_command()
    size_t n;
    struct acting_report report[ACTING_REPORTS_MAX];
    char params[512];
};

enum acting_far { ACTING_SWITCH, ACTING_BROKER };
void acting_begin(struct acting *a, enum acting_far what, bool frozen);
void acting_end(struct acting *a);
void acting_restart(struct acting *a); // closes the executor and opens it again, with recovery
void acting_freeze(struct acting *a);  // the switch lies from now on

// A right command: quarantine port Gi1/0/7, or terminate session S-1; next counter and id.
struct command acting_command(struct acting *a);
// What undoes the quarantine of that port.
struct command acting_release(struct acting *a);
// Encodes, signs with the command key and hands it over; reports start anew.
void acting_send(struct acting *a, const struct command *c);
void acting_bytes(struct acting *a, const struct command *c, struct buf *ret,
                  unsigned char *ret_sig);

const char *acting_last(const struct acting *a); // state of the last report, "" when none
const char *acting_code(const struct acting *a);
// The far end's table and its log of changes, read from its files.
bool acting_far_has(const struct acting *a, const char *line);
size_t acting_far_changes(const struct acting *a);
// The folder of the programs built with this test (build/MODE/libexec), by /proc/self/exe.
const char *acting_libexec(char *out, size_t size);

#endif
