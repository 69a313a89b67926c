// frame.h - cutting a stream of bytes into records; stateful, one framer a stream.
// SPDX-License-Identifier: Apache-2.0
//
// A framer is fed whatever pieces arrive and gives back whole records. It never allocates more than
// RECORD_MAX + the piece, and never holds more than one unfinished record. Of a record longer than
// RECORD_MAX the first RECORD_MAX bytes are given with `oversize`, and the rest is skipped to the next
// boundary and counted. Line ends (LF, CRLF, and NUL on syslog streams) are not part of a record.
//
// FRAME_DATAGRAM  each feed is one record (trailing LF, CRLF, NUL trimmed)
// FRAME_LINES     records end with LF; empty lines are counted as lines but are no records. Under a
//                 header of Zeek's (header.h) a record is that header and the line; so under a first line
//                 that names the columns of CSV (csv_header.h). A CEF record may go over several lines
//                 (join.h), here and under FRAME_SYSLOG
// FRAME_SYSLOG    RFC 6587: the first byte of each frame decides: a digit = octet counting
//                 "LEN SP MSG", else LF-ended. A broken count cannot be re-synchronised: the framer
//                 says FRAME_BROKEN, now and for ever, and the connection must be closed
//                 and what came behind it thrown away (`skipped` of that answer says how much)
// FRAME_RECORDED  lines "@RFC3339 record": a recording (share/doc/RECORDING.md); `received` is set.
//                 "!RFC3339 barrier NAME" gives a barrier
// FRAME_JSON      a sequence of JSON texts, pretty-printed or one a line, told apart by nesting
// FRAME_XML       XML documents over several lines: each ends with its root element, or, cut short, before a
//                 line that begins "<?xml"
// FRAME_AUTO      by the first bytes: RECORDED, JSON, XML or LINES (for files given to decode and scan)
#ifndef CORE_FRAME_FRAME_H
#define CORE_FRAME_FRAME_H

#include "core/base/buf.h"
#include "core/base/span.h"
#include "core/base/time.h"

enum frame_kind {
    FRAME_DATAGRAM,
    FRAME_LINES,
    FRAME_SYSLOG,
    FRAME_RECORDED,
    FRAME_JSON,
    FRAME_XML,
    FRAME_AUTO,
};

struct frame {
    struct span bytes; // valid until the next call on the framer
    bool oversize;
    bool barrier;        // RECORDED: `bytes` is the condition's name
    ntime_t received;    // RECORDED; else 0
    uint64_t line;       // physical line on which the record begins, 1-based (ordinal of the frame
    uint64_t line_end;   // for DATAGRAM and octet counting)
    uint64_t end_offset; // bytes of the stream up to and with this record's end
    uint64_t skipped;    // bytes thrown away since the previous frame
};

enum frame_rc { FRAME_NONE, FRAME_ONE, FRAME_BROKEN };

struct framer;

struct framer *framer_new(enum frame_kind kind);
void framer_free(struct framer *f);
// Goes on in the middle of a file: offset and line of the next byte.
void framer_seek(struct framer *f, uint64_t offset, uint64_t line);

// Bytes of the file before the place from which records are wanted, pieces in order: they give no
// records, but a header among them is in force behind them. Before framer_seek().
void framer_prime(struct framer *f, struct span piece);

// Gives bytes to the framer; it borrows them until framer_next() has said FRAME_NONE.
void framer_feed(struct framer *f, struct span piece);
// No more bytes will come: an unfinished record becomes a record.
void framer_finish(struct framer *f);
enum frame_rc framer_next(struct framer *f, struct frame *ret);
// Bytes held that are not yet a record (a follower must not acknowledge them).
size_t framer_pending(const struct framer *f);

#endif
