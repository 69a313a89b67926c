// take.c - the pieces of a value's way to its core field.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/take.h"

#include "core/base/attr.h"
#include "core/decode/address.h"
#include "core/decode/dn.h"

enum take_op {
#define TAKE(NAME, word, needs) TAKE_##NAME,
#include "core/decode/take.def"
#undef TAKE
};

static const struct {
    const char *word;
    bool needs;
} takes[] = {
#define TAKE(NAME, word, needs) {word, needs},
#include "core/decode/take.def"
#undef TAKE
};

bool take_of(struct span word, struct span arg, int64_t at, struct take *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(takes); i++) {
        if (span_eq_str(word, takes[i].word)) {
            *ret = (struct take){.op = (unsigned char)i, .arg = arg, .at = at};
            return takes[i].needs == (arg.n > 0);
        }
    }
    return false;
}

bool take_wants_table(const struct take *t)
{
    return t->op == TAKE_WORDS;
}

bool take_is_address(const struct take *t)
{
    return t->op == TAKE_IP;
}

// "[v6]:port", "host:port", "host"; a bare v6 address has several colons and no port.
static struct span host_or_port(struct span s, bool port)
{
    size_t colon;

    if (s.n && s.p[0] == '[') {
        size_t close = span_find(s, ']');

        return port ? span_sub(s, close + 2, s.n) : span_sub(s, 1, close - 1);
    }
    colon = span_find(s, ':');
    if (colon < s.n && span_find(span_sub(s, colon + 1, s.n), ':') < s.n - colon - 1) {
        return port ? SPAN_NONE : s;
    }
    return port ? span_sub(s, colon + 1, s.n) : span_sub(s, 0, colon);
}

static struct span fold(struct arena *a, struct span s, char from, char to)
{
    size_t i = 0;
    char *p;

    while (i < s.n && !(s.p[i] >= from && s.p[i] <= to)) {
        i++;
    }
    if (i == s.n || !(p = arena_alloc(a, s.n))) {
        return s;
    }
    for (i = 0; i < s.n; i++) {
        p[i] = s.p[i] >= from && s.p[i] <= to ? (char)(s.p[i] ^ 0x20) : s.p[i];
    }
    return span_of(p, s.n);
}

static struct span as_time(struct span v, const struct take_ctx *c)
{
    struct fval text = {.type = V_STR, .s = v};
    char *out = arena_alloc(c->arena, TIME_TEXT);
    utime_t t;

    // years before 1970 are how programs write "no time"
    if (!out || !stamp_read(&text, STAMP_AUTO, c->received, c->zone_s, &t) || t <= 0) {
        return SPAN_NONE;
    }
    return span_str(utime_text(t, out));
}

static struct span join(const struct take_ctx *c, char between)
{
    size_t n = 0, used = 0;
    char *p;

    for (const struct okv *o = c->first; o < c->end; o++) {
        n += span_eq(o->name, c->first->name) && o->v.type != V_NULL ? o->v.s.n + 1 : 0;
    }
    p = arena_alloc(c->arena, n);
    for (const struct okv *o = c->first; p && o < c->end; o++) {
        if (span_eq(o->name, c->first->name) && o->v.type != V_NULL && o->v.s.n) {
            if (used) {
                p[used++] = between;
            }
            memcpy(p + used, o->v.s.p, o->v.s.n);
            used += o->v.s.n;
        }
    }
    return span_of(p, used);
}

static struct span last(struct span v, const struct take_ctx *c)
{
    for (const struct okv *o = c->first; o < c->end; o++) {
        if (span_eq(o->name, c->first->name) && o->v.type != V_NULL && o->v.s.n) {
            v = o->v.s;
        }
    }
    return v;
}

static size_t base_at(struct span s)
{
    size_t n = s.n;

    while (n && s.p[n - 1] != '/' && s.p[n - 1] != '\\') {
        n--;
    }
    return n;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

struct span take_address(struct span s)
{
    struct span v4 = span_sub(s, 7, s.n);

    if (s.n > 7 && s.p[0] == ':' && span_eq_nocase(span_sub(s, 0, 7), SPAN_LIT("::ffff:")) &&
        span_find(v4, '.') < v4.n) {
        s = v4;
    }
    return address_is(s) ? s : SPAN_NONE;
}

// What names something to people: at least two letters, not only hexadecimal digits, no "true", "false".
static struct span in_letters(struct span s)
{
    size_t letters = 0, beyond = 0; // those that are no hexadecimal digits

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        letters += c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        beyond += c >= 0x80 || ((c | 0x20) > 'f' && (c | 0x20) <= 'z');
    }
    if (letters < 2 || span_eq_nocase(s, SPAN_LIT("true")) ||
        span_eq_nocase(s, SPAN_LIT("false"))) {
        return SPAN_NONE;
    }
    return beyond || (letters == s.n && s.n < 8) ? s : SPAN_NONE;
}

