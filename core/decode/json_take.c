// json_take.c - the grammar of JSON, and what is wanted of it.
// SPDX-License-Identifier: Apache-2.0
//
// The text ends with a closing bracket, so behind any other byte of it there is one more: only behind
// closing brackets is its end looked for. A value takes two bytes at least: their number is bounded by
// the text's length.
#include "core/decode/json_take.h"

#include "core/decode/json.h"
#include "core/decode/json_number.h"
#include "core/decode/json_skip.h"

#if defined(__x86_64__)

#define ALWAYS inline __attribute__((always_inline))

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
    char *room;                // for the texts of strings with escapes; NULL: there were none
    unsigned depth;
    struct level level[JSON_DEPTH];
};

// A value is there; it becomes a field when its name is wanted.
static inline bool put(struct walk *w, const struct json_aim *aim, enum vtype type, struct span s,
                       int64_t i)
{
    return aim->id == WANTS_NONE ||
           fields_put(w->out, aim->id, aim->name, (struct fval){.type = type, .s = s, .i = i});
}

// The text of the string from `p` on, escapes undone; its closing quote is returned, or NULL. Together
// such texts are no longer than the record is from the first of them on.
static const char *unescape(struct walk *w, const char *p, struct span *ret)
{
    const char *q;

    if (!w->room) {
        w->room = arena_room(w->out->arena, (size_t)(w->end - p) + JSON_STRING_SPARE);
        if (!w->room) {
            return NULL;
        }
    }
    ret->p = w->room;
    q = json_string_copy(p, w->end, w->room, &ret->n);
    w->room += ret->n;
    return q;
}

// Behind a string in which a backslash or a wrong character was found.
static const char *odd_string(struct walk *w, const char *p, const struct json_aim *aim)
{
    struct span s = SPAN_NONE;

    p = aim->id == WANTS_NONE ? json_string_end(p, w->end, &(bool){false}) : unescape(w, p, &s);
    return p && put(w, aim, V_STR, s, 0) ? p + 1 : NULL;
}

// Behind the string whose text begins at `p`, or NULL.
JSON_VECTOR static ALWAYS const char *string(struct walk *w, const char *begin,
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

// A number from `p` to `q` that is no integer, or has more than JSON_DIGITS_MAX digits.
static bool put_odd(struct walk *w, const struct json_aim *aim, struct span s, bool real)
{
    enum vtype type = V_FLOAT;
    uint64_t u;
    int64_t i = 0;

    if (!real && span_i64(s, &i)) {
        type = V_INT;
    } else if (!real && span_u64(s, &u)) {
        type = V_UINT;
        i = (int64_t)u;
    }
    return put(w, aim, type, s, i);
}

JSON_VECTOR static ALWAYS const char *number(struct walk *w, const char *p,
                                             const struct json_aim *aim)
{
    struct json_number n;
    const char *q = json_number_end(p, w->end, &n);
    struct span s;
    bool ok;

    if (!q || aim->id == WANTS_NONE) {
        return q;
    }
    s = span_of(p, (size_t)(q - p));
    if (n.real || n.digits > JSON_DIGITS_MAX) {
        ok = put_odd(w, aim, s, n.real);
    } else {
        int64_t v = (int64_t)json_digits(p + n.minus, n.digits, w->end);

        ok = put(w, aim, V_INT, s, n.minus ? -v : v);
    }
    return ok ? q : NULL;
}

static inline const char *word(struct walk *w, const char *p, const struct json_aim *aim)
{
    const char *q = json_word_end(p, w->end);

    return q && put(w, aim, *p == 'n' ? V_NULL : V_BOOL, span_of(p, (size_t)(q - p)), *p == 't')
               ? q
               : NULL;
}

// A string, number or word; returns what is behind it.
JSON_VECTOR static ALWAYS const char *scalar(struct walk *w, const char *p,
                                             const struct json_aim *aim)
{
    if (*p == '"') {
        return string(w, p + 1, aim);
    }
    return *p == '-' || (*p >= '0' && *p <= '9') ? number(w, p, aim) : word(w, p, aim);
}

// The key whose opening quote is at `p`: its closing one, or NULL. Most keys are short and have no escape.
JSON_VECTOR static inline const char *find_key(struct walk *w, const char *p, uint32_t node,
                                               struct json_place **ret)
{
    uint32_t n = _tzcnt_u32(json_stops(json_window(p + 1, w->end)));
    const char *q = p + 1 + n;
    struct span key = span_of(p + 1, n);
    bool escaped = false;

    if (n == JSON_WINDOW || q >= w->end || *q != '"') {
        q = json_string_end(key.p, w->end, &escaped);
        if (!q) {
            return NULL;
        }
        key.n = (size_t)(q - key.p);
        if (escaped) {
            (void)unescape(w, p + 1, &key);
        }
    }
    *ret = escaped ? json_memo_odd(w->memo, node, key) : json_memo_find(w->memo, node, key);
    return q;
}

// Behind the colon of a key that was not guessed, or NULL.
JSON_VECTOR static const char *other_key(struct walk *w, const char *p, uint32_t node,
                                         struct json_place **guess, struct json_place **ret)
{
    p = json_blanks(p);
    p = *p == '"' ? find_key(w, p, node, ret) : NULL;
    if (!p) {
        return NULL;
    }
    json_memo_learn(guess, *ret);
    p = json_blanks(p + 1);
    return *p == ':' ? p + 1 : NULL;
}

// Whether the bytes that begin with `seen` are the key of a place in the object at `node`.
JSON_VECTOR static inline bool fits(const struct json_place *e, __m256i seen, uint32_t node)
{
    __m256i known = _mm256_loadu_si256((const __m256i *)(const void *)e->text);
    uint32_t equal = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(seen, known));

    return !(e->mask & ~equal) && e->parent == node;
}

