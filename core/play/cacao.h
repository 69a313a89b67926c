// cacao.h - a CACAO 2.0 playbook, read and checked whole before anything is done with it.
// SPDX-License-Identifier: Apache-2.0
//
// Format: OASIS CACAO Security Playbooks 2.0, and one extension of ours per action step
// (share/doc/PLAYBOOKS.md), CACAO_EXTENSION: actuator, limits, dry_run, rollback, verify. Carried out
// are start, end, action and if-condition with commands openc2-http (and its older name openc2) and
// manual. Every other step or command kind is refused by name with code "cacao.unsupported": before
// the start, never halfway. Besides the schema's demands: ids that name nothing, cycles, steps that
// no way reaches, ways without an end, variables that nobody declares.
//
// Two spellings in the wild are tolerated and kept as notes: workflow_start that names a step which
// is no start step, and workflow_exception that names no step (a failure then ends the run).
//
// Faults carry the path, line and column where JSON itself is broken, else the JSON pointer (RFC
// 6901) of the place in the sentence. All faults of a document are said, not the first alone.
// Bounds: 1 MiB, depth 32, 64 steps, 32 variables, 8 commands and 8 limits a step.
#ifndef CORE_PLAY_CACAO_H
#define CORE_PLAY_CACAO_H

#include "core/base/hash.h"
#include "core/base/textfile.h"
#include "core/base/time.h"

#define CACAO_EXTENSION "extension-definition--6d1f0d2c-5d0e-4c54-9a3c-2f6b1c0f5a11"

enum {
    CACAO_TEXT_MAX = 1 << 20,
    CACAO_DEPTH_MAX = 32,
    CACAO_STEPS_MAX = 64,
    CACAO_VARS_MAX = 32,
    CACAO_COMMANDS_MAX = 8,
    CACAO_LIMITS_MAX = 8,
    CACAO_NONE = -1,
};

enum cacao_kind { CACAO_START, CACAO_END, CACAO_ACTION, CACAO_IF };

const char *cacao_kind_name(enum cacao_kind k); // "start", "end", "action", "if-condition"

struct cacao_var {
    const char *name;  // "__asset__"
    const char *type;  // "string", "integer", ...
    const char *value; // "" when it has none
    bool constant, external;
};

struct cacao_command {
    bool manual;
    const char *text; // manual: the instruction; else the OpenC2 command as canonical JSON
};

struct cacao_step {
    enum cacao_kind kind;
    const char *id, *name, *description;
    int on_completion, on_success, on_failure, on_true, on_false; // step indices, CACAO_NONE
    const char *condition;
    uint32_t delay_ms, timeout_ms;
    const char *agent;   // name of its agent definition, variables not yet replaced
    const char *target;  // name of its first target definition, or ""
    const char *out_var; // "" or the one variable of out_args
    size_t ncommands, nlimits;
    const struct cacao_command *command;
    // our extension; actuator NULL when the step does not have it
    const char *actuator, *dry_run, *verify;
    const char *rollback_actuator, *rollback, *rollback_text; // rollback = canonical OpenC2 JSON
    const char *const *limit;
};

struct cacao {
    const char *id, *name, *description;
    struct digest digest; // SHA-256 of the document's bytes
    bool revoked;
    utime_t modified, valid_from, valid_until; // UTIME_NONE: not given
    size_t nsteps, nvars, nnotes;
    int start, exception; // step indices; exception CACAO_NONE
    const struct cacao_step *step;
    const struct cacao_var *var;
    const char *const *note; // what was tolerated, as sentences
};

// NULL when the document was refused; every fault was said. The result owns all it points to.
struct cacao *cacao_load(const struct textfile *file, struct faults *faults);
void cacao_free(struct cacao *c);
int cacao_var_of(const struct cacao *c, struct span name); // index, -1

#endif
