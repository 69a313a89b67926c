// syslog_cisco.h - the header of Cisco devices (IOS, IOS XE, NX-OS, ASA, FTD), by its message name.
// SPDX-License-Identifier: Apache-2.0
//
// "[SEQUENCE: ][HOST: ][*|.]TIME[ ZONE]: %FACILITY[-SUB]-SEVERITY-MNEMONIC: text" (Cisco IOS "System
// Message Format"; ASA "Logging Messages"). All before the name may be missing, stand in another order
// or twice, when a relay put its own header in front: the time nearest to the name is the device's, the
// first name is the host. The message name with its '%' becomes the application. NX-OS writes the year
// first. Names of zones that mean one zone only are used; others ("CST") leave the source's own zone.
#ifndef CORE_DECODE_SYSLOG_CISCO_H
#define CORE_DECODE_SYSLOG_CISCO_H

#include "core/decode/syslog.h"

enum { SYSLOG_CISCO_REACH = 160 };

// `s` is the record behind PRI. False: no such name in its first 160 bytes; then *ret is as it was.
bool syslog_cisco(struct span s, ntime_t received, int zone_s, struct syslog *ret);

#endif
