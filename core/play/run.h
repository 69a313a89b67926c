// run.h - carrying out a plan, one decision at a time, without doing anything itself.
// SPDX-License-Identifier: Apache-2.0
//
// run_next(plan, state, event, live) changes `state` and says the one thing to do now. The engine
// does it (a row, a command, a timer) and calls again: with RUN_GO when it was told RUN_STEP, with
// the agent's report when it was told RUN_COMMAND. struct run_state is plain memory of fixed size,
// all zero at the start, and is stored as it is in the engine's table and snapshot.
//
// Rules: limits are checked on live state before each command; outside them the run asks, and going
// on (RUN_RESUME) checks them again. A command that the engine holds back (RUN_HELD) asks likewise. A command counts as done only when it is *verified*; a false
// probe, a refusal or an expiry is a failure and takes on_failure, else workflow_exception (once),
// else ends the run; a run in which a step failed ends failed even when it reaches an end step. A
// command that may have happened is never issued again: RUN_IN_DOUBT, and a person says what
// happened (RUN_TOLD_DONE goes on, though it is not verified). A branch of an if step ends at an end
// step and goes on behind the if step where that has a way (CACAO 2.0, 4.9); at most RUN_NEST_MAX
// branches are open. At most RUN_ENTERED_MAX steps are entered. An abort while a command is on its
// way takes effect when the command is answered.
#ifndef CORE_PLAY_RUN_H
#define CORE_PLAY_RUN_H

#include "core/play/plan.h"

enum { RUN_ENTERED_MAX = 1000, RUN_NEST_MAX = 8, RUN_TEXT_MAX = 240 };

enum run_phase {
    RUN_PHASE_NEW,     // nothing entered yet
    RUN_PHASE_STEP,    // in a step, its next command is to be issued
    RUN_PHASE_COMMAND, // a command is on its way
    RUN_PHASE_ASKED,   // a person must decide: limits, or a manual step
    RUN_PHASE_DOUBT,   // the result of a command is not known
    RUN_PHASE_OVER,
};

struct run_state {
    uint8_t phase;                       // enum run_phase
    uint8_t dry;                         // commands are said, not issued: every one counts as done
    uint8_t failing;                     // a step failed: the run will end failed, whatever comes
    uint8_t excepted;                    // workflow_exception was taken; it is taken once
    uint8_t aborting;                    // a person stopped it while a command was on its way
    uint8_t manual;                      // RUN_PHASE_ASKED because of a manual step
    uint8_t depth;                       // branches of if steps that are open, innermost last
    int16_t back[RUN_NEST_MAX];          // their if steps
    int16_t step;                        // index of the current step
    int16_t failed_step;                 // the first that failed, valid while failing
    uint16_t issued;                     // commands of this step issued so far
    uint32_t entered, actions, verified; // steps; commands issued; commands verified
    char value[PLAN_VARS_MAX][PLAN_VALUE_MAX]; // by index of plan->var; valid after the first call
};

enum run_event_kind {
    RUN_GO,            // go on: first call, and after RUN_STEP
    RUN_VERIFIED,      // the command's probe was true; `text` = what it found
    RUN_FAILED,        // refused, expired unsent, disproved, timed out before it was sent
    RUN_UNSURE,        // the agent was lost in the act, or the probe gave no answer
    RUN_RESUME,        // a person: go on (asked), or the manual step is done
    RUN_DECLINE,       // a person: do not go on (asked), or the manual step failed
    RUN_TOLD_DONE,     // a person established that the act in doubt happened
    RUN_TOLD_NOT_DONE, // ... that it did not
    RUN_ABORT,         // a person: stop before the next step
    RUN_HELD,          // the command just said was not issued: `text` is the question to a person
};

struct run_event {
    enum run_event_kind kind;
    struct span text; // of the report, for the step's out variable; may be empty
};

enum run_verb {
    RUN_STEP,     // step entered: write its row, then call with RUN_GO (after do.delay_ms)
    RUN_COMMAND,  // issue plan->command[do.command]; call with its outcome (in a dry run: RUN_GO)
    RUN_ASK,      // stop and ask: do.text is the question (limits or manual instruction)
    RUN_IN_DOUBT, // the run is indeterminate: a person must say what happened
    RUN_FINISH,   // an end step was reached and every command was verified
    RUN_FAIL,     // over: do.text says why
    RUN_ABORTED,  // over: a person stopped it
    RUN_WAIT,     // the event does not belong to this phase: nothing changed
};

struct run_do {
    enum run_verb verb;
    int step;    // current step
    int command; // index in the plan, RUN_COMMAND only
    uint32_t delay_ms, timeout_ms;
    int left;                // step that was left by this call, or PLAN_NO_STEP
    bool left_ok;            // it succeeded
    char text[RUN_TEXT_MAX]; // one sentence for the step's row, the timeline or the question
};

// `live` = state of the current step's target now (NULL: nothing known). Which target: the first
// command of the step run_target() names.
struct run_do run_next(const struct plan *p, struct run_state *rs, const struct run_event *ev,
                       const struct live *live);
// The target whose live state the next call will look at: that of the current step's next command,
// else the plan's asset.
const char *run_target(const struct plan *p, const struct run_state *rs);
// "running", "waiting", "indeterminate", ...: the state of core/model/run.fsm after `verb`.
const char *run_state_after(enum run_verb verb);

#endif
