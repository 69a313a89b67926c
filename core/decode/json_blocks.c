// json_blocks.c - the grammar of JSON by the bits of 64 bytes.
// SPDX-License-Identifier: Apache-2.0
//
// Let each byte outside of strings be a quote, a bracket, a comma, a colon, or else part of a number or a
// word. A text is right when
//   - a string, number, word or opening bracket stands behind a colon, comma or opening bracket,
//   - a comma not behind one of these, a closing bracket behind neither comma nor colon,
//   - a colon behind a string that does not itself stand behind a colon,
//   - in objects what stands behind a comma or an opening brace is a string with a colon behind it,
//   - in lists there is no colon,
//   - brackets match, strings have no control character and right escapes, numbers and words are such.
// The two about objects and lists are events that are looked at from bracket to bracket.
#include "core/decode/json_blocks.h"

#include "core/base/bits.h"
#include "core/decode/json_number.h"
#include "core/decode/json_skip.h"

#if defined(__x86_64__)

#define ALWAYS inline __attribute__((always_inline))
#define NARROW __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))
#define WIDE   __attribute__((target("avx512f,avx512bw,avx2,bmi,bmi2,popcnt,pclmul")))
enum { BLOCK = 64 };
#define LAST (UINT64_C(1) << 63)

// One bit a byte.
struct kinds {
    uint64_t quote, back, control, colon, comma, open, close, digit, nought;
    uint64_t letter; // of an escape, but no 'u'
};

// What the block before says of the next byte, a bit each; `inside`: all bits.
struct carry {
    uint64_t escape, inside, key, plain, begin, colon, key_end;
    const char *plain_at; // where the number or word began that goes on
};

// What is made of the kinds, outside of strings.
struct parts {
    uint64_t escaped; // behind a backslash
    uint64_t colon, open, close;
    uint64_t odd, starts;     // bytes of numbers and words that are no digits; where such begin
    uint64_t wrong;           // whatever is around
    uint64_t unlist, unbrace; // wrong in a list, in an object
};

// Each bit is the parity of itself and those below: a product without carries by all ones.
NARROW static ALWAYS uint64_t parities(uint64_t v)
{
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)v), _mm_set1_epi8(-1), 0);

    return (uint64_t)_mm_cvtsi128_si64(product);
}

// The bits moved to the next byte.
static ALWAYS uint64_t behind(uint64_t bits, uint64_t *carry)
{
    uint64_t moved = bits << 1 | *carry;

    *carry = bits >> 63;
    return moved;
}

NARROW static ALWAYS struct parts parts_of(const struct kinds *k, struct carry *c)
{
    struct parts r = {.escaped = bits_escaped(k->back, &c->escape)};
    uint64_t quote = k->quote & ~r.escaped;
    uint64_t string = parities(quote) ^ c->inside; // from a quote to before the one that closes
    uint64_t opening = quote & string, closing = quote & ~string, outside = ~(string | closing);
    uint64_t comma = k->comma & outside, plain, begin, colon, nought, sum;

    c->inside = (uint64_t)((int64_t)string >> 63);
    r.colon = k->colon & outside;
    r.open = k->open & outside;
    r.close = k->close & outside;
    plain = outside & ~(r.colon | comma | r.open | r.close);
    begin = behind(comma | r.open, &c->begin);
    colon = behind(r.colon, &c->colon);
    r.starts = plain & ~behind(plain, &c->plain);
    r.wrong =
        k->control | ((opening | r.starts | r.open) & ~(begin | colon)) | (comma & (begin | colon));
    // a nought with digits behind it; where the next block would have to tell, it is looked at by itself
    nought = r.starts & k->nought;
    r.wrong |= nought << 1 & plain & k->digit;
    r.odd = plain & (~k->digit | (nought & LAST));
    // from where a key may begin a one runs through it to the quote that closes it
    c->key = __builtin_add_overflow(string, (opening & ~colon) | c->key, &sum);
    sum = behind(sum & closing, &c->key_end);
    r.wrong |= r.colon & ~sum;
    r.unlist = r.colon;
    r.unbrace = (begin & (r.starts | r.open)) | (sum & ~r.colon);
    return r;
}

