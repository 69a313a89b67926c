// ctl_main.c - fabsocctl: finds the command and runs it.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "connectors/ctl/ctl.h"

static int help(FILE *out)
{
    size_t n;
    const struct ctl_command *c = ctl_commands(&n);

    fputs("usage: fabsocctl COMMAND [--state DIR] ...\n\n", out);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "  %s %s\n        %s\n", c[i].name, c[i].args, c[i].meaning);
    }
    fputs("\n--state DIR: where cluster, credentials and journal are. Without it $FABSOC_STATE, "
          "else\n"
          "/var/lib/fabsoc as root, else $XDG_STATE_HOME/fabsoc or ~/.local/state/fabsoc.\n"
          "Exit status: 0 done, 1 done but something named was refused, 2 could not do it, 64 "
          "usage,\n"
          "70 internal. Records go to standard output, faults to standard error.\n",
          out);
    return CTL_DONE;
}

int main(int argc, char **argv)
{
    const struct ctl_command *c;
    int status;

    if (argc < 2) {
        (void)help(stderr);
        return CTL_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        return help(stdout);
    }
    c = ctl_find(argv[1]);
    if (!c) {
        fprintf(stderr, "fabsocctl: there is no such command; see fabsocctl --help\n");
        return CTL_USAGE;
    }
    status = c->run(argc - 1, argv + 1);
    // What could not be written was not done.
    return fflush(stdout) == 0 && !ferror(stdout) ? status
           : status == CTL_DONE                   ? CTL_CANNOT
                                                  : status;
}
