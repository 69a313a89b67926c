// gram_walk.c - hashes of runs, one by one and eight at a time.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/gram_walk.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// STEP: places at a time. One bit in RARELY is set, as far as 64 Ki bits go.
enum { STEP = 8, RARELY = 64, BITS_MIN = 8, BITS_MAX = 16 };

bool gram_bits_make(struct arena *a, struct gram_bits *t, size_t n)
{
    unsigned bits = BITS_MIN;

    while (bits < BITS_MAX && (size_t)1 << bits < n * RARELY) {
        bits++;
    }
    t->shift = (uint8_t)(32 - bits);
    t->bit = arena_array(a, ((size_t)1 << bits) / 32, sizeof(*t->bit));
    return t->bit != NULL;
}

void gram_bits_add(struct gram_bits *t, uint32_t gram)
{
    uint32_t h = gram_hash(gram) >> t->shift;

    t->bit[h / 32] |= 1u << h % 32;
}

// Nothing is asked twice, and no branch depends on what is found.
static inline size_t by_ones(const struct gram_bits *t, size_t size, struct span text, size_t from,
                             size_t stop, uint32_t *place)
{
    uint32_t mask = gram_mask(size);
    size_t n = 0;

    for (size_t i = from; i < stop; i++) {
        uint32_t v;

        memcpy(&v, text.p + i, sizeof(v));
        place[n] = (uint32_t)i;
        n += gram_may_be(t, v & mask);
    }
    return n;
}

static bool plainly_here;

void gram_walk_plainly(bool plainly)
{
    plainly_here = plainly;
}

#if defined(__x86_64__)
static bool by_steps_usable(void)
{
    return !plainly_here && __builtin_cpu_supports("avx2");
}

// The hashes of the runs at p[0..STEP-1].
__attribute__((target("avx2"))) static inline __m256i hashes(const char *p)
{
    const __m256i runs =
        _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, // of the lower half
                         4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
    __m256i v = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)p));

    return _mm256_mullo_epi32(_mm256_shuffle_epi8(v, runs), _mm256_set1_epi32((int)gram_hash(1)));
}

__attribute__((target("avx2"))) static size_t by_steps(const struct gram_bits *t, struct span text,
                                                       size_t from, size_t stop, uint32_t *place)
{
    const __m128i shift = _mm_cvtsi32_si128(t->shift);
    size_t n = 0;

    for (size_t i = from; i < stop; i += STEP) {
        __m256i h = _mm256_srl_epi32(hashes(text.p + i), shift);
        __m256i word =
            _mm256_i32gather_epi32((const int *)t->bit, _mm256_srli_epi32(h, 5), sizeof(*t->bit));
        __m256i bit = _mm256_srlv_epi32(word, _mm256_and_si256(h, _mm256_set1_epi32(31)));
        uint32_t found =
            (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(bit, 31)));

        found &= stop - i < STEP ? (1u << (stop - i)) - 1 : UINT32_MAX;
        for (; found; found &= found - 1) {
            place[n++] = (uint32_t)i + (uint32_t)__builtin_ctz(found);
        }
    }
    return n;
}
#else
static bool by_steps_usable(void)
{
    return false;
}

static size_t by_steps(const struct gram_bits *t, struct span text, size_t from, size_t stop,
                       uint32_t *place)
{
    return by_ones(t, GRAM_MAX, text, from, stop, place);
}
#endif

size_t gram_walk(const struct gram_bits *t, size_t size, struct span text, size_t *at,
                 uint32_t place[GRAM_PLACES])
{
    size_t from = *at, end = text.n < size ? 0 : text.n - size + 1;
    size_t stop = from + GRAM_PLACES < end ? from + GRAM_PLACES : end;

    *at = stop < end ? stop : text.n;
    if (size == GRAM_MAX && by_steps_usable()) {
        return by_steps(t, text, from, stop, place);
    }
    return by_ones(t, size, text, from, stop, place);
}
