// address.h - what is written like an IP address, and what stands beside it.
// SPDX-License-Identifier: Apache-2.0
//
// Dotted decimal of four numbers of 0 to 255, and the text forms of IPv6 (RFC 4291 2.2: groups of one
// to four hexadecimal digits, "::" once, the last 32 bits perhaps dotted), with the zone of RFC 4007
// ("fe80::1%eth0"). Nothing is resolved and nothing is rewritten: an address is a part of its text.
#ifndef CORE_DECODE_ADDRESS_H
#define CORE_DECODE_ADDRESS_H

#include "core/base/span.h"

bool address_is(struct span s); // the whole of it

// An address and, directly behind it, the port: "1.2.3.4:22", "1.2.3.4#22" (BIND), "1.2.3.4/22" (Cisco,
// Juniper: a number over 32, since "/24" says how long a network's prefix is), "[v6]:22", "v6#22".
// `port` is empty without one. False when the text is anything else.
struct address {
    struct span ip, port;
};
bool address_read(struct span s, struct address *ret);
bool port_is(struct span s); // 0 to 65535 in decimal digits

#endif
