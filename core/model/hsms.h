// hsms.h - one HSMS message as it was seen on the wire, and what SECS-II messages mean.
// SPDX-License-Identifier: Apache-2.0
//
// Sources: SEMI E37 (HSMS: 4 bytes of length, 10 bytes of header, text), SEMI E5 (SECS-II).
// core/frame makes a `struct hsms_seen`, core/decode/hsms_record.h writes it as a journal record: what
// depends on earlier bytes (who is host, what a reply answers) is settled here, so that a record is
// decoded from itself alone.
#ifndef CORE_MODEL_HSMS_H
#define CORE_MODEL_HSMS_H

#include "core/base/span.h"
#include "core/base/time.h"

enum {
    HSMS_HEAD = 10, // bytes of the header, which the length field counts
    HSMS_LENGTH_MAX = 32 << 20,
    HSMS_END_TEXT = 64, // "[v6 address]:port" and a terminator
    HSMS_DETAIL = 120,
};

enum hsms_stype {
    HSMS_DATA = 0,
    HSMS_SELECT_REQ = 1,
    HSMS_SELECT_RSP = 2,
    HSMS_DESELECT_REQ = 3,
    HSMS_DESELECT_RSP = 4,
    HSMS_LINKTEST_REQ = 5,
    HSMS_LINKTEST_RSP = 6,
    HSMS_REJECT_REQ = 7,
    HSMS_SEPARATE_REQ = 9,
};

const char *hsms_stype_name(unsigned stype); // "Select.req" ...; NULL: E37 knows none

enum hsms_role { HSMS_UNKNOWN, HSMS_HOST, HSMS_EQUIPMENT };

// The parts of a header; `h` has HSMS_HEAD bytes.
struct hsms_head {
    uint16_t session;
    uint8_t byte2, byte3, ptype, stype;
    uint32_t system;
    uint8_t stream, function; // of data messages
    bool wbit;
};
struct hsms_head hsms_head_of(const char *h);

enum hsms_what {
    HSMS_SEEN_MESSAGE,
    HSMS_SEEN_FAULT, // bytes that are no message: the framing was lost, or the stream ended inside one
    HSMS_SEEN_CONNECTION // a connection has ended, or is no longer followed
};

// Faults of framing; those of items are in core/decode/secs2.h.
#define HSMS_LENGTH_ABSURD "length_absurd" // above HSMS_LENGTH_MAX
#define HSMS_LENGTH_SHORT  "length_short"  // below HSMS_HEAD
#define HSMS_TRUNCATED     "message_truncated"
#define HSMS_BYTES_LOST    "bytes_lost" // the capture has a hole here

struct hsms_connection {
    bool accepted, selected;
    enum hsms_role client;
    uint64_t messages, first_frame, last_frame;
    char ended; // 'F' FIN, 'R' RST, 0 = by neither
    bool ended_by_client;
    uint64_t ended_frame;
    uint64_t incomplete[2]; // bytes of messages that never ended: by client, by server
    uint64_t gaps, lost;    // holes of the capture and their bytes
    uint64_t conflicts;     // bytes that came twice and differed
    const char *given_up;   // why it is no longer followed; NULL: it ended, or the capture did
};

struct hsms_seen {
    enum hsms_what what;
    bool plain;                  // a plain stream of one direction: neither packets nor addresses
    uint64_t frame, frame_first; // packets (plain: ordinal of the message), from 1
    ntime_t time;                // of `frame`; plain: 0
    const char *src, *dst;       // "ADDRESS:PORT"; of a connection: client, server
    enum hsms_role sender;
    uint64_t offset;   // of the length field in its direction's stream, from 0
    uint32_t length;   // the length field
    struct span bytes; // header and text of a message
    // a fault of framing: how many bytes it takes, which and where (offset in the stream)
    const char *fault;
    uint64_t fault_at, fault_bytes;
    // what earlier messages tell
    uint64_t connection, ordinal; // of the connection in the capture, of the message in it; from 1
    bool selected;                // the connection was selected when it came
    bool reused;   // its system bytes were those of an open transaction of its sender
    bool is_reply; // `answers` is set
    struct {
        uint64_t frame, ordinal;
        uint8_t stype, stream, function;
        ntime_t time;
    } answers;
    struct hsms_connection end;
};

// ---- meaning (secs.def)

enum secs_sender { SECS_HOST, SECS_TOOL, SECS_BOTH };

struct secs_row {
    uint8_t stream, function;
    enum secs_sender sender;
    const char *meaning, *recipe, *body, *name, *path, *ack;
};

const struct secs_row *secs_row_of(unsigned stream, unsigned function); // NULL: not listed

#endif
