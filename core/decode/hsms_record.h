// hsms_record.h - an HSMS message as a record of the journal.
// SPDX-License-Identifier: Apache-2.0
//
//     "HSMS/1 " LENGTH " " CONTEXT MESSAGE
//
// CONTEXT is a JSON object of LENGTH bytes (decimal): what the message itself does not say - packets,
// time, addresses, direction, the length on the wire, and under "hsms" the connection, what it answers, and
// what is known of a recipe in it. MESSAGE is the header (10 bytes) and the text as they came, except that
// every item which holds a recipe (core/model/secs.def, column body) is replaced by a digest
// (digest_item.h); of a text with a fault nothing is kept. So a record can be decoded from itself alone,
// and no record holds a recipe. A connection that has ended is a record too, a plain JSON object.
//
// A record longer than `max`, or with more than 65,536 items of a recipe, loses its text (CONTEXT says
// "text_left_out"), never a part of an item.
#ifndef CORE_DECODE_HSMS_RECORD_H
#define CORE_DECODE_HSMS_RECORD_H

#include "core/decode/recipe.h"
#include "core/model/hsms.h"

struct hsms_writer {
    struct span key;          // empty: digests are plain SHA-256 (a file decoded for its owner)
    size_t max;               // bytes of a record; 0 = none
    const struct fab *fab;    // masks by the tool's kind; may be NULL
    struct recipe_book *book; // what recipes were before; may be NULL
    // inside
    struct recipe_marks marks;
    struct buf text, context;
};

void hsms_writer_init(struct hsms_writer *w, struct span key, size_t max, const struct fab *fab,
                      struct recipe_book *book);
void hsms_writer_free(struct hsms_writer *w);
// Appends the record; look at buf_ok().
void hsms_record_put(struct hsms_writer *w, const struct hsms_seen *s, struct buf *out);

// ---- reading

struct hsms_record {
    struct span context, message; // message: empty, or at least HSMS_HEAD bytes
};

bool hsms_record_is(struct span raw);
bool hsms_record_open(struct span raw, struct hsms_record *ret);

// Fields of a record; NULL, or what is wrong with the message (in the fields' arena) or the record.
struct fields;
const char *hsms_flatten(struct span raw, struct fields *out);
// The record's `event` as JSON. `okv` are its fields.
void hsms_put_event(struct buf *out, struct span raw, const struct okv *okv, size_t n);

#endif
