// capture.h - the role that listens to an interface: packets to records of HSMS messages.
// SPDX-License-Identifier: Apache-2.0
//
// It parses what anybody on the wire may send, so it has as little as can be: CAP_NET_RAW until the
// interface is open and nothing afterwards, a user of its own, no file, no network, no database; what it
// finds goes to intake over one link, as records (core/decode/hsms_record.h) in which no recipe stands. Key
// and fab model come as descriptors. While the link is full, or intake is away, it reads no packet;
// what the kernel dropped meanwhile is counted as shed. Configuration: share/doc/CONFIG.md, capture.
#ifndef CONNECTORS_ROLE_CAPTURE_H
#define CONNECTORS_ROLE_CAPTURE_H

int role_capture_run(void);

#endif
