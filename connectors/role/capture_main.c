// capture_main.c - the program of the capture role.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/capture.h"

int main(void)
{
    return role_capture_run();
}
