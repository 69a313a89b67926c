// reader.c - one block by its place, for detect.
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "connectors/journal/journal.h"
#include "connectors/journal/segment.h"

void journal_reader_init(struct journal_reader *r, int dirfd)
{
    *r = (struct journal_reader){.dirfd = dirfd, .fd = -1};
}

void journal_reader_close(struct journal_reader *r)
{
    if (r->fd >= 0) {
        close(r->fd);
    }
    r->fd = -1;
}

static int open_segment(struct journal_reader *r, uint64_t segment, struct err *err)
{
    char name[SEGMENT_NAME];

    if (r->fd >= 0 && r->segment == segment) {
        return 0;
    }
    journal_reader_close(r);
    r->fd = openat(r->dirfd, segment_name(segment, name), O_RDONLY | O_CLOEXEC);
    if (r->fd < 0) {
        return err_sys(err, errno, "journal.open", "%s could not be opened", name);
    }
    r->segment = segment;
    return 0;
}

int journal_read(struct journal_reader *r, const struct journal_place *at, struct buf *ret,
                 struct err *err)
{
    struct block b;
    char *room;
    int rc = open_segment(r, at->segment, err);

    if (rc < 0) {
        return rc;
    }
    buf_clear(ret);
    room = at->length <= BLOCK_MAX ? buf_reserve(ret, at->length) : NULL;
    if (!room) {
        return err_set(err, E_LIMIT, "journal.block", "a block of %u bytes cannot be read",
                       at->length);
    }
    while (ret->len < at->length) {
        ssize_t n =
            pread(r->fd, room + ret->len, at->length - ret->len, (off_t)(at->offset + ret->len));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? err_sys(err, errno, "journal.read", "a block could not be read")
                         : err_set(err, E_EOF, "journal.short", "the segment ends in the block");
        }
        ret->len += (size_t)n;
    }
    return block_open(buf_span(ret), &b, err);
}
