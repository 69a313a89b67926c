// sign_main.c - the program of the sign role.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/sign.h"

int main(void)
{
    return role_sign_run();
}
