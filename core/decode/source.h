// source.h - source files as compiled tables; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// The names of original fields that any source asks for are numbered once a set (slots). A record's
// fields are looked up in that table one time; recognition, kinds and the map then only follow slots.
// Everything lives in the set's arena and never changes after loading.
#ifndef CORE_DECODE_SOURCE_H
#define CORE_DECODE_SOURCE_H

#include "core/base/arena.h"
#include "core/base/ydoc.h"
#include "core/decode/decode.h"
#include "core/decode/stamp.h"
#include "core/decode/template.h"

enum mechanism { MECH_SYSLOG, MECH_JSON, MECH_CEF, MECH_LEEF, MECH_PAIRS, MECH_COUNT };

enum { SLOTS_MAX = 4096, SLOT_TABLE = 2 * SLOTS_MAX, FROM_MAX = 8, SOURCES_MAX = 1024 };

// What to do with a value on its way to a core field.
enum take {
    TAKE_ALL,
    TAKE_HOST,  // "host:port", "[v6]:port" or "host": the host
    TAKE_PORT,  // the port
    TAKE_LOWER, // ASCII letters folded
    TAKE_TIME,  // any time to RFC 3339 UTC
    TAKE_JOIN,  // all values of a list with blanks between them
    TAKE_BASE,  // the part behind the last '/' or '\'
    TAKE_IP,    // only what is written like an address; else the next field is tried
    TAKE_NAME,  // only what is not
    TAKE_COUNT
};

struct pair {
    struct span from, to;
    int64_t number; // severity tables
};

struct mapping {
    enum field to;
    enum take take;
    uint16_t nfrom, from[FROM_MAX]; // slots; the first that has a value counts
    size_t nvalues;                 // none: the value as it is; else only what the table has
    const struct pair *value;
};

struct constant {
    enum field to;
    struct fval v;
};

struct condition { // field `slot` is one of the values; present when there are none
    uint16_t slot;
    size_t nvalues;
    const struct span *value;
};

struct verdict_row { // a row of `kinds` or `patterns`
    size_t nconditions;
    const struct condition *condition; // kinds
    struct template template;          // patterns
    enum kind kind;
    size_t nset;
    const struct constant *set;
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

struct source {
    const char *name, *path, *title, *group;
    enum mechanism mechanism;
    bool automatic;
    struct span logsource[3];
    size_t napps;
    const struct span *app;
    size_t nmatch;
    const struct condition *match;
    size_t nunpack; // fields that hold "k=v;k=v": their pairs become fields NAME.k
    const struct unpack {
        uint16_t slot;
        char separator;
    } * unpack;
    size_t ntimes;
    const struct source_time {
        uint16_t slot;
        enum stamp_format format;
    } * time;
    size_t nconstants, nmap, nkinds, npatterns, nseverity, nsamples;
    const struct constant *constant;
    const struct mapping *map;
    const struct verdict_row *kind, *pattern;
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
    const struct source **order[MECH_COUNT]; // automatic ones, most conditions first
    size_t norder[MECH_COUNT];
    struct span slot_name[SLOTS_MAX];
    uint16_t nslots;
    uint16_t table[SLOT_TABLE]; // slot + 1, open addressing by hash of the name
    uint64_t lengths[256];      // by last byte: bit (length & 63) = such a name has a slot
};

// The slot of a name, or -1. slot_make() adds it; -1 when there are too many.
int slot_find(const struct sourceset *s, struct span name);
int slot_make(struct sourceset *s, struct span name);

struct loader {
    struct sourceset *set;
    struct arena *scratch; // for the YAML tree
    const struct ydocs *docs;
    struct err *err;
};

int source_read(struct loader *l, const struct ynode *root, struct source *ret);
// The parts of source_read() that stand in source_rows.c.
int source_read_map(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_constants(struct loader *l, const struct ynode *n, const struct constant **ret,
                          size_t *ret_n);
int source_read_kinds(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_patterns(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_severity(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_samples(struct loader *l, const struct ynode *n, struct source *ret);
int source_read_conditions(struct loader *l, const struct ynode *map, const struct condition **ret,
                           size_t *ret_n);
int source_read_slot(struct loader *l, const struct ynode *n, struct span name, uint16_t *ret);

#endif
