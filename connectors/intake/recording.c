// recording.c - merging feeds, ticks, barriers.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/intake/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"

enum { FEED_READ = 64 * 1024, RECORDS_A_STEP = 4096 };
#define SECOND_NS ((ntime_t)1000000000)

struct feed {
    int fd; // -1: no more
    uint16_t number;
    uint64_t inode;
    struct framer *framer;
    char *bytes;
    bool has;          // `head` is the next frame
    struct frame head; // its bytes live in the framer
};

enum state { PLAYING, WAITING, ENDED };

struct recording {
    struct gather *g;
    struct feed feed[INTAKE_SOURCES_MAX + 1]; // the last one: barriers
    size_t n;
    enum state state;
    ntime_t next_tick; // 0 = set by the first record
    ntime_t time;      // newest recorded time
    uint64_t barrier;  // the block in which the barrier stands that is waited at
};

static void end_feed(struct feed *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    framer_free(f->framer);
    free(f->bytes);
    *f = (struct feed){.fd = -1, .number = f->number};
}

void recording_close(struct recording *r)
{
    for (size_t i = 0; r && i < r->n; i++) {
        end_feed(&r->feed[i]);
    }
    free(r);
}

// Fills the feed's head; a feed without further frames is ended. 0 or a fault.
static int fill_head(struct feed *f, struct err *err)
{
    bool finished = false;

    while (f->fd >= 0 && !f->has) {
        enum frame_rc rc = framer_next(f->framer, &f->head);
        ssize_t n;

        if (rc == FRAME_ONE) {
            f->has = true;
        } else if (rc == FRAME_BROKEN || finished) {
            end_feed(f);
        } else {
            n = read(f->fd, f->bytes, FEED_READ);
            if (n < 0 && errno != EINTR) {
                return err_sys(err, errno, "recording.read", "a feed could not be read");
            }
            if (n > 0) {
                framer_feed(f->framer, span_of(f->bytes, (size_t)n));
            } else if (n == 0) {
                framer_finish(f->framer);
                finished = true;
            }
        }
    }
    return 0;
}

static int open_feed(struct recording *r, int dir, const char *file, uint16_t number, bool must,
                     struct err *err)
{
    const struct journal_source *known = journal_source(r->g->journal, number);
    struct feed *f = &r->feed[r->n];
    uint64_t offset = known && known->origin_a ? known->origin_b : 0;
    char path[256];
    struct stat st;

    (void)snprintf(path, sizeof(path), "feeds/%s", file);
    *f = (struct feed){.number = number, .fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    r->n++;
    if (f->fd < 0 && !must && errno == ENOENT) {
        return 0;
    }
    err_at(err, path, 0, 0);
    if (f->fd < 0 || fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        return err_sys(err, errno, "recording.open", "the feed could not be opened");
    }
    f->inode = st.st_ino;
    if (known && known->origin_a &&
        (known->origin_a != f->inode || (uint64_t)st.st_size < offset)) {
        return err_set(err, E_STATE, "recording.other",
                       "the journal was begun with another file of this name");
    }
    f->framer = framer_new(FRAME_RECORDED);
    f->bytes = malloc(FEED_READ);
    if (!f->framer || !f->bytes || lseek(f->fd, (off_t)offset, SEEK_SET) < 0) {
        return err_sys(err, errno, "recording.open", "the feed could not be read");
    }
    framer_seek(f->framer, offset, 1);
    err_at(err, NULL, 0, 0);
    return 0;
}

static ntime_t next_second(ntime_t t)
{
    return t - t % SECOND_NS + SECOND_NS;
}

// What the journal knows of an earlier run.
static bool take_up(struct recording *r)
{
    const struct journal_source *own = journal_source(r->g->journal, 0);
    struct journal_barrier b = journal_barrier(r->g->journal);

    r->time = own->received;
    r->next_tick = own->received ? next_second(own->received) : 0;
    r->state = own->origin_a == UINT64_MAX ? ENDED : b.waiting ? WAITING : PLAYING;
    r->barrier = b.block;
    return r->state != ENDED;
}

// The feed whose head comes first; NULL when all have ended.
static struct feed *first_feed(struct recording *r, struct err *err, bool *ret_failed)
{
    struct feed *first = NULL;

