// known.h - answers to rules out of the longer memory and the model.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_KNOWN_H
#define CORE_ENGINE_KNOWN_H

#include "core/engine/context.h"

// The context fields from fab.ctx.ticket on (core/model/ctx.def); absent when there is nothing to say.
struct fval known_get(struct context_view *v, enum ctx field, const struct obs *o);
// Those of them that are about requests, persons, accounts and vendors.
struct fval known_person(struct context_view *v, enum ctx field, const struct obs *o);

#endif
