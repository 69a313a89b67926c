// textfile.h - a named text in memory: how core gets documents without touching a disk.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_BASE_TEXTFILE_H
#define CORE_BASE_TEXTFILE_H

#include "core/base/err.h"
#include "core/base/span.h"

struct textfile {
    const char *path; // as the user named it; used in faults
    struct span text;
};

// Receives every fault of a load; a loader refuses the document and goes on with the next.
struct faults {
    void (*say)(void *ctx, const struct err *err);
    void *ctx;
    size_t count; // documents refused so far
};

static inline void faults_say(struct faults *f, const struct err *err)
{
    f->count++;
    if (f->say) {
        f->say(f->ctx, err);
    }
}

#endif
