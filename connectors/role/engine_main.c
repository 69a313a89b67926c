// engine_main.c - the program of the engine role.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine.h"

int main(void)
{
    return role_engine_run();
}
