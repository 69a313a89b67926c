// params.h - the parameters of a command, checked against the actuator's grammar.
// SPDX-License-Identifier: Apache-2.0
//
// OpenC2 as we sign it (Language Specification 1.0, 3.3.1): an object with `action`, `target` of
// exactly one type whose value is an object of parameters, and optionally `args`, whose members are
// parameters too. Every member must be a parameter of the actuator; every value a string (or an
// unsigned number) in its grammar. Anything else is refused: what is not understood is not done.
#ifndef CONNECTORS_ACT_PARAMS_H
#define CONNECTORS_ACT_PARAMS_H

#include "connectors/act/actuator.h"
#include "core/base/err.h"

struct act_values {
    const struct actuator *of;
    char value[ACT_PARAMS_MAX][ACT_VALUE_MAX + 1]; // by the row's order; "" = absent
};

// E_INPUT with code "params.bad" and the sentence why.
int params_read(const struct actuator *a, struct span json, struct act_values *ret,
                struct err *err);
// One value by hand (from the configuration): the same grammar. A value already there must be equal.
int params_set(struct act_values *v, struct span name, struct span value, struct err *err);
// NULL when the row has no such parameter or it is absent.
const char *params_value(const struct act_values *v, struct span name);
// Every parameter that is not optional is there.
int params_whole(const struct act_values *v, struct err *err);

#endif
