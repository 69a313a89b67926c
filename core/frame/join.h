// join.h - CEF records over several lines; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
//
// CEF (ArcSight Common Event Format) is one line, yet some products break it: between the parts of the
// header or before each key (Nozomi), or where a blank separates two pairs (Check Point). Such a line
// shows that more must come: its header is not complete or nothing stands behind it, or, in a file, it
// ends with a blank. Behind it every line belongs to the record that does not begin like another one:
// with a priority, a date, "CEF:", "LEEF:", a brace, or that is empty. Streams are not asked about blanks at
// the end, since a record would wait there for the next one.
#ifndef CORE_FRAME_JOIN_H
#define CORE_FRAME_JOIN_H

#include "core/base/span.h"

enum { JOIN_LOOK = 256 }; // bytes of a line that tell whether it begins a record

bool join_opens(struct span line, bool file);
// `line`: the next line, or its first JOIN_LOOK bytes.
bool join_goes_on(struct span line);

#endif
