// config.h - what a role is told at its start, parsed.
// SPDX-License-Identifier: Apache-2.0
//
// CTL_START carries one JSON object (share/doc/CONFIG.md, "what a role is told"): the common keys
// below and, under the role's name, its own section of the configuration as the administrator wrote
// it. JSON is YAML, so ydoc.h reads it.
#ifndef CONNECTORS_ROLE_CONFIG_H
#define CONNECTORS_ROLE_CONFIG_H

#include "core/base/hash.h"
#include "core/base/ydoc.h"

enum { DETECTS_MAX = 16 };

struct role_config {
    struct arena arena;
    struct ydocs docs;
    uint16_t site;
    unsigned detects;  // how many there are
    unsigned index;    // which one this is
    struct digest set; // the set installed at this start
    bool story;        // a recording is played
    struct ynode *own; // the role's section, NULL when there is none
};

// 0, or E_INPUT with a fault. role_config_free() is due in both cases.
int role_config_load(struct role_config *c, const char *role, struct span text, struct err *err);
void role_config_free(struct role_config *c);

#endif
