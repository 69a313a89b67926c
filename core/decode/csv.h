// csv.h - columns of a line to fields.
// SPDX-License-Identifier: Apache-2.0
//
// RFC 4180 with any separator: '"' around a value, '""' inside it; a value that is not closed runs to
// the end. The names come from the source file; columns beyond them are not there, a name that is empty
// or "-" skips its column. The last name with a '*' behind it takes the rest of the line.
#ifndef CORE_DECODE_CSV_H
#define CORE_DECODE_CSV_H

#include "core/decode/fields.h"

// The first column of *s; *s is moved behind its separator. `ret_more`: there was one, so another column
// follows, be it empty.
struct span csv_column(struct span *s, struct span separator, struct arena *a, bool *ret_more);

const char *csv_flatten(struct span s, struct span separator, const struct span *column, size_t n,
                        struct span prefix, struct fields *out);

#endif
