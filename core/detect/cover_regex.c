// cover_regex.c - texts that a match of a PCRE2 expression must have in it.
// SPDX-License-Identifier: Apache-2.0
//
// Reads as much of pcre2pattern(3) as is needed to be never wrong about a text being required: what is
// not understood ends a run of literal characters, or gives up.
#include "core/detect/cover.h"

enum { DEPTH = 16, TEXTS = 64 };

struct texts { // at least one of them is there; n = 0: nothing known
    struct span v[TEXTS];
    size_t n;
};

struct reader {
    struct arena *a;
    const char *p, *end;
    bool give_up;
    int depth;
};

static double cost(const struct texts *t)
{
    double sum = 0;

    for (size_t i = 0; i < t->n; i++) {
        sum += cover_guess(&(struct cover_key){.kind = COVER_PART, .text = t->v[i]});
    }
    return t->n ? sum : 1e9;
}

static void better(struct texts *best, const struct texts *t)
{
    if (t->n && cost(t) < cost(best)) {
        *best = *t;
    }
}

// A run of characters, one of which may be any of a small class.
enum { CLASS_MAX = 4 };

struct run {
    char text[256];
    size_t n, class_at, members; // members: 0, no class
    char member[CLASS_MAX];
};

static bool add_char(struct run *run, char c)
{
    if (run->n == sizeof(run->text)) {
        return false;
    }
    run->text[run->n++] = c;
    return true;
}

static void end_run(struct texts *best, struct run *run, struct arena *a)
{
    struct texts t = {.n = run->members ? run->members : 1};

    for (size_t i = 0; i < t.n; i++) {
        char *p = arena_str(a, span_of(run->text, run->n));

        if (run->members && run->class_at < run->n) {
            p[run->class_at] = run->member[i];
        }
        t.v[i] = span_of(p, run->n);
    }
    if (arena_ok(a) && cover_tells(t.v[0])) {
        better(best, &t);
    }
    run->n = run->members = 0;
}

// A small class takes a place in the run, as its first character until the run ends.
static bool add_class(struct texts *best, struct run *run, struct span members, struct arena *a)
{
    if (members.n == 0 || members.n > CLASS_MAX) {
        return false;
    }
    if (run->members || run->n == sizeof(run->text)) {
        end_run(best, run, a);
    }
    run->class_at = run->n;
    run->members = members.n;
    memcpy(run->member, members.p, members.n);
    return add_char(run, members.p[0]);
}

// A quantifier at the place: true when it is one; *ret_least = how often at least.
static bool quantifier(struct reader *r, unsigned *ret_least)
{
    const char *p = r->p;
    unsigned least = 0;

    if (p >= r->end) {
        return false;
    }
    if (*p == '?' || *p == '*' || *p == '+') {
        *ret_least = *p == '+';
        p++;
    } else if (*p == '{') {
        const char *digits = ++p;

        while (p < r->end && *p >= '0' && *p <= '9' && p - digits < 6) {
            least = least * 10 + (unsigned)(*p++ - '0');
        }
        if (p == digits) {
            return false;
        }
        if (p < r->end && *p == ',') {
            p++;
            while (p < r->end && *p >= '0' && *p <= '9') {
                p++;
            }
        }
        if (p >= r->end || *p != '}') {
            return false;
        }
        p++;
        *ret_least = least;
    } else {
        return false;
    }
    if (p < r->end && (*p == '?' || *p == '+')) {
        p++; // lazy, possessive
    }
    r->p = p;
    return true;
}

// What stands between the brackets where that is nothing but a list of characters, else nothing.
static struct span plain_members(const char *p, const char *end)
{
    struct span s = span_of(p, span_find(span_of(p, (size_t)(end - p)), ']'));
    bool plain = s.n > 0 && s.p[0] != '^';

    for (size_t i = 0; plain && i < s.n; i++) {
        plain = !strchr("\\[-&~", s.p[i]) && s.p[i] && (unsigned char)s.p[i] < 0x80;
    }
    return plain ? s : SPAN_NONE;
}

static struct span skip_class(struct reader *r)
{
    const char *p = r->p + 1;
    struct span members = plain_members(p, r->end);

    p += p < r->end && *p == '^';
    p += p < r->end && *p == ']';
    while (p < r->end && *p != ']') {
        if (*p == '\\') {
            r->give_up |= p + 1 < r->end && p[1] == 'Q';
            p += 2;
        } else if (*p == '[' && p + 1 < r->end && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
            char kind = p[1];

            for (p += 2; p + 1 < r->end && !(p[0] == kind && p[1] == ']'); p++) {
                if (*p == ']' || *p == '\\') {
                    r->give_up = true; // "[[:" that is no POSIX class
                    break;
                }
            }
            p += 2;
        } else {
            p++;
        }
    }
    r->give_up |= p >= r->end;
    r->p = p + 1;
    return members;
}

