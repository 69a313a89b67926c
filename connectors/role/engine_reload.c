// engine_reload.c - asking for a set once.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_reload.h"

void reload_tail(struct reload *r, uint64_t last)
{
    r->tail = last;
    r->asking = false;
}

bool reload_due(struct reload *r, const struct digest *in_force, uint64_t done)
{
    if (r->asking && digest_eq(&r->asked, in_force)) {
        r->asking = false;
    }
    return !r->asking && done > 0 && done >= r->tail && !digest_eq(&r->wanted, in_force);
}

void reload_asked(struct reload *r)
{
    r->asked = r->wanted;
    r->asking = true;
}

void reload_refused(struct reload *r, const struct digest *in_force)
{
    r->wanted = *in_force;
}
