// input_hsms.c - packets or a plain stream to records of HSMS messages.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/input_hsms.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "connectors/intake/pcap.h"
#include "core/decode/hsms_record.h"
#include "core/frame/hsms.h"

enum { CONNECTIONS = 32768, HEAD_BYTES = 12 };
#define HELD_MAX    ((size_t)256 << 20)
#define RECORD_ROOM ((size_t)1 << 30)

struct making {
    const struct hsms_input *in;
    struct hsms_writer writer;
    struct buf record;
    uint64_t seq, faults;
    struct hsms_seen worst; // the first fault of framing
    int rc;
    struct err *err;
};

static void making_begin(struct making *m, const struct hsms_input *in, struct err *err)
{
    *m = (struct making){.in = in, .err = err};
    hsms_writer_init(&m->writer, in->how ? in->how->key : SPAN_NONE, 0,
                     in->how ? in->how->fab : NULL, recipe_book_new());
    buf_init(&m->record, RECORD_ROOM);
}

static void making_end(struct making *m)
{
    uint64_t n = m->writer.book ? recipe_book_evicted(m->writer.book) : 0;
    struct err err = ERR_INIT;

    if (n) {
        err_at(&err, m->in->file, 0, 0);
        (void)err_set(&err, E_LIMIT, "pcap.recipes",
                      "%llu recipes were forgotten, so their next change is not told",
                      (unsigned long long)n);
        err_print(stderr, &err);
    }
    recipe_book_free(m->writer.book);
    hsms_writer_free(&m->writer);
    buf_free(&m->record);
}

static void on_seen(void *ctx, const struct hsms_seen *s)
{
    struct making *m = ctx;

    if (m->rc < 0) {
        return;
    }
    if (s->what == HSMS_SEEN_FAULT && m->faults++ == 0) {
        m->worst = *s;
    }
    buf_clear(&m->record);
    hsms_record_put(&m->writer, s, &m->record);
    if (!buf_ok(&m->record)) {
        m->rc = err_set(m->err, E_LIMIT, "hsms.memory", "a message does not fit into memory");
        return;
    }
    m->rc = m->in->take(m->in->ctx,
                        &(struct input_record){.file = m->in->file,
                                               .bytes = buf_span(&m->record),
                                               .line = s->frame,
                                               .line_end = s->frame,
                                               .seq = ++m->seq,
                                               .received = s->plain ? m->in->received : s->time,
                                               .recorded = !s->plain},
                        m->err);
}

// ---- captures

// The file from its beginning, for one pass; NULL with errno.
static FILE *again(int fd)
{
    int copy = lseek(fd, 0, SEEK_SET) < 0 ? -1 : dup(fd);
    FILE *f = copy < 0 ? NULL : fdopen(copy, "rb");

    if (copy >= 0 && !f) {
        close(copy);
    }
    return f;
}

static int spool(const struct hsms_input *in, FILE **ret, struct err *err)
{
    FILE *f = tmpfile();
    struct span piece = in->first;
    uint64_t total = 0;
    int rc = 0;

    *ret = f;
    while (f && rc >= 0 && piece.n) {
        total += piece.n;
        if (total > SPOOL_MAX) {
            rc = err_set(err, E_LIMIT, "pcap.size", "more than %llu bytes of capture",
                         (unsigned long long)SPOOL_MAX);
        } else if (fwrite(piece.p, 1, piece.n, f) != piece.n) {
            rc = err_sys(err, errno, "pcap.copy", "the capture could not be copied");
        } else {
            rc = unpack_next(in->unpack, &piece, err);
        }
    }
    if (!f || (rc >= 0 && fflush(f) != 0)) {
        rc = err_sys(err, errno, "pcap.copy", "the capture could not be copied");
    }
    return rc;
}

static int pass(int fd, struct hsms_tap *tap, struct err *err)
{
    FILE *f = again(fd);
    int rc = f ? packets_file(f, tap, err)
               : err_sys(err, errno, "input.open", "could not be read from its beginning");

    hsms_tap_finish(tap);
    return rc;
}

