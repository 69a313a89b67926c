// template.c - small text patterns: literals and holes.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/template.h"

#include "core/base/find.h"

static inline uint8_t pair_hash(const char *p)
{
    return (uint8_t)((unsigned char)p[0] * 37u + (unsigned char)p[1]);
}

void pairset_add(struct pairset *s, struct span text)
{
    size_t i = 1;

#if defined(__x86_64__)
    for (; i + 16 <= text.n; i += 16) {
        const __m128i high5 = _mm_set1_epi8((char)0xe0), high2 = _mm_set1_epi8((char)0xfc);
        __m128i a = _mm_loadu_si128((const __m128i_u *)(text.p + i - 1));
        __m128i b = _mm_loadu_si128((const __m128i_u *)(text.p + i));
        __m128i h = _mm_add_epi8(_mm_and_si128(_mm_slli_epi16(a, 5), high5),
                                 _mm_and_si128(_mm_slli_epi16(a, 2), high2)); // a * 36
        uint8_t each[16];

        _mm_storeu_si128((__m128i_u *)each, _mm_add_epi8(h, _mm_add_epi8(a, b)));
        for (size_t k = 0; k < 16; k += 8) {
            s->has[each[k]] = s->has[each[k + 1]] = s->has[each[k + 2]] = true;
            s->has[each[k + 3]] = s->has[each[k + 4]] = s->has[each[k + 5]] = true;
            s->has[each[k + 6]] = s->has[each[k + 7]] = true;
        }
    }
#endif
    for (; i < text.n; i++) {
        s->has[pair_hash(text.p + i - 1)] = true;
    }
}

static bool ip_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') || c == '.' ||
           c == ':';
}

static bool all_digits(struct span v)
{
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] < '0' || v.p[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool hole_takes(enum hole_type type, struct span v)
{
    uint64_t n;

    switch (type) {
    case HOLE_ANY: return v.n > 0;
    case HOLE_INT: return v.n > 0 && (v.n < 20 ? all_digits(v) : span_u64(v, &n));
    case HOLE_WORD: return v.n > 0 && FIND_ANY(v, 0, " \t") == v.n;
    case HOLE_IP: break;
    }
    for (size_t i = 0; i < v.n; i++) {
        if (!ip_char(v.p[i])) {
            return false;
        }
    }
    return v.n > 1;
}

// The hole has the text from `from` to `to`.
static inline bool take(const struct template_part *p, struct span text, size_t from, size_t to,
                        struct span *value)
{
    struct span v;

    if (p->any) {
        return true;
    }
    v = span_trim(span_of(text.p + from, to - from));
    *value = v;
    return p->type == HOLE_ANY ? v.n > 0 : hole_takes(p->type, v);
}

#if defined(__x86_64__)
struct needle {
    __m128i first, last;
    size_t reach; // from the first byte to the last
};

static inline struct needle needle_of(struct span w)
{
    return (struct needle){_mm_set1_epi8(w.p[0]), _mm_set1_epi8(w.p[w.n - 1]), w.n - 1};
}

// Of the sixteen places from `at` on, those where the first and the last byte fit.
static inline unsigned places(const char *at, const struct needle *w)
{
    __m128i x = _mm_loadu_si128((const __m128i_u *)at);
    __m128i y = _mm_loadu_si128((const __m128i_u *)(at + w->reach));

    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(x, w->first), _mm_cmpeq_epi8(y, w->last)));
}
#endif

// The first `most` places at which `w` begins from `from` on: how many there are. What stands before
// `from` may be looked at.
static inline __attribute__((always_inline)) size_t
find_places(struct span s, size_t from, struct span w, size_t most, size_t *ret)
{
    size_t n = 0;

    if (s.n < w.n || from > s.n - w.n) {
        return 0;
    }
#if defined(__x86_64__)
    if (s.n >= w.n + 15) {
        const char *p = s.p + from, *end = s.p + (s.n - w.n), *last = end - 15;
        const struct needle needle = needle_of(w);

        for (;; p += 16) {
            // the last block, of which the first places were looked at
            unsigned m = p <= last ? places(p, &needle) : places(last, &needle) >> (p - last);

            for (; m; m &= m - 1) {
                const char *at = p + __builtin_ctz(m);

                if (w.n <= 2 || span_same(at, w.p, w.n)) {
                    ret[n++] = (size_t)(at - s.p);
                    if (n == most) {
                        return n;
                    }
                }
            }
            if (p >= last) {
                return n;
            }
        }
    }
#endif
    for (size_t i = from; i + w.n <= s.n && n < most; i++) {
        if (s.p[i] == w.p[0] && span_same(s.p + i, w.p, w.n)) {
            ret[n++] = i;
        }
    }
    return n;
}

// Where `w` begins from `from` on, or s.n.
static inline __attribute__((always_inline)) size_t find_word(struct span s, size_t from,
                                                              struct span w)
{
    size_t at;

    return find_places(s, from, w, 1, &at) ? at : s.n;
}

static bool match_from(const struct template *t, size_t i, struct span text, size_t at,
                       struct span *value);

