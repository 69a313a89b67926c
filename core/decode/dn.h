// dn.h - LDAP distinguished names as text (RFC 4514).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_DN_H
#define CORE_DECODE_DN_H

#include "core/base/arena.h"
#include "core/base/span.h"

// The value of the first part whose type is uid, cn or sAMAccountName; empty when there is none.
struct span dn_name(struct span dn);
// The values of the parts ou, o and dc in their order, with dots between them: the place of the entry.
struct span dn_domain(struct span dn, struct arena *a);

#endif
