// syslog_usual.h - the header that most lines have, read in one go; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_SYSLOG_USUAL_H
#define CORE_DECODE_SYSLOG_USUAL_H

#include "core/decode/syslog.h"

// "Mmm dd hh:mm:ss HOST TAG[pid]: text", "... TAG: text" or "... HOST {json}", CEF and their like behind the
// priority, in the minute that was read last. What syslog_parse() would say of it; false, and nothing set, when anything is unusual.
bool syslog_usual(struct span s, const struct syslog_now *now, struct syslog *h);

extern const bool syslog_tag_set[256];

// Of a tag: letters, digits and . _ - / ( ) % @ + ~ and the backslash.
static inline bool syslog_tag_char(char c)
{
    return syslog_tag_set[(unsigned char)c];
}

#endif
