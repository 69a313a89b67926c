// sign.h - the sign role: puts the command key's signature on commands the rows approve.
// SPDX-License-Identifier: Apache-2.0
//
// Told by the supervisor: FD_CREDENTIAL "command_key" (Ed25519 PEM) and "passfile" (libpq's form), and
//     sign: {conninfo: "host=... dbname=fabsoc user=soc_sign"}
// Reads play.approved_command, writes play.signature, nothing else; hears soc_sign and looks every
// second besides. A command is signed when its bytes decode and say the same as the view's columns
// (id, run, step, agent, counter, plan hash), name this key, and their window is open and at most 120 s.
// One that does not is left unsigned, said in the log once, and expires at the engine.
#ifndef CONNECTORS_ROLE_SIGN_H
#define CONNECTORS_ROLE_SIGN_H

#include "core/base/time.h"
#include "core/play/command.h"
#include "core/wire/sig.h"

struct sign_row { // as the view says
    struct eid id, run;
    uint32_t step;
    struct span agent;
    uint64_t counter;
    struct span plan_hash; // 32 bytes
    struct span bytes;
};

// The decision, pure: 0, or E_INPUT/E_STATE with a code "sign.*" or "command.*".
int sign_check(const struct sign_row *row, const struct sig_key *key, utime_t now, struct err *err);

int role_sign_run(void);

#endif
