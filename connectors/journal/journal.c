// journal.c - putting records into blocks and blocks into segments.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "connectors/journal/inner.h"
#include "connectors/journal/segment.h"
#include "connectors/os/files.h"

// Opens the newest segment for appending, so that the next block continues it.
static int reopen_newest(struct journal *j, struct err *err)
{
    char name[SEGMENT_NAME];
    uint64_t first;

    if (j->nsegments == 0) {
        return 0;
    }
    first = j->segment[j->nsegments - 1];
    j->segment_len = (size_t)j->size[j->nsegments - 1];
    j->fd = openat(j->dirfd, segment_name(first, name), O_WRONLY | O_CLOEXEC);
    if (j->fd < 0 || lseek(j->fd, (off_t)j->segment_len, SEEK_SET) < 0) {
        return err_sys(err, errno, "journal.open", "%s could not be opened", name);
    }
    return 0;
}

int journal_open(int dirfd, size_t segment_max, struct journal **ret, struct err *err)
{
    struct journal *j = calloc(1, sizeof(*j));
    int rc = 0;

    if (!j) {
        return err_set(err, E_LIMIT, "journal.memory", "no memory for the journal");
    }
    *j = (struct journal){.dirfd = dirfd, .fd = -1, .epoch = 1, .index_first = 1};
    j->segment_max = segment_max ? segment_max : SEGMENT_SOFT;
    buf_init(&j->open, BLOCK_MAX);
    j->lock = openat(dirfd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->lock < 0) {
        rc = err_sys(err, errno, "journal.lock", "the journal's lock could not be opened");
    } else if (flock(j->lock, LOCK_EX | LOCK_NB) < 0) {
        rc = err_set(err, E_STATE, "journal.lock", "another process writes this journal");
    }
    rc = rc < 0 ? rc : journal_recover(j, err);
    rc = rc < 0 ? rc : reopen_newest(j, err);
    if (rc < 0) {
        journal_close(j);
        return rc;
    }
    j->durable = j->last;
    *ret = j;
    return 0;
}

void journal_close(struct journal *j)
{
    if (!j) {
        return;
    }
    if (j->fd >= 0) {
        close(j->fd);
    }
    if (j->lock >= 0) {
        close(j->lock);
    }
    for (size_t i = 0; i < JOURNAL_SOURCES_MAX; i++) {
        free((void *)(uintptr_t)j->source[i].decl.p);
    }
    buf_free(&j->open);
    free(j->segment);
    free(j->size);
    free(j->index);
    free(j);
}

const struct journal_found *journal_found(const struct journal *j)
{
    return &j->found;
}

uint32_t journal_epoch(const struct journal *j)
{
    return j->epoch;
}

uint64_t journal_first(const struct journal *j)
{
    return j->nindex ? j->index_first : j->last + 1;
}

uint64_t journal_last(const struct journal *j)
{
    return j->last;
}

uint64_t journal_durable(const struct journal *j)
{
    return j->durable;
}

const struct digest *journal_set(const struct journal *j)
{
    return &j->set;
}

struct journal_barrier journal_barrier(const struct journal *j)
{
    return j->barrier;
}

const struct journal_source *journal_source(const struct journal *j, uint16_t number)
{
    if (number >= JOURNAL_SOURCES_MAX || (number != 0 && j->source[number].decl.n == 0)) {
        return NULL;
    }
    return &j->source[number];
}

uint16_t journal_source_named(const struct journal *j, struct span name)
{
    for (uint16_t i = 1; i < JOURNAL_SOURCES_MAX; i++) {
        struct source_decl d;

        if (j->source[i].decl.n && source_decl_get(j->source[i].decl, &d) &&
            span_eq(d.name, name)) {
            return i;
        }
    }
    return 0;
}

// ---- the open block

static void add_decl(struct journal *j, uint16_t number, uint8_t flags)
{
    const struct journal_source *s = &j->source[number];
    AUTO_BUF own;
    struct span decl = s->decl;

    buf_init(&own, 256);
    if (number == 0) {
        source_decl_put(&own, &(struct source_decl){.name = SPAN_LIT("journal")});
        decl = buf_span(&own);
    }
    block_add(&j->open, &(struct record){.type = REC_SOURCE,
                                         .flags = flags,
                                         .source = number,
                                         .epoch = j->epoch,
                                         .seq = s->seq,
                                         .received = s->received,
                                         .origin_a = s->origin_a,
                                         .origin_b = s->origin_b,
                                         .bytes = decl});
    j->in_block[number / 64] |= UINT64_C(1) << number % 64;
}

