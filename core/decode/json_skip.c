// json_skip.c - a JSON value that nobody wants.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_skip.h"

#include "core/decode/json_blocks.h"
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

// A list or an object begins at `p`; where its first member or element stands or, of an empty one, the
// bracket that closes it. NULL: too deep.
static inline const char *enter(struct json_levels *l, const char *p, bool *ret_done)
{
    *ret_done = true;
    if (!json_levels_enter(l, *p == '[')) {
        return NULL;
    }
    p = json_blanks(p + 1);
    *ret_done = *p == json_levels_closing(l);
    return p;
}

// Behind what ends with the bracket at `p` and with those that follow it: at a comma, or at `end` of all.
static inline const char *leave(struct json_levels *l, const char *p, const char *end)
{
    while (*p == json_levels_closing(l)) {
        p++;
        json_levels_leave(l);
        if (l->depth == 0) {
            return p;
        }
        if (p == end) {
            return NULL;
        }
        p = json_blanks(p);
    }
    return *p == ',' ? p : NULL;
}

// After so many members and elements blocks of them are tried: short values do not pay for it.
enum { FEW = 4 };

JSON_VECTOR const char *json_skip(const char *p, const char *end, unsigned around)
{
    struct json_levels l = {.around = around}, copy;
    const char *q;
    unsigned commas = 0;
    bool done;

    for (p = enter(&l, p, &done);;) {
        if (!done) {
            p = json_levels_list(&l) ? p : skip_key(p, end);
            if (p && json_is_open(*p)) {
                p = enter(&l, p, &done);
                continue;
            }
            p = !p ? NULL : *p == '"' ? skip_string(p + 1, end) : json_plain_end(p, end);
        }
        if (p && *p != ',') {
            p = leave(&l, json_blanks(p), end);
        }
        if (!p || l.depth == 0) {
            return p;
        }
        p++;
        if (++commas == FEW) {
            copy = l;
            q = json_blocks_skip(p, end, &copy);
            if (q) {
                return q;
            }
        }
        p = json_blanks(p);
        done = false;
    }
}

#endif
