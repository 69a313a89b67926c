// conf.h - what intake is told: sources, gathering, history; and a recording's story.yaml.
// SPDX-License-Identifier: Apache-2.0
//
// Format: share/doc/CONFIG.md (intake) and share/doc/RECORDING.md (story). Both list sources with the
// same keys; the order of a story's feeds is the order of records with equal times.
#ifndef CONNECTORS_INTAKE_CONF_H
#define CONNECTORS_INTAKE_CONF_H

#include "core/base/arena.h"
#include "core/base/ydoc.h"
#include "core/model/block.h"

enum { INTAKE_SOURCES_MAX = 128 };

enum intake_input { INPUT_UDP, INPUT_TCP, INPUT_FOLLOW, INPUT_STDIN, INPUT_FEED, INPUT_COUNT };

struct intake_source_conf {
    enum intake_input input;
    struct source_decl decl; // number 0: given by the journal
    const char *listen;      // udp, tcp: "ADDRESS:PORT" (port 0 = the kernel's choice)
    const char *path;        // follow: the file; feed: file name below feeds/
    bool json, xml;          // follow, stdin: such a text over several lines is one record
    unsigned line;           // where it stands, for faults
};

struct intake_conf {
    size_t n;
    struct intake_source_conf source[INTAKE_SOURCES_MAX];
    size_t block;     // bytes at which a block is closed
    utime_t gather;   // longest wait before what is there is made durable
    uint64_t keep;    // bytes of journal kept as history
    uint64_t limit;   // bytes of journal at which sources are stopped until there is room
    uint64_t segment; // bytes of a segment
    uint64_t ahead;   // blocks that a recording may run ahead of the committed one
};

// `map` is the `intake:` map (NULL = all defaults). Everything lives in the arena.
int intake_conf_load(struct arena *a, const struct ydocs *d, const struct ynode *map,
                     struct intake_conf *ret, struct err *err);
// story.yaml: only source[] and n are filled.
int intake_story_load(struct arena *a, struct span text, const char *path, struct intake_conf *ret,
                      struct err *err);

// "ADDRESS:PORT", "[ADDRESS]:PORT": host terminated in the arena; false when it is none.
bool intake_listen_parse(struct arena *a, const char *text, const char **ret_host,
                         uint16_t *ret_port);

#endif
