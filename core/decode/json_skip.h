// json_skip.h - a JSON value that nobody wants is checked and passed over; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// RFC 8259 as the plain reader (json.h) takes it, nested at most JSON_DEPTH deep with what is around it.
// The text ends with a closing bracket: behind any other byte of it there is one more.
#ifndef CORE_DECODE_JSON_SKIP_H
#define CORE_DECODE_JSON_SKIP_H

#include "core/decode/json_string.h"

const char *json_blanks_pass(const char *p);

// The first byte from `p` on that is no blank.
static inline const char *json_blanks(const char *p)
{
    return (unsigned char)*p > ' ' ? p : json_blanks_pass(p);
}

static inline bool json_is_open(char c)
{
    return c == '{' || c == '[';
}

#if defined(__x86_64__)

// Behind the list or object that begins at `p`, in `around` others; NULL when it is wrong.
JSON_VECTOR const char *json_skip(const char *p, const char *end, unsigned around);

#endif

#endif
