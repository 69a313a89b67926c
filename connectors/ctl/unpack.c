// unpack.c - reading, and zlib or libzstd behind it.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum {
    PIECE = 256 * 1024,
    HEAD = 4,
    GZIP_WINDOW = 15 + 16, // zlib: a gzip header must stand there
    ZSTD_WINDOW_LOG = 27,  // 128 MiB
};

enum packing { UNKNOWN, PLAIN, GZIP, ZSTD };

struct unpack {
    int fd;
    enum packing packing;
    bool eof, whole; // whole: the last member or frame has ended
    uint64_t given;
    struct err fault; // said when what was unpacked before it was given
    struct span rest; // read, not yet unpacked
    z_stream z;
    ZSTD_DStream *zstd;
    char in[PIECE], out[PIECE];
};

struct unpack *unpack_open(int fd)
{
    struct unpack *u = calloc(1, sizeof(*u));

    if (u) {
        u->fd = fd;
    }
    return u;
}

void unpack_close(struct unpack *u)
{
    if (u) {
        if (u->packing == GZIP) {
            (void)inflateEnd(&u->z);
        }
        (void)ZSTD_freeDStream(u->zstd);
        free(u);
    }
}

// Fills `rest` until it has `least` bytes or nothing more comes.
static int refill(struct unpack *u, size_t least, struct err *err)
{
    if (u->rest.n < least && u->rest.n) {
        memmove(u->in, u->rest.p, u->rest.n);
    }
    while (!u->eof && u->rest.n < least) {
        ssize_t n = read(u->fd, u->in + u->rest.n, PIECE - u->rest.n);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_sys(err, errno, "input.read", "could not be read");
        }
        u->eof = n == 0;
        u->rest = span_of(u->in, u->rest.n + (size_t)n);
    }
    return 0;
}

static int tell(struct unpack *u, struct err *err)
{
    static const char gzip[] = "\x1f\x8b", zstd[] = "\x28\xb5\x2f\xfd";
    int rc = refill(u, HEAD, err);

    if (rc < 0) {
        return rc;
    }
    if (span_starts(u->rest, span_of(gzip, 2))) {
        if (inflateInit2(&u->z, GZIP_WINDOW) != Z_OK) {
            return err_set(err, E_SYSTEM, "input.memory", "no memory to unpack it");
        }
        u->packing = GZIP;
    } else if (span_starts(u->rest, span_of(zstd, 4))) {
        u->zstd = ZSTD_createDStream();
        if (!u->zstd ||
            ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG))) {
            return err_set(err, E_SYSTEM, "input.memory", "no memory to unpack it");
        }
        u->packing = ZSTD;
    } else {
        u->packing = PLAIN;
    }
    return 0;
}

// One step of gzip: some of `rest` to `out`. Bytes behind the last member that begin no other are
// padding (zeros on tapes) or damage; gzip(1) ignores zeros.
static int step_gzip(struct unpack *u, size_t *made, struct err *err)
{
    int rc;

    if (u->whole) {
        while (u->rest.n && u->rest.p[0] == '\0') {
            u->rest = span_sub(u->rest, 1, u->rest.n);
        }
        if (u->rest.n == 0) {
            return 0;
        }
        (void)inflateReset(&u->z);
        u->whole = false;
    }
    u->z.next_in = (Bytef *)(u->in + (u->rest.p - u->in));
    u->z.avail_in = (uInt)u->rest.n;
    u->z.next_out = (Bytef *)u->out;
    u->z.avail_out = PIECE;
    rc = inflate(&u->z, Z_NO_FLUSH);
    u->rest = span_of((const char *)u->z.next_in, u->z.avail_in);
    *made = PIECE - u->z.avail_out;
    u->whole = rc == Z_STREAM_END;
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
        return err_set(err, E_INPUT, "input.gzip", "the gzip data are damaged: %s",
                       u->z.msg ? u->z.msg : "no reason given");
    }
    return 0;
}

static int step_zstd(struct unpack *u, size_t *made, struct err *err)
{
    ZSTD_inBuffer in = {u->rest.p, u->rest.n, 0};
    ZSTD_outBuffer out = {u->out, PIECE, 0};
    size_t rc;

    if (u->whole && u->rest.n == 0) {
        return 0; // asked again, libzstd would wait for the next frame
    }
    rc = ZSTD_decompressStream(u->zstd, &out, &in);
    u->rest = span_sub(u->rest, in.pos, u->rest.n);
    *made = out.pos;
    u->whole = rc == 0;
    return ZSTD_isError(rc) ? err_set(err, E_INPUT, "input.zstd", "the zstd data are damaged: %s",
                                      ZSTD_getErrorName(rc))
                            : 0;
}

static int give(struct unpack *u, struct span *ret, struct err *err)
{
    while (true) {
        size_t made = 0;
        int rc = u->fault.rc ? u->fault.rc : refill(u, 1, &u->fault);

        rc = rc < 0               ? rc
             : u->packing == GZIP ? step_gzip(u, &made, &u->fault)
                                  : step_zstd(u, &made, &u->fault);
        u->given += made;
        if (u->given > UNPACK_MAX) {
            return err_set(err, E_LIMIT, "input.size", "unpacks to more than 1 TiB");
        }
        if (made) {
            *ret = span_of(u->out, made);
            return 0;
        }
        if (rc < 0) {
            return err_set(err, rc, u->fault.code, "%s", u->fault.msg);
        }
        if (u->eof && u->rest.n == 0) {
            return u->whole ? 0 : err_set(err, E_INPUT, "input.short", "the packed data end early");
        }
    }
}

int unpack_next(struct unpack *u, struct span *ret, struct err *err)
{
    int rc = 0;

    *ret = SPAN_NONE;
    if (u->packing == UNKNOWN && (rc = tell(u, err)) < 0) {
        return rc;
    }
    if (u->packing != PLAIN) {
        return give(u, ret, err);
    }
    rc = refill(u, 1, err);
    *ret = u->rest;
    u->rest = SPAN_NONE;
    return rc;
}
