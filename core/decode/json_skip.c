// json_skip.c - a JSON value that nobody wants.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_skip.h"

#include "core/decode/json.h"
#include "core/decode/json_number.h"

#if defined(__x86_64__)

// Behind the string whose text begins at `p`.
JSON_VECTOR static inline const char *skip_string(const char *p, const char *end)
{
    const char *from = p, *q;
    uint32_t stops;

    while (!(stops = json_stops(json_window(p, end)))) {
        p += JSON_WINDOW;
    }
    p += _tzcnt_u32(stops);
    if (p < end && *p == '"') {
        return p + 1;
    }
    q = json_string_end(from, end, &(bool){false});
    return q ? q + 1 : NULL;
}

// A string, number or word.
JSON_VECTOR static inline const char *skip_scalar(const char *p, const char *end)
{
    struct json_number number;

    if (*p == '"') {
        return skip_string(p + 1, end);
    }
    return *p == '-' || (*p >= '0' && *p <= '9') ? json_number_end(p, end, &number)
                                                 : json_word_end(p, end);
}

// The value of the member that begins at `p`.
JSON_VECTOR static inline const char *skip_key(const char *p, const char *end)
{
    p = *p == '"' ? skip_string(p + 1, end) : NULL;
    if (!p) {
        return NULL;
    }
    p = json_blanks(p);
    return *p == ':' ? json_blanks(p + 1) : NULL;
}

// One bit a level, the innermost is the lowest: it is a list.
struct levels {
    uint64_t list;
    unsigned depth, around;
};

static inline char closing(const struct levels *l)
{
    return l->list & 1 ? ']' : '}';
}

// A list or an object begins at `p`; where its first value or member stands, or, of an empty one, the
// bracket that closes it.
static inline const char *enter(struct levels *l, const char *p)
{
    if (l->depth + l->around == JSON_DEPTH) {
        return NULL;
    }
    l->depth++;
    l->list = l->list << 1 | (*p == '[');
    return json_blanks(p + 1);
}

// Behind what ends with the bracket at `p` and with those that follow it: at a comma, or at `end` of all.
static inline const char *leave(struct levels *l, const char *p, const char *end)
{
    while (*p == closing(l)) {
        p++;
        l->list >>= 1;
        if (--l->depth == 0) {
            return p;
        }
        if (p == end) {
            return NULL;
        }
        p = json_blanks(p);
    }
    return *p == ',' ? p : NULL;
}

JSON_VECTOR const char *json_skip(const char *p, const char *end, unsigned around)
{
    struct levels l = {.around = around};
    bool first = true;

    p = enter(&l, p);
    while (p) {
        if (!first || *p != closing(&l)) {
            p = l.list & 1 ? p : skip_key(p, end);
            if (p && json_is_open(*p)) {
                p = enter(&l, p);
                first = true;
                continue;
            }
            p = p ? skip_scalar(p, end) : NULL;
            if (!p) {
                return NULL;
            }
            p = json_blanks(p);
        }
        if (*p != ',') {
            p = leave(&l, p, end);
            if (!p || l.depth == 0) {
                return p;
            }
        }
        p = json_blanks(p + 1);
        first = false;
    }
    return NULL;
}

#endif
