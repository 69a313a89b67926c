// teddy.c - dealing runs into buckets, and the shuffles.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/teddy.h"

#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// ALPHABET: as many kinds of bytes as a value of a log uses evenly. RUNS_MAX: more are never told apart.
enum { BUCKETS = 8, ALPHABET = 48, RUNS_MAX = 256 };

struct bucket {
    uint32_t low[TEDDY_BYTES], high[TEDDY_BYTES]; // halves that occur: one bit each
};

static void add(struct bucket *b, const struct teddy_run *r)
{
    for (size_t k = 0; k < TEDDY_BYTES; k++) {
        uint32_t byte = r->bytes >> 8 * k & 0xff;
        bool any = k >= r->size;

        b->low[k] |= any ? 0xffff : 1u << (byte & 15);
        b->high[k] |= any ? 0xffff : 1u << (byte >> 4);
    }
}

static inline uint32_t ones(uint32_t v) // of 16 bits
{
    v -= v >> 1 & 0x5555;
    v = (v & 0x3333) + (v >> 2 & 0x3333);
    v = (v + (v >> 4)) & 0x0f0f;
    return (v + (v >> 8)) & 0x1f;
}

// How likely the bucket is at some place.
static double odds(const struct bucket *b)
{
    double p = 1;

    for (size_t k = 0; k < TEDDY_BYTES; k++) {
        uint32_t kinds = ones(b->low[k]) * ones(b->high[k]);

        p *= kinds < ALPHABET ? (double)kinds / ALPHABET : 1;
    }
    return p;
}

static int by_bytes(const void *a, const void *b)
{
    const struct teddy_run *x = a, *y = b;

    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

// Each run into the bucket that it makes worse by the least.
bool teddy_build(struct teddy *t, struct teddy_run *run, size_t n, double vain)
{
    struct bucket bucket[BUCKETS] = {0};
    double now[BUCKETS] = {0}, sum = 0;

    if (n == 0 || n > RUNS_MAX) {
        return false;
    }
    qsort(run, n, sizeof(*run), by_bytes);
    for (size_t i = 0; i < n && sum <= vain; i++) {
        size_t best = 0;
        double least = 2;

        for (size_t k = 0; k < BUCKETS && (k == 0 || now[k - 1] > 0);
             k++) { // one empty one is enough
            struct bucket b = bucket[k];
            double more;

            add(&b, &run[i]);
            more = odds(&b) - now[k];
            if (more < least) {
                least = more;
                best = k;
            }
        }
        add(&bucket[best], &run[i]);
        now[best] += least;
        sum += least;
    }
    *t = (struct teddy){0};
    for (size_t b = 0; b < BUCKETS; b++) {
        for (size_t k = 0; k < TEDDY_BYTES; k++) {
            for (size_t half = 0; half < 16; half++) {
                t->low[k][half] |= (uint8_t)((bucket[b].low[k] >> half & 1) << b);
                t->high[k][half] |= (uint8_t)((bucket[b].high[k] >> half & 1) << b);
            }
        }
    }
    return sum <= vain;
}

static bool forbidden_here;

void teddy_forbid(bool forbidden)
{
    forbidden_here = forbidden;
}

#if defined(__x86_64__)
bool teddy_usable(void)
{
    return !forbidden_here && __builtin_cpu_supports("avx2");
}

#define AVX2 __attribute__((target("avx2")))

struct tables { // of one byte of the runs
    __m256i low, high;
};

AVX2 static inline __m256i twice(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)table));
}

AVX2 static inline struct tables tables(const struct teddy *t, size_t k)
{
    return (struct tables){twice(t->low[k]), twice(t->high[k])};
}

// The buckets of 32 bytes.
AVX2 static inline __m256i buckets(struct tables t, const char *p)
{
    const __m256i half = _mm256_set1_epi8(15);
    __m256i v = _mm256_loadu_si256((const __m256i_u *)p);
    __m256i low = _mm256_shuffle_epi8(t.low, _mm256_and_si256(v, half));
    __m256i high = _mm256_shuffle_epi8(t.high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half));

    return _mm256_and_si256(low, high);
}

AVX2 size_t teddy_find(const struct teddy *t, struct span text, size_t *at, uint32_t *place,
                       size_t max)
{
    const struct tables t0 = tables(t, 0), t1 = tables(t, 1), t2 = tables(t, 2), t3 = tables(t, 3);
    size_t n = 0, i = *at;

    for (; i < text.n && n + TEDDY_STEP <= max; i += TEDDY_STEP) {
        const char *p = text.p + i;
        __m256i v = _mm256_and_si256(_mm256_and_si256(buckets(t0, p), buckets(t1, p + 1)),
                                     _mm256_and_si256(buckets(t2, p + 2), buckets(t3, p + 3)));
        __m256i none = _mm256_cmpeq_epi8(v, _mm256_setzero_si256());
        uint32_t found = ~(uint32_t)_mm256_movemask_epi8(none);

        if (text.n - i < TEDDY_STEP) {
            found &= (1u << (text.n - i)) - 1;
        }
        for (; found; found &= found - 1) {
            place[n++] = (uint32_t)i + (uint32_t)__builtin_ctz(found);
        }
    }
    *at = i < text.n ? i : text.n;
    return n;
}
#else
bool teddy_usable(void)
{
    return false;
}

size_t teddy_find(const struct teddy *t, struct span text, size_t *at, uint32_t *place, size_t max)
{
    (void)t;
    (void)place;
    (void)max;
    *at = text.n;
    return 0;
}
#endif
