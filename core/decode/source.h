// source.h - source files as compiled tables; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// The names of original fields that any source asks for are numbered once a set (slots). A record's
// fields are indexed under them (wants.h); recognition, kinds and the map then only follow slots.
// Everything lives in the set's arena and never changes after loading.
#ifndef CORE_DECODE_SOURCE_H
#define CORE_DECODE_SOURCE_H

#include "core/base/arena.h"
#include "core/base/ydoc.h"
#include "core/decode/decode.h"
#include "core/decode/pairs.h"
#include "core/decode/stamp.h"
#include "core/decode/template.h"

enum mechanism {
    MECH_SYSLOG, // text, with or without a header
    MECH_JSON,
    MECH_CEF,
    MECH_LEEF,
    MECH_PAIRS,
    MECH_XML,
    MECH_ZEEK, // columns named by the header that each record carries
    MECH_HSMS, // records of HSMS messages (hsms_record.h)
    MECH_CSV, // columns named by the first line of a file, which each record carries (csv_record.h)
    MECH_COUNT
};

// Names that every record has; they stand before the original names in the numbering.
enum {
    SLOT_TEXT,   // @text: the message behind the syslog header, else the record
    SLOT_RECORD, // @record: the whole record as it came
    SLOT_APP,    // @app @host @severity: of the syslog header
    SLOT_HOST,
    SLOT_SEVERITY,
    SLOT_PSEUDO
};

enum { SLOTS_MAX = 4096, SOURCES_MAX = 1024, SWITCH_KEYS = 4, PATTERN_FIELDS = 4 };

struct want { // one wanted value of a condition
    enum { WANT_IS, WANT_PREFIX, WANT_SUFFIX, WANT_HAS, WANT_RANGE, WANT_STARS } op;
    bool not ;
    struct span s;
    int64_t low, high;
};

struct condition { // field `slot` is one of the values; present when there are none
    uint16_t slot;
    bool absent;   // "!*": the field is not there or empty
    bool refusals; // all values are such that it must not be
    bool equals;   // all values are texts that it may be
    size_t nvalues;
    const struct want *value;
    // many plain values: by hash, index plus one, at most half full; NULL: one by one
    const uint16_t *set;
    size_t mask;
};

