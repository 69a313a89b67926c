// input.c - open, unpack, cut.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "connectors/ctl/input_hsms.h"
#include "connectors/ctl/unpack.h"
#include "connectors/intake/pcap.h"
#include "core/base/buf.h"
#include "core/model/block.h"

struct input {
    const char *file;
    int fd;
    ntime_t received;
    struct unpack *unpack;
};

static ntime_t ns_of(struct timespec t)
{
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void input_close(struct input *in)
{
    unpack_close(in->unpack);
    if (in->fd > STDIN_FILENO) {
        close(in->fd);
    }
}

// A device that is neither a terminal nor the empty one never ends (/dev/zero, /dev/full, /dev/random).
static bool is_endless(int fd, const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev != makedev(1, 3) && !isatty(fd);
}

static int input_open(struct input *in, const char *file, struct err *err)
{
    bool standard = strcmp(file, "-") == 0;
    struct timespec now;
    struct stat st;

    *in = (struct input){.file = file};
    err_at(err, file, 0, 0);
    in->fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd < 0 || fstat(in->fd, &st) < 0) {
        return err_sys(err, errno, "input.open", "could not be opened");
    }
    if (S_ISDIR(st.st_mode)) {
        close(in->fd);
        return err_set(err, E_SYSTEM, "input.open", "is a directory");
    }
    if (is_endless(in->fd, &st)) {
        input_close(in);
        return err_set(err, E_SYSTEM, "input.open", "is a device without an end");
    }
    clock_gettime(CLOCK_REALTIME, &now);
    in->received = ns_of(S_ISREG(st.st_mode) ? st.st_mtim : now);
    in->unpack = unpack_open(in->fd);
    return in->unpack ? 0 : err_set(err, E_SYSTEM, "input.memory", "no memory to read it");
}

struct cutting {
    const struct input *in;
    struct framer *framer;
    uint64_t seq;
    input_take *take;
    void *ctx;
};

static int cut(struct cutting *c, struct err *err)
{
    struct frame f;
    int rc = 0;

    while (rc >= 0 && framer_next(c->framer, &f) == FRAME_ONE) {
        if (f.barrier) {
            continue;
        }
        rc = c->take(c->ctx,
                     &(struct input_record){
                         .file = c->in->file,
                         .bytes = f.bytes,
                         .line = f.line,
                         .line_end = f.line_end,
                         .seq = ++c->seq,
                         .received = f.received ? f.received : c->in->received,
                         .recorded = f.received != 0,
                         .oversize = f.oversize,
                     },
                     err);
    }
    return rc;
}

static int cut_all(struct input *in, struct span piece, input_take *take, void *ctx,
                   struct err *err)
{
    struct cutting c = {.in = in, .framer = framer_new(FRAME_AUTO), .take = take, .ctx = ctx};
    int rc = 0, end;

    if (!c.framer) {
        return err_set(err, E_SYSTEM, "input.memory", "no memory to read it");
    }
    while (rc >= 0 && piece.n) {
        framer_feed(c.framer, piece);
        rc = cut(&c, err);
        rc = rc < 0 ? rc : unpack_next(in->unpack, &piece, err);
    }
    // What was there before the damage is still a record.
    if (rc >= 0 || rc == E_INPUT) {
        framer_finish(c.framer);
        end = cut(&c, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : end;
    }
    framer_free(c.framer);
    return rc;
}

int input_each(const char *file, const struct input_hsms *how, input_take *take, void *ctx,
               struct err *err)
{
    struct input in;
    struct span piece;
    int rc = input_open(&in, file, err);

    if (rc < 0) {
        return rc;
    }
    rc = unpack_next(in.unpack, &piece, err);
    if (rc >= 0) {
        struct hsms_input h = {.file = file,
                               .fd = in.fd,
                               .received = in.received,
                               .unpack = in.unpack,
                               .first = piece,
                               .how = how,
                               .take = take,
                               .ctx = ctx};

        rc = packets_magic(piece) ? input_pcap(&h, err)
             : how && how->stream ? input_hsms_stream(&h, err)
                                  : cut_all(&in, piece, take, ctx, err);
    }
    input_close(&in);
    return rc;
}

static int whole(struct input *in, struct buf *all, struct err *err)
{
    struct span piece;
    int rc;

    while ((rc = unpack_next(in->unpack, &piece, err)) >= 0 && piece.n) {
        buf_put_span(all, piece);
        if (!buf_ok(all)) {
            return err_set(err, E_LIMIT, "input.size", "is longer than %zu bytes", all->max);
        }
    }
    return rc;
}

int input_whole(const char *file, size_t max, input_take *take, void *ctx, struct err *err)
{
    struct input_record r = {.file = file, .line = 1, .line_end = 1, .seq = 1};
    struct input in;
    AUTO_BUF all;
    int rc = input_open(&in, file, err);

    buf_init(&all, max);
    if (rc < 0) {
        return rc;
    }
    rc = whole(&in, &all, err);
    if (rc >= 0) {
        r.bytes = buf_span(&all);
        r.received = in.received;
        for (size_t i = 0; i + 1 < all.len; i++) {
            r.line_end += all.p[i] == '\n';
        }
        rc = take(ctx, &r, err);
    }
    input_close(&in);
    return rc;
}

struct decode_in input_decode_in(const struct input_record *r, const char *format)
{
    return (struct decode_in){
        .raw = r->bytes,
        .received = r->received,
        .format = format,
        // Of a recording's time as in the service; when another file came nobody knows.
        .max_behind_us = r->recorded ? SOURCE_BEHIND : 0,
        .max_ahead_us = r->recorded ? SOURCE_AHEAD : 0,
        .oversize = r->oversize,
    };
}