static bool declared_here(const struct journal *j, uint16_t number)
{
    return j->in_block[number / 64] >> number % 64 & 1;
}

static bool segment_is_due(const struct journal *j)
{
    return j->fd < 0 || j->segment_len >= j->segment_max;
}

// A segment's first block begins with all high waters, but for a reload record, which is always first.
static void begin_block(struct journal *j)
{
    block_begin(&j->open, j->epoch, j->last + 1, &j->set);
    memset(j->in_block, 0, sizeof(j->in_block));
}

static void add_all_decls(struct journal *j)
{
    if (!segment_is_due(j) || j->last == 0) {
        return;
    }
    for (uint16_t i = 0; i < JOURNAL_SOURCES_MAX; i++) {
        if (i == 0 || (j->source[i].decl.n && !declared_here(j, i))) {
            add_decl(j, i, REC_REPEAT);
        }
    }
}

static bool counts(enum rec_type t)
{
    return t == REC_EVENT || t == REC_TICK || t == REC_BARRIER || t == REC_RELOAD || t == REC_END;
}

static void add_record(struct journal *j, const struct record *r)
{
    struct record full = *r;

    if (r->source != 0 && !declared_here(j, r->source)) {
        add_decl(j, r->source, REC_REPEAT);
    }
    full.epoch = j->epoch;
    full.seq = j->source[r->source].seq + (counts(r->type) ? 1 : 0);
    block_add(&j->open, &full);
    journal_note(j, &full);
}

// Writes the open block away when `n` more bytes do not fit into it.
static int make_room(struct journal *j, size_t n, struct err *err)
{
    if (j->closed || (j->open.len && j->open.len + n > BLOCK_MAX)) {
        return journal_flush(j, err);
    }
    return 0;
}

int journal_put(struct journal *j, const struct record *r, struct err *err)
{
    if (r->source >= JOURNAL_SOURCES_MAX || r->bytes.n > RECORD_MAX ||
        (r->source != 0 && j->source[r->source].decl.n == 0)) {
        return err_set(err, E_INPUT, "journal.record", "source %u was not declared", r->source);
    }
    if (make_room(j, r->bytes.n + JOURNAL_DECL_MAX + 2 * RECORD_HEAD, err) < 0) {
        return E_SYSTEM;
    }
    if (j->open.len == 0) {
        begin_block(j);
        if (r->type == REC_RELOAD) {
            add_record(j, r);
            add_all_decls(j);
            return 0;
        }
        add_all_decls(j);
        if (make_room(j, r->bytes.n + JOURNAL_DECL_MAX + 2 * RECORD_HEAD, err) < 0) {
            return E_SYSTEM;
        }
        if (j->open.len == 0) { // the declarations have filled a block of their own
            begin_block(j);
        }
    }
    add_record(j, r);
    return 0;
}

static void keep_declaration(struct journal *j, uint16_t n, struct span decl, ntime_t now)
{
    const struct journal_source *s = &j->source[n];

    journal_note(j, &(struct record){.type = REC_SOURCE,
                                     .source = n,
                                     .seq = s->seq,
                                     .received = s->decl.n ? s->received : now,
                                     .origin_a = s->origin_a,
                                     .origin_b = s->origin_b,
                                     .bytes = decl});
}

static uint16_t free_number(const struct journal *j)
{
    for (uint16_t n = 1; n < JOURNAL_SOURCES_MAX; n++) {
        if (j->source[n].decl.n == 0) {
            return n;
        }
    }
    return 0;
}

