// logsource_table.h - the table of log sources as it was read; internal to logsource*.c.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_LOGSOURCE_TABLE_H
#define CORE_DECODE_LOGSOURCE_TABLE_H

#include "core/decode/logsource.h"

enum { ROW_FIELDS_MAX = 64, KEY_MAX = 200, KEY_FIELDS_MAX = 8 };

struct rename { // the name rules use, and where the value is
    uint16_t to, from;
    int core; // the core field, or -1: `from`
};

struct step {
    struct span is[3]; // parts that change
    size_t nconditions, nrenames;
    bool chained; // a rename asks for a name that one before it may have given
    const struct condition *condition;
    const struct rename *rename;
};

struct row {
    struct span key; // lower case
    size_t nsteps;
    const struct step *step;
};

struct table {
    struct span is[3]; // empty: whatever
    const char *group; // NULL: whatever
    size_t nfields;    // 0: one row for all
    uint16_t field[KEY_FIELDS_MAX];
    size_t cap; // a power of two
    struct row *row;
};

struct logsources {
    size_t n, cap;
    struct table *table;
    uint64_t of_kind[KIND_COUNT][LOGSOURCE_WORDS]; // the tables that may be about events of a kind
};

// The row of a key, or the free one where it would stand. Case does not count when the key was made by
// row_key(); longer keys than KEY_MAX have no row.
struct row *row_of(const struct table *t, struct span key);
struct span row_key(struct span s, char out[KEY_MAX]);

// ---- logsource_about.c: which tables are about a log source

// Only texts decide, and a stream has few log sources: what was found for them is kept.
struct about_memo;

struct about_memo *about_memo_new(void);
void about_memo_free(struct about_memo *m);

// Of the event in work: the tables about its `nth` log source.
void about_find(struct about_memo *m, size_t nth, const struct logsources *all, const char *group,
                const struct span have[3]);
// The next table from `from` on, of those about the event's kind, that one of its first `n` log sources
// is about, and which one that is: the first of them. SIZE_MAX: none.
size_t about_next(const struct about_memo *m, const struct logsources *all,
                  const uint64_t of_kind[LOGSOURCE_WORDS], size_t n, size_t from, size_t *ret);

#endif