static struct span mac(struct span s, struct arena *a)
{
    char *out = arena_alloc(a, 17);
    size_t n = 0;

    for (size_t i = 0; out && i < s.n; i++) {
        if (digit(s.p[i]) >= 0) {
            if (n == 12) {
                return SPAN_NONE;
            }
            if (n && n % 2 == 0) {
                out[n + n / 2 - 1] = ':';
            }
            out[n + n / 2] = (char)(s.p[i] >= 'A' && s.p[i] <= 'F' ? s.p[i] | 0x20 : s.p[i]);
            n++;
        } else if (!strchr(":-.", s.p[i])) {
            return SPAN_NONE;
        }
    }
    return n == 12 ? span_of(out, 17) : SPAN_NONE;
}

static struct span user_or_domain(struct span s, bool domain)
{
    size_t back = span_find(s, '\\'), at = span_find(s, '@');

    if (back < s.n) {
        size_t from = back + 1;

        while (from < s.n && s.p[from] == '\\') { // escaped twice on its way
            from++;
        }
        return domain ? span_sub(s, 0, back) : span_sub(s, from, s.n);
    }
    if (at && at < s.n) {
        return domain ? span_sub(s, at + 1, s.n) : span_sub(s, 0, at);
    }
    return domain ? SPAN_NONE : s;
}

// What auditd writes without quotes when it holds blanks, quotes or control characters; parts that NUL
// separates (proctitle) are set apart by blanks.
static struct span unhex(struct span s, struct arena *a)
{
    char *out;

    if (s.n < 2 || s.n % 2) {
        return s;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (digit(s.p[i]) < 0) {
            return s;
        }
    }
    out = arena_alloc(a, s.n / 2);
    for (size_t i = 0; out && i < s.n / 2; i++) {
        int v = digit(s.p[2 * i]) * 16 + digit(s.p[2 * i + 1]);

        out[i] = v ? (char)v : ' ';
    }
    return out ? span_trim(span_of(out, s.n / 2)) : s;
}

static struct span whole_number(struct span s, struct arena *a)
{
    uint64_t v = 0;
    int64_t i;

    while (s.n > 1 && s.p[0] == '0' && s.p[1] >= '0' && s.p[1] <= '9') { // "00300" is 300
        s = span_sub(s, 1, s.n);
    }
    if (span_i64(s, &i)) {
        return s;
    }
    if (s.n < 3 || s.n > 18 || s.p[0] != '0' || (s.p[1] | 0x20) != 'x') {
        size_t n = s.n && s.p[0] == '-'; // "12.0", "12 ms"

        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') {
            n++;
        }
        return span_i64(span_sub(s, 0, n), &i) ? span_sub(s, 0, n) : SPAN_NONE;
    }
    for (size_t k = 2; k < s.n; k++) {
        if (digit(s.p[k]) < 0) {
            return SPAN_NONE;
        }
        v = v * 16 + (uint64_t)digit(s.p[k]);
    }
    return v <= INT64_MAX ? fval_int(a, (int64_t)v).s
                          : span_str(arena_printf(a, "%llu", (unsigned long long)v));
}

static struct span strip(struct span s)
{
    static const char open[] = "\"'([{<", shut[] = "\"')]}>";
    const char *at;

    while (s.n >= 2 && s.p[0] && (at = strchr(open, s.p[0])) && s.p[s.n - 1] == shut[at - open]) {
        s = span_trim(span_sub(s, 1, s.n - 2));
    }
    return s;
}

// RFC 3986 section 3, as far as logs keep to it: the scheme and the authority may be missing.
static struct span url(struct span s, unsigned op)
{
    size_t colon = span_find_span(s, SPAN_LIT("://")), n = 0, at;
    struct span scheme = SPAN_NONE, authority = SPAN_NONE, rest = s, path;

