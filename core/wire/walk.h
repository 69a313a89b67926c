// walk.h - looks over a msgpack text by its headers alone, before anything is unpacked.
// SPDX-License-Identifier: Apache-2.0
//
// msgpack-c trusts the counts it reads: five bytes `dd ff000000` make it ask for 96 GB
// (msgpack-c#1013), and its answer to deep nesting is the same as to lack of memory. So nothing is
// given to it that did not pass here: exactly one value; every count and length at most what is
// left; depth at most WIRE_DEPTH; at most WIRE_NODES values; no extension types, no maps (no
// message of ours has one, and so there are no duplicate keys), no floating point.
#ifndef CORE_WIRE_WALK_H
#define CORE_WIRE_WALK_H

#include "core/base/err.h"
#include "core/base/span.h"

enum { WIRE_DEPTH = 8, WIRE_NODES = 4096 };

// 0, or E_INPUT / E_LIMIT with code "wire.short", "wire.type", "wire.depth", "wire.nodes",
// "wire.trailing". Constant memory, one pass.
int wire_walk(struct span s, struct err *err);

#endif
