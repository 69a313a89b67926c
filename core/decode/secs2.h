// secs2.h - the items of a SECS-II message (SEMI E5, section 9).
// SPDX-License-Identifier: Apache-2.0
//
// An item is a format byte (6 bits of format, 2 bits = number of length bytes, 1 to 3), its length
// (elements of a list, else bytes) and its content. The walker goes through them in the order in which
// they stand, keeps nothing but one small level per open list, allocates nothing, and never believes a
// count: a list that cannot fit into what is left is refused where it is declared. More length bytes
// than needed are legal. Offsets are bytes of the body; a fault stands at the format byte of the item that
// does not hold (a list that has too few elements: at the list; trailing bytes: at the first of them).
#ifndef CORE_DECODE_SECS2_H
#define CORE_DECODE_SECS2_H

#include "core/base/buf.h"
#include "core/model/event.h"

enum { SECS2_DEPTH = 64, SECS2_NAME = 8, SECS2_TEXT = 32 };

// Format codes, as the upper six bits of the format byte.
enum secs2_format {
    SECS2_L = 000,
    SECS2_B = 010,
    SECS2_BOOLEAN = 011,
    SECS2_A = 020,
    SECS2_J = 021,
    SECS2_C2 = 022, // two-byte characters, behind a two-byte header that names the encoding
    SECS2_I8 = 030,
    SECS2_I1 = 031,
    SECS2_I2 = 032,
    SECS2_I4 = 034,
    SECS2_F8 = 040,
    SECS2_F4 = 044,
    SECS2_U8 = 050,
    SECS2_U1 = 051,
    SECS2_U2 = 052,
    SECS2_U4 = 054,
    SECS2_DIGEST = 017, // not of E5: stands for an item that is not kept (hsms_record.h)
};

#define SECS2_ITEM_TRUNCATED    "item_truncated"
#define SECS2_LIST_TRUNCATED    "list_truncated"
#define SECS2_LENGTH_BYTES_ZERO "length_bytes_zero"
#define SECS2_FORMAT_UNKNOWN    "format_unknown"
#define SECS2_ITEM_SIZE         "item_size"
#define SECS2_TRAILING_BYTES    "trailing_bytes"
#define SECS2_NESTING           "nesting_too_deep"

struct secs2_item {
    enum secs2_format format;
    size_t at;        // of the format byte
    size_t end;       // behind the item; of a list: behind its count
    unsigned depth;   // 0 = the message's own item
    uint32_t index;   // its place in the list it stands in
    uint32_t count;   // list: elements
    struct span data; // else: content
    unsigned closes;  // lists that end with this item (an empty list closes itself as well)
};

struct secs2_walk {
    struct span body;
    size_t at;
    bool digests; // SECS2_DIGEST is allowed: a record of ours
    bool begun;
    unsigned depth;
    struct {
        uint32_t left, index;
        size_t at;
    } level[SECS2_DEPTH];
    const char *fault; // NULL: none
    size_t fault_at;
    char detail[120];
};

// An empty body has no item.
void secs2_begin(struct secs2_walk *w, struct span body);
// 1 and an item; 0 at the right end; -1 at a fault, now and for ever.
int secs2_next(struct secs2_walk *w, struct secs2_item *ret);

const char *secs2_name(enum secs2_format f); // "L", "A" ...; NULL when E5 knows none
size_t secs2_width(enum secs2_format f);     // bytes of one element; 0 = list
bool secs2_is_text(enum secs2_format f);     // A, J
// Numbers and truth values. How many there are, and one of them; F4 and F8 as V_FLOAT with their text in
// `text`, which `ret->s` points to, as for the rest. NaN and infinities are V_STR.
size_t secs2_count(const struct secs2_item *it);
void secs2_value(const struct secs2_item *it, size_t i, char text[SECS2_TEXT], struct fval *ret);
// A or J as UTF-8, a byte being the character of its number; B and C2 as hexadecimal digits.
void secs2_put_text(struct buf *out, const struct secs2_item *it);
// The body as JSON: {"TYPE": value}, see share/doc/SOURCES.md; `null` when it is empty. False at a fault
// (something was written then).
bool secs2_put_json(struct buf *out, struct secs2_walk *w);

// Whether the item that the walker has just given stands at `path` (secs.def). `where` follows the walk:
// one call for every item, in order.
struct secs2_where {
    uint32_t index[SECS2_DEPTH];
};
void secs2_follow(struct secs2_where *where, const struct secs2_item *it);
bool secs2_at(const struct secs2_where *where, const struct secs2_item *it, const char *path);

#endif