static inline size_t value_hash(struct span v)
{
    return (size_t)((template_head(v) ^ v.n << 56) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

struct pair {
    struct span from, to;
    int64_t number; // severity tables
};

// Names to values whatever their case; open addressing.
struct lookup {
    struct span name;
    size_t cap; // a power of two
    struct pair *pair;
};

// A piece of the way of a value to its core field (take.h).
struct take {
    unsigned char op;
    struct span arg;
    int64_t at;
    const struct lookup *table; // of "words"
};

struct choice { // one way to get the value of a mapping
    size_t nconditions;
    const struct condition *condition;
    bool constant;
    struct span text; // when constant
    uint16_t slot;    // else
    size_t ntakes;
    const struct take *take;
    const struct lookup *lookup; // NULL: the value as it is
    bool has_other, keep;        // not in the table: `other`, or the value itself
    struct span other;
};

struct mapping {   // the first choice that gives a value counts
    uint16_t slot; // where to: an original name, when to == FIELD_COUNT
    enum field to;
    size_t nchoices;
    const struct choice *choice;
};

struct constant {
    enum field to;
    struct fval v;
};

struct verdict { // what a row of `kinds`, `patterns` or `switch` says
    int kind;    // -1: nothing
    size_t nset;
    const struct constant *set;
    const struct span *logsource; // three, or NULL
};

struct kind_row {
    size_t nconditions;
    const struct condition *condition;
    struct verdict verdict;
};

struct pattern_row {
    uint16_t slot; // the text to look at
    size_t nconditions;
    const struct condition *condition;
    struct template template;
    struct verdict verdict;
};

// Patterns that stand together and look at the same field. A text asks only those of the bucket of its
// first four bytes; a pattern whose literal is shorter stands in all of them. In order of the file.
enum { PATTERN_NEEDS = 4 };
struct pattern_run {
    uint16_t slot;
    unsigned bits;
    const uint16_t *begin; // by bucket: where its rows begin in `row`; one more behind the last
    const struct pattern_try {
        uint64_t head, mask;   // of the template
        uint64_t end;          // the last eight bytes of its first literal, when that has more,
        uint16_t nend;         // and its length
        uint16_t row;          // index in source.pattern
        uint16_t stem;         // what it shares with other rows, plus one; 0: nothing
        uint16_t heads, thens; // so many rows from this one on have its head and end, its `then`
        uint16_t need[PATTERN_NEEDS]; // pairs of its literals, those that few rows have
        uint64_t then, then_mask;     // the bytes of the literal behind the stem, as head and mask
    } * row;
    const struct template_stem *stem;
};

static inline size_t pattern_bucket(const struct pattern_run *r, uint64_t head)
{
    return (uint64_t)((uint32_t)head * 0x9e3779b1u) >> (32 - r->bits);
}

// The values of some fields, joined with '/', name a row. One hash look-up, whatever the number of rows.
struct rowset {
    struct span name; // empty: that of one switch
    size_t cap;       // a power of two
    struct switch_row {
        struct span key; // NULL pointer: free
        struct verdict verdict;
    } * row;
};

struct switch_on {
    size_t nkeys, nconditions;
    uint16_t key[SWITCH_KEYS];
    const struct condition *condition;
    const struct rowset *rows;
};

// What a value inside a record is made of.
enum cut_as { CUT_PAIRS, CUT_JSON, CUT_CEF, CUT_LEEF, CUT_CSV, CUT_XML, CUT_MEMBERS, CUT_COUNT };

struct cut {
    uint16_t slot;
    enum cut_as as;
    struct span prefix; // of the names it gives
    size_t ntakes;
    const struct take *take; // of the field, before it is cut
    struct dialect dialect;
    size_t ncolumns;
    const struct span *column; // CUT_MEMBERS: the two names
    size_t nconditions;
    const struct condition *condition;
};

struct sample {
    struct span raw;
    unsigned line;
    ntime_t received;
    enum kind kind;
    utime_t time; // UTIME_NONE: not said
    size_t nfields;
    const struct constant *field;
};

struct source_time {
    size_t nslots;
    uint16_t slot[4]; // joined with blanks
    struct stamp_how how;
};

struct literal { // of match.text and match.starts
    struct span s;
    bool starts;
};

struct source {
    const char *name, *path, *title, *group;
    enum mechanism mechanism;
    bool automatic;
    bool guess; // without a match of its own: the generic names and guesses are tried behind it
    struct span logsource[3];
    struct {
        bool told; // by the record's field `slot`; logsource[] when it says nothing
        uint16_t slot;
    } logsource_from[3];
    size_t napps;
    const struct span *app; // "NAME*": whatever begins so
    size_t nliterals;
    const struct literal *literal; // one of them
    size_t nmatch;
    const struct condition *match;
    size_t nempty;
    const struct span *empty; // how it writes that there is no value
    uint64_t empty_lengths;   // bit n: one is n bytes long; bit 63: or longer
    struct span carries;      // behind it stand lines that the record needs and is not (core/frame)
    size_t nlifts;
    const struct span *lift; // names under these stand also without them; "X.*": and one part more
    bool named;              // event.id and rule.id name an alert wherever it is said
    bool alike;              // made of another file's tables and its own
    size_t ncuts, ntimes, nconstants, nmap, nswitches, nkinds, npatterns, nseverity, nsamples;
    const struct cut *cut;
    const struct source_time *time;
    const struct constant *constant;
    const struct mapping *map;
    const struct switch_on *switch_on;
    const struct kind_row *kind;
    const struct pattern_row *pattern;
    const struct pattern_run *run; // of `pattern`
    size_t nruns;
    int severity_slot; // -1: none
    bool severity_range;
    int64_t low, high; // linear: low -> 0, high -> 100
    const struct pair *severity;
    const struct sample *sample;
};

struct sourceset {
    struct arena arena;
    struct source *source; // sorted by name
    size_t n;
    struct chooser *chooser;
    struct generic *generic;       // NULL: no file of aliases
    struct logsources *logsources; // NULL: no table
    size_t nlookups;
    const struct lookup **lookup; // those with a name of their own
    size_t nrowsets;
    const struct rowset **rowset; // the same
    struct wants *slots;          // names of the fields that sources ask for
};

// The slot of a name, which is added when it is new; -1 when there are too many.
int slot_make(struct sourceset *s, struct span name);

struct loader {
    struct sourceset *set;
    struct arena *scratch; // for the YAML tree
    const struct ydocs *docs;
    struct err *err;
};

// ---- source_like.c: `like`, a file that is another one and its own differences
// Puts what `base` says behind or before what `ret` says of itself; `own` = the file has this key.
int source_merge(struct loader *l, const struct ynode *root, const struct source *base,
                 struct source *ret);
bool source_is_like(struct span text); // whether a file's text has the key

int source_read(struct loader *l, const struct ynode *root, struct source *ret);

// ---- source_read.c: pieces that all tables are made of
int read_fault(struct loader *l, const struct ynode *n, const char *code, const char *what,
               struct span name);
int read_no_memory(struct loader *l);
int read_need(struct loader *l, const struct ynode *n, enum ytype type, const char *what);
int read_only(struct loader *l, const struct ynode *n, const char *const *known);
void *read_array(struct loader *l, size_t n, size_t size);
struct span read_keep(struct loader *l, struct span s);
int read_slot(struct loader *l, const struct ynode *n, struct span name, uint16_t *ret);
int read_field(struct loader *l, const struct ynode *n, struct span name, enum field *ret);
int read_texts(struct loader *l, const struct ynode *n, const struct span **ret, size_t *ret_n);
int read_conditions(struct loader *l, const struct ynode *map, const struct condition **ret,
                    size_t *ret_n);
int read_constants(struct loader *l, const struct ynode *n, const struct constant **ret,
                   size_t *ret_n);
int read_verdict(struct loader *l, const struct ynode *row, struct verdict *ret);
int read_logsource(struct loader *l, const struct ynode *n, struct span ret[3]);
int source_read_logsource(struct loader *l, const struct ynode *n, struct source *ret);
int read_kind(struct loader *l, const struct ynode *row, enum kind *ret);

// ---- one file each
int source_read_match(struct loader *l, const struct ynode *n,
                      struct source *ret);                                         // source_match.c
int source_read_cuts(struct loader *l, const struct ynode *n, struct source *ret); // source_cut.c
int source_read_times(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_map(struct loader *l, const struct ynode *n, struct source *ret); // source_map.c
int source_read_ways(struct loader *l, const struct ynode *n,
                     struct choice *c); // take, values, else
int source_read_lookups(struct loader *l, const struct ynode *n);
int source_read_kinds(struct loader *l, const struct ynode *n, struct source *ret); // source_rows.c
int source_read_rowsets(struct loader *l, const struct ynode *n);
int source_read_switches(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_patterns(struct loader *l, const struct ynode *n, struct source *ret);
// source_index.c: makes `run` and `empty_lengths`, when all slots have their numbers. False without memory.
bool source_index(struct arena *a, struct source *s);
int source_read_severity(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_samples(struct loader *l, const struct ynode *n, struct source *ret);

// The row or value of a key; NULL when there is none. Case does not count.
const struct pair *lookup_find(const struct lookup *t, struct span key);
const struct switch_row *switch_find(const struct rowset *s, struct span key);
uint64_t hash_nocase(struct span s);

#endif
