// pattern.c - making and matching Sigma strings.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/pattern.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "core/base/utf8.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

// The literal bytes of v[from..to) as a span in the arena; false when a mark is among them.
static bool literal_of(struct arena *a, struct units v, size_t from, size_t to, bool cased,
                       struct span *ret)
{
    char *p = arena_alloc(a, to - from + 1);

    for (size_t i = from; i < to; i++) {
        if (v.u[i] > 255 || !p) {
            return false;
        }
        p[i - from] = cased ? (char)v.u[i] : lower((char)v.u[i]);
    }
    *ret = span_of(p, to - from);
    return p != NULL;
}

// Blocks beyond ASCII in which no character has another case (CaseFolding.txt of Unicode 15): marks,
// scripts without case, symbols and emoji.
static const struct {
    int32_t from, to;
} caseless[] = {{0xa0, 0xb4},     {0xb6, 0xbf},       {0x2b0, 0x2ff},    {0x590, 0x109f},
                {0x1100, 0x139f}, {0x2000, 0x2125},   {0x2127, 0x2129},  {0x212c, 0x2131},
                {0x2133, 0x214d}, {0x214f, 0x215f},   {0x2185, 0x24b5},  {0x24ea, 0x2bff},
                {0x2e00, 0xa63f}, {0xac00, 0xd7ff},   {0xf900, 0xfaff},  {0xfb1d, 0xff20},
                {0xff5b, 0xffef}, {0x1f000, 0x1faff}, {0x20000, 0x3ffff}};

static bool may_have_case(int32_t c)
{
    for (size_t i = 0; i < ARRAY_LEN(caseless); i++) {
        if (c >= caseless[i].from && c <= caseless[i].to) {
            return false;
        }
    }
    return c >= 0x80;
}

static bool beyond_ascii(struct units v)
{
    for (size_t i = 0; i < v.n; i++) {
        if (v.u[i] >= 0x80 && v.u[i] <= 0xff) {
            return true;
        }
    }
    return false;
}

// Whether it is UTF-8 with letters beyond ASCII that another case may stand for.
static bool folds_beyond_ascii(struct arena *a, struct units v)
{
    char *p = arena_room(a, v.n + 1);
    bool cased = false;
    struct span text;

    for (size_t i = 0; p && i < v.n; i++) {
        p[i] = v.u[i] > 255 ? ' ' : (char)v.u[i];
    }
    text = span_of(p, p ? v.n : 0);
    if (!utf8_valid(text)) {
        return false;
    }
    while (text.n && !cased) {
        cased = may_have_case(utf8_next(&text));
    }
    return cased;
}

static void put_escaped(struct buf *b, char c)
{
    bool word = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');

    if (!word && (unsigned char)c < 0x80 && c != '\0') {
        buf_put(b, "\\", 1);
    }
    if (c == '\0') {
        buf_str(b, "\\x00");
    } else {
        buf_put(b, &c, 1);
    }
}

static void put_unit(struct buf *b, uint16_t u)
{
    switch (u) {
    case UNIT_STAR: buf_str(b, ".*"); break;
    case UNIT_ONE: buf_str(b, "."); break;
    case UNIT_DASH: buf_str(b, "[-/\\x{2013}\\x{2014}\\x{2015}]"); break;
    default: put_escaped(b, (char)u); break;
    }
}

// U+017F and U+212A are the only letters beyond ASCII whose case has a form within it (s and k).
static bool folds_into_ascii(struct span text)
{
    return span_find_span(text, SPAN_LIT("\xc5\xbf")) < text.n ||
           span_find_span(text, SPAN_LIT("\xe2\x84\xaa")) < text.n;
}

// Whether what an expression without case matches for the character is its bytes, folded.
static bool is_itself(int32_t c)
{
    return c < 0x80 ? c >= 0 && lower((char)c) != 's' && lower((char)c) != 'k' : !may_have_case(c);
}

// The longest run of v[from..to), which is UTF-8 but for its marks, that is itself in whatever matches.
static struct span longest_run(struct arena *a, struct units v, size_t from, size_t to)
{
    char *p = arena_room(a, to - from + 1);
    struct span best = SPAN_NONE, rest = span_of(p, p ? to - from : 0);
    const char *run = p;

