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
#include "core/filter/filter.h"

#define SCAN_KEPT_MAX ((size_t)4 << 30)  // bytes of kept hits or matches
#define SCAN_LATENESS (2 * UTIME_SECOND) // a larger step back begins a new segment

// Where a match is: the record that completes it.
struct scan_place {
    const char *file;
    uint32_t file_index;
    uint64_t line, line_end, seq;
    utime_t time;
};

// ---- rules at fault (scan_faults.c)
//
// Decided where records stand in their order, not where they are matched: so a rule goes into quarantine at
// the same record whatever the number of threads. A thread may stop asking sooner than it hears of that: on
// its own third fault, which is never before the third of all.

struct scan_fault {
    uint32_t rec, rule; // rec: ordinal in its batch
};

struct scan_faults {
    size_t nrules;
    uint32_t *count; // by rule, at most RULE_FAULTS_MAX
    uint64_t *last;  // by rule: ordinal of the record behind which it says nothing any more
};

int scan_faults_init(struct scan_faults *f, size_t nrules, struct err *err);
void scan_faults_free(struct scan_faults *f);
void scan_faults_add(struct scan_faults *f, uint32_t rule, uint64_t record); // records ascend
bool scan_faults_speaks(const struct scan_faults *f, uint32_t rule, uint64_t record);
void scan_faults_say(const struct scan_faults *f, const struct ruleset *s); // to standard error

// ---- matches (scan_match.c)

enum { SCAN_NO_RULE = UINT32_MAX };

struct scan_line { // a kept match
    struct scan_place at;
    uint32_t rec, rule; // rec: scan_out.rec when it was made; SCAN_NO_RULE: no event rule's
    uint64_t order;
    struct span text;
};

struct scan_out {
    bool table, keep;
    uint32_t rec; // ordinal in its batch of the record in hand
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
// What `from` kept, as if it had been made here; in the order it was kept, but for rules in quarantine.
// `first`: ordinal of the batch's first record.
int scan_out_merge(struct scan_out *o, const struct scan_out *from, const struct scan_faults *f,
                   uint64_t first, struct err *err);
void scan_out_forget(struct scan_out *o);

// ---- correlations (scan_corr.c)

struct scan_kept { // a hit that correlations count
    struct scan_place at;
    uint32_t rec, rule;
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
    uint32_t rec;                         // as scan_out.rec
    uint32_t since;                       // hits since windows that are over were deleted
    utime_t newest;                       // fed so far
    utime_t latest;                       // of all records of the stream, hits or not
    uint64_t record;                      // fed so far
    uint64_t dropped;                     // hits without a value to group by or to look at
    uint64_t (*lost_by)[CORR_LOST_KINDS]; // by rule
};

int scan_corr_init(struct scan_corr *c, const struct ruleset *rules, const bool *context,
                   struct err *err);
void scan_corr_free(struct scan_corr *c);
int scan_corr_keep(struct scan_corr *c, const struct hit *h, const struct scan_place *at,
                   struct err *err);
// The end of a stream: feeds what was kept, writes what fired.
int scan_corr_end(struct scan_corr *c, struct scan_out *o, struct err *err);
int scan_corr_merge(struct scan_corr *c, const struct scan_corr *from, const struct scan_faults *f,
                    uint64_t first, struct err *err);
void scan_corr_forget(struct scan_corr *c);

// ---- one thread's machines (scan_machine.c)

struct scan_set { // what all threads share; immutable
    struct sourceset *sources;
    struct ruleset *rules;
    bool *context; // rules that need the engine's knowledge
    struct wants *want;
    const char *where; // NULL: every record
    bool hunt;         // records that pass are what is printed, no rules were named
    bool count;        // they are only counted
};

struct scan_seen { // of one record
    utime_t time;
    bool undecoded, passed;
};

struct scan_machine;

struct scan_machine *scan_machine_new(const struct scan_set *set, struct err *err);
void scan_machine_free(struct scan_machine *m);
const struct matcher *scan_machine_matcher(const struct scan_machine *m);
uint64_t
scan_machine_unpassed(const struct scan_machine *m); // records that --where could not answer for
// Rules at fault on the record taken last.
size_t scan_machine_faulted(const struct scan_machine *m, const uint32_t **ret);
int scan_machine_take(struct scan_machine *m, const struct input_record *r, uint32_t file_index,
                      struct scan_out *out, struct scan_corr *corr, struct scan_seen *seen,
                      struct err *err);

// ---- several threads (scan_jobs.c)
//
// The caller reads and merges; the threads decode and match. Merging is in the order of reading, so the
// answer is the same bytes whatever the number of threads. Memory: three batches a thread.

struct scan_batch {   // records of one file that stood together
    bool first, last; // of the file
    size_t n;         // records
    const struct scan_seen *seen;
    size_t nseen; // less than n behind a fault
    struct scan_out out;
    struct scan_corr corr;
    struct scan_fault *fault; // ascending by record
    size_t nfaults, cap_faults;
    int rc; // of the record behind the last seen one
    struct err err;
};

typedef int scan_merge(void *ctx, const struct scan_batch *b, struct err *err);

struct scan_jobs;

struct scan_jobs *scan_jobs_new(const struct scan_set *set, size_t n, bool table, scan_merge *merge,
                                void *ctx, struct err *err);
void scan_jobs_free(struct scan_jobs *j);
// A file begins, its records (an input_take), it ends. What < 0 was said by a merge is said again.
void scan_jobs_file(struct scan_jobs *j, uint32_t file_index);
int scan_jobs_take(void *jobs, const struct input_record *r, struct err *err);
int scan_jobs_file_end(struct scan_jobs *j, struct err *err);
int scan_jobs_end(struct scan_jobs *j, struct err *err);                           // all is merged
const struct scan_machine *scan_jobs_machine(const struct scan_jobs *j, size_t i); // NULL: no more

#endif
