// engine.h - the engine role: results in, commits out, commands to the gate.
// SPDX-License-Identifier: Apache-2.0
//
// Told at its start (CONFIG.md): `conninfo` of its own section. Descriptors: FD_SET_DIR, and as
// FD_CREDENTIAL the public halves only: `command.pub` (whose commands it writes the id of) and
// `agents/NAME.pub` (whose reports it believes). It holds no private key.
//
// A store that is lost ends the role with a sentence; the supervisor starts it again, and it goes on
// from what the database says. That is the one way back from an unknown commit.
//
// A block on which a detect died of its own twice is announced to the next one in careful mode; the
// record it names before it dies the third time is skipped and dead-lettered, and that verdict is an
// input (NOTICE "killer"), so a replay knows it.
#ifndef CONNECTORS_ROLE_ENGINE_H
#define CONNECTORS_ROLE_ENGINE_H

int role_engine_run(void); // main of libexec/engine

#endif
