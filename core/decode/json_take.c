// json_take.c - the grammar of JSON, and what is wanted of it.
// SPDX-License-Identifier: Apache-2.0
//
// The text ends with a closing bracket, so behind any other byte of it there is one more: only behind
// closing brackets is its end looked for. A value takes two bytes at least: their number is bounded by
// the text's length.
#include "core/decode/json_take.h"

#include "core/decode/json.h"
#include "core/decode/json_string.h"

#if defined(__x86_64__)

struct level {
    struct json_aim aim;      // of the list or object itself
    struct json_place *place; // where it stands: only for guesses
    bool list;
};

struct walk {
    struct json_memo *memo;
    const char *end;
    struct fields *out;
    struct json_place **guess; // at the next key
    unsigned depth;
    struct level level[JSON_DEPTH];
};

static inline const char *blanks(const char *p)
{
    while ((unsigned char)*p <= ' ' && span_is_blank(*p)) {
        p++;
    }
    return p;
}

// A value is there; it becomes a field when its name is wanted.
static inline bool put(struct walk *w, const struct json_aim *aim, enum vtype type, struct span s,
                       int64_t i)
{
    return aim->id == WANTS_NONE ||
           fields_put(w->out, aim->id, aim->name, (struct fval){.type = type, .s = s, .i = i});
}

// The text of the string from `p` to `q`, escapes undone; false without memory.
static bool unescape(struct walk *w, const char *p, const char *q, struct span *ret)
{
    struct span in = span_of(p, (size_t)(q - p));
    char *copy = arena_room(w->out->arena, in.n + 32);

    if (!copy) {
        return false;
    }
    *ret = span_of(copy, json_string_unescape(in, w->end, copy));
    return true;
}

// The same for a string in which a backslash or a wrong character was found; `begin` is its text.
static const char *odd_string(struct walk *w, const char *begin, const struct json_aim *aim)
{
    bool escaped;
    const char *q = json_string_end(begin, w->end, &escaped);
    struct span s;

    if (!q) {
        return NULL;
    }
    s = span_of(begin, (size_t)(q - begin));
    if (escaped && aim->id != WANTS_NONE && !unescape(w, begin, q, &s)) {
        return NULL;
    }
    return put(w, aim, V_STR, s, 0) ? q + 1 : NULL;
}

// Behind the string whose text begins at `p`, or NULL.
JSON_VECTOR static inline const char *string(struct walk *w, const char *begin,
                                             const struct json_aim *aim)
{
    const char *p = begin;
    uint32_t stops;

    while (!(stops = json_stops(json_window(p, w->end)))) {
        p += JSON_WINDOW;
    }
    p += _tzcnt_u32(stops);
    if (p >= w->end || *p != '"') {
        return odd_string(w, begin, aim);
    }
    return put(w, aim, V_STR, span_of(begin, (size_t)(p - begin)), 0) ? p + 1 : NULL;
}

// Eight bytes from `p` on, NUL from `end` on.
static inline uint64_t eight(const char *p, const char *end)
{
    uint64_t v = 0;

    if (end - p >= 8) {
        memcpy(&v, p, 8);
    } else {
        memcpy(&v, p, (size_t)(end - p));
    }
    return v;
}

// How many of eight bytes are digits before the first that is none.
static inline unsigned leading_digits(uint64_t v)
{
    uint64_t t = v ^ 0x3030303030303030;
    uint64_t none = ((t + 0x7676767676767676) | t) & 0x8080808080808080;

    return none ? (unsigned)__builtin_ctzll(none) / 8 : 8;
}

// The number of the first n of eight digits, 0 < n <= 8: pairs, then fours, then all at once.
static inline uint64_t digits_value(uint64_t v, unsigned n)
{
    const uint64_t pairs = 0x000000FF000000FF;
    uint64_t t = (v ^ 0x3030303030303030) << (64 - 8 * n);

    t = t * 10 + (t >> 8);
    return ((t & pairs) * 0x000F424000000064 + (t >> 16 & pairs) * 0x0000271000000001) >> 32;
}

static inline const char *digits(const char *p, const char *end)
{
    unsigned n;

    do {
        n = leading_digits(eight(p, end));
        p += n;
    } while (n == 8);
    return p;
}

