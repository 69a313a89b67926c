// probe.h - what kind of stream it is, by its first bytes; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_FRAME_PROBE_H
#define CORE_FRAME_PROBE_H

#include "core/frame/frame.h"

enum { FRAME_PROBE = 1024 }; // bytes after which FRAME_AUTO decides

// The kind; FRAME_AUTO while the bytes do not say. `all`: no more will come.
enum frame_kind frame_probe(struct span s, bool all);
// Whether a header of Zeek's begins on one of the lines.
bool frame_has_header(struct span s);

#endif