    for (size_t i = from; p && i < to; i++) {
        p[i - from] = v.u[i] > 255 ? 's' : lower((char)v.u[i]); // a mark ends a run, as an s does
    }
    while (rest.n) {
        if (!is_itself(utf8_next(&rest))) {
            run = rest.p;
        } else if ((size_t)(rest.p - run) > best.n) {
            best = span_of(run, (size_t)(rest.p - run));
        }
    }
    return best;
}

// v[from..to) is what stands between the outer stars.
static bool make_regex(struct regexes *res, struct arena *a, struct units v, size_t from, size_t to,
                       struct pattern *ret, char why[160])
{
    unsigned flags = REGEX_NOCASE | REGEX_DOTALL | (from == 0 ? REGEX_FROM_START : 0) |
                     (to == v.n ? REGEX_TO_END : 0);
    AUTO_BUF b;
    size_t at;

    buf_init(&b, 64 * 1024);
    for (size_t i = from; i < to; i++) {
        put_unit(&b, v.u[i]);
    }
    ret->kind = PATTERN_REGEX;
    ret->lit = longest_run(a, v, from, to);
    ret->beyond = !folds_into_ascii(buf_span(&b));
    ret->re = regex_compile(res, a, buf_span(&b), flags, why, &at);
    return ret->re != NULL;
}

// The longest run of bytes between marks.
static struct span longest_part(struct arena *a, struct units v)
{
    size_t from = 0, n = 0;
    char *p;

    for (size_t i = 0, to; i < v.n; i = to + 1) {
        for (to = i; to < v.n && v.u[to] < 256; to++) {
        }
        from = to - i > n ? i : from;
        n = to - i > n ? to - i : n;
    }
    p = arena_room(a, n + 1);
    for (size_t i = 0; p && i < n; i++) {
        p[i] = (char)v.u[from + i];
    }
    return span_of(p, p ? n : 0);
}

static bool make_glob(struct arena *a, struct units v, struct pattern *ret)
{
    uint16_t *u = arena_array(a, v.n + 1, sizeof(*u));

    for (size_t i = 0; u && i < v.n; i++) {
        u[i] = v.u[i] < 256 && !ret->cased ? (uint16_t)(unsigned char)lower((char)v.u[i]) : v.u[i];
    }
    ret->kind = PATTERN_GLOB;
    ret->glob = (struct units){u, v.n};
    ret->lit = u ? longest_part(a, ret->glob) : SPAN_NONE;
    return u != NULL;
}

static bool is_plain(struct span text, bool cased)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        char next = i + 1 < text.n ? text.p[i + 1] : 'a';

        if (c == '*' || c == '?' || (c >= 0x80 && !cased) ||
            (c == '\\' && (next == '*' || next == '?' || next == '\\'))) {
            return false;
        }
    }
    return text.n > 0;
}

bool pattern_make_plain(struct arena *a, struct span text, bool cased, bool front, bool back,
                        struct pattern *ret)
{
    char *p;

    if (!is_plain(text, cased)) {
        return false;
    }
    p = arena_room(a, text.n + 1);
    if (!p) {
        return false;
    }
    if (cased) {
        memcpy(p, text.p, text.n);
    } else {
        (void)fold_ascii(p, text);
    }
    p[text.n] = '\0';
    *ret = (struct pattern){.kind = front  ? (back ? PATTERN_CONTAINS : PATTERN_SUFFIX)
                                    : back ? PATTERN_PREFIX
                                           : PATTERN_EXACT,
                            .cased = cased,
                            .lit = span_of(p, text.n)};
    return true;
}

bool pattern_make(struct regexes *res, struct arena *a, struct units v, bool cased,
                  struct pattern *ret, char why[160])
{
    size_t from = 0, to = v.n;

    *ret = (struct pattern){.cased = cased};
    why[0] = '\0';
    while (from < to && v.u[from] == UNIT_STAR) {
        from++;
    }
    while (to > from && v.u[to - 1] == UNIT_STAR) {
        to--;
    }
    if (from == to && v.n) {
        ret->kind = PATTERN_ANY;
        return true;
    }
    if (!cased && beyond_ascii(v) && folds_beyond_ascii(a, v)) {
        return make_regex(res, a, v, from, to, ret, why);
    }
    if (!literal_of(a, v, from, to, cased, &ret->lit)) {
        return make_glob(a, v, ret);
    }
    ret->kind = from ? (to < v.n ? PATTERN_CONTAINS : PATTERN_SUFFIX)
                     : (to < v.n ? PATTERN_PREFIX : PATTERN_EXACT);
    return true;
}

