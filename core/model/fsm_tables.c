// fsm_tables.c - the life-cycle tables generated from core/model/*.fsm.
// SPDX-License-Identifier: Apache-2.0
#define FSM_DEFINE
#include "command_fsm.h"
#include "group_fsm.h"
#include "incident_fsm.h"
#include "plan_fsm.h"
#include "run_fsm.h"
