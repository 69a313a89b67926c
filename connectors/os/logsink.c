// logsink.c - standard error as a log.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/logsink.h"

#include <stdlib.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "connectors/os/loop.h"

static void write_line(void *ctx, const char *line, size_t n)
{
    (void)ctx;
    (void)file_write_all(STDERR_FILENO, span_of(line, n)); // a full log must not stop the service
}

static utime_t now(void *ctx)
{
    (void)ctx;
    return utime_of_ns(clock_wall());
}

void logsink_open(const char *who)
{
    const char *level = getenv("FABSOC_LOG");

    log_open((struct log_sink){
        .write = write_line,
        .now = now,
        .least = level && strcmp(level, "debug") == 0 ? LOG_DEBUG : LOG_INFO,
        .who = who,
    });
}