// What was not read, on standard error: no fault, but nothing is dropped silently.
static void say_passed_over(const char *file, const struct hsms_tap *tap)
{
    const struct hsms_tap_counts *c = hsms_tap_counts(tap);
    const struct tcp_counts *t = hsms_tap_tcp(tap);
    struct err err = ERR_INIT;

    if (c->foreign + c->fragments + c->cut + t->evicted + t->strays == 0) {
        return;
    }
    err_at(&err, file, 0, 0);
    (void)err_set(&err, E_LIMIT, "pcap.passed_over",
                  "%llu connections without HSMS, %llu connections given up, %llu fragments, %llu "
                  "packets cut off in their headers, %llu segments out of any window",
                  (unsigned long long)c->foreign, (unsigned long long)t->evicted,
                  (unsigned long long)c->fragments, (unsigned long long)c->cut,
                  (unsigned long long)t->strays);
    err_print(stderr, &err);
}

static int two_passes(int fd, struct making *m)
{
    struct hsms_tap *tap = hsms_tap_new(CONNECTIONS, HELD_MAX, true, on_seen, m);
    int rc = tap ? pass(fd, tap, NULL) : 0; // what is wrong is said by the second

    if (!tap || !hsms_tap_again(tap)) {
        rc = err_set(m->err, E_SYSTEM, "input.memory", "no memory to read it");
    } else {
        rc = pass(fd, tap, m->err);
    }
    if (tap && rc != E_SYSTEM) {
        say_passed_over(m->in->file, tap);
    }
    hsms_tap_free(tap);
    return rc;
}

int input_pcap(const struct hsms_input *in, struct err *err)
{
    char head[HEAD_BYTES];
    ssize_t n = pread(in->fd, head, sizeof(head), 0);
    bool plain = n > 0 && packets_magic(span_of(head, (size_t)n)); // neither a pipe nor packed
    FILE *copy = NULL;
    struct making m;
    int rc = plain ? 0 : spool(in, &copy, err);

    making_begin(&m, in, err);
    if (rc >= 0 || (rc == E_INPUT && copy)) {
        int passed = two_passes(plain ? in->fd : fileno(copy), &m);

        rc = rc < 0 ? rc : passed;
    }
    rc = m.rc < 0 ? m.rc : rc;
    making_end(&m);
    if (copy) {
        (void)fclose(copy);
    }
    return rc;
}

// ---- plain streams

static void seen_plain(struct making *m, const struct hsms_cut_out *o, enum hsms_cut_rc rc)
{
    struct hsms_seen s = {
        .what = rc == HSMS_CUT_MESSAGE ? HSMS_SEEN_MESSAGE : HSMS_SEEN_FAULT,
        .plain = true,
        .frame = m->seq + 1,
        .frame_first = m->seq + 1,
        .offset = o->offset,
        .length = o->length,
        .bytes = o->bytes,
        .fault = o->fault,
        .fault_at = o->offset,
        .fault_bytes = o->fault_bytes,
        .ordinal = m->seq + 1,
        .selected = true,
    };

    on_seen(m, &s);
}

int input_hsms_stream(const struct hsms_input *in, struct err *err)
{
    struct packet_mark none = {.number = 0};
    struct span piece = in->first;
    struct hsms_cut cut;
    struct hsms_cut_out o;
    struct making m;
    enum hsms_cut_rc got;
    int rc = 0;

    making_begin(&m, in, err);
    hsms_cut_init(&cut, false);
    while (rc >= 0 && m.rc >= 0 && piece.n) {
        hsms_cut_feed(&cut, piece, none, none);
        while ((got = hsms_cut_next(&cut, &o)) != HSMS_CUT_NONE) {
            seen_plain(&m, &o, got);
        }
        rc = unpack_next(in->unpack, &piece, err);
    }
    if (hsms_cut_rest(&cut)) {
        o = (struct hsms_cut_out){
            .offset = cut.at, .fault = HSMS_TRUNCATED, .fault_bytes = hsms_cut_rest(&cut)};
        seen_plain(&m, &o, HSMS_CUT_FAULT);
    }
    if (hsms_cut_end(&cut, &o) == HSMS_CUT_FAULT) {
        seen_plain(&m, &o, HSMS_CUT_FAULT);
    }
    rc = m.rc < 0 ? m.rc : rc;
    if (rc >= 0 && m.faults) {
        rc = err_set(
            err, E_INPUT, "hsms.framing", "%llu faults of framing, the first at byte %llu: %s",
            (unsigned long long)m.faults, (unsigned long long)m.worst.fault_at, m.worst.fault);
    }
    hsms_cut_free(&cut);
    making_end(&m);
    return rc;
}
