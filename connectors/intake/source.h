// source.h - one live source: a socket, a followed file, standard input.
// SPDX-License-Identifier: Apache-2.0
//
// A source reads only while gather_stopped() is false: otherwise it asks for no events (TCP peers and
// files wait, UDP datagrams that the kernel drops are counted as shed) and source_resume() starts it
// again. TCP: at most INTAKE_CONNS_MAX connections in all; when all are taken the one that has given no
// whole record for longest, and for CONN_IDLE_NS at least, makes room for a new one: so those that send
// a byte now and then cannot keep the others out.
#ifndef CONNECTORS_INTAKE_SOURCE_H
#define CONNECTORS_INTAKE_SOURCE_H

#include "connectors/intake/conf.h"
#include "connectors/intake/gather.h"

enum { INTAKE_CONNS_MAX = 64, READ_MAX = 64 * 1024 };

struct source;

struct conn {
    int fd; // -1 = free
    struct source *source;
    struct framer *framer;
    char *bytes;   // READ_MAX, borrowed by the framer until it has no frame left
    ntime_t heard; // when it was accepted or gave its last whole record
};

struct source_pool { // what all sources share
    struct loop *loop;
    struct gather *gather;
    struct conn conn[INTAKE_CONNS_MAX];
};

struct source {
    const struct intake_source_conf *conf;
    struct source_pool *pool;
    uint16_t number;
    int fd; // bound socket, open file or -1
    struct framer *framer;
    char *bytes;        // READ_MAX, as of a connection
    uint64_t taken;     // records so far
    uint32_t shed_seen; // SO_RXQ_OVFL so far
    bool paused;
    // follow
    int dir;
    const char *name; // of the file in dir
    uint64_t inode, offset;
    bool leaving; // another file has the name and is in use
    int timer;
};

void source_pool_init(struct source_pool *p, struct loop *loop, struct gather *g);
void source_pool_close(struct source_pool *p);

// `fd` is taken over: bound UDP or listening TCP socket, directory of the followed file, or standard
// input. A followed file goes on at the journal's high water (inode, offset).
int source_start(struct source *s, struct source_pool *pool, const struct intake_source_conf *conf,
                 uint16_t number, int fd, struct err *err);
void source_resume(struct source *s);
void source_close(struct source *s);

// Inside the shelf.
enum frame_kind source_framing(const struct source *s); // of followed files and of standard input
int source_start_udp(struct source *s, struct err *err);
int source_start_tcp(struct source *s, struct err *err);
int source_start_follow(struct source *s, struct err *err);
int source_start_stdin(struct source *s, struct err *err);
void source_resume_tcp(struct source *s);
void source_resume_follow(struct source *s);
void source_close_tcp(struct source *s);
void source_pause(struct source *s);
// Takes whole frames until none is left or the gatherer stops. FRAME_NONE: all taken; FRAME_ONE: stopped
// before the end; FRAME_BROKEN as the framer says.
enum frame_rc source_take(struct source *s, struct framer *f, uint64_t inode);

#endif