// The hole i, which begins at `from`, is the greedy one: its longest text behind which the rest fits.
static bool take_longest(const struct template *t, size_t i, struct span text, size_t from,
                         struct span *value)
{
    struct span next = t->part[i + 1].before;

    for (size_t at = text.n < from + next.n ? from : text.n - next.n + 1; at > from;) {
        const char *last = memrchr(text.p + from, next.p[0], at - from);

        if (!last) {
            return false;
        }
        at = (size_t)(last - text.p);
        if (span_same(last, next.p, next.n) && take(&t->part[i], text, from, at, value) &&
            match_from(t, i + 1, text, at + next.n, value - i)) {
            return true;
        }
    }
    return false;
}

// Where the text of a hole ends at the earliest: behind its first byte that is no blank.
static inline size_t hole_least(bool any, struct span text, size_t from)
{
    size_t n = from;

    if (any) {
        return from;
    }
    while (n < text.n && (text.p[n] == ' ' || text.p[n] == '\t')) {
        n++;
    }
    return n + (n < text.n);
}

// From the hole i on, which begins at `at`. Only the greedy hole tries more than one end; so the depth is
// bounded by two and the work by (length of the text) x (parts). The tail fits, as far as it goes.
static bool match_from(const struct template *t, size_t i, struct span text, size_t at,
                       struct span *value)
{
    const struct template_part *p = &t->part[i], *last = &t->part[t->n - 1];

    for (value += i; p < last; p++, value++) {
        size_t end;

        if (p->greedy) {
            return take_longest(t, (size_t)(p - t->part), text, at, value);
        }
        end = find_word(text, hole_least(p->any, text, at), p[1].before);
        if (end == text.n || !take(p, text, at, end, value)) {
            return false;
        }
        at = end + p[1].before.n;
    }
    return text.n - at >= t->tail.n && take(p, text, at, text.n - t->tail.n, value);
}

bool template_match(const struct template *t, struct span text, struct span value[TEMPLATE_PARTS])
{
    if (t->n == 0) {
        return span_eq(text, t->tail);
    }
    return span_starts(text, t->part[0].before) && span_ends(text, t->tail) &&
           match_from(t, 0, text, t->part[0].before.n, value);
}

// ---- what several templates begin with

size_t template_shares(const struct template *a, const struct template *b, size_t parts)
{
    struct span x, y;
    size_t n = 0;

    if (parts >= a->n || parts >= b->n) {
        return 0;
    }
    for (size_t i = 0; i < parts; i++) {
        if (!span_eq(a->part[i].before, b->part[i].before) || a->part[i].greedy ||
            b->part[i].greedy || a->part[i].type != b->part[i].type ||
            a->part[i].any != b->part[i].any) {
            return 0;
        }
    }
    x = a->part[parts].before;
    y = b->part[parts].before;
    while (n < x.n && n < y.n && x.p[n] == y.p[n]) {
        n++;
    }
    return n;
}

// Where the last hole of the stem begins; false when the text is not such.
static bool stem_begins(const struct template_stem *s, struct span text, struct span *value,
                        size_t *ret)
{
    const struct template *t = s->of;
    size_t at = t->part[0].before.n;

    if (!span_starts(text, t->part[0].before)) {
        return false;
    }
    for (size_t i = 0; i + 1 < s->parts; i++) {
        size_t end = find_word(text, hole_least(t->part[i].any, text, at), t->part[i + 1].before);

        if (end == text.n || !take(&t->part[i], text, at, end, &value[i])) {
            return false;
        }
        at = end + t->part[i + 1].before.n;
    }
    *ret = at;
    return true;
}

void template_stem(const struct template_stem *s, struct span text,
                   struct span value[TEMPLATE_PARTS], struct stem_fit *ret)
{
    struct span next = span_of(s->of->part[s->parts].before.p, s->n);

    ret->stem = s;
    ret->text = text;
    ret->n = 0;
    if (!stem_begins(s, text, value, &ret->at)) {
        return;
    }
    ret->n = find_places(text, hole_least(s->of->part[s->parts - 1].any, text, ret->at), next,
                         STEM_PLACES, ret->place);
    for (size_t i = 0; i < ret->n; i++) {
        size_t behind = ret->place[i] + s->n;

        ret->then[i] = template_head(span_of(text.p + behind, text.n - behind));
    }
}

bool template_match_stem(const struct template *t, const struct stem_fit *fit, size_t place,
                         struct span value[TEMPLATE_PARTS])
{
    const struct template_part *behind = &t->part[fit->stem->parts];
    struct span text = fit->text, next = behind->before;
    size_t at;

    for (;; place++) {
        if (place == fit->n) {
            at = fit->n == STEM_PLACES ? find_word(text, fit->place[place - 1] + 1, next) : text.n;
            break;
        }
        at = fit->place[place];
        if (text.n - at >= next.n && span_same(text.p + at, next.p, next.n)) {
            break;
        }
    }
    return at < text.n && span_ends(text, t->tail) &&
           take(behind - 1, text, fit->at, at, &value[fit->stem->parts - 1]) &&
           match_from(t, fit->stem->parts, text, at + next.n, value);
}
