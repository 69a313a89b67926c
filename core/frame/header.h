// header.h - header lines that name the columns of the lines behind them; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
//
// Zeek's ASCII logs (docs.zeek.org, "ASCII Writer") begin with "#separator \x09", "#fields\t..." and
// others; another header may follow anywhere in the file. A record of such a log is the lines of the
// header that are in force and, behind them, its own line, so that it decodes from its block alone.
// Kept are the lines that decoding needs, one of each key, at most HEADER_MAX bytes together; a longer
// header is none, and its lines are text.
#ifndef CORE_FRAME_HEADER_H
#define CORE_FRAME_HEADER_H

#include "core/base/buf.h"

enum { HEADER_MAX = 32 << 10 };

struct header {
    struct buf lines; // each with its line end
    struct buf whole; // of the last record that was asked for
    bool in_force;
};

void header_init(struct header *h);
void header_free(struct header *h);
// True: the line belongs to a header and is no record.
bool header_line(struct header *h, struct span line);
// The record of a line: with the header when one is in force. Valid until the next call.
struct span header_record(struct header *h, struct span line);

#endif
