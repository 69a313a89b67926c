// command.h - one action for one agent, as the exact bytes that are signed.
// SPDX-License-Identifier: Apache-2.0
//
// A msgpack array of COMMAND_ITEMS elements in the order of the struct (share/doc/PROTOCOL.md); no
// maps, no extension types, shortest integer forms only, so that a command has exactly one encoding
// and command_get() refuses any other. Signed is "fabsoc-cmd-v1\0" followed by these bytes (Ed25519,
// RFC 8032). The bytes are stored and sent as they were signed; nobody encodes them again.
//
// Times are wall clock microseconds (a command window is not fab time). Bounds: 16 KiB in all,
// params 8 KiB, names 200 bytes, 8 approvals.
#ifndef CORE_PLAY_COMMAND_H
#define CORE_PLAY_COMMAND_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/model/ids.h"

enum {
    COMMAND_ITEMS = 18, // the approvals are the last
    COMMAND_MAX = 16 * 1024,
    COMMAND_PARAMS_MAX = 8 * 1024,
    COMMAND_NAME_MAX = 200,
    COMMAND_APPROVALS_MAX = 8,
    REPORT_TEXT_MAX = 1000,
};
#define COMMAND_CONTEXT "fabsoc-cmd-v1" // its terminator is signed too
#define RESULT_CONTEXT  "fabsoc-res-v1" // an agent's signed states and results

struct command_approval {
    struct span person, function;
};

struct command {
    uint8_t alg;        // 1 = Ed25519
    struct span key_id; // first 8 bytes of SHA-256 of the public key
    struct span agent;  // its id, as in its certificate
    struct eid id;      // idempotency key: the same id again gets the stored answer
    struct eid run;
    uint32_t step, attempt;
    uint64_t token;   // fencing token of the run's lease
    uint64_t counter; // per agent, strictly rising
    utime_t not_before, not_after;
    uint32_t max_runtime_ms;
    struct span action;    // actuator, "pam.terminate"
    struct span target;    // asset id, for the never-touch list
    struct span params;    // canonical OpenC2 JSON
    struct span pre_state; // expected state before the act, "" = any
    struct digest plan_hash;
    size_t napprovals;
    struct command_approval approval[COMMAND_APPROVALS_MAX];
};

// What is outside the bounds, not UTF-8 or before 1970 sets the buffer's error.
void command_put(struct buf *b, const struct command *c);
int command_get(struct span bytes, struct command *ret, struct err *err); // spans into `bytes`
// What is signed: context, its NUL, bytes.
void command_signed(struct buf *b, const char *context, struct span bytes);

// What an agent's exec half says about a command, signed by its own key over RESULT_CONTEXT.
struct command_report {
    struct eid id;
    struct span agent;
    uint64_t counter;  // of the command
    struct span state; // accepted, started, finished, verified, disproved, refused, indeterminate
    struct span code;  // refusal or fault code, "" when none
    struct span text;  // one line, e.g. the state after the act
    utime_t at;        // wall clock of the exec half
};

// `text` is passed through the sanitiser and cut at REPORT_TEXT_MAX bytes; the rest as command_put().
void report_put(struct buf *b, const struct command_report *r);
int report_get(struct span bytes, struct command_report *ret, struct err *err);

#endif
