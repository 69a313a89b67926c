// fab_load.h - what the two halves of the fab model's loader share.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_MODEL_FAB_LOAD_H
#define CORE_MODEL_FAB_LOAD_H

#include "core/model/docread.h"
#include "core/model/fab_impl.h"

enum { FAB_LIST_MAX = 4096, FAB_LOOPS_MAX = 1000, FAB_LISTS_MAX = 500 };

struct fab_loader {
    struct docread r;
    struct fab *f;
    size_t nareas;
    const char **area, **zone;  // zone[i]: of area i
    const struct ynode **node;  // node[i]: where asset i was read
    const struct ydocs **where; // and the text it stood in
    bool headed;                // the `fab:` map was seen
};

// The list under `key`; an empty one when it is absent or refused.
const struct ynode *fab_list_of(struct fab_loader *l, const struct ynode *map, const char *key);
// Says the fault when two ids are one; an empty id (refused before) is nobody's twin.
bool fab_taken(struct fab_loader *l, const struct ynode *at, const char *what, const char *id,
               const char *other);

// Second half (fab_refs.c): all assets are known by id now.
void fab_resolve(struct fab_loader *l);
void fab_read_loop(struct fab_loader *l, const struct ynode *n);
// The map `lists` of one document; assets are known.
void fab_read_lists(struct fab_loader *l, const struct ynode *map);
// fab_recipes.c
enum fab_recipes fab_read_recipes(struct fab_loader *l, const struct ynode *asset);
void fab_read_mask(struct fab_loader *l, const struct ynode *n);
void fab_sort_masks(struct fab *f);
void fab_derive(struct fab *f); // needed_by, tiers of bays, order of networks

#endif
