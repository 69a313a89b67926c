// gate_main.c - the program of the gate role.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/gate.h"

int main(void)
{
    return role_gate_run();
}
