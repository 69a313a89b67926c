// captured.c - MSG_CAPTURE_SOURCE, MSG_CAPTURE_RECORD, MSG_CAPTURE_SHED.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/captured.h"

#include <stdio.h>

#include "connectors/os/messages.h"
#include "core/base/log.h"
#include "core/base/rd.h"

enum { NAME_MAX_BYTES = 64 };

void captured_init(struct captured *c, struct gather *g)
{
    *c = (struct captured){.gather = g};
    link_init(&c->link, -1);
}

static int on_source(struct captured *c, struct span body)
{
    struct rd r = rd_of(body);
    struct span name = rd_blob(&r), area = rd_blob(&r);
    char text[NAME_MAX_BYTES + 16];
    struct source_decl d = {.format = SPAN_LIT("auto"),
                            .kind = SPAN_LIT("sensor"),
                            .area = area,
                            .lateness_us = 2 * UTIME_SECOND,
                            .silence_us = rd_i64(&r)};

    if (!rd_done(&r) || name.n == 0 || name.n > NAME_MAX_BYTES || area.n > NAME_MAX_BYTES ||
        d.silence_us < 0 || span_find(name, '\0') < name.n) {
        return E_INPUT;
    }
    (void)snprintf(text, sizeof(text), "capture/" SPAN_FMT, SPAN_ARG(name));
    d.name = span_str(text);
    d.number = journal_source_named(c->gather->journal, d.name);
    c->source = journal_declare(c->gather->journal, &d, gather_now(c->gather));
    if (c->source == 0) {
        log_error("capture cannot be taken: too many sources");
    }
    return c->source ? 0 : E_LIMIT;
}

static int on_message(struct captured *c, uint8_t type, struct span body)
{
    struct rd r = rd_of(body);
    struct frame f = {.bytes = span_sub(body, 0, RECORD_MAX),
                      .oversize = body.n > RECORD_MAX,
                      .skipped = body.n > RECORD_MAX ? body.n - RECORD_MAX : 0};

    if (type == MSG_CAPTURE_SOURCE) {
        return on_source(c, body);
    }
    if (c->source == 0 || body.n == 0) {
        return E_INPUT;
    }
    if (type == MSG_CAPTURE_SHED) {
        uint64_t n = rd_u64(&r);

        return rd_done(&r) && gather_skipped(c->gather, c->source, n, SKIP_SHED) ? 0 : E_INPUT;
    }
    if (type != MSG_CAPTURE_RECORD) {
        return E_INPUT;
    }
    (void)gather_frame(c->gather, c->source, &f, 0, 0);
    return 0;
}

int captured_read(struct captured *c)
{
    int filled = gather_stopped(c->gather) ? 0 : link_fill(&c->link), got = 0;

    while (!gather_stopped(c->gather)) {
        uint8_t type;
        struct span body;

        got = link_next(&c->link, &type, &body);
        if (got <= 0) {
            break;
        }
        if (on_message(c, type, body) < 0) {
            log_error("a message of capture makes no sense");
            return E_INPUT;
        }
    }
    return got < 0 ? got : filled;
}
