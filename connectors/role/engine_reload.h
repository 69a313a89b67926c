// engine_reload.h - which set is wanted, and when intake is to be asked for the reload record. Pure.
// SPDX-License-Identifier: Apache-2.0
//
// The set in force is that of the last block stepped. Another one is asked for once: when everything
// that lay in the journal at the (last) TAIL was stepped, since one of those blocks may hold the record
// already. A new intake may not have written what the old one was asked for, so it is asked again then.
#ifndef CONNECTORS_ROLE_ENGINE_RELOAD_H
#define CONNECTORS_ROLE_ENGINE_RELOAD_H

#include "core/base/hash.h"

struct reload {
    struct digest wanted, asked;
    bool asking;   // for `asked`, which no stepped block names yet
    uint64_t tail; // last block of the journal when intake came
};

void reload_tail(struct reload *r, uint64_t last);
// True: intake is to be asked for `wanted`; the caller says reload_asked() or reload_refused() then.
bool reload_due(struct reload *r, const struct digest *in_force, uint64_t done);
void reload_asked(struct reload *r);
void reload_refused(struct reload *r,
                    const struct digest *in_force); // it cannot be used: the old one stays

#endif
