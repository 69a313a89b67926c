// values.h - the values of the names that rules ask for, of one event.
// SPDX-License-Identifier: Apache-2.0
//
// A name's values are found when they are first asked for, by number where the event is indexed
// (core/model/wants.h), and kept until the next event: original fields in document order, else the core
// field of that name. `fab.kind` is ours: a record cannot say it. Nothing is allocated in the steady
// state. Spans are the event's.
#ifndef CORE_DETECT_VALUES_H
#define CORE_DETECT_VALUES_H

#include "core/detect/set.h"

struct value_key { // where a name's values are
    uint32_t id;   // the name's number in `want`; WANTS_NONE: it has none
    int32_t core;  // the core field of that name, -1 when there is none
};

struct value_place { // of a name
    uint32_t round;  // the values are of this event when it equals the cache's
    struct value_key key;
    struct values v;
    struct value one; // what `v` points to, when it is a single one
};

struct value_cache {
    const struct ruleset *s;
    const struct wants *want; // borrowed; may be NULL
    struct arena scratch;     // values and their folded copies, of one event
    const struct event *ev;
    bool indexed; // the event, by the names of `want`
    uint32_t round;
    struct value_place *place; // by name
    struct values keywords;
    struct value record;
    uint32_t keywords_round, record_round;
    uint64_t faults; // no memory; and what leaf_tools counts
};

bool value_cache_init(struct value_cache *c, const struct ruleset *s, const struct wants *want);
void value_cache_free(struct value_cache *c);
void value_cache_begin(struct value_cache *c, const struct event *ev);

struct value_key value_cache_key(const struct value_cache *c, uint32_t name);

// Whether it is certain that an event has no value under a name, by its key; only where the event is
// indexed and the key has a number.
static inline bool value_cache_lacks(const struct event *ev, struct value_key key)
{
    return ev->at[key.id] == 0 && (key.core < 0 || !event_has(ev, (enum field)key.core));
}

// `ctx` is the cache; NAME_KEYWORD: the record and all its texts; NAME_RECORD: the record. A struct
// leaf_tools' field().
struct values value_cache_get(void *ctx, uint32_t name);

#endif
