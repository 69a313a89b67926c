// gate.h - the gate role: agents on one side, intake and engine on the other.
// SPDX-License-Identifier: Apache-2.0
//
// Told by the supervisor: FD_CREDENTIAL "ca", "certificate", "key" (PEM), FD_SOCKET_TCP (listening),
// links to intake and engine, and the section `gate:` of the configuration:
//     gate: {revoked: [pam-07]}       agents whose certificates are no longer good
//
// To the engine go input_put_control() bytes. `kind` is
//     reset       the gate (or the link) is new: agents not named by a hello after it are gone
//     hello       an agent was welcomed; counter = highest command counter it has taken,
//                 text = "version boot", proof = digest of its allow-list
//     lost        its session ended; code = websocket close code, text = the reason
//     rejected    a connection was closed before its WELCOME; code and text likewise, agent as far as known
//     undelivered a command could not be handed to the agent: it is not connected
//     accepted started finished verified disproved refused indeterminate
//                 a report; command, counter, code and text as it claims, proof = proof.h, not yet
//                 verified: the engine's shell does that before the input is made. Repeats are
//                 normal (after a new link agents say their last reports again).
// Events go to intake one record a message and are acknowledged to the agent when intake says so.
// Back-pressure: while a link is missing or full, nothing is read from agents.
#ifndef CONNECTORS_ROLE_GATE_H
#define CONNECTORS_ROLE_GATE_H

int role_gate_run(void); // the exit status

#endif
