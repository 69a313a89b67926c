// agent_main.c - fabsoc-agent: reads its configuration and becomes two processes.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/act/agentconf.h"
#include "connectors/os/fdpass.h"
#include "connectors/os/files.h"
#include "connectors/role/agent_net.h"
#include "connectors/role/exec.h"

static int usage(void)
{
    fputs("usage: fabsoc-agent --config FILE [--check]\n", stderr);
    return 64;
}

static int load(struct arena *a, const char *path, struct agentconf *ret)
{
    struct err err = ERR_INIT;
    AUTO_BUF text = {0};
    int rc;

    buf_init(&text, 4 << 20);
    rc = file_read(AT_FDCWD, path, 4 << 20, &text, &err);
    rc = rc ? rc : agentconf_load(a, buf_span(&text), path, ret, &err);
    if (rc) {
        err_print(stderr, &err);
    }
    return rc;
}

int main(int argc, char **argv)
{
    static struct agentconf conf;
    static struct arena arena;
    const char *path = NULL;
    bool check = false;
    int pair[2], status = 0, rc;
    pid_t exec;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            path = argv[++i];
        } else if (strcmp(argv[i], "--check") == 0) {
            check = true;
        } else {
            return usage();
        }
    }
    if (!path) {
        return usage();
    }
    arena_init(&arena, 8 << 20);
    if (load(&arena, path, &conf)) {
        return check ? 1 : 2;
    }
    if (check) {
        return 0;
    }
    if (fdpass_pair(pair) < 0 || (exec = fork()) < 0) {
        perror("fabsoc-agent");
        return 2;
    }
    if (exec == 0) {
        close(pair[0]);
        return role_exec_run(&conf, pair[1]);
    }
    close(pair[1]);
    rc = role_agent_net_run(&conf, pair[0]);
    close(pair[0]);
    (void)waitpid(exec, &status, WNOHANG);
    arena_free(&arena);
    return rc;
}
