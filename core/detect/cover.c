// cover.c - finding a cover: the rarest of an AND's children, the union of an OR's.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/cover.h"

enum { SCRATCH = 64 << 20, REGEX_TEXTS = 64 };

struct cover {
    struct cover_key *key;
    size_t n, cap; // n = 0: none
    double cost;
};

bool cover_tail(struct span value, struct span *ret)
{
    const char *back = value.n ? memrchr(value.p, '\\', value.n) : NULL;
    size_t from = back ? (size_t)(back - value.p) + 1 : 0;
    const char *slash = value.n > from ? memrchr(value.p + from, '/', value.n - from) : NULL;

    from = slash ? (size_t)(slash - value.p) + 1 : from;
    *ret = span_sub(value, from, value.n);
    return from > 0;
}

static bool add(struct arena *a, struct cover *c, enum cover_kind kind, uint32_t name,
                struct span text)
{
    struct cover_key k = {.kind = kind, .name = name};
    char *low = arena_alloc(a, text.n + 1);

    if (c->n == COVER_MAX || !low) {
        return false;
    }
    fold_ascii(low, text);
    k.text = span_of(low, text.n);
    c->key = arena_grow(a, c->key, c->n, &c->cap, sizeof(k));
    if (!c->key) {
        return false;
    }
    c->cost += cover_guess(&k);
    c->key[c->n++] = k;
    return true;
}

// The bytes of u[from..to), none of them a mark.
static struct span run_of(struct arena *a, struct units u, size_t from, size_t to)
{
    char *p = arena_alloc(a, to - from + 1);

    for (size_t i = from; p && i < to; i++) {
        p[i - from] = (char)u.u[i];
    }
    return span_of(p, p ? to - from : 0);
}

// FRONT, BACK or PART of the text, if it is long enough.
static bool add_part(struct arena *a, struct cover *c, enum cover_kind kind, uint32_t name,
                     struct span text)
{
    if (kind == COVER_PART && name != NAME_KEYWORD) {
        kind = cover_part_kind(text);
    }
    return cover_tells(text) && (text.n >= COVER_LEAST || name != NAME_KEYWORD) &&
           add(a, c, kind, name, text);
}

// Of what stands at the back of a value: all that stands behind a separator, where there is one.
static bool add_back(struct arena *a, struct cover *c, uint32_t name, struct span text)
{
    struct span tail;

    return cover_tail(text, &tail) && tail.n ? add(a, c, COVER_TAIL, name, tail)
                                             : add_part(a, c, COVER_BACK, name, text);
}

// The run between marks that fits the fewest values.
static bool add_glob(struct arena *a, struct cover *c, uint32_t name, struct units u)
{
    struct cover best = {0};

    for (size_t i = 0, to; i < u.n; i = to + 1) {
        struct cover one = {0};
        struct span run;
        bool ok;

        for (to = i; to < u.n && u.u[to] < 256; to++) {
        }
        run = run_of(a, u, i, to);
        ok = to == u.n ? add_back(a, &one, name, run)
                       : add_part(a, &one, i ? COVER_PART : COVER_FRONT, name, run);
        if (ok && (best.n == 0 || one.cost < best.cost)) {
            best = one;
        }
    }
    return best.n && add(a, c, best.key->kind, name, best.key->text);
}

static bool add_text(struct arena *a, struct cover *c, uint32_t name, const struct pattern *p)
{
    switch (p->kind) {
    case PATTERN_EXACT: return add(a, c, COVER_WHOLE, name, p->lit);
    case PATTERN_PREFIX: return add_part(a, c, COVER_FRONT, name, p->lit);
    case PATTERN_SUFFIX: return add_back(a, c, name, p->lit);
    case PATTERN_CONTAINS: return add_part(a, c, COVER_PART, name, p->lit);
    case PATTERN_GLOB: return add_glob(a, c, name, p->glob);
    case PATTERN_REGEX:
        return p->beyond && (!cover_tells(p->lit) ? add(a, c, COVER_WIDE, name, SPAN_NONE)
                                                  : add(a, c, COVER_WIDER, name, p->lit));
    case PATTERN_ANY: return add(a, c, COVER_THERE, name, SPAN_NONE);
    }
    return false;
}

// Without case, s and k of an expression also match U+017F and U+212A.
static bool add_regex(struct arena *a, struct cover *c, uint32_t name, const struct regex *re)
{
    struct span text[REGEX_TEXTS];
    size_t n = cover_regex(a, regex_text(re), text, REGEX_TEXTS);
    bool wide = false;

    for (size_t i = 0; i < n; i++) {
        wide = wide || span_find(text[i], 's') < text[i].n || span_find(text[i], 'k') < text[i].n;
        if (!add_part(a, c, COVER_PART, name, text[i])) {
            return false;
        }
    }
    return n && (!wide || add(a, c, COVER_WIDE, name, SPAN_NONE));
}

