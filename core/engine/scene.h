// scene.h - who and what an observation is about: asset, person, session, address.
// SPDX-License-Identifier: Apache-2.0
//
// The asset is the first of: named by the record, target of a brokered session or a flow, the host
// itself, the source address - that the fab model knows. A record of a brokered session that names no
// target is about the session's; whoever has a contract is his vendor's person. Spans point into the
// observation, the model, or rows of SESSION and PARTY, which move only while a session's beginning or a
// contract is entered: such a record's own scene points into neither.
#ifndef CORE_ENGINE_SCENE_H
#define CORE_ENGINE_SCENE_H

#include "core/engine/state.h"

struct scene {
    int asset;        // index in the model, FAB_NONE when unknown
    struct span name; // asset id, or how the record calls the unknown one
    struct span area;
    enum tier base;     // base tier of the asset, of the bay of its address, else T3
    struct span actor;  // person, else account, else source address
    struct span person; // empty when generic (root, SYSTEM ...): such names join nothing
    struct span session, ip, account, vendor, ticket;
    struct span kind; // of its source: sensor agent pam fab os net
};

struct scene scene_of(const struct engine *e, const struct obs *o);
static inline struct span obs_field(const struct obs *o, enum field f)
{
    return fieldset_has(&o->mask, f) ? o->field[f] : SPAN_NONE;
}
enum source_kind source_kind_of(struct span name); // SK_COUNT when unknown
const char *source_kind_name(enum source_kind k);

#endif
