// netaddr.h - IP addresses and prefixes as Sigma's cidr modifier compares them.
// SPDX-License-Identifier: Apache-2.0
//
// Text forms: RFC 4291 section 2.2 for IPv6 (with an optional RFC 4007 zone, which is ignored),
// dotted decimal without leading zeros for IPv4. An IPv4-mapped address (::ffff:a.b.c.d) is the IPv4
// address it carries, so that a dual-stack log line meets an IPv4 prefix.
#ifndef CORE_DETECT_NETADDR_H
#define CORE_DETECT_NETADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

struct netaddr {
    uint8_t bytes; // 4 or 16
    uint8_t b[16];
};

struct cidr {
    struct netaddr base;
    uint8_t bits;
};

bool netaddr_read(struct span s, struct netaddr *ret);
// "base/bits", or an address alone for one host. False also when bits are set behind the prefix.
bool cidr_read(struct span s, struct cidr *ret);
bool cidr_has(const struct cidr *c, const struct netaddr *a);

#endif