// The number of n digits, 0 < n <= 18.
static inline uint64_t number_of(const char *p, size_t n, const char *end)
{
    static const uint32_t ten_to[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    uint64_t v = 0;

    for (; n > 8; n -= 8, p += 8) {
        v = v * ten_to[8] + digits_value(eight(p, end), 8);
    }
    return v * ten_to[n] + digits_value(eight(p, end), (unsigned)n);
}

// Behind the fraction and exponent that begin at `p`; NULL when they are wrong.
static const char *fraction(const char *p, const char *end)
{
    const char *from;

    if (*p == '.') {
        from = ++p;
        p = digits(p, end);
        if (p == from) {
            return NULL;
        }
    }
    if ((*p | 0x20) == 'e') {
        p++;
        p += *p == '+' || *p == '-';
        from = p;
        p = digits(p, end);
        if (p == from) {
            return NULL;
        }
    }
    return p;
}

// More than 18 digits.
static bool put_long(struct walk *w, const struct json_aim *aim, struct span s)
{
    enum vtype type = V_INT;
    uint64_t u;
    int64_t i;

    if (!span_i64(s, &i)) {
        type = span_u64(s, &u) ? V_UINT : V_FLOAT;
        i = type == V_UINT ? (int64_t)u : 0;
    }
    return put(w, aim, type, s, i);
}

// RFC 8259 section 6.
static inline const char *number(struct walk *w, const char *p, const struct json_aim *aim)
{
    bool minus = *p == '-', ok;
    const char *from = p + minus, *q = digits(from, w->end);
    size_t n = (size_t)(q - from);

    if (n == 0 || (*from == '0' && n > 1)) {
        return NULL;
    }
    if (*q == '.' || (*q | 0x20) == 'e') {
        q = fraction(q, w->end);
        ok = q && put(w, aim, V_FLOAT, span_of(p, (size_t)(q - p)), 0);
    } else if (n > 18) {
        ok = put_long(w, aim, span_of(p, (size_t)(q - p)));
    } else {
        int64_t v = aim->id == WANTS_NONE ? 0 : (int64_t)number_of(from, n, w->end);

        ok = put(w, aim, V_INT, span_of(p, (size_t)(q - p)), minus ? -v : v);
    }
    return ok ? q : NULL;
}

static const char *word(struct walk *w, const char *p, const struct json_aim *aim)
{
    static const struct {
        struct span text;
        enum vtype type;
        int64_t i;
    } words[] = {{SPAN_LIT("true"), V_BOOL, 1},
                 {SPAN_LIT("false"), V_BOOL, 0},
                 {SPAN_LIT("null"), V_NULL, 0}};
    struct span rest = span_of(p, (size_t)(w->end - p));

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = words[i].text.n;

        if (span_starts(rest, words[i].text)) {
            return put(w, aim, words[i].type, span_of(p, n), words[i].i) ? p + n : NULL;
        }
    }
    return NULL;
}

// A key that was not guessed: behind its colon, or NULL. Its place is not looked for when nothing is
// wanted in the object.
static const char *other_key(struct walk *w, const char *p, const struct json_aim *in,
                             struct json_place **ret)
{
    const char *q = *p == '"' ? json_string_end(++p, w->end, &(bool){0}) : NULL;
    struct span key;
    bool escaped;

    if (!q) {
        return NULL;
    }
    *ret = &w->memo->place[JSON_PLACE_NOTHING];
    if (in->inner) {
        key = span_of(p, (size_t)(q - p));
        escaped = memchr(p, '\\', key.n);
        if (escaped && !unescape(w, p, q, &key)) {
            return NULL;
        }
        *ret = escaped ? json_memo_odd(w->memo, in->node, key)
                       : json_memo_find(w->memo, in->node, key);
        json_memo_learn(w->guess, *ret);
    }
    q = blanks(q + 1);
    return *q == ':' ? q + 1 : NULL;
}

// Whether the bytes that begin with `seen` are the key of a place in the object at `node`.
JSON_VECTOR static inline bool fits(const struct json_place *e, __m256i seen, uint32_t node)
{
    __m256i known = _mm256_loadu_si256((const __m256i *)(const void *)e->text);
    uint32_t equal = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(seen, known));

    return !(e->mask & ~equal) && e->parent == node;
}

// Behind the colon of the key at `p`, or NULL.
JSON_VECTOR static inline const char *key(struct walk *w, const char *p, const struct json_aim *in,
                                          struct json_place **ret)
{
    __m256i seen = json_window(p, w->end);
    struct json_place *e = w->guess[0];

