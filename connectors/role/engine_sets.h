// engine_sets.h - installed sets as the engine uses them: loaded once; the last few stay.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_ENGINE_SETS_H
#define CONNECTORS_ROLE_ENGINE_SETS_H

#include "connectors/role/set_load.h"
#include "core/engine/engine.h"

enum { ENGINE_SETS_MAX = 4, ENGINE_PLAYBOOKS_MAX = 64 };

struct engine_sets {
    int dir; // STATE/sets
    unsigned char key_id[8];
    size_t n;
    struct engine_set_loaded {
        struct set files;
        struct engine_set set;
        struct cacao *playbook[ENGINE_PLAYBOOKS_MAX];
        size_t nplaybooks;
    } * one[ENGINE_SETS_MAX];
};

// The set with this digest, from memory or from disk. Refused documents are said by `faults`; a fab
// model, policy or roster that is refused, or missing, is E_INPUT. Valid until ENGINE_SETS_MAX others
// were asked for since, or engine_sets_free().
const struct engine_set *engine_sets_get(struct engine_sets *s, const struct digest *digest,
                                         struct faults *faults, struct err *err);
void engine_sets_free(struct engine_sets *s);

#endif
