// few.c - two bytes of each text, and the places that have them.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/few.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/detect/grams.h"

// Sets one more bit: letters become small ones, and a few signs others.
enum { FOLD = 0x20 };

// The rarest byte of the text's beginning but the one at `but`; where there is no other, that one.
static uint8_t rarest(struct span text, size_t but)
{
    size_t best = but == 0 && text.n > 1, most = 0;

    for (size_t i = 0; i < text.n && i < FEW_REACH; i++) {
        size_t rare = gram_rarity((unsigned char)text.p[i]);

        if (i != but && rare > most) {
            most = rare;
            best = i;
        }
    }
    return (uint8_t)best;
}

bool few_make(struct few *f, const struct span *text, size_t n)
{
    *f = (struct few){.n = n};
    if (n > FEW_MAX) {
        f->n = 0;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct few_text *t = &f->text[i];

        t->text = text[i];
        t->at[0] = rarest(text[i], SIZE_MAX);
        t->at[1] = rarest(text[i], t->at[0]);
        for (size_t k = 0; k < 2; k++) {
            t->byte[k] = (uint8_t)(text[i].p[t->at[k]] | FOLD);
        }
    }
    return true;
}

static bool stands(const struct few_text *t, struct span s, size_t at)
{
    return s.n - at >= t->text.n && span_eq_nocase(span_sub(s, at, t->text.n), t->text);
}

static inline bool has(const struct few_text *t, struct span s, size_t at, size_t k)
{
    return s.n - at > t->at[k] && ((unsigned char)s.p[at + t->at[k]] | FOLD) == t->byte[k];
}

static bool any_at(const struct few *f, struct span s, size_t at)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct few_text *t = &f->text[i];

        if (has(t, s, at, 0) && has(t, s, at, 1) && stands(t, s, at)) {
            return true;
        }
    }
    return false;
}

static bool any_plainly(const struct few *f, struct span s)
{
    size_t at = 0;

    while (at < s.n && !any_at(f, s, at)) {
        at++;
    }
    return at < s.n;
}

static bool plainly_here;

void few_plainly(bool plainly)
{
    plainly_here = plainly;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

// One text's bytes where the loop finds them.
struct pair {
    size_t at[2];
    __m256i byte[2];
};

AVX2 static inline __m256i found(const struct pair *t, const char *p, size_t k)
{
    __m256i v = _mm256_loadu_si256((const __m256i_u *)(p + t->at[k]));

    return _mm256_cmpeq_epi8(_mm256_or_si256(v, _mm256_set1_epi8(FOLD)), t->byte[k]);
}

// The places of FEW_STEP at `p`, with FEW_REACH bytes behind them, that have both bytes of one of n texts.
AVX2 static inline uint32_t found_any(const struct pair *t, size_t n, const char *p)
{
    __m256i v = _mm256_and_si256(found(t, p, 0), found(t, p, 1));

    for (size_t i = 1; i < n; i++) {
        v = _mm256_or_si256(v, _mm256_and_si256(found(t + i, p, 0), found(t + i, p, 1)));
    }
    return (uint32_t)_mm256_movemask_epi8(v);
}

static bool any_of_places(const struct few *f, struct span s, size_t at, uint32_t places)
{
    for (; places; places &= places - 1) {
        size_t place = at + (size_t)__builtin_ctz(places);

        if (place < s.n && any_at(f, s, place)) {
            return true;
        }
    }
    return false;
}

// `n` is a constant where it is called, so that all pairs stay in registers.
AVX2 __attribute__((always_inline)) static inline bool any_by_steps(const struct few *f,
                                                                    const size_t n, struct span s)
{
    char end[2 * FEW_STEP + FEW_REACH] = {0};
    struct pair pair[FEW_MAX];
    size_t at = 0, from;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 2; k++) {
            pair[i].at[k] = f->text[i].at[k];
            pair[i].byte[k] = _mm256_set1_epi8((char)f->text[i].byte[k]);
        }
    }
    for (; s.n - at >= FEW_STEP + FEW_REACH; at += FEW_STEP) {
        uint32_t places = found_any(pair, n, s.p + at);

        if (__builtin_expect(places != 0, 0) && any_of_places(f, s, at, places)) {
            return true;
        }
    }
    from = at;
    memcpy(end, s.n ? s.p + from : "", s.n - from);
    for (; at < s.n; at += FEW_STEP) {
        if (any_of_places(f, s, at, found_any(pair, n, end + (at - from)))) {
            return true;
        }
    }
    return false;
}

AVX2 static bool any_quickly(const struct few *f, struct span s)
{
    switch (f->n) {
    case 1: return any_by_steps(f, 1, s);
    case 2: return any_by_steps(f, 2, s);
    case 3: return any_by_steps(f, 3, s);
    case 4: return any_by_steps(f, 4, s);
    default: return any_by_steps(f, f->n, s);
    }
}

bool few_any(const struct few *f, struct span s)
{
    return f->n && (!plainly_here && __builtin_cpu_supports("avx2") ? any_quickly(f, s)
                                                                    : any_plainly(f, s));
}
#else
bool few_any(const struct few *f, struct span s)
{
    return f->n && any_plainly(f, s);
}
#endif
