// part.h - pieces that several screens draw or do alike.
// SPDX-License-Identifier: Apache-2.0
#ifndef VIEWS_PART_H
#define VIEWS_PART_H

#include "views/view.h"

// "label   text" in one row; an empty text draws nothing and returns 0, else 1 (rows used).
int part_field(struct canvas *c, struct rect r, int row, const char *label, struct span text);
int part_fieldf(struct canvas *c, struct rect r, int row, const char *label, const char *fmt, ...)
    ATTR_PRINTF(5, 6);
// "-- title ------": a rule across.
void part_rule(struct canvas *c, struct rect r, int row, const char *title);
// A text over several rows, broken at `r.w` cells and at line ends, from its `skip`-th row. Returns
// the number of rows the whole text takes.
int part_wrap(struct canvas *c, struct rect r, struct span text, int skip);
// The same as hexadecimal and characters, 16 bytes a row.
int part_hex(struct canvas *c, struct rect r, struct span bytes, int skip);
// "Litho lead Tanaka 4411; deputy Ito 4412" from the columns call_* and deputy_*.
void part_whom(const struct page *p, size_t row, char *out, size_t size);

// Records a call: `typed` is "person: what was said", or only what was said.
void part_record_call(struct view_effects *fx, unsigned slot, const char *incident,
                      const char *phase, const char *person, const char *typed);

// What stands where a record should be: not answered yet, or none that one may see.
const char *part_nothing(const struct page *p);

// Keeps an answer of one row, or many, in `p`.
static inline bool part_keep(struct page *p, const struct view_msg *m, unsigned slot)
{
    return m->kind == MSG_ANSWER && m->slot == slot && page_set(p, m->answer);
}

#endif
