// event.h - one decoded record.
// SPDX-License-Identifier: Apache-2.0
//
// An event is a view: every span points into the record's own bytes (inside a journal block or a
// mapped file) or into the decoder's arena, and lives until that arena is reset. Decoding a record
// allocates nothing in the steady state. Two layers: the core fields of field.def under ECS names,
// and the record's own fields under their original names, on which Sigma is evaluated. Of those only
// the wanted ones need be taken apart (wants.h); whoever asks for another one still gets it, later.
#ifndef CORE_MODEL_EVENT_H
#define CORE_MODEL_EVENT_H

#include "core/base/span.h"
#include "core/base/time.h"
#include "core/model/fieldset.h"
#include "core/model/wants.h"

enum kind {
#define KIND(NAME, name, context, meaning) KIND_##NAME,
#include "core/model/kind.def"
#undef KIND
    KIND_COUNT
};

enum vtype { V_ABSENT, V_NULL, V_STR, V_INT, V_UINT, V_FLOAT, V_BOOL };

// A value with its type kept: 64-bit integers are never squeezed through doubles. `s` is always the
// text as written (unescaped for strings), `i` the number for V_INT, V_UINT (as uint64_t) and V_BOOL.
struct fval {
    enum vtype type;
    struct span s;
    int64_t i;
};

enum { EVENT_ALSO_MAX = 11 };

// One original field. JSON is flattened: `a.b` for nested objects; every element of a list stands
// under the list's name, in order; an empty object or list stands as V_NULL with `s` = "{}" or "[]".
struct okv {
    struct span name;
    struct fval v;
};

enum event_flag {
    EVENT_CLOCK_FAULT = 1, // source time too far from receive time; `time` is receive time
    EVENT_NO_TIME = 2,     // the record names no time; `time` is receive time
    EVENT_IS_ALERT = 4,    // its source says that it is an alert
    EVENT_OVERSIZE = 8,    // cut at 128 KiB by the framer
    EVENT_NAMED = 16,      // an alert that event.id and rule.id name, whichever source says it
};

struct event;

// Takes the record apart wholly: all original fields in document order, valid as long as the event.
typedef const struct okv *event_take_all(void *ctx, const struct event *ev, size_t *ret_n);

#define NO_CLOCK_GAP INT64_MIN

struct event {
    const char *source; // name of the share/sources file, or "raw"; borrowed from the source set
    uint16_t source_id; // index in the source set; UINT16_MAX for raw
    enum kind kind;
    unsigned flags;
    utime_t time;
    int64_t
        clock_gap; // the source's time, offset added, less receive time; NO_CLOCK_GAP: none said
    struct fieldset mask; // the core fields that are present in field[]
    struct fval field[FIELD_COUNT];
    const struct okv *okv; // original fields in document order
    size_t nokv;
    // With `want` the fields are indexed: at[id] = index in okv of the first field of that name, plus
    // one; next[i] = the same of the next field named like okv[i]; 0 = none. NULL: not indexed.
    const struct wants *want;
    const uint32_t *at, *next;
    event_take_all *take_all; // NULL: okv is all there is; else it lacks fields that nobody wanted
    void *take_ctx;
    // The record's JSON text when it has a right one, else empty. The fields okv[json_from..json_to)
    // come from it, those before from the header it stands behind, those after were made of others.
    struct span json;
    size_t json_from, json_to;
    struct span raw;          // the record as it came, without its line end
    struct span logsource[3]; // Sigma product, category, service; empty when none
    size_t nalso;             // what it is besides, by the table of log sources
    struct span also[EVENT_ALSO_MAX][3];
    char error[160]; // why decoding stopped short; "" when it did not
};

const char *field_name(enum field f);
bool field_carried(enum field f);
int field_of(struct span name); // -1 when it is no core field
const char *kind_name(enum kind k);
bool kind_is_context(enum kind k);
int kind_of(struct span name);

static inline bool event_has(const struct event *ev, enum field f)
{
    return fieldset_has(&ev->mask, f);
}

static inline struct span event_str(const struct event *ev, enum field f)
{
    return event_has(ev, f) ? ev->field[f].s : SPAN_NONE;
}

// All original fields, whatever was wanted.
const struct okv *event_all(const struct event *ev, size_t *ret_n);

// The values of a core field; a list of them stands in the field joined with commas (field.def).
size_t event_core(const struct event *ev, enum field f, struct fval *out, size_t max);

// All values under a name, original names first, then ECS names; list elements give several. Returns
// how many there are (0 = absent), at most `max` are stored.
size_t event_values(const struct event *ev, struct span name, struct fval *out, size_t max);

#endif
