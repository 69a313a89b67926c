// segment.c - telling good blocks from damage.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/journal/segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/os/files.h"

enum { SEGMENT_BYTES_MAX = 256 << 20, DIGITS = 20 };

char *segment_name(uint64_t first, char out[SEGMENT_NAME])
{
    (void)snprintf(out, SEGMENT_NAME, "%020llu.seg", (unsigned long long)first);
    return out;
}

bool segment_parse_name(struct span name, uint64_t *ret_first)
{
    return name.n == DIGITS + 4 && span_ends(name, SPAN_LIT(".seg")) &&
           span_u64(span_sub(name, 0, DIGITS), ret_first);
}

// A block is good when it and all its records are whole and it may follow what came before.
static bool good_at(const struct segment_walk *w, size_t at, struct block *ret)
{
    struct span s = span_sub(w->bytes, at, w->bytes.n), records;
    struct record r;
    int rc;

    if (block_length(s) == 0 || block_open(s, ret, NULL) < 0) {
        return false;
    }
    records = ret->records;
    while ((rc = block_next(&records, &r, NULL)) > 0) {
    }
    return rc == 0 && (w->expect == 0 || ret->number >= w->expect) && ret->epoch >= w->epoch;
}

// Behind damage a number may be ahead by no more than the lost bytes could hold: bytes of an event
// that look like a block are not taken for one.
static bool plausible(const struct segment_walk *w, const struct block *b, size_t lost)
{
    return w->expect == 0 || b->number - w->expect <= lost / BLOCK_HEAD;
}

static bool find_good(const struct segment_walk *w, size_t *ret_at, struct block *ret)
{
    struct span s = span_sub(w->bytes, w->at, w->bytes.n);
    size_t length = block_length(s);

    // The usual damage spares the length: then the next block is where it should be.
    if (length && good_at(w, w->at + length, ret) && plausible(w, ret, length)) {
        *ret_at = w->at + length;
        return true;
    }
    for (size_t at = w->at + 1; at + BLOCK_HEAD <= w->bytes.n; at++) {
        at += span_find_span(span_sub(w->bytes, at, w->bytes.n), SPAN_LIT("FSB1"));
        if (at + BLOCK_HEAD <= w->bytes.n && good_at(w, at, ret) && plausible(w, ret, at - w->at)) {
            *ret_at = at;
            return true;
        }
    }
    return false;
}

void segment_next(struct segment_walk *w, struct segment_item *ret)
{
    size_t next;

    *ret = (struct segment_item){.found = SEGMENT_END, .at = w->at};
    if (w->at >= w->bytes.n) {
        return;
    }
    if (good_at(w, w->at, &ret->block) && (w->expect == 0 || ret->block.number == w->expect)) {
        ret->found = SEGMENT_GOOD;
        w->at += ret->block.length;
        w->expect = ret->block.number + 1;
        w->epoch = ret->block.epoch;
        w->set = ret->block.set;
        return;
    }
    if (!find_good(w, &next, &ret->block)) {
        ret->found = SEGMENT_TAIL;
        ret->lost = w->bytes.n - w->at;
        w->at = w->bytes.n;
        return;
    }
    ret->found = SEGMENT_GAP;
    ret->lost = next - w->at;
    ret->missing = w->expect ? ret->block.number - w->expect : 0;
    w->at = next;
    w->expect = ret->block.number;
}

void segment_fill(struct buf *b, uint32_t epoch, uint64_t number, const struct digest *set,
                  uint64_t lost_bytes, ntime_t received)
{
    char count[9];

    for (unsigned i = 0; i < 8; i++) {
        count[i] = (char)(lost_bytes >> (8 * i));
    }
    count[8] = SKIP_DAMAGED;
    block_begin(b, epoch, number, set);
    block_add(b, &(struct record){.type = REC_SKIPPED,
                                  .epoch = epoch,
                                  .received = received,
                                  .bytes = span_of(count, sizeof(count))});
    (void)block_end(b);
}

int segment_load(int dirfd, uint64_t first, struct buf *ret, struct err *err)
{
    char name[SEGMENT_NAME];

    return file_read(dirfd, segment_name(first, name), SEGMENT_BYTES_MAX, ret, err);
}

int segment_store(int dirfd, uint64_t first, struct span bytes, bool keep, struct err *err)
{
    char name[SEGMENT_NAME], bad[SEGMENT_NAME + 16];

    (void)segment_name(first, name);
    for (unsigned i = 0; keep && i < 1000; i++) {
        (void)snprintf(bad, sizeof(bad), i ? "%s.bad.%u" : "%s.bad", name, i);
        if (linkat(dirfd, name, dirfd, bad, 0) == 0) {
            keep = false;
        }
    }
    return file_write_atomic(dirfd, name, bytes, 0640, err);
}
