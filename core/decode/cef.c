// cef.c - CEF and LEEF to fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/decode/pairs.h"
#include "core/decode/pairs_text.h"

// Marks of a text one by one, from left to right; 64 bytes are looked at together.
struct marks {
    size_t at;     // of the first byte behind those in `mask`
    uint64_t mask; // those that were found and not given out: bit 0 is byte `at` - 64
};

static uint64_t equals_from(struct span s, size_t at)
{
    return FIND_MASK64(s, at, "=");
}

static uint64_t bars_from(struct span s, size_t at)
{
    return FIND_MASK64(s, at, "|\\");
}

// Position of the next one, or s.n.
static inline size_t next_mark(struct marks *e, struct span s,
                               uint64_t (*from)(struct span s, size_t at))
{
    size_t i;

    while (!e->mask) {
        if (e->at >= s.n) {
            return s.n;
        }
        e->mask = from(s, e->at);
        e->at += 64;
    }
    i = e->at - 64 + (size_t)__builtin_ctzll(e->mask);
    e->mask &= e->mask - 1;
    return i;
}

// A key and the '=' behind it.
struct key {
    size_t begin, equal;
    uint32_t id;
};

// Whether a key may begin there: at the begin of the text (`from`) or behind a blank.
static inline bool may_begin(struct span s, size_t k, size_t from)
{
    return k == from || s.p[k - 1] == ' ' || s.p[k - 1] == '\t' || s.p[k - 1] == '\n';
}

// The next key. A '=' counts when the word before it is one, which begins the text or stands behind a
// blank; so one behind a backslash, which is no byte of a key, never does. `from` is behind the last one
// that counted. Mostly it is the key that stood there in the record before.
static inline bool next_key(struct span s, struct marks *m, size_t from, struct fields *f,
                            struct key *ret)
{
    size_t i;

    while ((i = next_mark(m, s, equals_from)) < s.n) {
        size_t k = i - fields_guess(f, s.p + i, i - from, &ret->id);

        if (k == i || !may_begin(s, k, from)) {
            k = key_begin(s, i); // not before `from`: a '=' stands there
            if (k == i || !may_begin(s, k, from)) {
                continue;
            }
            ret->id = fields_number(f, span_of(s.p + k, i - k));
        }
        ret->begin = k;
        ret->equal = i;
        return true;
    }
    return false;
}

static inline bool is_label(struct span name)
{
    return name.n >= 6 && span_load4(name.p + name.n - 4) == span_load4("abel") &&
           name.p[name.n - 5] == 'L' && name.n <= 40;
}

// "cs1Label=Safe cs1=X": X under the name Safe as well.
static void add_labelled(struct fields *out, size_t first)
{
    size_t n = out->n;

    for (size_t i = first; i < n; i++) {
        struct span name = out->v[i].name, base;
        size_t end = n < i + 8 ? n : i + 8;

        if (!is_label(name)) {
            continue;
        }
        base = span_of(name.p, name.n - 5);
        // labels stand next to their values, so the search is short and bounded
        for (size_t k = i > first + 8 ? i - 8 : first; k < end; k++) {
            const struct okv *o = &out->v[k];

            if (o->name.n == base.n && o->name.p[base.n - 1] == base.p[base.n - 1] &&
                span_same(o->name.p, base.p, base.n) && o->v.s.n) {
                (void)fields_add(out, out->v[i].v.s, o->v);
                break;
            }
        }
    }
}

static void cef_extension(struct span s, struct fields *out)
{
    struct marks m = {0};
    struct key key, next;
    size_t first = out->n, escape = span_find(s, '\\'); // the first one that was not met
    bool more;

    fields_name(out);
    for (more = next_key(s, &m, 0, out, &key); more; key = next) {
        size_t from = key.equal + 1, end;
        struct span v;

        more = next_key(s, &m, from, out, &next);
        end = more ? next.begin : s.n;
        v = unquote(span_trim(span_of(s.p + from, end - from)));
        if (escape < end) {
            v = unescape(out->arena, v, "=\\|\"");
            escape = end + span_find(span_of(s.p + end, s.n - end), '\\');
        }
        if (!fields_put(out, key.id, span_of(s.p + key.begin, key.equal - key.begin),
                        fval_str(v))) {
            return;
        }
    }
    add_labelled(out, first);
}

