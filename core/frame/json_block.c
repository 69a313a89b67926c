// json_block.c - where a JSON text ends, 64 bytes at a time.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/json_block.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "core/base/bits.h"

#define VECTOR __attribute__((target("avx2,bmi,popcnt,pclmul")))

struct block {
    __m256i lo, hi;
};

// The bits of a block in which not only strings go on.
struct bits {
    uint64_t lf;          // inside of strings as well
    uint64_t end;         // those that are
    uint64_t open, close; // brackets outside of strings
    uint64_t suspect;     // opening ones that begin a line
};

bool json_block_able(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

VECTOR static inline struct block load(const char *p)
{
    const __m256i *v = (const __m256i *)(const void *)p;

    return (struct block){_mm256_loadu_si256(v), _mm256_loadu_si256(v + 1)};
}

VECTOR static inline uint64_t bits_of(__m256i lo, __m256i hi)
{
    return (uint32_t)_mm256_movemask_epi8(lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(hi) << 32;
}

VECTOR static inline uint64_t equal(struct block b, char what)
{
    __m256i v = _mm256_set1_epi8(what);

    return bits_of(_mm256_cmpeq_epi8(b.lo, v), _mm256_cmpeq_epi8(b.hi, v));
}

VECTOR static inline struct block with(struct block b, char bits)
{
    __m256i v = _mm256_set1_epi8(bits);

    return (struct block){_mm256_or_si256(b.lo, v), _mm256_or_si256(b.hi, v)};
}

VECTOR static inline bool has(struct block b, char what)
{
    __m256i v = _mm256_set1_epi8(what);

    v = _mm256_or_si256(_mm256_cmpeq_epi8(b.lo, v), _mm256_cmpeq_epi8(b.hi, v));
    return !_mm256_testz_si256(v, v);
}

// Each bit is the parity of itself and those below: a product without carries by all ones.
VECTOR static inline uint64_t parities(uint64_t v)
{
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)v), _mm_set1_epi8(-1), 0);

    return (uint64_t)_mm_cvtsi128_si64(product);
}

// The first bytes that are no blanks behind line ends, all outside of strings.
static uint64_t line_starts(uint64_t lf, uint64_t blank, bool *at_start)
{
    uint64_t behind = lf << 1 | *at_start, sum;

    *at_start = __builtin_add_overflow(behind & blank, blank, &sum) || lf >> 63;
    return (behind | sum) & ~blank;
}

VECTOR static struct bits look(const char *p, uint64_t string, bool *at_start)
{
    struct block b = load(p),
                 folded = with(b, 0x20); // '[' and ']' become '{' and '}', no others do
    struct bits r = {.lf = equal(b, '\n')};
    uint64_t blank = r.lf | equal(b, ' ') | equal(b, '\t') | equal(b, '\r');

    r.end = r.lf & string;
    r.open = equal(folded, '{') & ~string;
    r.close = equal(folded, '}') & ~string;
    r.suspect = line_starts(r.lf & ~string, blank & ~string, at_start) & r.open;
    return r;
}

// The last byte from `from` to before `at` that is no blank; what stands at `at` is outside of strings.
static char last_byte(const char *from, const char *at, char otherwise)
{
    while (at > from) {
        if (!span_is_blank(*--at)) {
            return *at;
        }
    }
    return otherwise;
}

// The bytes of a block that change the depth or may end the text, one after the other; `*at` is moved to
// the one that ends it.
static enum json_step walk(struct json_cut *c, const struct bits *b, const char *from,
                           const char *p, unsigned *at)
{
    for (uint64_t m = b->open | b->close | b->end; m; m &= m - 1) {
        uint64_t bit = m & -m;

        *at = (unsigned)__builtin_ctzll(m);
        if ((b->end & bit) || ((b->close & bit) && --c->depth == 0)) {
            return JSON_END;
        }
        if (b->suspect & bit) {
            char prev = last_byte(from, p + *at, c->prev);

            if ((prev != '[' && prev != ',' && prev != ':') ||
                (p[*at] == '{' && c->depth > JSON_CUT_DEEP)) {
                return JSON_BEFORE;
            }
        }
        c->depth += (b->open & bit) != 0;
    }
    return JSON_MORE;
}

// A block in which there are brackets or line ends. `*ret_n` of its bytes were read.
VECTOR static enum json_step structure(struct json_cut *c, const char *from, const char *p,
                                       uint64_t string, size_t *ret_n, uint64_t *lines)
{
    struct bits b = look(p, string, &c->at_start);
    uint64_t closes = (uint64_t)__builtin_popcountll(b.close);
    enum json_step step = JSON_MORE;
    unsigned last = JSON_BLOCK - 1;

    if (b.end | b.suspect || c->depth <= closes) {
        step = walk(c, &b, from, p, &last);
        last = step == JSON_MORE ? JSON_BLOCK - 1 : last;
    } else {
        c->depth += (uint64_t)__builtin_popcountll(b.open) - closes;
    }
    *lines += (uint64_t)__builtin_popcountll(b.lf << (JSON_BLOCK - 1 - last));
    *ret_n = last + 1;
    return step;
}

VECTOR enum json_step json_block_run(struct json_cut *c, struct span in, size_t *at,
                                     uint64_t *lines)
{
    const char *from = in.p + *at, *p = from, *end = in.p + in.n;
    uint64_t escape = c->escape, inside = c->string ? UINT64_MAX : 0;

    while (end - p >= JSON_BLOCK) {
        struct block b = load(p);
        uint64_t back = equal(b, '\\'), quote = equal(b, '"'), escape_then = 0, string;
        size_t n = JSON_BLOCK;

        if (back | escape) {
            escape_then = escape;
            quote &= ~bits_escaped(back, &escape_then);
        }
        string = parities(quote) ^ inside; // from a quote up to the byte before the one that closes
        if (back & ~string) {
            break;
        }
        // brackets with these bits, and a few letters, which stand in strings where the text is right
        if ((equal(with(b, 0x26), 0x7f) & ~string) || has(b, '\n') || c->at_start) {
            enum json_step step = structure(c, from, p, string, &n, lines);

            if (step != JSON_MORE) {
                *at = (size_t)(p - in.p) + n;
                *c = (struct json_cut){0};
                return step;
            }
        }
        escape = escape_then;
        inside = (uint64_t)((int64_t)string >> 63);
        p += n;
    }
    c->string = inside;
    c->escape = escape;
    c->prev = c->string ? '"' : last_byte(from, p, c->prev);
    *at = (size_t)(p - in.p);
    return JSON_MORE;
}

#else

bool json_block_able(void)
{
    return false;
}

enum json_step json_block_run(struct json_cut *c, struct span in, size_t *at, uint64_t *lines)
{
    (void)c;
    (void)in;
    (void)at;
    (void)lines;
    return JSON_MORE;
}

#endif
