// plan_impl.h - what building, reading and judging a plan share.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_PLAY_PLAN_IMPL_H
#define CORE_PLAY_PLAN_IMPL_H

#include <jansson.h>

#include "core/play/openc2.h"
#include "core/play/plan.h"

// The playbook's variables with what the scope gave them.
struct bound_var {
    const struct cacao_var *decl;
    char value[PLAN_VALUE_MAX];
    bool known, live, result;
};

struct bound {
    const struct cacao *c;
    bool simulated;
    size_t n;
    struct bound_var var[PLAN_VARS_MAX];
};

int bound_init(struct bound *b, const struct cacao *c, const struct plan_pair *scope, size_t n,
               bool simulated, struct err *err);
// Replaces every `__name__:value`. In a simulation what has no value stays as it is.
int bound_text(const struct bound *b, struct buf *out, struct span text, struct err *err);
json_t *bound_json(const struct bound *b, json_t *v, unsigned depth, struct err *err);
const struct bound_var *bound_find(const struct bound *b, const char *name); // NULL: none

// What an action on `target` could do, over all assets it means: the one it names, and the one whose
// switch port `port` is ("" = none). `ip` helps to place a target that the model does not know.
// E_STATE (plan.never) when one of them is on a never-touch list. E_INPUT (plan.port) when the model
// knows both and they differ: the wrong port would cut off a tool in the name of another host.
int plan_hazard(const struct plan_env *env, struct span target, struct span port, struct span ip,
                struct hazard *ret, struct err *err);
struct span plan_port(const char *actuator, const char *params, struct openc2_params *store);

int plan_read(struct span document, bool simulated, struct plan **ret, struct err *err);

#endif