// Those escapes of a block that are not told by their letter.
static bool escapes_right(uint64_t odd, const char *p, const char *end)
{
    char *nowhere = NULL;

    for (; odd; odd &= odd - 1) {
        if (!json_escape_odd(p + __builtin_ctzll(odd), end, &nowhere)) {
            return false;
        }
    }
    return true;
}

// Numbers and words in which there are bytes of `odd`. What begins in the block begins at `starts`.
NARROW static bool plain_right(uint64_t odd, uint64_t starts, const char *before, const char *p,
                               const char *end)
{
    while (odd) {
        uint64_t upto = starts & (odd ^ (odd - 1));
        const char *q = json_plain_end(upto ? p + 63 - __builtin_clzll(upto) : before, end);

        if (!q || (*q != ',' && *q != '}' && *q != ']')) {
            return false;
        }
        odd = q - p < BLOCK ? odd & UINT64_MAX << (q - p) : 0;
    }
    return true;
}

// Goes through the brackets. False: wrong; else `*upto` are the bits up to the last one of all.
static ALWAYS bool brackets_right(const struct parts *r, const char *p, struct json_levels *l,
                                  uint64_t *upto)
{
    uint64_t rest = UINT64_MAX;

    *upto = UINT64_MAX;
    for (uint64_t m = r->open | r->close; m; m &= m - 1) {
        uint64_t to = m ^ (m - 1);
        const char *at = p + __builtin_ctzll(m);
        char byte = *at;

        if ((json_levels_list(l) ? r->unlist : r->unbrace) & rest & to) {
            return false;
        }
        rest = ~to;
        if (r->open & m & -m) {
            if (!json_levels_enter(l, byte == '[')) {
                return false;
            }
            continue;
        }
        if (byte != json_levels_closing(l) || at[-1] == ',' || at[-1] == ':') {
            return false;
        }
        json_levels_leave(l);
        if (l->depth == 0) {
            *upto = to;
            return true;
        }
    }
    return !((json_levels_list(l) ? r->unlist : r->unbrace) & rest);
}

struct run {
    const char *p, *end;
    struct json_levels *levels;
    struct carry carry;
    char tail[BLOCK];
};

// The bytes of the next block, NUL from the end of the text on.
static ALWAYS const char *block(struct run *r)
{
    size_t left = (size_t)(r->end - r->p);

    if (left >= BLOCK) {
        return r->p;
    }
    memset(r->tail, 0, BLOCK);
    return memcpy(r->tail, r->p, left);
}

// Whether the block is the last one: `p` is then behind the value, or NULL.
NARROW static ALWAYS bool step(struct run *r, const struct kinds *k)
{
    struct parts s = parts_of(k, &r->carry);
    uint64_t upto, escapes, odd;
    bool right = brackets_right(&s, r->p, r->levels, &upto) && !(s.wrong & upto);

    escapes = s.escaped & ~k->letter & upto;
    odd = s.odd & upto;
    right = right && (!escapes || escapes_right(escapes, r->p, r->end)) &&
            (!odd || plain_right(odd, s.starts, r->carry.plain_at, r->p, r->end));
    if (!right || r->levels->depth == 0) {
        r->p = right ? r->p + __builtin_popcountll(upto) : NULL;
        return true;
    }
    if (r->carry.plain && s.starts) {
        r->carry.plain_at = r->p + 63 - __builtin_clzll(s.starts);
    }
    r->p += BLOCK;
    return false;
}

// ---- kinds out of vectors of 32 bytes

struct halves {
    __m256i lo, hi;
};

