// unpack.h - a file's bytes, unpacked where its first bytes say gzip or zstd.
// SPDX-License-Identifier: Apache-2.0
//
// gzip: RFC 1952, members behind each other; zstd: RFC 8878, frames behind each other. Whatever else
// comes is given as it is. Memory: one piece in, one piece out, and the window of the format (32 KiB;
// of zstd at most 128 MiB, a frame that wants more is refused). A packed file may unpack to at most
// UNPACK_MAX bytes. What stands before the place where a file is damaged is given.
#ifndef CONNECTORS_CTL_UNPACK_H
#define CONNECTORS_CTL_UNPACK_H

#include "core/base/err.h"
#include "core/base/span.h"

#define UNPACK_MAX ((uint64_t)1 << 40)

struct unpack;

// Reads from `fd`, which stays the caller's. NULL without memory.
struct unpack *unpack_open(int fd);
void unpack_close(struct unpack *u);
// The next piece, valid until the next call; empty at the end. E_SYSTEM: could not be read; E_INPUT:
// damaged; E_LIMIT.
int unpack_next(struct unpack *u, struct span *ret, struct err *err);

#endif