// What a value that passes the test must have, added to `c`; false when nothing is known of it.
static bool add_test(struct arena *a, struct cover *c, uint32_t name, const struct test *t)
{
    switch (t->kind) {
    case TEST_TEXT: return add_text(a, c, name, &t->text);
    case TEST_REGEX: return add_regex(a, c, name, t->re);
    default: return false;
    }
}

static struct cover there(struct arena *a, const struct leaf *l)
{
    struct cover c = {0};

    if (l->name >= NAME_NONE || !add(a, &c, COVER_THERE, l->name, SPAN_NONE)) {
        c.n = 0;
    }
    return c;
}

// Whether the test can hold for an event that does not have the field.
static bool needs_no_value(const struct test *t)
{
    return t->kind == TEST_NULL || (t->kind == TEST_EXISTS && !t->exists);
}

// One value of a leaf with its alternatives: tests i..*ret_end-1.
static struct cover value_cover(struct arena *a, const struct leaf *l, uint32_t i,
                                uint32_t *ret_end)
{
    struct cover c = {0};
    bool known = true, there_at_least = true;

    do {
        there_at_least = there_at_least && !needs_no_value(&l->test[i]);
        known = known && add_test(a, &c, l->name, &l->test[i]);
        i++;
    } while (i < l->ntests && l->test[i].more);
    *ret_end = i;
    if (!known) {
        return there_at_least ? there(a, l) : (struct cover){0};
    }
    return c;
}

static bool append(struct arena *a, struct cover *sum, const struct cover *c)
{
    if (c->n == 0 || sum->n + c->n > COVER_MAX) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        sum->key = arena_grow(a, sum->key, sum->n, &sum->cap, sizeof(*sum->key));
        if (!sum->key) {
            return false;
        }
        sum->key[sum->n++] = c->key[i];
    }
    sum->cost += c->cost;
    return true;
}

static void take_better(struct cover *best, const struct cover *c)
{
    if (c->n && (best->n == 0 || c->cost < best->cost)) {
        *best = *c;
    }
}

static struct cover leaf_cover(struct arena *a, const struct leaf *l)
{
    struct cover best = {0}, sum = {0};
    bool all_known = true;

    if (l->name == NAME_CONTEXT || l->name == NAME_NONE) {
        return best;
    }
    for (uint32_t i = 0; i < l->ntests;) {
        struct cover c = value_cover(a, l, i, &i);

        if (l->all) {
            take_better(&best, &c);
        } else {
            all_known = all_known && append(a, &sum, &c);
        }
    }
    best = !l->all && all_known ? sum : best;
    best.cost = l->name == NAME_KEYWORD ? best.cost : cover_guess_field(best.cost);
    for (size_t i = 0; i < best.n; i++) {
        if (best.key[i].kind == COVER_THERE) {
            return there(a, l); // then the others say no more
        }
    }
    return best;
}

static struct cover node_cover(struct arena *a, const struct program *p, const struct node *n)
{
    struct cover best = {0}, sum = {0};

    switch (n->op) {
    case NODE_LEAF: return leaf_cover(a, &p->leaf[n->leaf]);
    case NODE_NOT: return best;
    case NODE_AND:
        for (size_t i = 0; i < n->n; i++) {
            struct cover c = node_cover(a, p, n->child[i]);

            take_better(&best, &c);
        }
        return best;
    case NODE_OR:
        for (size_t i = 0; i < n->n; i++) {
            struct cover c = node_cover(a, p, n->child[i]);

            if (!append(a, &sum, &c)) {
                return best;
            }
        }
        return sum;
    }
    return best;
}

const struct cover_key *cover_of(struct arena *a, const struct program *p, size_t *ret_n)
{
    struct arena tmp; // what is found on the way is not kept
    struct cover_key *key;
    struct cover c;

    arena_init(&tmp, SCRATCH);
    c = node_cover(&tmp, p, p->root);
    c.n = arena_ok(&tmp) ? c.n : 0;
    key = arena_array(a, c.n + 1, sizeof(*key));
    for (size_t i = 0; key && i < c.n; i++) {
        key[i] = c.key[i];
        key[i].text = span_of(arena_str(a, c.key[i].text), c.key[i].text.n);
    }
    arena_free(&tmp);
    *ret_n = key && arena_ok(a) ? c.n : 0;
    return key;
}
