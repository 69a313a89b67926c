// capture_world.h - captures with known answers, their segments made anew in other forms, and what comes out.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SUPPORT_CAPTURE_WORLD_H
#define TESTS_SUPPORT_CAPTURE_WORLD_H

#include <jansson.h>

#include "core/decode/decode.h"
#include "core/decode/hsms_record.h"
#include "core/frame/hsms_tap.h"

#define CAPTURES "../shared/data/hsms"

struct seg { // a TCP segment as it will be sent
    struct tcp_end src, dst;
    uint32_t seq, ack;
    uint8_t flags;
    struct span payload;
    size_t keep; // bytes of the payload that are captured; SIZE_MAX = all
    ntime_t time;
};

struct segs {
    struct seg *v;
    size_t n, cap;
};

struct world {
    struct sourceset *set;
    struct decoder *dec;
    struct hsms_tap *tap;
    struct hsms_writer writer;
    struct recipe_book *book;
    json_t *messages, *connections, *faults; // what came out: the objects that `decode` prints
    struct buf raw;                          // all records behind each other
};

void world_begin(struct world *w, bool learn);
void world_key(struct world *w, struct span key);
void world_end(struct world *w);

json_t *expected_messages(const char *name); // without those that never ended
json_t *expected_connections(const char *name);

void segs_read(const char *name, struct segs *ret, char **ret_bytes);
void segs_add(struct segs *s, const struct seg *v);
void segs_free(struct segs *s);

// Puts the segment into a packet of this link type (`ipv6`, VLAN tags on Ethernet) and gives it to the tap.
void world_send(struct world *w, const struct seg *s, int link, bool ipv6, bool vlan);
// All of them, twice when the tap learns; then the end of the capture.
void world_play(struct world *w, const struct segs *s, int link, bool ipv6, bool vlan);

// Messages without what depends on the packets, of one direction; for comparison.
json_t *bare(const json_t *events, const char *direction, bool addresses);

#endif
