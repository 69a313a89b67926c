// decode.h - bytes of one record to an event; stateless.
// SPDX-License-Identifier: Apache-2.0
//
// The C code holds the mechanisms (syslog header, JSON, CEF, key=value ...); which vendor writes what
// is data: one YAML file a source in share/sources/ (share/doc/SOURCES.md). A record is never absent:
// what no source knows becomes kind `raw`, what is broken becomes the event it could be decoded to
// with `error` set.
#ifndef CORE_DECODE_DECODE_H
#define CORE_DECODE_DECODE_H

#include "core/base/textfile.h"
#include "core/model/event.h"

struct sourceset; // immutable after loading; shared by decoders
struct decoder;   // scratch of one thread

// Faults are said one by one; a refused file leaves the others usable. NULL only without memory.
struct sourceset *sourceset_load(const struct textfile *files, size_t n, struct faults *faults);
// The same with trees of the files' texts, as ruleset_load_trees().
struct sourceset *sourceset_load_trees(const struct textfile *files, const struct span *tree,
                                       size_t n, struct faults *faults);
void sourceset_free(struct sourceset *s);
// Whether a text lies in the set's own memory: there it stays as it is until the set is freed.
bool sourceset_keeps(const struct sourceset *s, struct span text);
size_t sourceset_count(const struct sourceset *s);
const char *sourceset_name(const struct sourceset *s, size_t i);
// What kind of source it is: sensor, agent, pam, fab, os, net; "" for raw.
const char *sourceset_group(const struct sourceset *s, size_t i);
// Decodes the samples that the files carry; every difference from what they expect is said as a fault
// at the sample's place. Returns the number of samples that failed; a file without samples counts one.
int sourceset_selftest(const struct sourceset *s, struct faults *faults);

// Adds the names that the sources ask for; `w` must be fresh: they get the numbers 0, 1, 2 ... False
// when they do not fit.
bool sourceset_want(const struct sourceset *s, struct wants *w);

struct decoder *decoder_new(const struct sourceset *s); // the set is borrowed
// Takes apart only fields that are wanted (others on demand: event_all()). `w` was begun with
// sourceset_want() of the same set, is sealed, and borrowed.
struct decoder *decoder_new_wanting(const struct sourceset *s, const struct wants *w);
void decoder_free(struct decoder *d);

struct decode_in {
    struct span raw;    // one framed record, without its line end
    ntime_t received;   // ns; also gives the year that RFC 3164 leaves out
    const char *format; // name of a source file, or "auto" / NULL: told by content
    int zone_s;         // zone assumed where the record names none, seconds east of UTC
    int64_t offset_us;  // added to the source's time
    // Farther behind or ahead of receive time than this is a clock fault; 0 = no check.
    int64_t max_behind_us, max_ahead_us;
    bool oversize;
};

// Fills `ret`; valid until the next decode() on the same decoder (its spans point into `raw` and
// into the decoder). Never fails: see `error`.
void decode(struct decoder *d, const struct decode_in *in, struct event *ret);

#endif
