// gateworld.h - the programs gate and fabsoc-agent with a real far end; the test is the supervisor,
// the engine, the signer and intake.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SUPPORT_GATEWORLD_H
#define TESTS_SUPPORT_GATEWORLD_H

#include <sys/types.h>

#include "connectors/act/key.h"
#include "connectors/act/proof.h"
#include "connectors/os/link.h"
#include "core/model/effect.h"

struct gateworld {
    char dir[64];
    pid_t gate, agent, farend;
    int listen_fd, port;
    struct link control, engine, intake;
    struct key command_key;
    struct sig_key result_key; // public, of agent pam-01
    uint64_t counter;
};

void gateworld_begin(struct gateworld *w, bool frozen);
void gateworld_end(struct gateworld *w);
void gateworld_agent(struct gateworld *w); // starts (again) the agent pam-01
void gateworld_kill(pid_t *pid);
void gateworld_new_engine(struct gateworld *w); // the old link is gone, here is another

// The next control frame to the engine of this kind (others are passed over and freed); it lives
// until the next call. Fails the test after 20 s.
struct input_control gateworld_await(struct gateworld *w, const char *kind);
// A right command to quarantine Gi1/0/7, signed and sent as the engine would; its id.
struct eid gateworld_command(struct gateworld *w, const char *agent, bool spoil_signature);
bool gateworld_far_has(const struct gateworld *w, const char *line);

#endif
