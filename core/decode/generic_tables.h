// generic_tables.h - the tables of share/sources/_generic.yaml; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_GENERIC_TABLES_H
#define CORE_DECODE_GENERIC_TABLES_H

#include "core/decode/generic.h"
#include "core/decode/prose.h"
#include "core/decode/words.h"

// What names are aliases of, besides the core fields.
enum {
    TIME_FIELD = FIELD_COUNT,
    ZONE_FIELD,  // the zone of times that name none
    ABOUT_FIELD, // what kind of record it is, in the source's own words: only for guesses
    ROW_FIELD, // another row of a core field, for names whose values mean something else; so many:
    ROWS_MORE = 4,
    TARGETS = ROW_FIELD + ROWS_MORE,
};
_Static_assert(TARGETS <= 64 * FIELDSET_WORDS, "a set of them is a set of fields");

struct follow { // what one core field's value says of another
    enum field of, to;
    enum field needs; // FIELD_COUNT: nothing
    bool over;        // whatever another name has said
    struct choice way;
};

struct guess {
    struct words_set words; // one of them, of the words of all guesses
    struct fieldset needs;  // all of them
    bool wordless;
    struct verdict verdict;
};

struct generic {
    struct alias_index index;
    struct words words;
    struct choice take[TARGETS]; // takes and table of each field
    enum field row[ROWS_MORE];   // of the targets from ROW_FIELD on
    size_t nrows;
    struct prose *prose;
    size_t nfollows;
    const struct follow *follow;
    size_t nguesses;
    const struct guess *guess;
};

#endif
