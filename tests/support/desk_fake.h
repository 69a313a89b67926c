// desk_fake.h - a desk in memory: rows by column name, calls as a log.
// SPDX-License-Identifier: Apache-2.0
//
// Every query answers with all rows built for it, `after` and `limit` honoured by position. Calls are
// written to a log as "ack_group(12,note)". Answers can be withheld (a slow database), refused, or the
// desk be lost. Memory comes from one arena, freed with the fake.
#ifndef TESTS_SUPPORT_DESK_FAKE_H
#define TESTS_SUPPORT_DESK_FAKE_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/desk.h"

enum { FAKE_ROWS = 600, FAKE_WAITING = 64 };

struct fake_waiting {
    uint64_t ticket;
    bool is_call;
    enum desk_query query;
    enum desk_call call;
    char after[64];
    char param[64]; // the one that is not `after` or `limit`
    size_t limit;
};

struct desk_fake {
    struct desk desk; // first
    struct arena mem;
    struct span *row[DESK_QUERY_COUNT][FAKE_ROWS];
    size_t nrows[DESK_QUERY_COUNT];
    struct fake_waiting waiting[FAKE_WAITING];
    size_t nwaiting;
    enum desk_event event[16]; // to be told before answers
    size_t nevents;
    struct span cells[FAKE_ROWS * 32];
    struct buf log;     // calls, one a line
    char done[4096];    // text of the next answers to calls
    char raw_hex[4096]; // what read_raw gives
    const char *refuse; // sentence: the next call is refused with it
    bool stalled;
    size_t asked; // questions ever asked
    char last_param[64];
};

struct desk_fake *desk_fake_new(void);
void desk_fake_free(struct desk_fake *f);

// desk_fake_row(f, DESK_QUEUE, "number", "12", "tier", "T1", NULL): the columns named, the others
// empty. An unknown column name is a fault of the test and aborts. A missing id is made from the
// row's place.
void desk_fake_row(struct desk_fake *f, enum desk_query q, ...);
void desk_fake_clear(struct desk_fake *f, enum desk_query q);
void desk_fake_tell(struct desk_fake *f, enum desk_event e); // NEWS, LOST, BACK
const char *desk_fake_log(struct desk_fake *f);              // calls since the last look

#endif
