// print.h - an event as the one-line JSON object that scripts may rely on.
// SPDX-License-Identifier: Apache-2.0
//
//   file, line, line_end (only when greater than line), source, kind, @timestamp (RFC 3339 UTC,
//   microseconds), ecs (core fields under dotted names), event (the original fields), raw, error (only
//   when there is one). `event` of a JSON record is its own JSON, as nested and typed as it came, with
//   the blanks between tokens left out; of JSON behind a syslog header the same with the header's parts
//   under "header"; of any other record the flat original names, a name that stands several times as a
//   list. Bytes that are no UTF-8 are written as the text \xNN.
#ifndef CORE_DECODE_PRINT_H
#define CORE_DECODE_PRINT_H

#include "core/base/buf.h"
#include "core/model/event.h"

// Appends one line with its end; look at buf_ok().
void decode_print(struct buf *out, const char *file, uint64_t line, uint64_t line_end,
                  const struct event *ev);

#endif