// Behind the colon of the key at `p`, or NULL.
JSON_VECTOR static ALWAYS const char *key(struct walk *w, const char *p, uint32_t node,
                                          struct json_place **guess, struct json_place **ret)
{
    __m256i seen = json_window(p, w->end);
    struct json_place *e = guess[0];

    if (!fits(e, seen, node)) {
        e = guess[1];
        if (!fits(e, seen, node)) {
            return other_key(w, p, node, guess, ret);
        }
    }
    *ret = e;
    return p + e->n;
}

// From behind a value to where the next one begins, out of the levels that end there; the end of the
// text when it was the last one.
static inline const char *behind(struct walk *w, const char *p)
{
    while (w->depth && p < w->end) {
        const struct level *l = &w->level[w->depth - 1];

        p = json_blanks(p);
        if (*p == ',') {
            return json_blanks(p + 1);
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
// value; behind it, and behind one in which nothing is wanted, the next one begins.
JSON_VECTOR static const char *begin(struct walk *w, const char *p, const struct json_aim *aim,
                                     struct json_place *place)
{
    bool list = *p == '[', wanted = aim->inner || (list && aim->id != WANTS_NONE);
    const char *first = json_blanks(p + 1);

    if (w->depth == JSON_DEPTH) {
        return NULL;
    }
    if (*first == (list ? ']' : '}')) {
        p = put(w, aim, V_NULL, list ? SPAN_LIT("[]") : SPAN_LIT("{}"), 0) ? first + 1 : NULL;
    } else if (wanted) {
        w->level[w->depth++] = (struct level){*aim, place, list};
        w->guess = place->below;
        return first;
    } else {
        p = json_skip(p, w->end, w->depth);
    }
    return p ? behind(w, p) : NULL;
}

// The members from `p` on of an object, until another level begins or the object ends; returns what
// begins there.
JSON_VECTOR static ALWAYS const char *members(struct walk *w, const char *p)
{
    const uint32_t node = w->level[w->depth - 1].aim.node;
    struct json_place **guess = w->guess, *place;

    for (;; p++) {
        p = key(w, p, node, guess, &place);
        if (!p) {
            return NULL;
        }
        guess = place->behind;
        if (*p != '"') {
            p = json_blanks(p);
            if (json_is_open(*p)) {
                w->guess = guess;
                return begin(w, p, &place->aim, place);
            }
        }
        p = scalar(w, p, &place->aim);
        if (!p) {
            return NULL;
        }
        if (*p != ',') {
            p = json_blanks(p);
            if (*p != ',') {
                return behind(w, p);
            }
        }
    }
}

// The same with the elements of a list.
JSON_VECTOR static ALWAYS const char *elements(struct walk *w, const char *p)
{
    const struct level *l = &w->level[w->depth - 1];

    for (;;) {
        if (json_is_open(*p)) {
            return begin(w, p, &l->aim, l->place);
        }
        p = scalar(w, p, &l->aim);
        if (!p) {
            return NULL;
        }
        p = json_blanks(p);
        if (*p != ',') {
            return behind(w, p);
        }
        p = json_blanks(p + 1);
    }
}

JSON_VECTOR bool json_take(struct json_memo *m, struct span text, struct fields *out)
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
    w.room = NULL;
    w.depth = 0;
    p = begin(&w, text.p, &root->aim, root);
    while (p && w.depth) {
        p = w.level[w.depth - 1].list ? elements(&w, p) : members(&w, p);
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
