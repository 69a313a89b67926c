// zeek.h - one line of a Zeek TSV log with the header that names its columns.
// SPDX-License-Identifier: Apache-2.0
//
// The framer puts the header lines in force (#separator #set_separator #empty_field #unset_field #path
// #fields #types; docs.zeek.org, "Zeek log formats") in front of every line, so a record decodes alone.
// Columns become fields under their names and `_path` the log's; sets and vectors become lists, an unset
// value is null, an empty set "[]". count, int, port are numbers, bool T and F booleans, \xNN is undone.
#ifndef CORE_DECODE_ZEEK_H
#define CORE_DECODE_ZEEK_H

#include "core/decode/fields.h"

bool zeek_is(struct span s); // begins with a header
// NULL, or what was wrong. `ret_line` is the line without its header.
const char *zeek_flatten(struct span s, struct fields *out, struct span *ret_line);

#endif
