// actlog.h - the exec half's journal: what was taken and what was said, synced before the next step.
// SPDX-License-Identifier: Apache-2.0
//
// One append-only file, `journal`, records of
//     length u32 (of what follows the checksum) | crc32c u32 | kind u8 | blob | blob
// kind 1: a command was taken (bytes, signature); kind 2: a report was made (bytes, signature). Little
// endian. A record is durable (fdatasync) before actlog_add() returns. A torn last record is cut off
// at opening; damage before it refuses the start, since the highest counter would not be known. One
// process at a time (flock).
#ifndef CONNECTORS_ACT_ACTLOG_H
#define CONNECTORS_ACT_ACTLOG_H

#include "connectors/act/memory.h"
#include "core/base/err.h"

enum { ACTLOG_COMMAND = 1, ACTLOG_REPORT = 2 };
enum { ACTLOG_RECORD_MAX = 64 * 1024, ACTLOG_FILE_MAX = 256 << 20 };

struct actlog {
    int fd;
    uint64_t size;
};

// Opens or makes DIR/journal and rebuilds the memory from it. Codes "journal.open", "journal.busy",
// "journal.damaged", "journal.full".
int actlog_open(struct actlog *l, const char *dir, struct memory *m, struct err *err);
int actlog_add(struct actlog *l, uint8_t kind, struct span a, struct span b, struct err *err);
void actlog_close(struct actlog *l);

#endif
