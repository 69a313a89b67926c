// frame_work.h - a framer in work; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_FRAME_FRAME_WORK_H
#define CORE_FRAME_FRAME_WORK_H

#include "core/frame/audit.h"
#include "core/frame/csv_header.h"
#include "core/frame/frame.h"
#include "core/frame/header.h"
#include "core/frame/join.h"
#include "core/frame/json_cut.h"
#include "core/frame/probe.h"
#include "core/frame/xml_cut.h"
#include "core/model/block.h"

enum {
    PREFIX = 64,                    // room for "@2026-11-22T01:02:03.456789012+09:00 "
    KEEP = RECORD_MAX + PREFIX + 1, // and for the CR of a record that just fits
    COUNT_DIGITS = 9,
};

struct framer {
    enum frame_kind kind; // never FRAME_AUTO once decided
    bool finished, broken, counted;
    struct span back;  // the beginning of a line that was looked at; read again, before all else
    struct span early; // bytes collected while the kind was open; read before the piece
    struct span piece;
    struct buf held;
    uint64_t total;  // bytes of the record in work, held or not
    char last;       // its last byte
    uint64_t want;   // octet counting: length of the message, valid when `counted`
    uint64_t offset; // of the next byte to read
    uint64_t line;   // number of the line in work
    uint64_t begin;  // line on which the record in work began
    uint64_t skipped;
    uint64_t trimmed; // line ends at the end of a JSON text that were left out
    struct json_cut cut;
    struct xml_cut xml;
    size_t matched; // XML: bytes of the declaration that a line began with, or more: it does not
    struct header header;  // LINES
    struct audit audit;    // LINES
    struct csv_header csv; // LINES
    bool file;             // all of it will come: the kind was told by its first bytes
    bool joining;          // the record in work goes over several lines (join.h)
    bool joined;           // its last line belongs to it for sure
    size_t line_at;        // where that line begins in `held`
    char look[JOIN_LOOK];  // what `back` points to
    bool remarks;          // lines of '#' before a header say nothing
    bool muted;            // framer_prime(): only what later lines need counts
    char probe[FRAME_PROBE];
    size_t nprobe;
};

bool frame_is_blank(char c);
bool frame_is_end(char c); // of a line
// The input in reading order: what is read again, what was collected before the kind was known, the piece.
struct span *frame_input(struct framer *f);
void frame_drop(struct framer *f, size_t n);
// Moves n bytes of input behind the record in work.
void frame_take(struct framer *f, size_t n);
void frame_forget(struct framer *f); // the record in work
// Makes a frame of the record in work, whose first bytes are `s`; its line end is already behind. False when
// there is none: an empty line, or a line of a recording that says nothing.
bool frame_close(struct framer *f, struct span s, struct frame *ret);
// Closes the record whose last `n` bytes are next in the input, `ending` bytes of line end behind them.
bool frame_give(struct framer *f, size_t n, size_t ending, struct frame *ret);

// ---- frame_line.c
enum frame_rc frame_next_line(struct framer *f, struct frame *ret);
// A whole line of the piece of which frame_next_line() would make a record as it stands: most are. False
// when that has to be seen.
bool frame_usual_line(struct framer *f, struct frame *ret);
// No more will come: the last line belongs to the record, or is one of its own behind it.
bool frame_finish_joined(struct framer *f, struct frame *ret);
// The next record, or line of what may be CSV.
enum frame_rc frame_next_any(struct framer *f, struct frame *ret);

// ---- frame_count.c, frame_text.c
enum frame_rc frame_next_syslog(struct framer *f, struct frame *ret);
enum frame_rc frame_next_json(struct framer *f, struct frame *ret);
enum frame_rc frame_next_csv(struct framer *f, struct frame *ret);
enum frame_rc frame_next_xml(struct framer *f, struct frame *ret);

#endif
