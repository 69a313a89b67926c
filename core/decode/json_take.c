// json_take.c - the grammar of JSON over the tokens that json_index() found.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_take.h"

#include "core/decode/json.h"

struct level {
    uint32_t node; // of the wanted names, WANTS_NONE: nothing below is wanted
    bool list;
};

struct walk {
    const struct json_index *x;
    const char *p;
    const uint32_t *at; // the token in hand
    const uint32_t *end;
    struct fields *out;
    const struct wants *want;
    size_t values;
    unsigned depth;
    bool fresh; // the innermost level has had no value yet
    struct level level[JSON_DEPTH];
};

static inline char token(const struct walk *w)
{
    return w->at < w->end ? w->p[*w->at] : '\0';
}

static inline bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The text of the token in hand: up to the next one, without the blanks between them.
static inline struct span text_of(const struct walk *w)
{
    size_t from = w->at[0], to = w->at[1];

    while (blank(w->p[to - 1])) {
        to--;
    }
    return span_of(w->p + from, to - from);
}

static bool put(struct walk *w, uint32_t node, struct fval v)
{
    uint32_t id = wants_at(w->want, node).id;

    return id == WANTS_NONE || fields_put(w->out, id, wants_name(w->want, id), v);
}

static bool asked(const struct walk *w, uint32_t node)
{
    return node != WANTS_NONE && wants_at(w->want, node).id != WANTS_NONE;
}

// What stands between the quotes of the token in hand, escapes undone.
static bool string(struct walk *w, struct span *ret)
{
    struct span s = text_of(w);
    size_t from = *w->at + 1;
    char *copy;

    s = span_of(s.p + 1, s.n - 2);
    if (!json_index_escaped(w->x, from, from + s.n)) {
        *ret = s;
        return true;
    }
    copy = arena_room(w->out->arena, s.n + 32);
    if (!copy) {
        return false;
    }
    *ret = span_of(copy, json_index_unescape(s, copy));
    return true;
}

static size_t digits(struct span s, size_t i)
{
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') {
        i++;
    }
    return i;
}

// RFC 8259 section 6.
static bool number(struct span s, struct fval *v)
{
    size_t sign = s.p[0] == '-', i = digits(s, sign), from;
    uint64_t u;

    *v = (struct fval){.type = V_INT, .s = s};
    if (i == sign || (s.p[sign] == '0' && i > sign + 1)) {
        return false;
    }
    if (i == s.n) {
        if (i - sign <= 18) {
            for (size_t k = sign; k < i; k++) {
                v->i = v->i * 10 + (s.p[k] - '0');
            }
            v->i = sign ? -v->i : v->i;
        } else if (!span_i64(s, &v->i)) {
            v->type = span_u64(s, &u) ? V_UINT : V_FLOAT;
            v->i = v->type == V_UINT ? (int64_t)u : 0;
        }
        return true;
    }
    v->type = V_FLOAT;
    if (s.p[i] == '.') {
        from = ++i;
        i = digits(s, i);
        if (i == from) {
            return false;
        }
    }
    if (i < s.n && (s.p[i] | 0x20) == 'e') {
        i++;
        i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
        from = i;
        i = digits(s, i);
        if (i == from) {
            return false;
        }
    }
    return i == s.n;
}

static bool scalar(struct walk *w, uint32_t node)
{
    struct span s = text_of(w);
    struct fval v = {.type = V_NULL, .s = s};

    if (span_eq(s, SPAN_LIT("true")) || span_eq(s, SPAN_LIT("false"))) {
        v.type = V_BOOL;
        v.i = s.p[0] == 't';
    } else if (!span_eq(s, SPAN_LIT("null")) && !number(s, &v)) {
        return false;
    }
    w->at++;
    return node == WANTS_NONE || put(w, node, v);
}

static bool string_value(struct walk *w, uint32_t node)
{
    struct fval v = {.type = V_STR};

    if (asked(w, node) && (!string(w, &v.s) || !put(w, node, v))) {
        return false;
    }
    w->at++;
    return true;
}

// A list or an object begins; an empty one is a value.
static bool open_level(struct walk *w, uint32_t node)
{
    bool list = token(w) == '[';

    w->at++;
    if (token(w) == (list ? ']' : '}')) {
        w->at++;
        return node == WANTS_NONE ||
               put(w, node,
                   (struct fval){.type = V_NULL, .s = list ? SPAN_LIT("[]") : SPAN_LIT("{}")});
    }
    if (w->depth == JSON_DEPTH) {
        return false;
    }
    w->level[w->depth++] = (struct level){node, list};
    w->fresh = true;
    return true;
}

// The next value of the level in work; the token in hand is its name or itself.
static bool value(struct walk *w, uint32_t node)
{
    char c = token(w);

    if (c == '"') {
        w->values++;
        return string_value(w, node);
    }
    if (c == '{' || c == '[') {
        return open_level(w, node);
    }
    w->values++;
    return c && scalar(w, node);
}

static bool member(struct walk *w, uint32_t node)
{
    uint32_t child = WANTS_NONE;
    struct span key;

    if (token(w) != '"') {
        return false;
    }
    if (node != WANTS_NONE && wants_at(w->want, node).inner) {
        if (!string(w, &key)) {
            return false;
        }
        child = wants_child(w->want, node, key);
    }
    w->at++;
    if (token(w) != ':') {
        return false;
    }
    w->at++;
    return value(w, child);
}

// One step: the first value of a level, or what stands behind a value.
static bool step(struct walk *w)
{
    const struct level *l = &w->level[w->depth - 1];
    char c = token(w);

    if (!w->fresh) {
        if (c == (l->list ? ']' : '}')) {
            w->at++;
            w->depth--;
            return true;
        }
        if (c != ',') {
            return false;
        }
        w->at++;
    }
    w->fresh = false;
    return l->list ? value(w, l->node) : member(w, l->node);
}

bool json_take(struct json_index *x, struct span text, struct fields *out)
{
    struct walk w = {.x = x, .out = out, .want = out->want};
    bool ok;

    if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF"))) {
        text = span_sub(text, 3, text.n);
    }
    if (!json_index(x, text)) {
        return false;
    }
    w.p = text.p;
    w.at = x->at;
    w.end = x->at + x->n;
    ok = value(&w, WANTS_ROOT);
    while (ok && w.depth) {
        ok = step(&w);
    }
    return ok && w.at == w.end && w.values <= FIELDS_MAX && arena_ok(out->arena);
}
