// input.h - the files given to decode and scan, record by record.
// SPDX-License-Identifier: Apache-2.0
//
// "-" is standard input. Packed files are unpacked (unpack.h), records are cut as FRAME_AUTO says:
// recordings, JSON texts or lines; capture files are told by their magic (input_hsms.h). A record's receive time is that of the recording, else the file's
// modification time (now for what has none): it gives the year that RFC 3164 leaves out, and the time
// of records that name none.
#ifndef CONNECTORS_CTL_INPUT_H
#define CONNECTORS_CTL_INPUT_H

#include "core/base/err.h"
#include "core/decode/decode.h"
#include "core/frame/frame.h"

struct input_record {
    const char *file; // as given
    struct span bytes;
    uint64_t line, line_end;
    uint64_t seq; // ordinal of the record in its file, from 1
    ntime_t received;
    bool recorded, oversize;
};

// Called for each record; < 0 ends the reading and is handed on (err filled).
typedef int input_take(void *ctx, const struct input_record *r, struct err *err);

// Of captures and HSMS streams (input_hsms.h).
struct fab;
struct input_hsms {
    bool stream;           // what is no capture is a plain HSMS stream
    struct span key;       // of the digests of recipes; empty: plain SHA-256
    const struct fab *fab; // masks of recipes; may be NULL
};

// E_SYSTEM: could not be read; E_INPUT: damaged (the records before the place were given).
// `how` may be NULL.
int input_each(const char *file, const struct input_hsms *how, input_take *take, void *ctx,
               struct err *err);
// The whole unpacked file as one record, at most `max` bytes.
int input_whole(const char *file, size_t max, input_take *take, void *ctx, struct err *err);

// What the decoder is told about a record, the same for decode and scan.
struct decode_in input_decode_in(const struct input_record *r, const char *format);

#endif
