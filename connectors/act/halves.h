// halves.h - what the two halves of fabsoc-agent say to each other over a socketpair (link.h).
// SPDX-License-Identifier: Apache-2.0
//
// The net half is a carrier: it can neither make nor change what the exec half accepts or says, since
// both are signed by others.
#ifndef CONNECTORS_ACT_HALVES_H
#define CONNECTORS_ACT_HALVES_H

// net -> exec
enum {
    HALF_COMMAND = 1, // command bytes (blob), signature (blob)
    HALF_RESYNC,      // counter u64: say again the reports of commands above it
};
// exec -> net
enum {
    HALF_STATUS =
        1,       // counter u64, digest of the allow-list 32 bytes, n u32, command ids 16 bytes...
    HALF_REPORT, // report bytes (blob), signature (blob)
};

enum { HALF_AGAIN = 64 }; // commands at most whose reports a RESYNC says again

#endif
