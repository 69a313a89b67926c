// syslog_sd.h - RFC 5424 structured data.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_SYSLOG_SD_H
#define CORE_DECODE_SYSLOG_SD_H

#include "core/decode/fields.h"

enum { SD_ELEMENTS_MAX = 64 };

// Checks the structured data at the head of *rest ("-" or "[id k="v" ...]..." followed by a blank or
// the end), moves *rest behind it and gives its text (empty for "-"). NULL, or what is wrong; *rest
// then stays.
const char *syslog_sd_read(struct span *rest, struct span *ret);

// The parameters of a checked text as fields PREFIX structured_data.ID.PARAM.
void syslog_sd_put(struct span sd, struct span prefix, struct fields *out);

#endif
