// csv_header.h - a CSV file's first line, which names the columns of those behind it; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
//
// CSV (RFC 4180) says nowhere that it is CSV, so it is told conservatively, at the beginning of a file or
// stream of lines only. The first line is a header when
// - it has CSV_COLUMNS columns at least, separated by ',', ';' or TAB, each a name of its own: a letter
//   first ('_' and '@' count as one), no character that names do not have, at most CSV_WORDS words, and none
//   said twice;
// - the lines behind it, two when there are so many, have the same number of columns, and the first of them
//   has a value that begins with a digit: a line of names alone is no data.
// Until that is known the lines are held; if it is no header they are records like all others. Then every
// record is `#csv D`, the header and its line (core/model/csv_mark.h). The same header again is no record.
//
// A record goes on over the next line while a quote is open. It ends without its quote before a line that is a
// whole record by itself, and at the bound of a record, so that one broken line does not swallow a file.
// A line with another number of columns is a record all the same; the decoder says what is wrong.
#ifndef CORE_FRAME_CSV_HEADER_H
#define CORE_FRAME_CSV_HEADER_H

#include "core/base/buf.h"
#include "core/frame/frame.h"

enum {
    CSV_COLUMNS = 3,
    CSV_COLUMNS_MAX = 1024,
    CSV_WORDS = 5,
    CSV_NAME_MAX = 128,
    CSV_HEAD_MAX = 32 << 10,
    CSV_HELD = 3
};

// Counting columns, also over several lines.
struct csv_scan {
    size_t columns; // begun so far
    bool quoted;    // a quote is open
};

struct csv_line { // a line that is held; its bytes stand in `lines`
    struct frame frame;
    size_t at;
    bool known; // was read before (framer_prime()): not to be given again
};

struct csv_header {
    enum { CSV_FIRST, CSV_MAYBE, CSV_IS, CSV_REPLAY, CSV_NONE } state;
    char delimiter;
    size_t columns;
    struct csv_line held[CSV_HELD]; // in order; CSV_MAYBE: the first is the header
    size_t nheld, next;
    struct buf lines;
    struct buf head;   // mark and header, with their line ends
    struct buf record; // the last one given; the one in work
    struct frame work; // lines and offsets of the one in work
    struct csv_scan scan;
    bool open;  // one is in work
    bool ended; // csv_end()
};

void csv_init(struct csv_header *c);
void csv_free(struct csv_header *c);

// Holds a line of the stream. `known`: it was given before. At most one of these is taken between two
// rounds of csv_next() that gave nothing.
void csv_hold(struct csv_header *c, const struct frame *line, bool known);
// No more lines will come.
void csv_end(struct csv_header *c);
// A record out of what is held, valid until the next call. False: another line is needed.
bool csv_next(struct csv_header *c, struct frame *ret);
size_t csv_pending(const struct csv_header *c); // bytes held

// ---- csv_names.c: whether a line is one of names
bool csv_names(struct span line, char *ret_delimiter, size_t *ret_columns);
// Counts on over a line; the first of a record from {0}.
void csv_count(struct csv_scan *s, struct span line, char delimiter);
// A value that begins with a digit, in quotes or not.
bool csv_has_number(struct span line, char delimiter);

#endif
