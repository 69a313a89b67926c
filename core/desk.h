// desk.h - the port between people and the memory: page, get, call, follow.
// SPDX-License-Identifier: Apache-2.0
//
// Asynchronous: a key never waits for the database. desk_ask() and desk_call() queue a request under
// the caller's ticket and return at once; answers come out of desk_next() after the descriptor became
// readable and desk_turn() was called. At most DESK_PENDING requests wait; more are refused. Answers
// may come in another order than the questions. The person is the connection's database role; nothing
// here takes a user name.
#ifndef CORE_DESK_H
#define CORE_DESK_H

#include "core/base/err.h"
#include "core/base/span.h"

enum desk_query {
#define DESK_QUERY(NAME, name, params, columns, meaning) DESK_##NAME,
#define DESK_CALL(NAME, name, args, meaning)
#include "core/desk.def"
#undef DESK_QUERY
#undef DESK_CALL
    DESK_QUERY_COUNT
};

enum desk_call {
#define DESK_QUERY(NAME, name, params, columns, meaning)
#define DESK_CALL(NAME, name, args, meaning) DESK_CALL_##NAME,
#include "core/desk.def"
#undef DESK_QUERY
#undef DESK_CALL
    DESK_CALL_COUNT
};

struct desk_def {
    const char *name;             // "queue", "ack_group"
    const char *params, *columns; // comma separated; columns "" for calls
    const char *meaning;
};

size_t desk_list_count(const char *list); // names in a comma separated list

const struct desk_def *desk_query_def(enum desk_query q);
const struct desk_def *desk_call_def(enum desk_call c);
// Index of a column of a query, -1 when it has none: views ask by name once, at start.
int desk_column(enum desk_query q, const char *name);

enum { DESK_PARAMS_MAX = 6, DESK_PENDING = 32 };

enum desk_event {
    DESK_NONE,  // nothing waits
    DESK_PAGE,  // an answer to desk_ask()
    DESK_DONE,  // an answer to desk_call(): cell 0 of row 0 is its text
    DESK_FAULT, // the request failed or was refused: err
    DESK_NEWS,  // something was committed: ask again for what is on the screen
    DESK_LOST,  // the database is away; requests fail until DESK_BACK
    DESK_BACK,
};

// Valid until the next desk_next(). cell = row-major, nrows x ncols.
struct desk_answer {
    enum desk_event event;
    uint64_t ticket;
    enum desk_query query;
    enum desk_call call;
    size_t nrows, ncols;
    const struct span *cell;
    struct err err;
};

static inline struct span desk_cell(const struct desk_answer *a, size_t row, int col)
{
    return row < a->nrows && col >= 0 && (size_t)col < a->ncols
               ? a->cell[row * a->ncols + (size_t)col]
               : SPAN_NONE;
}

struct desk; // an implementation embeds it first: connectors/pg/desk_pg, tests/support/desk_fake

struct desk_ops {
    int (*fd)(struct desk *d); // to poll for reading (and writing when wants_write)
    bool (*wants_write)(struct desk *d);
    int (*turn)(struct desk *d, struct err *err); // move bytes; never blocks
    int (*ask)(struct desk *d, uint64_t ticket, enum desk_query q, const struct span *param,
               size_t n);
    int (*call)(struct desk *d, uint64_t ticket, enum desk_call c, const struct span *arg,
                size_t n);
    enum desk_event (*next)(struct desk *d, struct desk_answer *ret);
    void (*close)(struct desk *d);
};

struct desk {
    const struct desk_ops *ops;
};

#endif