// The parts of a header up to its last bar; how many were closed by one.
static size_t bar_parts(struct span *rest, const struct span *name, size_t n, bool plain,
                        struct fields *out)
{
    const uint32_t *id = fields_known(out, name, n);
    struct marks e = {0};
    struct span s = *rest;
    size_t from = 0, i = 0;

    fields_name(out);
    while (i < n && from <= s.n) {
        size_t at = next_mark(&e, s, bars_from);
        bool escapes = false;
        struct span part;

        while (at < s.n && s.p[at] == '\\') { // the byte behind it is no mark
            size_t next = next_mark(&e, s, bars_from);

            escapes = true;
            at = next == at + 1 ? next_mark(&e, s, bars_from) : next;
        }
        part = span_trim(span_of(s.p + from, at - from));
        part = escapes && !plain ? unescape(out->arena, part, "|\\") : part;
        (void)fields_put(out, id[i], name[i], fval_str(part));
        i += at < s.n;
        from = at + 1;
    }
    *rest = span_sub(s, from, s.n);
    return i;
}

const char *cef_flatten(struct span s, struct fields *out)
{
    static const struct span names[] = {
        SPAN_LIT("CEFVersion"),    SPAN_LIT("DeviceVendor"),       SPAN_LIT("DeviceProduct"),
        SPAN_LIT("DeviceVersion"), SPAN_LIT("DeviceEventClassID"), SPAN_LIT("Name"),
        SPAN_LIT("Severity")};

    s = span_sub(s, span_starts(s, SPAN_LIT("CEF:")) ? 4 : 0, s.n);
    if (bar_parts(&s, names, ARRAY_LEN(names), false, out) < 6) {
        return "the CEF header has fewer than seven parts";
    }
    cef_extension(s, out);
    return NULL;
}

// LEEF 2.0: "^", "x5E" or "0x5E"; absent or empty = TAB.
static char leef_separator(struct span s)
{
    static const char hex[] = "0123456789abcdef";
    size_t x = span_starts(s, SPAN_LIT("0x")) ? 2 : s.n > 1 && (s.p[0] | 0x20) == 'x' ? 1 : 0;
    int v = 0;

    if (s.n == 1) {
        return s.p[0];
    }
    for (size_t i = x; x && i < s.n && i < x + 2; i++) {
        const char *at = s.p[i] ? strchr(hex, s.p[i] | 0x20) : NULL;

        if (!at) {
            return '\t';
        }
        v = v * 16 + (int)(at - hex);
    }
    return v > 0 && v < 128 ? (char)v : '\t';
}

const char *leef_flatten(struct span s, struct fields *out)
{
    static const struct span names[] = {SPAN_LIT("LEEFVersion"), SPAN_LIT("Vendor"),
                                        SPAN_LIT("Product"), SPAN_LIT("Version"),
                                        SPAN_LIT("EventID")};
    struct dialect d = {.assign = SPAN_LIT("=")};
    char separator = '\t';
    bool two;

    s = span_sub(s, span_starts(s, SPAN_LIT("LEEF:")) ? 5 : 0, s.n);
    two = s.n && s.p[0] == '2';
    if (bar_parts(&s, names, ARRAY_LEN(names), true, out) < 4) {
        return "the LEEF header has fewer than five parts";
    }
    if (two) {
        size_t bar = span_find(s, '|'), equal = span_find(s, '=');

        if (bar < s.n && bar < equal) {
            separator = leef_separator(span_sub(s, 0, bar));
            s = span_sub(s, bar + 1, s.n);
        }
    }
    // some write blanks where tabs should stand: then the CEF way of finding keys is right
    if (separator == '\t' && span_find(s, '\t') == s.n) {
        cef_extension(s, out);
        return NULL;
    }
    d.separator = span_of(&separator, 1);
    return pairs_flatten(s, &d, SPAN_NONE, out);
}
