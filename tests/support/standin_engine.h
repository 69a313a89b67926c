// standin_engine.h - an engine that only keeps results: for tests of intake, detect and fabsocd.
// SPDX-License-Identifier: Apache-2.0
//
// Runs as the role `engine` under a supervisor. In the state directory: `results` (the results, one
// behind the other, each appended whole: its committed position), `done` (made when RES_END was
// committed), `dead` (made when a block held a dead letter). It speaks as the real one must:
// MSG_COMMITTED and MSG_FROM after each MSG_TAIL, MSG_FROM after each new detect, MSG_RELEASE at each
// tick at a barrier's time, and careful decoding after two deaths of detect on one block.
#ifndef TESTS_SUPPORT_STANDIN_ENGINE_H
#define TESTS_SUPPORT_STANDIN_ENGINE_H

int standin_engine_run(void);

#endif
