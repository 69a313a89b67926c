// announce.c - MSG_FROM in, MSG_BLOCK out.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/announce.h"

#include "connectors/os/messages.h"
#include "connectors/role/intake.h"
#include "core/base/log.h"
#include "core/base/rd.h"

void announce_init(struct announce *a, struct loop *loop, unsigned ndetect)
{
    memset(a, 0, sizeof(*a));
    a->loop = loop;
    a->n = ndetect;
    for (unsigned k = 0; k < DETECTS_MAX; k++) {
        link_init(&a->one[k].link, -1);
        a->one[k].loop = loop;
    }
}

void announce_unlink(struct announce *a, unsigned k)
{
    if (k < a->n && link_up(&a->one[k].link)) {
        loop_remove(a->loop, a->one[k].link.fd);
        link_close(&a->one[k].link);
    }
}

// Detect never sends on this link: what comes is its end, which the supervisor will explain.
static void on_link(void *ctx, int fd, unsigned events)
{
    struct announce_one *o = ctx;

    if (events & LOOP_HANGUP) {
        loop_remove(o->loop, fd);
        link_close(&o->link);
    } else if (link_flush(&o->link) == 0) {
        loop_want(o->loop, fd, 0); // announce_run() goes on before the next wait
    }
}

void announce_link(struct announce *a, unsigned k, int fd)
{
    struct announce_one *o = &a->one[k < DETECTS_MAX ? k : 0];

    announce_unlink(a, k);
    link_init(&o->link, fd);
    o->asked = false;
    if (k >= a->n || loop_add(a->loop, fd, 0, on_link, o) < 0) {
        log_error("detect %u cannot be served", k);
        link_close(&o->link);
    }
}

int announce_from(struct announce *a, struct span body)
{
    struct rd r = rd_of(body);
    uint8_t k = rd_u8(&r);
    uint64_t number = rd_u64(&r);
    uint8_t careful = rd_u8(&r);
    uint32_t nskip = rd_u32(&r);
    struct announce_one *o;

    if (!rd_ok(&r) || k >= a->n || nskip > SKIPS_MAX || number % a->n != k) {
        return E_INPUT;
    }
    o = &a->one[k];
    o->skips.n = nskip;
    for (uint32_t i = 0; i < nskip; i++) {
        o->skips.one[i].block = rd_u64(&r);
        o->skips.one[i].rec = rd_u32(&r);
    }
    o->asked = o->restart = true;
    o->careful = careful != 0;
    o->from = o->next = number;
    return rd_done(&r) ? 0 : E_INPUT;
}

void announce_forget(struct announce *a)
{
    for (unsigned k = 0; k < a->n; k++) {
        a->one[k].asked = false;
        a->one[k].from = 0;
    }
}

static void put_skips(const struct killers *skips, uint64_t block, struct buf *b)
{
    uint32_t n = 0;

    for (size_t i = 0; i < skips->n; i++) {
        n += skips->one[i].block == block;
    }
    buf_u32(b, n);
    for (size_t i = 0; i < skips->n; i++) {
        if (skips->one[i].block == block) {
            buf_u32(b, skips->one[i].rec);
        }
    }
}

static void put_block(struct announce_one *o, const struct journal *j,
                      const struct journal_place *at)
{
    bool first = o->next == o->from;
    struct buf *b = link_begin(&o->link, MSG_BLOCK);

    buf_u32(b, journal_epoch(j));
    buf_u64(b, o->next);
    buf_u64(b, at->segment);
    buf_u64(b, at->offset);
    buf_u32(b, at->length);
    buf_u8(b,
           (uint8_t)((first && o->careful ? BLOCK_CAREFUL : 0) | (o->restart ? BLOCK_RESTART : 0)));
    put_skips(&o->skips, o->next, b);
    (void)link_end(&o->link);
    o->restart = false;
}

static void announce_to(struct announce *a, struct announce_one *o, const struct journal *j)
{
    struct journal_place at;

    while (link_up(&o->link) && o->asked && o->next <= journal_durable(j)) {
        int rc;

        if (!link_pending(&o->link)) {
            if (!journal_find(j, o->next, &at)) {
                log_error("block %llu is asked for, but is not in the journal",
                          (unsigned long long)o->next);
                o->asked = false;
                return;
            }
            put_block(o, j, &at);
            o->next += a->n;
        }
        rc = link_flush(&o->link);
        loop_want(a->loop, o->link.fd, rc == 1 ? LOOP_WRITE : 0);
        if (rc != 0) {
            return;
        }
    }
}

void announce_run(struct announce *a, const struct journal *j)
{
    for (unsigned k = 0; k < a->n; k++) {
        announce_to(a, &a->one[k], j);
    }
}

uint64_t announce_floor(const struct announce *a)
{
    uint64_t floor = 0;

    for (unsigned k = 0; k < a->n; k++) {
        if (a->one[k].from == 0) {
            return 0;
        }
        if (floor == 0 || a->one[k].from < floor) {
            floor = a->one[k].from;
        }
    }
    return floor;
}
