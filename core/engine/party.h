// party.h - vendors and their persons: whose they are, until when, and warnings of breaches.
// SPDX-License-Identifier: Apache-2.0
//
// Most PAM systems do not know whose person somebody is: the contract does. Said once, it holds until
// something else is said, however long ago that was: nothing leaves by age (tables.def).
#ifndef CORE_ENGINE_PARTY_H
#define CORE_ENGINE_PARTY_H

#include "core/engine/scene.h"

void party_apply(struct engine *e, const struct obs *o, const struct scene *s);
const struct row_party *party_of_person(const struct engine *e, struct span person);
const struct row_party *party_of_vendor(const struct engine *e, struct span vendor);

#endif
