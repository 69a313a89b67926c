// recover.c - what a start makes of the segments it finds.
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/journal/inner.h"
#include "connectors/journal/segment.h"
#include "connectors/os/files.h"
#include "core/base/log.h"

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int list_segments(int dirfd, uint64_t **ret, size_t *ret_n, struct err *err)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    size_t n = 0, cap = 0;
    uint64_t *list = NULL;
    struct dirent *e;

    if (!d) {
        return err_sys(err, errno, "journal.dir", "the journal's directory could not be read");
    }
    while ((e = readdir(d)) != NULL) {
        uint64_t first;

        if (!segment_parse_name(span_str(e->d_name), &first)) {
            continue;
        }
        if (n == cap) {
            uint64_t *more = realloc(list, (cap = cap ? 2 * cap : 64) * sizeof(*list));

            if (!more) {
                free(list);
                closedir(d);
                return err_set(err, E_LIMIT, "journal.memory", "no memory for the segments' list");
            }
            list = more;
        }
        list[n++] = first;
    }
    closedir(d);
    if (n) {
        qsort(list, n, sizeof(*list), by_number);
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

// One segment on its way through the recovery.
struct repair {
    struct journal *j;
    struct buf out; // the repaired segment, only filled once damage was met
    bool damaged;
    struct err *err;
};

static void note_block(struct journal *j, const struct block *b)
{
    struct span records = b->records;
    struct record r;

    j->last = b->number - 1; // so that journal_note() knows the block it is in
    while (block_next(&records, &r, NULL) > 0) {
        journal_note(j, &r);
    }
    j->last = b->number;
    j->epoch = b->epoch;
    j->set = b->set;
    j->found.blocks++;
}

static int keep_block(struct repair *r, const struct block *b, size_t at, struct span bytes)
{
    size_t offset = r->damaged ? r->out.len : at;

    if (r->damaged) {
        buf_put_span(&r->out, span_sub(bytes, at, b->length));
    }
    if ((r->damaged && !buf_ok(&r->out)) ||
        !journal_index_block(r->j, b->number, offset, b->length)) {
        return err_set(r->err, E_LIMIT, "journal.memory", "no memory for the journal's index");
    }
    note_block(r->j, b);
    return 0;
}

// Puts a block in place of each lost one; the first says how many bytes went.
static int fill_gap(struct repair *r, uint64_t from, uint64_t missing, uint64_t lost)
{
    AUTO_BUF b = {0};

    buf_init(&b, BLOCK_MAX);
    if (missing > SEGMENT_GAP_MAX) {
        return err_set(r->err, E_LIMIT, "journal.gap", "%llu blocks are missing behind block %llu",
                       (unsigned long long)missing, (unsigned long long)from - 1);
    }
    for (uint64_t i = 0; i < missing; i++) {
        struct block fill;
        int rc;

        segment_fill(&b, r->j->epoch, from + i, &r->j->set, i ? 0 : lost, r->j->source[0].received);
        if (block_open(buf_span(&b), &fill, r->err) < 0) {
            return E_LIMIT;
        }
        rc = keep_block(r, &fill, 0, buf_span(&b));
        if (rc < 0) {
            return rc;
        }
    }
    r->j->found.lost_blocks += missing;
    return 0;
}

static int begin_damage(struct repair *r, struct span good_so_far, size_t lost)
{
    if (!r->damaged) {
        r->damaged = true;
        buf_init(&r->out, (size_t)1 << 30);
        buf_put_span(&r->out, good_so_far);
    }
    r->j->found.damaged_bytes += lost;
    return buf_ok(&r->out) ? 0 : err_set(r->err, E_LIMIT, "journal.memory", "no memory to repair");
}

// `next_first`: first block of the following segment, 0 when this is the last one.
static int walk_segment(struct repair *r, uint64_t first, uint64_t next_first, struct span bytes)
{
    struct segment_walk w = {.bytes = bytes, .expect = first, .epoch = r->j->epoch};
    struct segment_item it;
    size_t tail = 0;
    int rc = 0;

    do {
        segment_next(&w, &it);
        switch (it.found) {
        case SEGMENT_GOOD: rc = keep_block(r, &it.block, it.at, bytes); break;
        case SEGMENT_GAP:
            rc = begin_damage(r, span_sub(bytes, 0, it.at), it.lost);
            if (rc == 0) {
                r->j->set = w.set;
                rc = fill_gap(r, it.block.number - it.missing, it.missing, it.lost);
            }
            break;
        case SEGMENT_TAIL:
            tail = it.lost;
            if (next_first == 0) {
                r->j->found.torn_bytes += it.lost;
            } else {
                rc = begin_damage(r, span_sub(bytes, 0, it.at), it.lost);
            }
            break;
        case SEGMENT_END: break;
        }
    } while (rc == 0 && it.found != SEGMENT_END);
    if (rc == 0 && next_first && w.expect < next_first) {
        rc = r->damaged ? 0 : begin_damage(r, bytes, 0);
        rc = rc < 0 ? rc : fill_gap(r, w.expect, next_first - w.expect, tail);
    }
    return rc;
}

static int cut_tail(struct journal *j, uint64_t first, size_t length, struct err *err)
{
    char name[SEGMENT_NAME];
    int fd = openat(j->dirfd, segment_name(first, name), O_WRONLY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0 || ftruncate(fd, (off_t)length) < 0 || fsync(fd) < 0) {
        rc = err_sys(err, errno, "journal.cut", "the torn end of %s could not be cut off", name);
    }
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

static int recover_segment(struct journal *j, uint64_t first, uint64_t next_first,
                           struct buf *bytes, struct err *err)
{
    struct repair r = {.j = j, .err = err};
    uint64_t torn = j->found.torn_bytes;
    int rc = segment_load(j->dirfd, first, bytes, err);

    if (rc == 0 && !journal_index_segment(j, first)) {
        rc = err_set(err, E_LIMIT, "journal.memory", "no memory for the journal's index");
    }
    rc = rc < 0 ? rc : walk_segment(&r, first, next_first, buf_span(bytes));
    torn = j->found.torn_bytes - torn;
    if (rc == 0 && r.damaged) {
        log_error(
            "segment %020llu of the journal is damaged: its good blocks are kept, the file is "
            "set aside as .bad",
            (unsigned long long)first);
        rc = segment_store(j->dirfd, first, buf_span(&r.out), true, err);
    } else if (rc == 0 && torn) {
        log_warn("%llu bytes of an unfinished block were cut off the journal",
                 (unsigned long long)torn);
        rc = cut_tail(j, first, bytes->len - torn, err);
    }
    if (r.damaged) {
        buf_free(&r.out);
    }
    return rc;
}

int journal_recover(struct journal *j, struct err *err)
{
    uint64_t *list = NULL;
    size_t n = 0;
    AUTO_BUF bytes;
    int rc = list_segments(j->dirfd, &list, &n, err);

    buf_init(&bytes, (size_t)1 << 30);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = recover_segment(j, list[i], i + 1 < n ? list[i + 1] : 0, &bytes, err);
    }
    // A last segment without one good block was begun and never announced.
    if (rc == 0 && n && j->size[j->nsegments - 1] == 0) {
        char name[SEGMENT_NAME];

        if (unlinkat(j->dirfd, segment_name(list[n - 1], name), 0) < 0 || fsync(j->dirfd) < 0) {
            rc = err_sys(err, errno, "journal.cut", "an empty segment could not be removed");
        }
        j->nsegments--;
    }
    j->found.segments = j->nsegments;
    free(list);
    return rc;
}
