// detect_main.c - the program of the detect role.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/detect.h"

int main(void)
{
    return role_detect_run();
}
