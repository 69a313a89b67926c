// template.c - small text patterns: literals and holes.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/template.h"

const char field_types[FIELD_COUNT] = {
#define STR                             0
#define INT                             1
#define LIST                            2
#define FIELD(NAME, ecs, type, carried) [FIELD_##NAME] = type,
#include "core/model/field.def"
#undef FIELD
#undef STR
#undef INT
#undef LIST
};

bool field_is_list(enum field f)
{
    return f < FIELD_COUNT && field_types[f] == 2;
}

static bool type_of(struct span word, enum hole_type *ret)
{
    static const char *const words[] = {"", "int", "ip", "word"};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (span_eq_str(word, words[i])) {
            *ret = (enum hole_type)i;
            return true;
        }
    }
    return false;
}

static int parse_hole(struct span name, struct template *t, bool *greedy_seen, struct err *err)
{
    bool greedy = name.n && name.p[name.n - 1] == '*';
    struct span type = span_sub(name, 0, name.n - greedy);
    int field = -1;

    name = span_cut(&type, ':');
    t->part[t->n].name = SPAN_NONE;
    t->part[t->n].type = HOLE_ANY;
    if (name.n > 1 && name.p[0] == '@') {
        field = HOLE_NAMED;
        t->part[t->n].name = span_sub(name, 1, name.n);
    } else {
        field = span_eq_str(name, "_") ? (int)HOLE_SKIP : field_of(name);
    }
    if (field < 0) {
        return err_set(err, E_INPUT, "source.field", "\"" SPAN_FMT "\" is no core field",
                       SPAN_ARG(name));
    }
    if (!type_of(type, &t->part[t->n].type)) {
        return err_set(err, E_INPUT, "source.template", "\"" SPAN_FMT "\" is no type of a hole",
                       SPAN_ARG(type));
    }
    if (field_is_int((enum field)field)) {
        t->part[t->n].type = HOLE_INT;
    }
    if (greedy && *greedy_seen) {
        return err_set(err, E_INPUT, "source.template", "a template may have one hole with '*'");
    }
    *greedy_seen |= greedy;
    t->part[t->n].hole = (unsigned)field;
    t->part[t->n].greedy = greedy;
    t->n++;
    return 0;
}

// All ones for the first n bytes, as they stand in memory.
static uint64_t head_mask(size_t n)
{
    static const char ones[8] = "\xff\xff\xff\xff\xff\xff\xff\xff";

    return template_head(span_of(ones, n < sizeof(ones) ? n : sizeof(ones)));
}

void pairset_add(struct pairset *s, struct span text)
{
    for (size_t i = 1; i < text.n; i++) {
        unsigned h = ((unsigned char)text.p[i - 1] * 37u + (unsigned char)text.p[i]) & 255;

        s->w[h / 64] |= UINT64_C(1) << h % 64;
    }
}

static void add_needs(struct template *t)
{
    for (size_t i = 0; i < t->n; i++) {
        pairset_add(&t->need, t->part[i].before);
    }
    pairset_add(&t->need, t->tail);
}

int template_parse(struct span text, struct template *ret, struct err *err)
{
    bool greedy = false;

    *ret = (struct template){0};
    ret->head = template_head(span_sub(text, 0, span_find(text, '{')));
    ret->head_mask = head_mask(span_find(text, '{'));
    for (;;) {
        size_t open = span_find(text, '{');
        size_t shut = span_find(text, '}');
        struct span literal = span_sub(text, 0, open);
        int rc;

        if (shut < open) {
            return err_set(err, E_INPUT, "source.template", "a '}' without its '{'");
        }
        if (open == text.n) {
            ret->tail = text;
            add_needs(ret);
            return ret->n || text.n
                       ? 0
                       : err_set(err, E_INPUT, "source.template", "the template is empty");
        }
        if (shut == text.n) {
            return err_set(err, E_INPUT, "source.template", "a '{' without its '}'");
        }
        if (ret->n == TEMPLATE_PARTS) {
            return err_set(err, E_LIMIT, "source.template", "more than 24 holes");
        }
        if (ret->n && literal.n == 0) {
            return err_set(err, E_INPUT, "source.template",
                           "two holes need a text between them to be told apart");
        }
        ret->part[ret->n].before = literal;
        rc = parse_hole(span_sub(text, open + 1, shut - open - 1), ret, &greedy, err);
        if (rc) {
            return rc;
        }
        text = span_sub(text, shut + 1, text.n);
    }
}

