// csv_record.h - a line of CSV with the header line that names its columns.
// SPDX-License-Identifier: Apache-2.0
//
// The framer puts the header in front of every line (core/model/csv_mark.h), so a record decodes alone. Columns
// become fields under their names, all texts, also the empty ones, quotes undone (RFC 4180); a column without
// a name is passed over. Fewer or more columns than names are an error, and what there is is kept.
#ifndef CORE_DECODE_CSV_RECORD_H
#define CORE_DECODE_CSV_RECORD_H

#include "core/decode/fields.h"

bool csv_record_is(struct span s);
// NULL, or what was wrong. `ret_line` is the record without its header.
const char *csv_record_flatten(struct span s, struct fields *out, struct span *ret_line);

#endif
