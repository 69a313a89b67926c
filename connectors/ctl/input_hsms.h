// input_hsms.h - capture files and plain HSMS streams given to decode and scan.
// SPDX-License-Identifier: Apache-2.0
//
// A capture file is gone through twice, so that the first message already has the direction that the last
// one proves (core/frame/hsms_tap.h); what cannot be read twice (a pipe, a packed file) is copied into an
// unnamed file first, at most SPOOL_MAX bytes. `line` is the number of the packet that completes a message,
// or that ends a connection; of a plain stream the number of the message.
#ifndef CONNECTORS_CTL_INPUT_HSMS_H
#define CONNECTORS_CTL_INPUT_HSMS_H

#include "connectors/ctl/input.h"
#include "connectors/ctl/unpack.h"

#define SPOOL_MAX ((uint64_t)16 << 30)

struct hsms_input {
    const char *file;
    int fd; // of the file itself
    ntime_t received;
    struct unpack *unpack;
    struct span first; // the first piece out of it
    const struct input_hsms *how;
    input_take *take;
    void *ctx;
};

int input_pcap(const struct hsms_input *in, struct err *err);
// Bytes of one direction of a connection.
int input_hsms_stream(const struct hsms_input *in, struct err *err);

#endif
