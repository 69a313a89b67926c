// json_levels.h - the lists and objects that a value to be passed over consists of; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_JSON_LEVELS_H
#define CORE_DECODE_JSON_LEVELS_H

#include "core/decode/json.h"

// One bit a level, the innermost is the lowest: it is a list. `around`: how many levels are around all.
struct json_levels {
    uint64_t list;
    unsigned depth, around;
};

static inline bool json_levels_list(const struct json_levels *l)
{
    return l->list & 1;
}

static inline char json_levels_closing(const struct json_levels *l)
{
    return l->list & 1 ? ']' : '}';
}

// False: too deep.
static inline bool json_levels_enter(struct json_levels *l, bool list)
{
    if (l->depth + l->around == JSON_DEPTH) {
        return false;
    }
    l->depth++;
    l->list = l->list << 1 | list;
    return true;
}

static inline void json_levels_leave(struct json_levels *l)
{
    l->list >>= 1;
    l->depth--;
}

#endif
