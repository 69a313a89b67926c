// fab_addr.h - network addresses as values, so that two spellings of one compare equal.
// SPDX-License-Identifier: Apache-2.0
//
// IPv4 in dotted decimal without leading zeros (RFC 6943 3.1.1: anything else is read differently by
// different programs); IPv6 as RFC 4291 2.2, without a zone. IPv4 is kept as ::ffff:a.b.c.d, so that
// the mapped form is the same address. Hardware addresses: aa:bb:.., aa-bb-.., aabb.ccdd.eeff.
#ifndef CORE_MODEL_FAB_ADDR_H
#define CORE_MODEL_FAB_ADDR_H

#include <stdbool.h>

#include "core/base/span.h"

struct fab_addr {
    unsigned char b[16];
};

struct fab_net {
    struct fab_addr addr; // host bits are zero
    unsigned bits;        // 0-128; an IPv4 /24 is 120 here
};

bool fab_addr_parse(struct span s, struct fab_addr *ret);
bool fab_net_parse(struct span s, struct fab_net *ret); // "10.20.3.0/24"; host bits must be zero
bool fab_net_has(const struct fab_net *net, const struct fab_addr *a);
// An address of one host that can be elsewhere: no multicast, broadcast, loopback, link-local, nothing.
// False for what is no address.
bool fab_ip_is_place(struct span ip);
bool fab_mac_parse(struct span s, unsigned char ret[6]);

#endif
