// follow.c - a file that grows and is rotated.
// SPDX-License-Identifier: Apache-2.0
//
// The place of a record is (inode, end offset), kept in the journal alone. At a start the file with
// the inode of the high water is looked for in the directory (it may have been renamed by rotation)
// and read to its end first; then those that a rotation put between the two (rotate.h), then the file that
// has the name now, from its beginning. What was packed before it was read is counted with its size. A file
// that became shorter than what was read of it was rewritten and is read from its beginning.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/intake/rotate.h"
#include "connectors/intake/source.h"
#include "core/base/log.h"

enum { PIECES_AT_ONCE = 16, BEFORE_MAX = 32 << 10 };
#define FOLLOW_NS 100000000

static void on_look(void *ctx);

static void look_in(struct source *s, ntime_t ns)
{
    if (s->timer == 0) {
        s->timer = loop_timer(s->pool->loop, clock_mono() + ns, on_look, s);
    }
}

// The whole lines at the beginning of the file, of which the first may name the columns of all (CSV).
static uint64_t read_first(struct source *s, int fd, uint64_t offset)
{
    ssize_t n = pread(fd, s->bytes, offset < READ_MAX ? (size_t)offset : READ_MAX, 0);

    while (n > 0 && s->bytes[n - 1] != '\n') {
        n--;
    }
    if (n > 0) {
        framer_prime(s->framer, span_of(s->bytes, (size_t)n));
    }
    return n > 0 ? (uint64_t)n : 0;
}

// What stands before `offset` may be needed by what stands behind it: a file that begins with a header may
// name its columns anywhere (Zeek), else only the first line and those just before count (Linux audit).
static void read_before(struct source *s, int fd, uint64_t offset)
{
    uint64_t at;
    ssize_t n;
    bool header;

    if (source_framing(s) != FRAME_LINES || pread(fd, s->bytes, 1, 0) != 1) {
        return;
    }
    header = s->bytes[0] == '#';
    at = read_first(s, fd, offset);
    if (!header && offset > at + BEFORE_MAX) {
        at = offset - BEFORE_MAX;
        n = pread(fd, s->bytes, BEFORE_MAX, (off_t)at);
        at += n > 0 ? span_find(span_of(s->bytes, (size_t)n), '\n') + 1 : 0;
    }
    while (at < offset) {
        size_t want = offset - at < READ_MAX ? (size_t)(offset - at) : READ_MAX;

        n = pread(fd, s->bytes, want, (off_t)at);
        if (n <= 0) {
            return;
        }
        framer_prime(s->framer, span_of(s->bytes, (size_t)n));
        at += (uint64_t)n;
    }
}

static bool begin_file(struct source *s, int fd, uint64_t inode, uint64_t offset)
{
    framer_free(s->framer);
    s->framer = framer_new(source_framing(s));
    if (!s->framer || lseek(fd, (off_t)offset, SEEK_SET) < 0) {
        close(fd);
        return false;
    }
    read_before(s, fd, offset);
    framer_seek(s->framer, offset, 1); // line numbers of a followed file are not used
    s->fd = fd;
    s->inode = inode;
    s->offset = offset;
    s->leaving = false;
    return true;
}

