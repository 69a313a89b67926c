// prose_rows.h - the rows of `prose` as tables, and one text in work; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_PROSE_ROWS_H
#define CORE_DECODE_PROSE_ROWS_H

#include "core/decode/prose.h"
#include "core/decode/token.h"

enum {
    CUE_BUCKETS = 256,
    CUES_MAX = 512,
    CUE_LONGEST = 24,
    LOOK_BACK = 3,
    BEGINNING = 4, // words
    ADDRESSES = 16,
    ROW_OF_VALUES = 5,
    WORD_MAX = 128
};

enum as {
    AS_ADDRESS,
    AS_WORD,
    AS_QUOTED,
    AS_URL,
    AS_LISTED,
    AS_MNEMONIC,
    AS_CODE,
    AS_ACCOUNT,
    AS_REQUEST,
    AS_COUNT
};

struct prose_row {
    enum as as;
    enum field to;
    bool cell;
    int64_t reach; // 0: anywhere
    struct choice way;
    bool then_address; // behind the word of `then`
    size_t nthen, nafter;
    const struct span *then,
        *after; // words that may stand behind the value; that must before the cue
};

struct cue {
    struct span word;
    uint16_t row, next; // next: of the same bucket, plus one
};

struct prose {
    size_t n, ncues;
    const struct prose_row *row;
    struct cue *cue;
    size_t nmarks;
    uint16_t *mark;                  // rows whose values need no cue
    uint16_t bucket[CUE_BUCKETS];    // cue, plus one
    uint32_t first[CUE_LONGEST + 1]; // by length of cues: the letters that they begin with
};

struct told { // one text in work
    const struct prose *p;
    struct work *w;
    struct event *ev;
    struct tokens t;
    bool row_of_values;
};

// The cues that a word may be: the first one, plus one (cue[].next); 0 when it is none.
unsigned prose_cues(const struct prose *p, struct span word);
// The first row of a kind that the word announces; -1 when it announces nothing.
int prose_cue(const struct prose *p, struct span word, enum as as);

static inline uint32_t prose_letter(char c)
{
    return UINT32_C(1) << (c & 31);
}
// Sets a field that is not known yet; `way` may be NULL.
void prose_put(struct told *x, enum field f, const struct choice *way, struct span s);
// Words before the first and behind the last one are empty.
const struct token *prose_token(const struct told *x, size_t i);

// ---- prose_address.c
void prose_addresses(struct told *x, bool alone);

#endif
