// json.c - one JSON text to flat fields, in one pass.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json.h"

#include "core/base/utf8.h"

struct level {
    struct span name; // of the container itself
    bool list, filled;
};

struct scan {
    const char *p, *end;
    struct fields *out;
    const char *why;
    unsigned depth;
    struct level level[JSON_DEPTH];
};

static bool fail(struct scan *s, const char *why)
{
    s->why = s->why ? s->why : why;
    return false;
}

static void skip_blank(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t')) {
        s->p++;
    }
}

static int hex4(const char *p)
{
    int v = 0;

    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)p[i];

        if (c >= '0' && c <= '9') {
            v = v * 16 + (c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            v = v * 16 + ((c | 0x20) - 'a' + 10);
        } else {
            return -1;
        }
    }
    return v;
}

// The character of a \u escape whose digits begin at *p (within `end`); moves *p behind it.
static int32_t unicode_escape(const char **p, const char *end)
{
    int32_t hi, lo;

    if (end - *p < 4 || (hi = hex4(*p)) < 0) {
        return -1;
    }
    *p += 4;
    if (hi >= 0xD800 && hi <= 0xDBFF && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        lo = hex4(*p + 2);
        if (lo >= 0xDC00 && lo <= 0xDFFF) {
            *p += 6;
            return 0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00);
        }
    }
    return hi >= 0xD800 && hi <= 0xDFFF ? 0xFFFD : hi;
}

// Undoes the escapes of a string whose end is known; never longer than what was written.
static bool unescape(struct scan *s, struct span in, struct span *ret)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char *out = arena_alloc(s->out->arena, in.n + 1), *o = out;
    const char *p = in.p, *end = in.p + in.n;

    if (!out) {
        return fail(s, "needs more memory than a record may take");
    }
    while (p < end) {
        const char *known;

        if (*p != '\\') {
            *o++ = *p++;
        } else if (p[1] == 'u') {
            int32_t cp;

            p += 2;
            cp = unicode_escape(&p, end);
            if (cp < 0) {
                return fail(s, "\\u needs four hexadecimal digits");
            }
            o += utf8_put((uint32_t)cp, o);
        } else if (p[1] && (known = strchr(from, p[1]))) {
            *o++ = to[known - from];
            p += 2;
        } else {
            return fail(s, "an escape that JSON does not have");
        }
    }
    *ret = span_of(out, (size_t)(o - out));
    return true;
}

// Whether one of eight bytes is a quote, a backslash or below 0x20 (a false yes is possible for bytes
// above 0x7f; then they are looked at one by one).
static bool any_special(const char *p)
{
    const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t v, quote, back;

    memcpy(&v, p, 8);
    quote = v ^ ones * '"';
    back = v ^ ones * '\\';
    return (((quote - ones) & ~quote) | ((back - ones) & ~back) | ((v - ones * 0x20) & ~v)) & high;
}

// A string; s->p stands on its opening quote.
static bool string(struct scan *s, struct span *ret)
{
    const char *p = ++s->p;
    bool escaped = false;

    for (;; p++) {
        while (s->end - p >= 8 && !any_special(p)) {
            p += 8;
        }
        if (p >= s->end || *p == '"') {
            break;
        }
        if (*p == '\\') {
            escaped = true;
            p++;
        } else if ((unsigned char)*p < 0x20) {
            s->p = p;
            return fail(s, "a control character inside a string");
        }
    }
    if (p >= s->end) {
        s->p = s->end;
        return fail(s, "a string without its end");
    }
    *ret = span_of(s->p, (size_t)(p - s->p));
    s->p = p + 1;
    return !escaped || unescape(s, *ret, ret);
}

static size_t digits(struct scan *s)
{
    const char *p = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        s->p++;
    }
    return (size_t)(s->p - p);
}

