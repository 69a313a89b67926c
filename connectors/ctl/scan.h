// scan.h - the parts of fabsocctl scan: one run over the files.
// SPDX-License-Identifier: Apache-2.0
//
// A *stream* is one file, or with --merge all of them. Event rules answer record by record. The hits
// that correlations count are kept to the end of the stream and fed in order of event time (ties: file,
// record, rule), so that segments of a file that lie in the wrong order do no harm; windows live on
// from stream to stream. Without --merge a match of an event rule is written at once and those of
// correlations behind the stream's last record, in the order they fired; with --merge all are kept and
// written by event time, then file and record. An absence fires when the stream's records have passed its
// deadline; it names the record that called and the time at which waiting was over.
#ifndef CONNECTORS_CTL_SCAN_H
#define CONNECTORS_CTL_SCAN_H

#include "connectors/ctl/input.h"
#include "core/base/arena.h"
#include "core/detect/ruleset.h"
#include "core/engine/correlate.h"

enum { SCAN_HITS_MAX = 4096 };           // rules that one record may match
#define SCAN_KEPT_MAX ((size_t)4 << 30)  // bytes of kept hits or matches
#define SCAN_LATENESS (2 * UTIME_SECOND) // a larger step back begins a new segment

// Where a match is: the record that completes it.
struct scan_place {
    const char *file;
    uint32_t file_index;
    uint64_t line, line_end, seq;
    utime_t time;
};

// ---- matches (scan_match.c)

struct scan_line { // a kept match
    struct scan_place at;
    uint64_t order;
    struct span text;
};

struct scan_out {
    bool table, keep;
    uint64_t matches;
    struct buf line;
    struct arena arena;
    struct scan_line *kept;
    size_t nkept, cap;
};

void scan_out_init(struct scan_out *o, bool table, bool keep);
void scan_out_free(struct scan_out *o);
// One match; ev for an event rule, the values of the group for a correlation.
int scan_out_event(struct scan_out *o, const struct ruleset *s, const struct rule *r,
                   const struct scan_place *at, const struct event *ev, struct err *err);
int scan_out_correlation(struct scan_out *o, const struct rule *r, const struct scan_place *at,
                         const struct span *value, struct err *err);
// A record that --where found, as decode prints it.
int scan_out_record(struct scan_out *o, const struct scan_place *at, const struct event *ev,
                    struct err *err);
int scan_out_end(struct scan_out *o, struct err *err); // writes what was kept

// ---- correlations (scan_corr.c)

struct scan_kept { // a hit that correlations count
    struct scan_place at;
    uint32_t rule;
    uint8_t ncarry;
    struct span *carry;
};

struct scan_corr {
    const struct ruleset *rules;
    const bool *context; // rules that are left out
    bool *wanted;        // by rule: a correlation that is not left out counts it
    struct corr corr;
    struct corr_tables tables;
    struct arena arena;
    struct scan_kept *kept;
    size_t nkept, cap;
    uint32_t since;       // hits since windows that are over were deleted
    utime_t newest;       // fed so far
    utime_t latest;       // of all records of the stream, hits or not
    uint64_t record;      // fed so far
    uint64_t dropped;     // hits without a value to group by or to look at
    uint64_t *dropped_by; // the same by rule
};

int scan_corr_init(struct scan_corr *c, const struct ruleset *rules, const bool *context,
                   struct err *err);
void scan_corr_free(struct scan_corr *c);
int scan_corr_keep(struct scan_corr *c, const struct hit *h, const struct scan_place *at,
                   struct err *err);
// The end of a stream: feeds what was kept, writes what fired.
int scan_corr_end(struct scan_corr *c, struct scan_out *o, struct err *err);

#endif