static size_t char_len(struct span t, size_t at)
{
    struct span rest = span_sub(t, at, 4);
    size_t n = rest.n;

    (void)utf8_next(&rest);
    return n - rest.n;
}

static size_t dash_len(struct span t, size_t at)
{
    struct span rest = span_sub(t, at, 3);

    if (rest.p[0] == '-' || rest.p[0] == '/') {
        return 1;
    }
    return rest.n == 3 && memcmp(rest.p, "\xe2\x80", 2) == 0 && rest.p[2] >= '\x93' &&
                   rest.p[2] <= '\x95'
               ? 3
               : 0;
}

// Bytes of `t` at `at` that the unit takes; 0 when it does not fit.
static size_t unit_len(uint16_t u, struct span t, size_t at)
{
    if (at >= t.n) {
        return 0;
    }
    if (u < 256) {
        return (unsigned char)t.p[at] == u;
    }
    return u == UNIT_ONE ? char_len(t, at) : dash_len(t, at);
}

// Next place from `at` on where a literal unit may begin; `at` itself for marks.
static size_t skip_to(uint16_t u, struct span t, size_t at)
{
    return u < 256 && at < t.n ? at + span_find(span_sub(t, at, t.n), (char)u) : at;
}

// The classic one-star-back algorithm: of several stars only the last one is ever widened.
static bool glob_match(struct units g, struct span t)
{
    size_t pi = 0, ti = 0, star = SIZE_MAX, mark = 0;

    for (;;) {
        size_t k;

        if (pi < g.n && g.u[pi] == UNIT_STAR) {
            star = pi++;
            if (pi == g.n) {
                return true;
            }
            mark = ti = skip_to(g.u[pi], t, ti);
            continue;
        }
        k = pi < g.n ? unit_len(g.u[pi], t, ti) : 0;
        if (k) {
            pi++;
            ti += k;
        } else if (pi == g.n && ti == t.n) {
            return true;
        } else if (star == SIZE_MAX || mark >= t.n) {
            return false;
        } else {
            pi = star + 1;
            mark = ti = skip_to(g.u[pi], t, mark + char_len(t, mark));
        }
    }
}

#if defined(__x86_64__)
// Sixteen places at a time, without a rest: what stands behind the text is never a match.
static bool holds(struct span low, struct span part)
{
    __m128i first = _mm_set1_epi8(part.p[0]), last = _mm_set1_epi8(part.p[part.n - 1]);
    size_t places = low.n < part.n ? 0 : low.n - part.n + 1;

    for (size_t i = 0; i < places; i += 16) {
        const char *p = low.p + i;
        __m128i x = _mm_loadu_si128((const __m128i_u *)p);
        __m128i y = _mm_loadu_si128((const __m128i_u *)(p + part.n - 1));
        __m128i both = _mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, last));
        unsigned m = (unsigned)_mm_movemask_epi8(both);

        m &= places - i < 16 ? (1u << (places - i)) - 1 : UINT32_MAX;
        for (; m; m &= m - 1) {
            if (span_same(p + __builtin_ctz(m), part.p, part.n)) {
                return true;
            }
        }
    }
    return false;
}
#else
static bool holds(struct span low, struct span part)
{
    return span_find_span(low, part) < low.n;
}
#endif

static bool holds_part(const struct pattern *p, struct span t)
{
    return p->lit.n == 0 || (p->cased ? span_find_span(t, p->lit) < t.n : holds(t, p->lit));
}

int pattern_match(const struct pattern *p, struct regex_scratch *s, struct span text,
                  struct span low)
{
    struct span t = p->cased ? text : low;

    switch (p->kind) {
    case PATTERN_ANY: return 1;
    case PATTERN_EXACT:
    case PATTERN_PREFIX:
    case PATTERN_SUFFIX: return pattern_match_short(p, t);
    case PATTERN_CONTAINS: return holds_part(p, t);
    case PATTERN_GLOB: return holds_part(p, t) && glob_match(p->glob, t);
    case PATTERN_REGEX: return regex_find(p->re, s, text);
    }
    return 0;
}
