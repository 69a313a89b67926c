// messages.h - every message between fabsocd and its roles, and between roles.
// SPDX-License-Identifier: Apache-2.0
//
// All links are Unix stream socketpairs made by the supervisor and framed by link.h:
//     length u32 (of what follows) | type u8 | body
// Integers little-endian. A link is named by its two roles; a type means one thing on one link only.
// Descriptors travel on control links only, one with each CTL_PEER and CTL_FD.
//
// Back-pressure: a full socket stops the writer's reading of whatever made it write, never drops.
//   intake -> detect   intake keeps the next block of each detect; a block waits in the journal
//   detect -> engine   detect reads no further block while its result is not written, nor one that lies
//                      farther ahead of the engine than it was told
//   gate   -> intake   gate stops reading from agents (rx flow control); the agent's spool holds
//   gate   -> engine   likewise; control frames are few
//   capture -> intake  capture reads no packet while the link is full; what the kernel drops is counted
//   engine -> gate     at most 64 commands on their way; the outbox in the database holds the rest
#ifndef CONNECTORS_OS_MESSAGES_H
#define CONNECTORS_OS_MESSAGES_H

enum role {
    ROLE_SUPERVISOR,
    ROLE_GATE,
    ROLE_INTAKE,
    ROLE_DETECT,
    ROLE_ENGINE,
    ROLE_SIGN,
    ROLE_CAPTURE,
    ROLE_COUNT
};

enum {
    CONTROL_FD = 3
}; // every role starts with its control link here, and nothing else open but 0-2

// Supervisor -> role
enum {
    CTL_START =
        1, // body: the role's configuration (YAML text); sent after all first CTL_FD and CTL_PEER
    CTL_PEER,   // role u8, index u8 + fd: a (new) link to that peer
    CTL_LOST,   // role u8, index u8: the peer died; close the old link, wait for CTL_PEER
    CTL_FD,     // what u8 (enum ctl_fd), index u8, name text + fd
    CTL_STOP,   // finish what was begun, answer CTL_BYE, exit 0
    CTL_NOTICE, // kind text NUL text, to engine: "detect-died" "k=1 own=1 signal=SEGV" (before its
    // CTL_LOST); "reload" and the digest of the set that is installed now, in hexadecimal
};
// Role -> supervisor
enum {
    CTL_READY = 32, // start done, sandbox closed
    CTL_BYE,        // stopping, all done
    CTL_FAULT,      // text: why the role cannot go on; it exits 2 next
};

enum ctl_fd {
    FD_JOURNAL_DIR, // read-write for intake, read-only for detect
    FD_SET_DIR,     // STATE/sets, read-only
    FD_SOCKET_UDP,
    FD_SOCKET_TCP, // bound (and listening) by the supervisor; index = source in the config
    FD_FOLLOW,     // a directory from which intake may open the followed files read-only
    FD_STDIN,
    FD_CREDENTIAL, // an unlinked or 0600 file to be read once: passfile line, key, certificate
    FD_STATE_DIR,
};

// intake -> detect k
enum {
    MSG_BLOCK = 1, // epoch u32, number u64, segment u64, offset u64, length u32, careful u8,
    // nskip u32, skip u32 ...: a durable block to be read and answered. careful bit 1: send
    // MSG_AT before each record; bit 2: forget the blocks announced before this one; skip:
    // records to be dead-lettered without decoding
};
// detect k -> engine
enum {
    MSG_RESULT = 1, // result.h bytes
    MSG_AT,         // number u64, rec u32: about to decode this record (careful mode)
};
// engine -> detect k
enum {
    MSG_AHEAD =
        1, // block u64, then core/model/quarantine.h's list: detect may work on blocks up to this
           // one; the list holds all that concerns them. First on every link, and as it moves on
};
// engine -> intake
enum {
    MSG_FROM = 1, // detect u8, number u64, careful u8, nskip u32, (block u64, skip u32)...: (again)
    // announce the blocks of this detect from `number` on; careful holds for that block only, a skip
    // for the block it names. Due after each MSG_TAIL for every detect, and after each CTL_PEER of a detect for that one. Results of
    // blocks announced earlier may still come: the engine takes the block it expects, drops others
    MSG_COMMITTED, // epoch u32, number u64: committed in the database (0, 0: nothing yet); older
                   // segments may be pruned. First after each MSG_TAIL, before any MSG_FROM
    MSG_RELEASE, // epoch u32, number u64 (of the block in which the barrier stands): its condition
                 // holds, go on. Said at every tick at the barrier's own time while it holds
    MSG_RELOAD,  // 32 bytes: write a reload record for this set
};
// intake -> engine
enum {
    MSG_TAIL = 1, // epoch u32, first u64, last u64, ndetect u8: where the journal stands; on start
                  // and on every new link
};
// gate -> intake and back
enum {
    MSG_AGENT_EVENTS = 1, // agent text (blob), epoch u64, seq u64, bytes (blob): one record
    MSG_AGENT_ACK = 2,    // intake -> gate: agent (blob), epoch u64, seq u64: durable up to here
};
// capture -> intake
enum {
    MSG_CAPTURE_SOURCE = 1, // name (blob), area (blob), silence i64 (us): first on every link
    MSG_CAPTURE_RECORD,     // one record (connectors/role/capture.h)
    MSG_CAPTURE_SHED,       // u64: packets that were dropped before capture could read them
};
// gate -> engine: input_put_control() bytes
enum { MSG_CONTROL = 1 };
// engine -> gate
enum {
    MSG_SEND = 1, // agent (blob), command id 16 bytes, command bytes (blob), signature (blob)
};

#endif