    if (!fits(e, seen, in->node)) {
        e = w->guess[1];
        if (!fits(e, seen, in->node)) {
            return other_key(w, p, in, ret);
        }
    }
    *ret = e;
    return p + e->n;
}

// From behind a value to where the next one begins, out of the levels that end there; the end of the
// text when it was the last one.
static const char *behind(struct walk *w, const char *p)
{
    while (w->depth && p < w->end) {
        const struct level *l = &w->level[w->depth - 1];

        p = blanks(p);
        if (*p == ',') {
            return blanks(p + 1);
        }
        if (*p != (l->list ? ']' : '}')) {
            return NULL;
        }
        p++;
        w->guess = l->place->behind;
        w->depth--;
    }
    return p == w->end && w->depth == 0 ? p : NULL;
}

// A list or an object begins at `p`; returns where its first member or element begins. An empty one is a
// value, and what is returned is where the next one begins.
static const char *begin(struct walk *w, const char *p, const struct json_aim *aim,
                         struct json_place *place)
{
    bool list = *p == '[';

    p = blanks(p + 1);
    if (w->depth == JSON_DEPTH) {
        return NULL;
    }
    if (*p == (list ? ']' : '}')) {
        return put(w, aim, V_NULL, list ? SPAN_LIT("[]") : SPAN_LIT("{}"), 0) ? behind(w, p + 1)
                                                                              : NULL;
    }
    w->level[w->depth++] = (struct level){*aim, place, list};
    w->guess = place->below;
    return p;
}

// A string, number or word; returns what is behind it.
JSON_VECTOR static inline __attribute__((always_inline)) const char *
scalar(struct walk *w, const char *p, const struct json_aim *aim)
{
    if (*p == '"') {
        return string(w, p + 1, aim);
    }
    return *p == '-' || (*p >= '0' && *p <= '9') ? number(w, p, aim) : word(w, p, aim);
}

static inline bool is_open(char c)
{
    return c == '{' || c == '[';
}

// The members from `p` on of an object in which something is wanted, until another level begins or the
// object ends; returns what begins there.
JSON_VECTOR static const char *members(struct walk *w, const char *p)
{
    const struct json_aim in = w->level[w->depth - 1].aim;
    struct json_place *place;

    for (;;) {
        p = key(w, p, &in, &place);
        if (!p) {
            return NULL;
        }
        w->guess = place->behind;
        p = blanks(p);
        if (is_open(*p)) {
            return begin(w, p, &place->aim, place);
        }
        p = scalar(w, p, &place->aim);
        if (!p) {
            return NULL;
        }
        if (*p != ',') {
            p = blanks(p);
            if (*p != ',') {
                return behind(w, p);
            }
        }
        p = blanks(p + 1);
    }
}

// One element of a list, or one member of an object in which nothing is wanted.
JSON_VECTOR static const char *other(struct walk *w, const char *p)
{
    const struct level *l = &w->level[w->depth - 1];
    struct json_place *place = l->place;
    const struct json_aim *aim = &l->aim;

    if (!l->list) {
        p = other_key(w, p, aim, &place);
        if (!p) {
            return NULL;
        }
        p = blanks(p);
        aim = &place->aim;
    }
    if (is_open(*p)) {
        return begin(w, p, aim, place);
    }
    p = scalar(w, p, aim);
    return p ? behind(w, p) : NULL;
}

bool json_take(struct json_memo *m, struct span text, struct fields *out)
{
    struct json_place *root = m->place + JSON_PLACE_ROOT;
    struct walk w; // its levels are set when they begin
    const char *p;

    if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF"))) {
        text = span_sub(text, 3, text.n);
    }
    text = span_trim(text);
    if (!m->place || text.n < 2 || text.n / 2 + out->n > FIELDS_MAX ||
        (text.p[0] != '{' && text.p[0] != '[') ||
        (text.p[text.n - 1] != '}' && text.p[text.n - 1] != ']')) {
        return false;
    }
    w.memo = m;
    w.end = text.p + text.n;
    w.out = out;
    w.depth = 0;
    p = begin(&w, text.p, &root->aim, root);
    while (p && w.depth) {
        const struct level *l = &w.level[w.depth - 1];

        p = l->list || !l->aim.inner ? other(&w, p) : members(&w, p);
    }
    return p && arena_ok(out->arena);
}

#else

bool json_take(struct json_memo *m, struct span text, struct fields *out)
{
    (void)m;
    (void)text;
    (void)out;
    return false;
}

#endif
