// audit.h - the lines of one Linux audit event; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
//
// auditd (audit.rules(7), auditd.conf(5), "raw" and "enriched" logs) writes an event as several lines with one
// "msg=audit(TIME:SERIAL)". Each line is a record. What a program was started with is in EXECVE's line, which
// program and by whom in SYSCALL's before it; so that the former decodes from its block alone, its record is
// the line, a line feed, and that SYSCALL's line. Only the last SYSCALL's line is kept, and none longer than
// AUDIT_MAX; an EXECVE whose SYSCALL is not that one stays as it is. Lines that stand in syslog or elsewhere
// behind other words are not looked at.
#ifndef CORE_FRAME_AUDIT_H
#define CORE_FRAME_AUDIT_H

#include "core/base/buf.h"

enum { AUDIT_MAX = 8 << 10 };

struct audit {
    struct buf line;  // the last SYSCALL's
    struct buf whole; // of the last record that was asked for
};

void audit_init(struct audit *a);
void audit_free(struct audit *a);
// The record of a line. Valid until the next call. Costs a look at the first byte of other lines.
struct span audit_record(struct audit *a, struct span line);

#endif
