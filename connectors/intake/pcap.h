// pcap.h - packets out of a capture file or from an interface, by libpcap; the only file that uses it.
// SPDX-License-Identifier: Apache-2.0
//
// Files: pcap (microseconds and nanoseconds, either byte order) and pcapng, as far as libpcap reads them:
// one link type a file. Link types that core/frame/packet.h does not read are refused. Live: the
// interface's packets that the filter lets through; what the kernel dropped is counted by it.
#ifndef CONNECTORS_INTAKE_PCAP_H
#define CONNECTORS_INTAKE_PCAP_H

#include <stdio.h>

#include "core/base/err.h"
#include "core/frame/hsms_tap.h"

enum { PCAP_SNAP = 262144 };

// Whether bytes at the head of a file are those of a capture file.
bool packets_magic(struct span head);

// Gives all packets to the tap; closes `f`. E_INPUT: it is damaged or of a kind that is not read (the
// packets before the place were given).
int packets_file(FILE *f, struct hsms_tap *tap, struct err *err);

struct packets;

// Needs CAP_NET_RAW. `filter` in the language of pcap-filter(7), "" = all TCP. `buffer` bytes in the kernel.
int packets_open(const char *device, const char *filter, size_t buffer, struct packets **ret,
                 struct err *err);
void packets_close(struct packets *p);
int packets_fd(const struct packets *p); // readable when packets are there
// Gives what has come, at most `max` packets. How many, or E_SYSTEM: the interface is gone.
int packets_take(struct packets *p, int max, struct hsms_tap *tap, struct err *err);
uint64_t packets_dropped(struct packets *p); // by the kernel, so far

#endif
