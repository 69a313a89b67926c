// pam_terminate.c - end a brokered privileged session.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/actuator.h"
#include "core/base/attr.h"

static const struct act_param params[] = {
    {"session", 128, false, act_is_name, "a session id of the broker"},
};

const struct actuator actuator_pam_terminate = {
    .name = "pam.terminate",
    .action = "stop",
    .target = "x-fabsoc:pam_session",
    .nparams = ARRAY_LEN(params),
    .param = params,
    .sentence = "terminates a privileged session at the broker",
};
