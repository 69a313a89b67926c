// ctl.c - the table of commands, faults and usage.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/ctl.h"

#include <string.h>

#include "connectors/pg/place.h"
#include "core/base/attr.h"

static const struct ctl_command commands[] = {
#define CTL_COMMAND(name, args, meaning) {#name, args, meaning, ctl_##name},
#include "connectors/ctl/commands.def"
#undef CTL_COMMAND
};

const struct ctl_command *ctl_commands(size_t *n)
{
    *n = ARRAY_LEN(commands);
    return commands;
}

const struct ctl_command *ctl_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

int ctl_fail(const struct err *err)
{
    err_print(stderr, err);
    switch (err->rc) {
    case E_OK: return CTL_INTERNAL; // a fault without a cause is one of ours
    case E_USAGE: return CTL_USAGE;
    case E_INPUT: return CTL_REFUSED;
    default: return CTL_CANNOT;
    }
}

int ctl_usage(const char *name, const char *why)
{
    const struct ctl_command *c = ctl_find(name);

    if (why) {
        fprintf(stderr, "fabsocctl %s: %s\n", name, why);
    }
    fprintf(stderr, "usage: fabsocctl %s %s\n", name, c ? c->args : "");
    return CTL_USAGE;
}

int ctl_state(const char *given, char *out, size_t size, struct err *err)
{
    if (!given) {
        return place_default_state(out, size, err);
    }
    if (strlen(given) >= size) {
        return err_set(err, E_LIMIT, "state.path", "the state directory's path is too long");
    }
    memcpy(out, given, strlen(given) + 1);
    return 0;
}
