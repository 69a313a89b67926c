// intake_main.c - the program of the intake role.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/intake.h"

int main(void)
{
    return role_intake_run();
}
