// course.h - what is left of a source's tables for the records of one shape.
// SPDX-License-Identifier: Apache-2.0
//
// Most rows of a source file ask for fields that a record does not have. Which ones is told by its shape
// (shape.h) alone, so it is found out once: rows, choices and times without their fields are left out,
// and so are conditions whose answer the absence of a field gives. What is left asks values only.
//
// A course lives until courses_reset(), which the decoder calls between records when the shapes or the
// memory for courses are used up; one for a record without a shape lives as long as the record.
#ifndef CORE_DECODE_COURSE_H
#define CORE_DECODE_COURSE_H

#include "core/base/arena.h"
#include "core/decode/fields.h"
#include "core/decode/source.h"

struct asked { // conditions that values decide, all of which must hold
    uint32_t n;
    const struct condition **condition;
};

struct course_choice {
    const struct choice *choice;
    struct asked when;
};

// How a row is gone through: most are down to one field as it stands.
enum course_how {
    COURSE_TEXT,    // the value of `slot`, which the record has, as the text of a core field
    COURSE_NUMBER,  // the same, of a field that holds numbers
    COURSE_ADDRESS, // the same as a text, when it is an address
    COURSE_CHOICES
};

struct course_row {
    enum course_how how;
    uint16_t slot;
    uint16_t to;       // a core field; FIELD_COUNT: an original name
    uint32_t nchoices; // at least one
    const struct mapping *mapping;
    const struct course_choice *choice;
};

struct course_kind {
    const struct kind_row *row;
    struct asked when;
};

struct course_switch {
    const struct switch_on *on;
    struct asked when;
    // the values of the keys that came last, and their row; of no use when one was too long
    bool known;
    struct brief key[SWITCH_KEYS];
    const struct switch_row *row;
};

struct course {
    const struct source *source;
    uint32_t shape;
    uint32_t nrows, nswitches, nkinds, ntimes; // each in the order of the file
    const struct course_row *row;
    struct course_switch *switch_on;
    const struct course_kind *kind; // the first that holds counts
    const struct source_time **time;
};

enum { COURSES_MAX = 4096 };

struct courses {
    struct arena kept, once;
    const struct course **slot; // 2 * COURSES_MAX, open addressing
    size_t n;
    bool used_once;
};

bool courses_init(struct courses *c);
void courses_free(struct courses *c);
void courses_reset(struct courses *c);
bool courses_full(const struct courses *c);
void courses_next(struct courses *c); // another record begins

// The fields must be indexed. NULL without memory.
const struct course *course_make(struct courses *c, const struct fields *f, const struct source *s);

static inline size_t course_place(const struct source *s, uint32_t shape)
{
    uint64_t h = ((uintptr_t)s ^ (uint64_t)shape << 24) * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(h >> 32) & (2 * COURSES_MAX - 1);
}

static inline const struct course *course_of(struct courses *c, const struct fields *f,
                                             const struct source *s)
{
    const struct course *at = c->slot[course_place(s, f->shape)];

    return at && at->source == s && at->shape == f->shape ? at : course_make(c, f, s);
}

#endif