uint16_t journal_declare(struct journal *j, const struct source_decl *d, ntime_t now)
{
    struct source_decl full = *d;
    AUTO_BUF b = {0};

    buf_init(&b, JOURNAL_DECL_MAX);
    full.number = d->number ? d->number : free_number(j);
    if (full.number == 0 || full.number >= JOURNAL_SOURCES_MAX) {
        return 0;
    }
    source_decl_put(&b, &full);
    if (!buf_ok(&b)) {
        return 0;
    }
    if (!span_eq(buf_span(&b), j->source[full.number].decl)) {
        if (make_room(j, JOURNAL_DECL_MAX + RECORD_HEAD, NULL) < 0) {
            return 0;
        }
        if (j->open.len == 0) {
            begin_block(j);
            add_all_decls(j);
        }
        keep_declaration(j, full.number, buf_span(&b), now);
        add_decl(j, full.number, 0);
    }
    return full.number;
}

int journal_reload(struct journal *j, const struct digest *set, ntime_t now, struct err *err)
{
    int rc = journal_flush(j, err);

    if (rc < 0) {
        return rc;
    }
    j->set = *set;
    return journal_put(j,
                       &(struct record){.type = REC_RELOAD,
                                        .received = now,
                                        .bytes = span_of((const char *)set->b, sizeof(set->b))},
                       err);
}

size_t journal_pending(const struct journal *j)
{
    return j->open.len;
}

// ---- writing

static int begin_segment(struct journal *j, struct err *err)
{
    char name[SEGMENT_NAME];
    int fd;

    // What the old segment holds must be durable before a newer one can be found.
    if (j->fd >= 0 && journal_sync(j, err) < 0) {
        return E_SYSTEM;
    }
    (void)segment_name(j->last + 1, name);
    fd = openat(j->dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0 || fsync(j->dirfd) < 0) {
        int saved = errno;

        if (fd >= 0) {
            close(fd);
        }
        return err_sys(err, saved, "journal.write", "%s could not be begun", name);
    }
    if (!journal_index_segment(j, j->last + 1)) {
        close(fd);
        return err_set(err, E_LIMIT, "journal.memory", "no memory for the journal's index");
    }
    if (j->fd >= 0) {
        close(j->fd);
    }
    j->fd = fd;
    j->segment_len = 0;
    return 0;
}

int journal_flush(struct journal *j, struct err *err)
{
    int rc;

    if (j->open.len == 0) {
        return 0;
    }
    if (!j->closed && block_end(&j->open) < 0) {
        return err_set(err, E_LIMIT, "journal.block", "the block is longer than its bound");
    }
    j->closed = true;
    rc = segment_is_due(j) ? begin_segment(j, err) : 0;
    if (rc < 0) {
        return rc;
    }
    if (file_write_all(j->fd, buf_span(&j->open)) < 0) {
        rc = err_sys(err, errno, "journal.write", "block %llu could not be written",
                     (unsigned long long)j->last + 1);
        if (ftruncate(j->fd, (off_t)j->segment_len) == 0) {
            (void)lseek(j->fd, (off_t)j->segment_len, SEEK_SET);
        }
        return rc;
    }
    if (!journal_index_block(j, j->last + 1, j->segment_len, j->open.len)) {
        return err_set(err, E_LIMIT, "journal.memory", "no memory for the journal's index");
    }
    j->segment_len += j->open.len;
    j->last++;
    buf_clear(&j->open);
    j->closed = false;
    return 0;
}

int journal_sync(struct journal *j, struct err *err)
{
    if (j->durable == j->last) {
        return 0;
    }
    if (fdatasync(j->fd) < 0) {
        return err_sys(err, errno, "journal.sync", "the journal could not be made durable");
    }
    j->durable = j->last;
    return 0;
}

uint64_t journal_bytes(const struct journal *j)
{
    uint64_t total = 0;

    for (size_t i = 0; i < j->nsegments; i++) {
        total += j->size[i];
    }
    return total;
}

unsigned journal_prune(struct journal *j, uint64_t committed, uint64_t keep)
{
    uint64_t total = journal_bytes(j);
    unsigned gone = 0;

    while (j->nsegments > 2 && j->segment[1] <= committed + 1 && total - j->size[0] >= keep) {
        char name[SEGMENT_NAME];

        if (unlinkat(j->dirfd, segment_name(j->segment[0], name), 0) < 0 && errno != ENOENT) {
            break;
        }
        total -= j->size[0];
        journal_unindex_oldest(j);
        gone++;
    }
    if (gone) {
        (void)fsync(j->dirfd); // a segment that comes back is only pruned again
    }
    return gone;
}