    for (size_t i = 0; i < r->n; i++) {
        struct feed *f = &r->feed[i];

        if (fill_head(f, err) < 0) {
            *ret_failed = true;
            return NULL;
        }
        if (f->has && (!first || f->head.received < first->head.received)) {
            first = f;
        }
    }
    return first;
}

// The newest time of an earlier run, else that of the first record.
static int set_time(struct recording *r, struct err *err)
{
    bool failed = false;
    const struct feed *first = first_feed(r, err, &failed);

    for (size_t i = 0; i < r->n; i++) {
        const struct journal_source *s = journal_source(r->g->journal, r->feed[i].number);

        r->time = s && s->origin_a && s->received > r->time ? s->received : r->time;
    }
    r->g->recording = true;
    r->g->now_recorded = r->time == 0 && first ? first->head.received : r->time;
    return failed ? E_SYSTEM : 0;
}

int recording_open(int story_dir, const struct intake_conf *story, const uint16_t *number,
                   struct gather *g, struct recording **ret, struct err *err)
{
    struct recording *r = calloc(1, sizeof(*r));
    int rc = 0;

    if (!r) {
        return err_set(err, E_LIMIT, "recording.memory", "no memory for the recording");
    }
    r->g = g;
    if (take_up(r)) {
        for (size_t i = 0; i < story->n && rc == 0; i++) {
            rc = open_feed(r, story_dir, story->source[i].path, number[i], true, err);
        }
        rc = rc < 0 ? rc : open_feed(r, story_dir, "barriers.rec", 0, false, err);
    }
    rc = rc < 0 ? rc : set_time(r, err);
    if (rc < 0) {
        recording_close(r);
        return rc;
    }
    *ret = r;
    return 0;
}

static bool put_tick(struct recording *r, ntime_t t)
{
    r->g->now_recorded = t > r->g->now_recorded ? t : r->g->now_recorded;
    return gather_put(r->g,
                      &(struct record){.type = REC_TICK, .flags = REC_RECORDED, .received = t});
}

static void put_barrier(struct recording *r, const struct feed *f)
{
    if (!f->head.barrier) {
        log_warn("a record among the barriers was left out");
        return;
    }
    r->barrier = journal_last(r->g->journal) + 1;
    (void)gather_put(r->g, &(struct record){.type = REC_BARRIER,
                                            .flags = REC_RECORDED,
                                            .received = f->head.received,
                                            .origin_a = f->inode,
                                            .origin_b = f->head.end_offset,
                                            .bytes = f->head.bytes});
    r->barrier = journal_barrier(r->g->journal).block;
    r->state = WAITING;
    (void)gather_commit(r->g);
}

static void put_end(struct recording *r)
{
    (void)gather_put(r->g, &(struct record){.type = REC_END,
                                            .flags = REC_RECORDED,
                                            .received = r->time,
                                            .origin_a = UINT64_MAX});
    r->state = ENDED;
    (void)gather_commit(r->g);
    log_info("the recording is over: time goes on at wall speed");
}

// One record with the ticks before it.
static void play_one(struct recording *r, struct feed *f)
{
    ntime_t t = f->head.received;

    if (r->next_tick == 0) {
        r->next_tick = t - t % SECOND_NS;
    }
    if (r->next_tick <= t) { // one tick a call: the bound of a step holds for long gaps as well
        (void)put_tick(r, r->next_tick);
        r->next_tick += SECOND_NS;
        return;
    }
    r->time = t > r->time ? t : r->time;
    r->g->now_recorded = r->time;
    f->has = false;
    if (f->number == 0) {
        put_barrier(r, f);
    } else {
        (void)gather_frame(r->g, f->number, &f->head, f->inode, f->head.end_offset);
    }
}

bool recording_step(struct recording *r, struct err *err, bool *ret_failed)
{
    uint64_t block = journal_last(r->g->journal);

    for (unsigned i = 0; i < RECORDS_A_STEP && r->state == PLAYING && !gather_stopped(r->g) &&
                         journal_last(r->g->journal) == block;
         i++) {
        struct feed *f = first_feed(r, err, ret_failed);

        if (*ret_failed) {
            return false;
        }
        if (!f) {
            put_end(r);
        } else {
            play_one(r, f);
        }
    }
    return r->state == PLAYING && !gather_stopped(r->g);
}

void recording_second(struct recording *r)
{
    if (r->state == WAITING) {
        (void)put_tick(r, r->time);
    } else if (r->state == ENDED) {
        ntime_t t = r->next_tick ? r->next_tick : r->time;

        if (put_tick(r, t)) {
            r->next_tick = next_second(t);
        }
    }
}

void recording_release(struct recording *r, uint64_t block)
{
    if (r->state == WAITING && (block == 0 || block == r->barrier)) {
        r->state = PLAYING;
    }
}

bool recording_waits(const struct recording *r)
{
    return r->state == WAITING;
}