// Behind a backslash: the literal character, or 0 for anything else (which is passed over).
static char escaped(struct reader *r)
{
    char c = r->p + 1 < r->end ? r->p[1] : '\0';
    bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');

    r->p += 2;
    if (!letter) {
        return (unsigned char)c < 0x80 ? c : '\0';
    }
    if (strchr("dDwWsShHvVbBAzZGRXKNntrfea", c)) {
        r->give_up |= c == 'N' && r->p < r->end && *r->p == '{';
        return '\0';
    }
    if (c == 'x') {
        for (int i = 0; i < 2 && r->p < r->end && *r->p != '{' &&
                        strchr("0123456789abcdefABCDEF", *r->p) && *r->p;
             i++) {
            r->p++;
        }
    }
    if (c == 'x' || c == 'p' || c == 'P') {
        if (r->p < r->end && *r->p == '{') {
            r->p += span_find(span_of(r->p, (size_t)(r->end - r->p)), '}') + 1;
        } else if (c != 'x') {
            r->p++;
        }
        return '\0';
    }
    r->give_up = true; // \Q, \c, references, octal
    return '\0';
}

static struct texts alternatives(struct reader *r);

// A group; its texts, or none when it does not have to take part in a match.
static struct texts group(struct reader *r)
{
    static const struct texts none;
    struct texts t;
    bool aside = false;
    unsigned least;

    r->p++;
    if (r->p < r->end && *r->p == '*') {
        r->give_up = true;
    } else if (r->p + 1 < r->end && *r->p == '?') {
        char c = *++r->p;

        r->p++;
        if (c == '<' || c == 'P' || c == '\'') {
            char next = r->p < r->end ? *r->p : '\0';

            if (c == '<' && (next == '=' || next == '!')) {
                aside = true;
                r->p++;
            } else if (c == 'P' && next != '<') {
                r->give_up = true;
            } else {
                char close = c == '\'' ? '\'' : '>';

                r->p += span_find(span_of(r->p, (size_t)(r->end - r->p)), close) + 1;
            }
        } else if (c == '=' || c == '!') {
            aside = true;
        } else if (c == 'i' || c == 's' || c == 'm' || c == '-') {
            while (r->p < r->end && strchr("ims-", *r->p) && *r->p) {
                r->p++;
            }
            if (r->p < r->end && *r->p == ')') {
                r->p++; // a setting, no group
                return none;
            }
            r->give_up |= r->p >= r->end || *r->p != ':';
            r->p++;
        } else if (c != ':' && c != '>') {
            r->give_up = true;
        }
    }
    if (r->give_up || ++r->depth > DEPTH) {
        r->give_up = true;
        return none;
    }
    t = alternatives(r);
    r->depth--;
    if (r->p >= r->end || *r->p != ')') {
        r->give_up = true;
        return none;
    }
    r->p++;
    return (quantifier(r, &least) && least == 0) || aside ? none : t;
}

// One branch, up to '|', ')' or the end.
static struct texts branch(struct reader *r)
{
    struct texts best = {.n = 0};
    struct run run = {.n = 0};

    while (!r->give_up && r->p < r->end && *r->p != '|' && *r->p != ')') {
        struct span members = SPAN_NONE;
        unsigned least = 1;
        char c = *r->p, lit = '\0';
        bool known, repeated;

        if (c == '(') {
            struct texts t;

            end_run(&best, &run, r->a);
            t = group(r);
            better(&best, &t);
            continue;
        }
        if (c == '[') {
            members = skip_class(r);
        } else if (c == '\\') {
            lit = escaped(r);
        } else {
            r->p++;
            lit = c == '.' || c == '^' || c == '$' || (unsigned char)c >= 0x80 ? '\0' : c;
        }
        repeated = quantifier(r, &least);
        known = least > 0 && (lit ? add_char(&run, lit) : add_class(&best, &run, members, r->a));
        if (repeated || !known) {
            end_run(&best, &run, r->a);
        }
    }
    end_run(&best, &run, r->a);
    return best;
}

static struct texts alternatives(struct reader *r)
{
    struct texts sum = branch(r);
    bool all = sum.n > 0;

    while (!r->give_up && r->p < r->end && *r->p == '|') {
        struct texts t;

        r->p++;
        t = branch(r);
        all = all && t.n && sum.n + t.n <= TEXTS;
        for (size_t i = 0; all && i < t.n; i++) {
            sum.v[sum.n++] = t.v[i];
        }
    }
    sum.n = all ? sum.n : 0;
    return sum;
}

size_t cover_regex(struct arena *a, struct span expression, struct span *out, size_t max)
{
    struct reader r = {.a = a, .p = expression.p, .end = expression.p + expression.n};
    struct texts t = alternatives(&r);

    if (r.give_up || r.p != r.end || t.n > max || !arena_ok(a)) {
        return 0;
    }
    for (size_t i = 0; i < t.n; i++) {
        char *low = arena_alloc(a, t.v[i].n + 1);

        if (!low) {
            return 0;
        }
        fold_ascii(low, t.v[i]);
        out[i] = span_of(low, t.v[i].n);
    }
    return t.n;
}