    if (colon < s.n && colon < 16) {
        scheme = span_sub(s, 0, colon);
        rest = span_sub(s, colon + 3, s.n);
    }
    if (scheme.n || (s.n && s.p[0] != '/' && span_find(s, '.') < s.n)) {
        while (n < rest.n && !strchr("/?#", rest.p[n])) {
            n++;
        }
        authority = span_sub(rest, 0, n);
        rest = span_sub(rest, n, rest.n);
        at = span_find(authority, '@');
        authority = at < authority.n ? span_sub(authority, at + 1, authority.n) : authority;
    }
    path = span_sub(rest, 0, span_find(rest, '#'));
    switch (op) {
    case TAKE_URL_SCHEME: return scheme;
    case TAKE_URL_DOMAIN: return host_or_port(authority, false);
    case TAKE_URL_PORT: return host_or_port(authority, true);
    case TAKE_URL_PATH: return span_sub(path, 0, span_find(path, '?'));
    default: return span_sub(path, span_find(path, '?') + 1, path.n);
    }
}

static struct span split(struct span s, struct span by, int64_t at)
{
    size_t parts = 1;
    struct span rest = s;

    for (size_t i; (i = span_find_span(rest, by)) < rest.n; parts++) {
        rest = span_sub(rest, i + by.n, rest.n);
    }
    at = at < 0 ? at + (int64_t)parts : at;
    if (at < 0 || at >= (int64_t)parts) {
        return SPAN_NONE;
    }
    for (rest = s; at > 0; at--) {
        rest = span_sub(rest, span_find_span(rest, by) + by.n, rest.n);
    }
    return span_trim(span_sub(rest, 0, span_find_span(rest, by)));
}

static struct span trim(struct span s, struct span chars)
{
    while (s.n && span_find(chars, s.p[0]) < chars.n) {
        s = span_sub(s, 1, s.n);
    }
    while (s.n && span_find(chars, s.p[s.n - 1]) < chars.n) {
        s = span_sub(s, 0, s.n - 1);
    }
    return s;
}

static struct span prefixed(struct span s, struct span with, struct arena *a)
{
    char *p = s.n ? arena_alloc(a, with.n + s.n) : NULL;

    if (!p) {
        return s;
    }
    memcpy(p, with.p, with.n);
    memcpy(p + with.n, s.p, s.n);
    return span_of(p, with.n + s.n);
}

struct span take_run(const struct take *t, struct span v, const struct take_ctx *c)
{
    size_t at;

    switch ((enum take_op)t->op) {
    case TAKE_ALL: return v;
    case TAKE_HOST: return host_or_port(v, false);
    case TAKE_PORT: return host_or_port(v, true);
    case TAKE_LOWER: return fold(c->arena, v, 'A', 'Z');
    case TAKE_UPPER: return fold(c->arena, v, 'a', 'z');
    case TAKE_TIME: return as_time(v, c);
    case TAKE_JOIN: return join(c, ' ');
    case TAKE_LIST: return join(c, ',');
    case TAKE_LAST: return last(v, c);
    case TAKE_BASE: return span_sub(v, base_at(v), v.n);
    case TAKE_DIR: return span_sub(v, 0, base_at(v));
    case TAKE_IP: return take_address(v);
    case TAKE_NAME: return address_is(v) ? SPAN_NONE : v;
    case TAKE_LETTERS: return in_letters(v);
    case TAKE_PATH: return base_at(v) ? v : SPAN_NONE;
    case TAKE_MAC: return mac(v, c->arena);
    case TAKE_USER: return user_or_domain(v, false);
    case TAKE_DOMAIN: return user_or_domain(v, true);
    case TAKE_HEX: return unhex(v, c->arena);
    case TAKE_DN_NAME: return dn_name(v);
    case TAKE_DN_DOMAIN: return dn_domain(v, c->arena);
    case TAKE_INT: return whole_number(v, c->arena);
    case TAKE_FIRST: return span_sub(v, 0, span_find(v, ' '));
    case TAKE_STRIP: return strip(v);
    case TAKE_URL_SCHEME:
    case TAKE_URL_DOMAIN:
    case TAKE_URL_PORT:
    case TAKE_URL_PATH:
    case TAKE_URL_QUERY: return url(v, t->op);
    case TAKE_EXECVE: return take_execve(v, c->arena);
    case TAKE_WORDS: return take_words(v, t->table, c->arena);
    case TAKE_SPLIT: return split(v, t->arg, t->at);
    case TAKE_TRIM: return trim(v, t->arg);
    case TAKE_AFTER:
        at = span_find_span(v, t->arg);
        return at < v.n ? span_sub(v, at + t->arg.n, v.n) : SPAN_NONE;
    case TAKE_BEFORE: return span_sub(v, 0, span_find_span(v, t->arg));
    case TAKE_NOT: return span_eq(v, t->arg) ? SPAN_NONE : v;
    case TAKE_PREFIX: return prefixed(v, t->arg, c->arena);
    case TAKE_SUFFIX: return prefixed(t->arg, v, c->arena);
    }
    return v;
}