NARROW static ALWAYS uint64_t bits_32(struct halves v)
{
    return (uint32_t)_mm256_movemask_epi8(v.lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(v.hi)
                                                      << 32;
}

NARROW static ALWAYS uint64_t same_32(struct halves a, struct halves b)
{
    return bits_32((struct halves){_mm256_cmpeq_epi8(a.lo, b.lo), _mm256_cmpeq_epi8(a.hi, b.hi)});
}

NARROW static ALWAYS uint64_t equal_32(struct halves a, char byte)
{
    __m256i v = _mm256_set1_epi8(byte);

    return same_32(a, (struct halves){v, v});
}

NARROW static ALWAYS struct kinds kinds_32(const char *p, uint64_t escape)
{
    const __m256i *at = (const __m256i *)(const void *)p;
    struct halves v = {_mm256_loadu_si256(at), _mm256_loadu_si256(at + 1)}, t;
    struct kinds k = {.quote = equal_32(v, '"'),
                      .back = equal_32(v, '\\'),
                      .control = bits_32((struct halves){json_controls(v.lo), json_controls(v.hi)}),
                      .colon = equal_32(v, ':'),
                      .comma = equal_32(v, ','),
                      .nought = equal_32(v, '0')};
    const __m256i fold = _mm256_set1_epi8(0x20), nought = json_vectors.nought,
                  nine = json_vectors.nine;

    if (k.back | escape) {
        t.lo = _mm256_shuffle_epi8(json_vectors.letter, json_middles(v.lo));
        t.hi = _mm256_shuffle_epi8(json_vectors.letter, json_middles(v.hi));
        k.letter = same_32(v, t) | k.quote;
    }
    t = (struct halves){_mm256_sub_epi8(v.lo, nought), _mm256_sub_epi8(v.hi, nought)};
    k.digit = same_32(t, (struct halves){_mm256_min_epu8(t.lo, nine), _mm256_min_epu8(t.hi, nine)});
    // '[' and ']' become '{' and '}', no others do
    t = (struct halves){_mm256_or_si256(v.lo, fold), _mm256_or_si256(v.hi, fold)};
    k.open = equal_32(t, '{');
    k.close = equal_32(t, '}');
    return k;
}

NARROW const char *json_blocks_skip_32(const char *p, const char *end, struct json_levels *l)
{
    struct run r = {.p = p, .end = end, .levels = l, .carry.begin = 1};
    struct kinds k;

    do {
        k = kinds_32(block(&r), r.carry.escape);
    } while (!step(&r, &k));
    return r.p;
}

// ---- and of 64

WIDE static ALWAYS uint64_t equal_64(__m512i v, char byte)
{
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte));
}

WIDE static ALWAYS struct kinds kinds_64(const char *p, uint64_t escape)
{
    __m512i v = _mm512_loadu_si512(p), t = _mm512_or_si512(v, _mm512_set1_epi8(0x20)), letter;
    struct kinds k = {.quote = equal_64(v, '"'),
                      .back = equal_64(v, '\\'),
                      .control = _mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(' ')),
                      .colon = equal_64(v, ':'),
                      .comma = equal_64(v, ','),
                      .open = equal_64(t, '{'), // '[' and ']' as well
                      .close = equal_64(t, '}'),
                      .nought = equal_64(v, '0')};

    if (k.back | escape) {
        letter = _mm512_broadcast_i64x4(json_vectors.letter);
        t = _mm512_and_si512(_mm512_srli_epi16(v, 1), _mm512_set1_epi8(15));
        k.letter = _mm512_cmpeq_epi8_mask(v, _mm512_shuffle_epi8(letter, t)) | k.quote;
    }
    t = _mm512_sub_epi8(v, _mm512_set1_epi8('0'));
    k.digit = _mm512_cmplt_epu8_mask(t, _mm512_set1_epi8(10));
    return k;
}

WIDE const char *json_blocks_skip_64(const char *p, const char *end, struct json_levels *l)
{
    struct run r = {.p = p, .end = end, .levels = l, .carry.begin = 1};
    struct kinds k;

    do {
        k = kinds_64(block(&r), r.carry.escape);
    } while (!step(&r, &k));
    return r.p;
}

const char *json_blocks_skip(const char *p, const char *end, struct json_levels *l)
{
    return (json_string_wide() ? json_blocks_skip_64 : json_blocks_skip_32)(p, end, l);
}

#endif