static bool number(struct scan *s, struct fval *v)
{
    const char *begin = s->p;
    bool whole = true;
    uint64_t u;
    size_t n;

    s->p += *s->p == '-';
    n = digits(s);
    if (n == 0 || (n > 1 && s->p[-(ptrdiff_t)n] == '0')) {
        return fail(s, "a number that JSON does not have");
    }
    if (s->p < s->end && *s->p == '.') {
        whole = false;
        s->p++;
        if (digits(s) == 0) {
            return fail(s, "a number without digits behind its point");
        }
    }
    if (s->p < s->end && (*s->p | 0x20) == 'e') {
        whole = false;
        s->p++;
        s->p += s->p < s->end && (*s->p == '+' || *s->p == '-');
        if (digits(s) == 0) {
            return fail(s, "a number without digits in its exponent");
        }
    }
    *v = (struct fval){.type = V_FLOAT, .s = span_of(begin, (size_t)(s->p - begin))};
    if (whole && span_i64(v->s, &v->i)) {
        v->type = V_INT;
    } else if (whole && span_u64(v->s, &u)) {
        v->type = V_UINT;
        v->i = (int64_t)u;
    }
    return true;
}

static bool word(struct scan *s, const char *text, enum vtype type, int64_t i, struct fval *v)
{
    size_t n = strlen(text);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0) {
        return fail(s, "neither a value nor a word that JSON has");
    }
    *v = (struct fval){.type = type, .s = span_of(s->p, n), .i = i};
    s->p += n;
    return true;
}

static bool put(struct scan *s, struct span name, struct fval v)
{
    return fields_add(s->out, name, v) || fail(s, "more fields than a record may have");
}

static bool open_level(struct scan *s, struct span name)
{
    if (s->depth == JSON_DEPTH) {
        return fail(s, "nested deeper than 64 levels");
    }
    s->level[s->depth++] = (struct level){.name = name, .list = *s->p == '['};
    s->p++;
    return true;
}

// One value: a scalar becomes a field, a container becomes the level in work.
static bool value(struct scan *s, struct span name)
{
    struct fval v = {.type = V_STR};

    skip_blank(s);
    if (s->p >= s->end) {
        return fail(s, "ends where a value should stand");
    }
    switch (*s->p) {
    case '{':
    case '[': return open_level(s, name);
    case '"': return string(s, &v.s) && put(s, name, v);
    case 't': return word(s, "true", V_BOOL, 1, &v) && put(s, name, v);
    case 'f': return word(s, "false", V_BOOL, 0, &v) && put(s, name, v);
    case 'n': return word(s, "null", V_NULL, 0, &v) && put(s, name, v);
    default:
        if (*s->p != '-' && (*s->p < '0' || *s->p > '9')) {
            return fail(s, "neither a value nor a word that JSON has");
        }
        return number(s, &v) && put(s, name, v);
    }
}

// Reads up to and with the next value of the level in work, or its end.
static bool member(struct scan *s)
{
    struct level *l = &s->level[s->depth - 1];
    struct span key, name = l->name;

    skip_blank(s);
    if (s->p < s->end && *s->p == (l->list ? ']' : '}')) {
        s->p++;
        s->depth--;
        return l->filled ||
               put(s, name,
                   (struct fval){.type = V_NULL, .s = l->list ? SPAN_LIT("[]") : SPAN_LIT("{}")});
    }
    if (l->filled) {
        if (s->p >= s->end || *s->p != ',') {
            return fail(s, "a comma or the end of the list or object is missing");
        }
        s->p++;
        skip_blank(s);
    }
    l->filled = true;
    if (l->list) {
        return value(s, name);
    }
    if (s->p >= s->end || *s->p != '"') {
        return fail(s, "a name in quotes is missing");
    }
    if (!string(s, &key)) {
        return false;
    }
    skip_blank(s);
    if (s->p >= s->end || *s->p != ':') {
        return fail(s, "a colon is missing");
    }
    s->p++;
    name = fields_join(s->out, name, key);
    return arena_ok(s->out->arena) ? value(s, name)
                                   : fail(s, "needs more memory than a record may take");
}

bool json_flatten(struct span text, struct fields *out, struct json_fault *fault)
{
    struct scan s = {.p = text.p, .end = text.p + text.n, .out = out};
    bool ok;

    if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF"))) {
        s.p += 3;
    }
    ok = value(&s, SPAN_NONE);
    while (ok && s.depth) {
        ok = member(&s);
    }
    if (ok) {
        skip_blank(&s);
        ok = s.p == s.end || fail(&s, "something stands behind the end of the value");
    }
    *fault = (struct json_fault){.why = s.why, .at = (size_t)(s.p - text.p)};
    return ok;
}
