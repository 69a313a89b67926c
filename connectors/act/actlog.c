// actlog.c - append, sync, read back.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/actlog.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/rd.h"

enum { HEAD = 8 };

static int damaged(uint64_t at, struct err *err)
{
    return err_set(err, E_INPUT, "journal.damaged", "the journal is damaged at byte %llu",
                   (unsigned long long)at);
}

// One record into the memory. What cannot be decoded was never written by us.
static int replay(struct memory *m, struct span body, uint64_t at, struct err *err)
{
    struct rd r = rd_of(body);
    uint8_t kind = rd_u8(&r);
    struct span a = rd_blob(&r), b = rd_blob(&r);

    if (!rd_done(&r)) {
        return damaged(at, err);
    }
    if (kind == ACTLOG_COMMAND) {
        struct command c;

        if (command_get(a, &c, err)) {
            return damaged(at, err);
        }
        memory_take(m, &c, a);
    } else if (kind == ACTLOG_REPORT) {
        struct command_report rep;
        struct memory_command *mc;
        int state;

        if (report_get(a, &rep, err) || (state = act_state_of(rep.state)) < 0) {
            return damaged(at, err);
        }
        mc = memory_find(m, &rep.id);
        if (mc) {
            memory_report(mc, (enum act_state)state, a, b);
        }
    } else {
        return damaged(at, err);
    }
    return 0;
}

static bool whole_at(struct span text, size_t at, struct span *ret_body)
{
    struct rd r = rd_of(span_sub(text, at, HEAD));
    uint32_t n = rd_u32(&r), crc = rd_u32(&r);

    *ret_body = span_sub(text, at + HEAD, n);
    return rd_ok(&r) && n > 0 && n <= ACTLOG_RECORD_MAX && ret_body->n == n &&
           crc32c(0, *ret_body) == crc;
}

// A whole record anywhere behind a bad one: then the bad one is damage, not a torn end.
static bool any_after(struct span text, size_t at)
{
    struct span body;

    for (; at + HEAD < text.n; at++) {
        if (whole_at(text, at, &body)) {
            return true;
        }
    }
    return false;
}

// Reads from the start; ret_good = where the last whole record ends.
static int replay_all(struct span text, struct memory *m, size_t *ret_good, struct err *err)
{
    size_t at = 0;

    while (at < text.n) {
        struct span body;
        int rc;

        if (!whole_at(text, at, &body)) {
            if (any_after(text, at + 1)) {
                return damaged(at, err);
            }
            break; // torn: nothing stands behind it
        }
        rc = replay(m, body, at, err);
        if (rc) {
            return rc;
        }
        at += HEAD + body.n;
    }
    *ret_good = at;
    return 0;
}

static int load(struct actlog *l, int dirfd, struct memory *m, struct err *err)
{
    AUTO_BUF text = {0};
    size_t good = 0;
    int rc;

    buf_init(&text, ACTLOG_FILE_MAX);
    rc = file_read(dirfd, "journal", ACTLOG_FILE_MAX, &text, err);
    rc = rc ? rc : replay_all(buf_span(&text), m, &good, err);
    if (rc) {
        return rc;
    }
    if (good < text.len) {
        log_warn("the journal's torn last record (%zu bytes) is cut off", text.len - good);
        if (ftruncate(l->fd, (off_t)good) < 0 || fsync(l->fd) < 0) {
            return err_sys(err, errno, "journal.open", "the torn record cannot be cut off");
        }
    }
    l->size = good;
    return lseek(l->fd, (off_t)good, SEEK_SET) < 0
               ? err_sys(err, errno, "journal.open", "no position in the journal")
               : 0;
}

int actlog_open(struct actlog *l, const char *dir, struct memory *m, struct err *err)
{
    int dirfd, rc;

    *l = (struct actlog){.fd = -1};
    rc = file_make_dirs(dir, 0700, err);
    if (rc) {
        return rc;
    }
    dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    l->fd = dirfd < 0 ? -1 : openat(dirfd, "journal", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (l->fd < 0) {
        rc = err_sys(err, errno, "journal.open", "the journal in %s cannot be opened", dir);
    } else if (flock(l->fd, LOCK_EX | LOCK_NB) < 0) {
        rc = err_sys(err, errno, "journal.busy", "another agent uses %s", dir);
    } else if (fsync(dirfd) < 0) {
        rc = err_sys(err, errno, "journal.open", "the folder cannot be synced");
    } else {
        rc = load(l, dirfd, m, err);
    }
    if (dirfd >= 0) {
        close(dirfd);
    }
    if (rc) {
        actlog_close(l);
    }
    return rc;
}

int actlog_add(struct actlog *l, uint8_t kind, struct span a, struct span b, struct err *err)
{
    AUTO_BUF body = {0}, whole = {0};

    buf_init(&body, ACTLOG_RECORD_MAX);
    buf_init(&whole, ACTLOG_RECORD_MAX + HEAD);
    buf_u8(&body, kind);
    buf_blob(&body, a);
    buf_blob(&body, b);
    buf_u32(&whole, (uint32_t)body.len);
    buf_u32(&whole, crc32c(0, buf_span(&body)));
    buf_put_span(&whole, buf_span(&body));
    if (!buf_ok(&body) || !buf_ok(&whole) || l->size + whole.len > ACTLOG_FILE_MAX) {
        return err_set(err, E_LIMIT, "journal.full", "the journal has no room for the record");
    }
    if (file_write_all(l->fd, buf_span(&whole)) || fdatasync(l->fd) < 0) {
        // After a failed sync nothing is known of the file (fsync(2)): the caller must stop.
        return err_sys(err, errno, "journal.write", "the journal was not written");
    }
    l->size += whole.len;
    return 0;
}

void actlog_close(struct actlog *l)
{
    if (l->fd >= 0) {
        close(l->fd);
    }
    l->fd = -1;
}
