// template.h - small text patterns: literals and holes.
// SPDX-License-Identifier: Apache-2.0
//
//   "Failed password for invalid user {user.name*} from {source.ip} port {source.port} ssh2{_}"
//
// {field} takes the shortest text, at least one byte, before the next literal; {field*} the longest
// (one a template; for what an outsider chooses freely: a user name that itself reads "x from 1.2.3.4
// port 22" must not move the address); {_} takes anything, also nothing. A hole of an INT field takes
// digits only. {@name} gives an original field, for the map to take. A type may stand behind a colon:
// {@x:int} digits, {@x:ip} what an address is made of, {@x:word} no blanks. The whole text must be used up; blanks at its ends are the caller's to trim.
#ifndef CORE_DECODE_TEMPLATE_H
#define CORE_DECODE_TEMPLATE_H

#include "core/base/err.h"
#include "core/model/event.h"

enum { TEMPLATE_PARTS = 24, HOLE_SKIP = FIELD_COUNT, HOLE_NAMED = FIELD_COUNT + 1 };
enum hole_type { HOLE_ANY, HOLE_INT, HOLE_IP, HOLE_WORD };

struct template_part {
    struct span before; // literal in front of the hole
    unsigned hole;      // enum field, HOLE_SKIP, HOLE_NAMED
    struct span name;   // HOLE_NAMED: an original name
    uint16_t slot;      // its number, set by the reader
    enum hole_type type;
    bool greedy, any; // any: {_}, which is not asked for
};

struct template
{
    size_t n;
    struct template_part part[TEMPLATE_PARTS];
    struct span tail;     // literal behind the last hole
    uint32_t core, named; // the parts whose holes are core fields, and HOLE_NAMED: bit = part
    // The first eight bytes at most of the literal that a fitting text begins with, and their mask:
    // a text whose head differs in them is not worth the match.
    uint64_t head, head_mask;
};

// Which pairs of neighbouring bytes a text has, by a hash of 8 bits. A text without all pairs of a
// template's literals does not fit it. Never wrong in the other direction than "may fit".
enum { PAIRS_REACH = 256, PAIRS_ALWAYS = 256 }; // longer texts are not worth it
struct pairset {
    bool has[PAIRS_ALWAYS + 1]; // the last one: what every text has
};
#define PAIRSET_NONE ((struct pairset){.has[PAIRS_ALWAYS] = true})
void pairset_add(struct pairset *s, struct span text);

// The first eight bytes of a text as they stand in memory, with zeros behind a shorter one.
static inline uint64_t template_head(struct span s)
{
    uint64_t v = 0;

    if (s.n >= sizeof(v)) {
        return span_load8(s.p);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (s.n >= 4) {
        return span_load4(s.p) | (uint64_t)span_load4(s.p + s.n - 4) << 8 * (s.n - 4);
    }
    for (size_t i = 0; i < s.n; i++) {
        v |= (uint64_t)(unsigned char)s.p[i] << 8 * i;
    }
#else
    if (s.n) {
        memcpy(&v, s.p, s.n);
    }
#endif
    return v;
}

// All ones for the first n bytes of it.
static inline uint64_t template_head_mask(size_t n)
{
    static const char ones[8] = "\xff\xff\xff\xff\xff\xff\xff\xff";

    return template_head(span_of(ones, n < sizeof(ones) ? n : sizeof(ones)));
}

extern const char field_types[FIELD_COUNT]; // 1: INT, 2: LIST of field.def

static inline bool field_is_int(enum field f)
{
    return f < FIELD_COUNT && field_types[f] == 1;
}

bool field_is_list(enum field f); // may have several values, which stand joined with ','

// Spans of the result point into `text`. 0, or E_INPUT with a sentence.
int template_parse(struct span text, struct template *ret, struct err *err);

// Fills value[] of the holes (index = part) but {_} when the text fits.
bool template_match(const struct template *t, struct span text, struct span value[TEMPLATE_PARTS]);

// What several templates begin with: their first `parts` parts (whatever the fields of the holes) and the
// first `n` bytes of the literal behind. It is looked for in a text once; each of the templates then
// asks only those places where its literal can stand.
enum { STEM_PLACES = 8 };
struct template_stem {
    const struct template *of; // one of them
    size_t parts, n;
};
struct stem_fit {
    const struct template_stem *stem;
    struct span text;
    size_t at;                  // where the last hole of the stem begins
    size_t n;                   // places where the literal behind may begin: none, and none of the
                                // templates fits; STEM_PLACES, and there may be more
    size_t place[STEM_PLACES];  // ascending
    uint64_t then[STEM_PLACES]; // the eight bytes behind the stem's there, as of template_head()
};

// How many bytes the literals behind the first `parts` parts share; 0 when those parts differ or one of
// them is greedy.
size_t template_shares(const struct template *a, const struct template *b, size_t parts);
// Fills value[] of the stem's holes but the last.
void template_stem(const struct template_stem *s, struct span text,
                   struct span value[TEMPLATE_PARTS], struct stem_fit *ret);
// As template_match(), behind template_stem() for the same value[]. The literal stands at none of the
// places before `place`.
bool template_match_stem(const struct template *t, const struct stem_fit *fit, size_t place,
                         struct span value[TEMPLATE_PARTS]);

#endif
