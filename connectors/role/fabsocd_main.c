// fabsocd_main.c - the service: reads its configuration and runs the roles.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "connectors/os/logsink.h"
#include "connectors/role/supervisor.h"

enum { CONF_MAX = 4 << 20, EXIT_BAD = 1, EXIT_CANNOT = 2, EXIT_WORDS = 64 };

// libexec/ beside the program (build tree), or ../libexec/fabsoc (installed).
static const char *libexec_dir(char out[PATH_MAX + 32])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX);
    char *slash;

    out[n < 0 ? 0 : n] = '\0';
    slash = strrchr(out, '/');
    if (slash) {
        (void)snprintf(slash, 32, "/libexec");
        if (access(out, X_OK) < 0) {
            (void)snprintf(slash, 32, "/../libexec/fabsoc");
        }
    }
    return out;
}

static int run(const char *path, bool check)
{
    struct err err = ERR_INIT;
    struct daemon_conf conf = {.site = 0};
    char libexec[PATH_MAX + 32];
    AUTO_BUF text;
    int rc;

    buf_init(&text, CONF_MAX);
    rc = file_read(AT_FDCWD, path, CONF_MAX, &text, &err);
    if (rc < 0) {
        err_print(stderr, &err);
        return EXIT_CANNOT;
    }
    rc = daemon_conf_load(&conf, buf_span(&text), path, &err);
    if (rc < 0) {
        rc = EXIT_BAD;
    } else if (!check) {
        rc = supervisor_run(&conf, libexec_dir(libexec), &err);
        rc = rc < 0 ? EXIT_CANNOT : rc;
    }
    if (err.rc != E_OK) {
        err_print(stderr, &err);
    }
    daemon_conf_free(&conf);
    return rc;
}

int main(int argc, char **argv)
{
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0;

    logsink_open("fabsocd");
    if (argc != 2 && !check) {
        fprintf(stderr, "usage: fabsocd [--check] CONFIGURATION\n");
        return EXIT_WORDS;
    }
    return run(argv[argc - 1], check);
}