static int open_regular(const struct source *s, const char *name, struct stat *st)
{
    int fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd >= 0 && (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

// Opens the file that has the name now. False when there is none yet.
static bool open_current(struct source *s, uint64_t known_inode, uint64_t known_offset)
{
    struct stat st;
    int fd = open_regular(s, s->name, &st);
    bool goes_on = fd >= 0 && st.st_ino == known_inode && (uint64_t)st.st_size >= known_offset;

    return fd >= 0 && begin_file(s, fd, st.st_ino, goes_on ? known_offset : 0);
}

// The file of the high water under another name: what rotation made of it.
static bool open_rotated(struct source *s, uint64_t inode, uint64_t offset, ntime_t received)
{
    int copy = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    bool found = false;
    struct dirent *e;

    while (d && !found && (e = readdir(d)) != NULL) {
        struct stat st;
        int fd = e->d_ino == inode ? open_regular(s, e->d_name, &st) : -1;

        if (fd >= 0) {
            if (st.st_ino == inode && (uint64_t)st.st_size >= offset &&
                rotate_made(fd) <= received) {
                found = begin_file(s, fd, inode, offset);
            } else {
                close(fd);
            }
        }
    }
    if (d) {
        closedir(d);
    }
    return found;
}

// The file that was written next after `after`, under a name that rotation gave it; packed ones are counted on
// the way. False when there is none: the one that has the name is next.
static bool open_between(struct source *s, ntime_t after)
{
    struct rotated next;
    struct stat st;

    while (rotate_next(s->dir, s->name, after, s->inode, &next)) {
        int fd = next.packed ? -1 : open_regular(s, next.name, &st);

        after = next.written;
        if (fd >= 0) {
            return begin_file(s, fd, st.st_ino, 0);
        }
        log_line(LOG_WARN,
                 "a followed file was packed or taken away before it was read: its size is counted "
                 "as skipped",
                 "file", next.name, NULL);
        (void)gather_skipped(s->pool->gather, s->number, next.size, SKIP_ROTATED);
    }
    return false;
}

// At the end of the open file: is there something to read under its name? Either this one was rewritten,
// or the name stands for another one that is in use: while that is empty the writer has not reopened yet
// and goes on writing here. What was written here before that one was begun must be read first, so the
// first yes only makes the reader look once more.
static bool moved_on(struct source *s, bool *ret_again)
{
    struct stat now, mine;

    *ret_again = false;
    if (fstat(s->fd, &mine) == 0 && (uint64_t)mine.st_size < s->offset) {
        log_line(LOG_WARN, "a followed file became shorter: it is read anew", "file", s->conf->path,
                 NULL);
        return true;
    }
    if (fstatat(s->dir, s->name, &now, 0) < 0 || now.st_ino == s->inode || now.st_size == 0) {
        return false;
    }
    *ret_again = !s->leaving;
    s->leaving = true;
    return !*ret_again;
}

static void leave_file(struct source *s)
{
    close(s->fd);
    s->fd = -1;
    s->inode = s->offset = 0;
}

// What comes behind the file that was read to its end: of a rewritten one that itself.
static bool open_following(struct source *s)
{
    struct stat mine, now;
    bool rotated = fstat(s->fd, &mine) == 0 &&
                   (fstatat(s->dir, s->name, &now, 0) < 0 || now.st_ino != mine.st_ino);
    int fd = s->fd;
    bool between = rotated && open_between(s, rotate_written(&mine));

    if (between) {
        close(fd);
        return true;
    }
    leave_file(s);
    return open_current(s, 0, 0);
}

// Reads on: true when there may be more at once.
static bool read_on(struct source *s)
{
    bool again;
    ssize_t n;

    if (source_take(s, s->framer, s->inode) == FRAME_ONE) {
        return false; // stopped: source_resume() looks again
    }
    n = read(s->fd, s->bytes, READ_MAX);
    if (n > 0) {
        s->offset += (uint64_t)n;
        framer_feed(s->framer, span_of(s->bytes, (size_t)n));
        return source_take(s, s->framer, s->inode) != FRAME_ONE;
    }
    if (moved_on(s, &again)) {
        framer_finish(s->framer); // a last line without its end will get none any more
        if (source_take(s, s->framer, s->inode) != FRAME_ONE) {
            return open_following(s);
        }
    }
    return again;
}

static void on_look(void *ctx)
{
    struct source *s = ctx;
    bool more = s->fd >= 0 || open_current(s, 0, 0);

    s->timer = 0;
    for (unsigned i = 0; more && i < PIECES_AT_ONCE; i++) {
        more = read_on(s);
    }
    if (!gather_stopped(s->pool->gather)) {
        look_in(s, more ? 0 : FOLLOW_NS);
    }
}

int source_start_follow(struct source *s, struct err *err)
{
    const struct journal_source *known = journal_source(s->pool->gather->journal, s->number);
    const char *slash = strrchr(s->conf->path, '/');
    struct stat st;

    s->dir = s->fd;
    s->fd = -1;
    s->name = slash ? slash + 1 : s->conf->path;
    if (fstat(s->dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
        return err_set(err, E_SYSTEM, "intake.follow", "%s is in no directory", s->conf->path);
    }
    if (known && known->origin_a) {
        if (!open_rotated(s, known->origin_a, known->origin_b, known->received)) {
            log_line(LOG_WARN,
                     "the file read last is gone: what was written since is read from its start",
                     "file", s->conf->path, NULL);
            (void)open_between(s, known->received);
        }
    }
    look_in(s, 0);
    return 0;
}

void source_resume_follow(struct source *s)
{
    look_in(s, 0);
}
