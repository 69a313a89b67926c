// apply.h - a taken-apart record under the tables of one source; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_APPLY_H
#define CORE_DECODE_APPLY_H

#include "core/decode/alias.h"
#include "core/decode/course.h"
#include "core/decode/fields.h"
#include "core/decode/source.h"
#include "core/decode/syslog.h"

// A record in work. Slots are the numbers under which its fields are indexed (fields.h). What every
// record has (SLOT_TEXT ..) stands apart in `pseudo`.
struct work {
    const struct decode_in *in;
    struct fields fields;
    struct arena arena;
    struct syslog header;
    struct syslog_names header_names;
    struct alias_memo *aliases;
    struct logsource_memo *logsources;
    struct stamp_memo stamp; // of headers
    struct iso_memo iso;     // of the records' own times
    struct word_memo { // the last word of a log source that a record told, and what was made of it
        struct brief of;
        char text[ENDS_ALL];
    } word[3];
    struct courses courses;
    struct chosen_memo *chosen;
    struct okv pseudo[SLOT_PSEUDO];
    bool text, pairs; // the body is text; it was taken apart as key=value
};

void work_clear(struct work *w);

// The course of the fields as they are now. Without memory it is an empty one and the arena at fault,
// so that the record says it.
const struct course *work_course(struct work *w, const struct source *s);

static inline const struct okv *work_first(const struct work *w, uint16_t slot)
{
    if (slot < SLOT_PSEUDO) {
        return w->pseudo[slot].v.s.n ? &w->pseudo[slot] : NULL;
    }
    return w->fields.at[slot] ? &w->fields.v[w->fields.at[slot] - 1] : NULL;
}

// The next field of the same name, or NULL; `o` came from work_first().
static inline const struct okv *work_next(const struct work *w, uint16_t slot, const struct okv *o)
{
    uint32_t next = slot < SLOT_PSEUDO ? 0 : w->fields.next[o - w->fields.v];

    return next ? &w->fields.v[next - 1] : NULL;
}

// Core fields, kind, logsource and time out of the source's tables.
void source_apply(struct work *w, const struct sourceset *set, const struct source *s,
                  struct event *ev);
// What the syslog header says by itself. `text`: the body is text, so the header's host is the host
// the record is about; else the header names the machine that sent the record.
void header_apply(struct work *w, bool text, struct event *ev);

// A value into a core field; empty and null values are passed over, so are texts for INT fields.
// (In parts: a value put together in memory only to be copied stalls the processor.)
void event_set_int(struct event *ev, enum field f, enum vtype type, struct span s, int64_t i);

static inline void event_set(struct event *ev, enum field f, enum vtype type, struct span s,
                             int64_t i)
{
    if (field_is_int(f)) {
        event_set_int(ev, f, type, s, i);
    } else if (s.n && type > V_NULL) {
        ev->field[f].type = V_STR;
        ev->field[f].s = s;
        ev->field[f].i = i;
        fieldset_add(&ev->mask, f);
    }
}

static inline void event_set_str(struct event *ev, enum field f, struct span s)
{
    event_set(ev, f, V_STR, s, 0);
}

void event_set_severity(struct event *ev, int64_t value); // 0-100, cut at both ends

#endif
