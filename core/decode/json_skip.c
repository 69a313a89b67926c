// json_skip.c - a JSON value that nobody wants.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_skip.h"

#include "core/decode/json.h"
#include "core/decode/json_number.h"

#if defined(__x86_64__)

const char *json_blanks_pass(const char *p)
{
    while (span_is_blank(*p)) {
        p++;
    }
    return p;
}

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

// A number or a word.
JSON_VECTOR static inline const char *skip_plain(const char *p, const char *end)
{
    struct json_number number;

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
    if (*p != ':') {
        p = json_blanks(p);
        if (*p != ':') {
            return NULL;
        }
    }
    return json_blanks(p + 1);
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

// A list or an object begins at `p`; where its first member or element stands or, of an empty one, the
// bracket that closes it. NULL: too deep.
static inline const char *enter(struct levels *l, const char *p, bool *ret_done)
{
    *ret_done = true;
    if (l->depth + l->around == JSON_DEPTH) {
        return NULL;
    }
    l->depth++;
    l->list = l->list << 1 | (*p == '[');
    p = json_blanks(p + 1);
    *ret_done = *p == closing(l);
    return p;
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
    bool done;

    for (p = enter(&l, p, &done);;) {
        if (!done) {
            p = l.list & 1 ? p : skip_key(p, end);
            if (p && json_is_open(*p)) {
                p = enter(&l, p, &done);
                continue;
            }
            p = !p ? NULL : *p == '"' ? skip_string(p + 1, end) : skip_plain(p, end);
        }
        if (p && *p != ',') {
            p = leave(&l, json_blanks(p), end);
        }
        if (!p || l.depth == 0) {
            return p;
        }
        p = json_blanks(p + 1);
        done = false;
    }
}

#endif
