// syslog.h - the header of a syslog message: RFC 5424, RFC 3164 and what is sent under their name.
// SPDX-License-Identifier: Apache-2.0
//
// A right RFC 5424 header is read strictly. What begins like one and is wrong gets `error`, the parts
// that were right, and the rest as message. Two short forms are no error: the body (JSON, CEF, LEEF)
// directly behind HOST (CyberArk) or in place of the structured data. RFC 3164 has no grammar, only
// customs: without PRI (a log file), ISO time, no host, no tag, Cisco's sequence number and marks.
#ifndef CORE_DECODE_SYSLOG_H
#define CORE_DECODE_SYSLOG_H

#include "core/decode/fields.h"
#include "core/decode/stamp.h"

enum syslog_form { SYSLOG_NONE, SYSLOG_5424, SYSLOG_3164 };

struct syslog {
    enum syslog_form form; // NONE: this is no syslog message
    int pri;               // 0-191, -1 when it has none
    int version;           // RFC 5424, else 0
    struct span stamp, host, app, procid, msgid, sd, msg;
    utime_t time;      // UTIME_NONE when it names none
    const char *error; // NULL, or what is wrong
};

struct syslog_now { // what a time without year and zone is read by
    ntime_t received;
    int zone_s;
    struct stamp_memo *memo;
};

void syslog_parse(struct span raw, const struct syslog_now *now, struct syslog *ret);

// The names of a header's fields and their numbers, found once: alone, and under "header".
enum { SYSLOG_NAMES = 10 };
struct syslog_names {
    struct syslog_name {
        struct span name;
        uint32_t id;
    } of[2][SYSLOG_NAMES];
};
void syslog_names_init(struct syslog_names *n, const struct wants *w);

// The header as original fields, under "header." when the body brings fields of its own. Structured
// data becomes structured_data.ID.PARAM.
void syslog_put(const struct syslog *h, const struct syslog_names *names, bool under,
                struct fields *out);

// What a body is, by its first bytes.
enum body { BODY_TEXT, BODY_JSON, BODY_CEF, BODY_LEEF, BODY_XML, BODY_ZEEK, BODY_CSV };
enum body body_told(struct span s);

// Most texts are none of them, by their first byte.
static inline enum body body_of(struct span s)
{
    char c = s.n ? s.p[0] : 'x';

    return c == '{' || c == '[' || c == 'C' || c == 'L' || c == '<' || c == '#' ||
                   (c >= '0' && c <= '2')
               ? body_told(s)
               : BODY_TEXT;
}

extern const char *const syslog_level_name[8]; // by severity

#endif
