// detect.h - the role that turns blocks into results.
// SPDX-License-Identifier: Apache-2.0
//
// Stateless but for the compiled sets: reads an announced block from the journal, runs it, hands the
// result to the engine, then reads the next announcement. No network, no writable files.
#ifndef CONNECTORS_ROLE_DETECT_H
#define CONNECTORS_ROLE_DETECT_H

int role_detect_run(void); // the exit code

#endif