static bool ip_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') || c == '.' ||
           c == ':';
}

static bool hole_takes(unsigned hole, enum hole_type type, struct span v)
{
    uint64_t n;

    if (hole == HOLE_SKIP && type == HOLE_ANY) {
        return true;
    }
    for (size_t i = 0; type >= HOLE_IP && i < v.n; i++) {
        if (type == HOLE_IP ? !ip_char(v.p[i]) : v.p[i] == ' ' || v.p[i] == '\t') {
            return false;
        }
    }
    return v.n > 0 && (type != HOLE_INT || span_u64(v, &n)) && (type != HOLE_IP || v.n > 1);
}

static bool match_from(const struct template *t, size_t i, struct span text, struct span *value);

// The hole i has `v`.
static bool take(const struct template *t, size_t i, struct span v, struct span *value)
{
    v = span_trim(v);
    value[i] = v;
    return hole_takes(t->part[i].hole, t->part[i].type, v);
}

// The hole i is the greedy one: its longest text behind which the rest fits.
static bool take_longest(const struct template *t, size_t i, struct span body, struct span next,
                         struct span *value)
{
    for (size_t at = body.n < next.n ? 0 : body.n - next.n + 1; at > 0;) {
        const char *last = memrchr(body.p, next.p[0], at);
        struct span rest;

        if (!last) {
            return false;
        }
        at = (size_t)(last - body.p);
        rest = span_sub(body, at, body.n);
        if (span_starts(rest, next) && take(t, i, span_sub(body, 0, at), value) &&
            match_from(t, i + 1, rest, value)) {
            return true;
        }
    }
    return false;
}

// Where the text of a hole ends at the earliest: behind its first byte that is no blank.
static size_t hole_least(unsigned hole, enum hole_type type, struct span body)
{
    size_t n = 0;

    if (hole == HOLE_SKIP && type == HOLE_ANY) {
        return 0;
    }
    while (n < body.n && (body.p[n] == ' ' || body.p[n] == '\t')) {
        n++;
    }
    return n + (n < body.n);
}

// From the part i on. Only the greedy hole tries more than one end; so the depth is bounded by two and
// the work by (length of the text) x (parts).
static bool match_from(const struct template *t, size_t i, struct span text, struct span *value)
{
    for (;; i++) {
        struct span before = i < t->n ? t->part[i].before : t->tail, next, body;
        size_t at;

        if (!span_starts(text, before)) {
            return false;
        }
        body = span_of(text.p + before.n, text.n - before.n);
        if (i == t->n) {
            return body.n == 0;
        }
        if (i + 1 == t->n) { // the tail is at the very end
            return span_ends(body, t->tail) &&
                   take(t, i, span_sub(body, 0, body.n - t->tail.n), value);
        }
        next = t->part[i + 1].before;
        if (t->part[i].greedy) {
            return take_longest(t, i, body, next, value);
        }
        at = hole_least(t->part[i].hole, t->part[i].type, body);
        at += span_find_span(span_of(body.p + at, body.n - at), next);
        if (at >= body.n || !take(t, i, span_of(body.p, at), value)) {
            return false;
        }
        text = span_of(body.p + at, body.n - at);
    }
}

bool template_match(const struct template *t, struct span text, struct span value[TEMPLATE_PARTS])
{
    return match_from(t, 0, text, value);
}
