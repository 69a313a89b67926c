// plan.h - a playbook bound to a scope: exact commands, limits, approval rule, rollbacks, hash.
// SPDX-License-Identifier: Apache-2.0
//
// plan_build() binds the playbook's variables to the incident's scope and names every command:
// actuator, agent, target, canonical OpenC2 params. Its document is canonical JSON (RFC 8785) and
// `hash` is SHA-256 over the document: another scope, command, limit, rollback or approval rule is
// another hash, and approvals are bound to the hash. The engine stores the document only;
// plan_parse() gives the same struct back. Both return one allocation tree, freed by plan_free(),
// immutable, and refer to nothing outside.
//
// The approval rule is the union of the policy cells of all actions by the *hazard row* of their
// targets, functions joined by AND, sorted. An empty rule: no approval needed. `never` (policy,
// never-touch list of model or policy, T0 by policy) refuses the plan with the reason.
//
// The impact (plan_impact) is a dated snapshot for people beside the document, not under the hash.
// Bounds: PLAN_STEPS_MAX steps, PLAN_COMMANDS_MAX commands, PLAN_DOCUMENT_MAX bytes.
#ifndef CORE_PLAY_PLAN_H
#define CORE_PLAY_PLAN_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/model/fab.h"
#include "core/model/policy.h"
#include "core/play/cacao.h"
#include "core/play/hazard.h"
#include "core/play/live.h"

enum {
    PLAN_STEPS_MAX = 32,
    PLAN_COMMANDS_MAX = 32,
    PLAN_VARS_MAX = 16,
    PLAN_VALUE_MAX = 128, // bytes of a variable's value
    PLAN_LIMITS_MAX = 8,  // a step
    PLAN_FUNCTIONS_MAX = 8,
    PLAN_DOCUMENT_MAX = 64 * 1024,
    PLAN_NO_STEP = -1,
};

// A name and a value. Names as in the playbook, `__asset__`. The engine fills what the incident
// knows: __asset__ __session__ __account__ __person__ __source_ip__ __switch_port__ __pam_agent__
// __net_agent__ (share/doc/PLAYBOOKS.md); a person's answers come as further pairs.
struct plan_pair {
    struct span name, value;
};

struct plan_var {
    const char *name, *type, *value;
    bool constant;
    bool live;  // read from struct live when a condition asks, never bound
    bool known; // has a value; a result variable gets one when its step succeeds
};

struct plan_command {
    int step;             // index of its step
    const char *actuator; // "pam.terminate"
    const char *agent;    // its id
    const char *target;   // asset id of the model, else the name as bound
    const char *params;   // canonical OpenC2 JSON
    uint32_t max_runtime_ms;
    bool self_revert;            // a property of the actuator (DESIGN 3)
    const char *rollback;        // canonical OpenC2 JSON of the command that undoes it, or ""
    const char *rollback_action; // its actuator, or ""
    const char *rollback_text;   // for people; never empty
    enum tier hazard, row;
};

struct plan_step {
    enum cacao_kind kind;
    const char *id, *name;
    int on_completion, on_success, on_failure; // step indices or PLAN_NO_STEP
    int on_true, on_false;
    const char *condition; // of an if step
    const char *manual;    // instruction of a manual step, "" otherwise
    const char *dry_run;   // what it would do, in words
    const char *verify;    // what the probe must find, in words
    const char *out_var;   // variable that receives the text of the result, or ""
    uint32_t delay_ms, timeout_ms;
    int first_command; // its commands are [first_command, first_command + ncommands)
    size_t ncommands, nlimits;
    const char *const *limit; // expressions over struct live of the step's target
};

struct plan {
    struct digest hash;
    struct span document; // canonical JSON
    const char *playbook_id, *playbook_name;
    struct digest playbook_digest;
    const char *incident; // eid text, or ""
    const char *asset;    // what the plan is about, id of the model where known
    enum tier hazard;     // gravest of the commands'
    size_t nsteps, ncommands, nvars, nfunctions;
    int start, exception; // step indices
    const struct plan_step *step;
    const struct plan_command *command;
    const struct plan_var *var;
    const char *const *function; // the approval rule
};

// What the engine lends while a plan is built. live() is asked with the asset's index and name.
struct plan_env {
    const struct fab *fab;
    const struct policy *policy;
    bool (*live)(void *ctx, int asset, struct span name, struct live *ret); // false: nothing known
    void *ctx;
    utime_t now; // fab time, for valid_from and valid_until only
};

// E_INPUT: a variable without a value, an action this site has no policy row or actuator for, a bad
// value, a port that the model gives to another asset than the target. E_STATE: revoked or not valid now, never-touch, forbidden by policy (code "plan.never").
int plan_build(const struct cacao *playbook, const char *incident, const struct plan_pair *scope,
               size_t nscope, const struct plan_env *env, struct plan **ret, struct err *err);
// For `playbook simulate`: no fab, no policy, no agents; variables without a value stay empty.
int plan_simulated(const struct cacao *playbook, const struct plan_pair *scope, size_t nscope,
                   struct plan **ret, struct err *err);
// Refuses what is not exactly a document that plan_build() wrote.
int plan_parse(struct span document, struct plan **ret, struct err *err);
void plan_free(struct plan *p);

// "security AND fab-operations", or "nobody" when no approval is needed.
void plan_rule_text(const struct plan *p, struct buf *out);
// JSON for people: per command target, tier, hazard and why, tool state, lots, queue time left, who
// stops with it. Not canonical, not hashed.
int plan_impact(const struct plan *p, const struct plan_env *env, struct buf *out);

// Do the step's limits hold on live state? When not, `why` gets one sentence with the numbers:
// `the limit "lots_in_process <= 2" does not hold: lots_in_process is 3`. live NULL: nothing known.
bool plan_limits_hold(const struct plan *p, int step, const struct live *live, char *why,
                      size_t size);

#endif
