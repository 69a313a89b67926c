// modifier.c - reading and applying modifiers.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/modifier.h"

static const struct {
    const char *word;
    unsigned shape, with;
} rows[] = {
#define MODIFIER(NAME, word, shape, with) {word, shape, with},
#include "core/detect/modifier.def"
#undef MODIFIER
};

static int find(struct span word)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (span_eq_str(word, rows[i].word)) {
            return (int)i;
        }
    }
    return -1;
}

static int refuse_word(struct build *b, const struct ynode *at, struct span word)
{
    return y_fault(b->docs, at, b->err, "sigma.modifier",
                   "the modifier \"" SPAN_FMT "\" is not known", SPAN_ARG(word));
}

static bool compares(enum modifier m)
{
    return m == MOD_LT || m == MOD_LTE || m == MOD_GT || m == MOD_GTE;
}

static enum time_part part_of(enum modifier m)
{
    switch (m) {
    case MOD_MINUTE: return PART_MINUTE;
    case MOD_HOUR: return PART_HOUR;
    case MOD_DAY: return PART_DAY;
    case MOD_WEEK: return PART_WEEK;
    case MOD_MONTH: return PART_MONTH;
    case MOD_YEAR: return PART_YEAR;
    default: return PART_NONE;
    }
}

// A part of a time may be compared: `hour|gte`; otherwise only one modifier says what is compared.
static bool second_shape(const struct modifiers *m, enum modifier i)
{
    return rows[i].shape && m->shape != SHAPE_TEXT &&
           !(m->part && m->n == (size_t)(1 + m->all + m->neq) && compares(i));
}

static int take(struct build *b, const struct ynode *at, struct span word, struct modifiers *m)
{
    int i = find(word);

    if (i < 0) {
        return refuse_word(b, at, word);
    }
    if (m->n == MODS_MAX) {
        return y_fault(b->docs, at, b->err, "sigma.modifier", "more than %d modifiers", MODS_MAX);
    }
    if (second_shape(m, (enum modifier)i)) {
        return y_fault(b->docs, at, b->err, "sigma.modifier",
                       "\"%s\" cannot stand with another kind of comparison", rows[i].word);
    }
    m->mod[m->n++] = (enum modifier)i;
    m->shape = rows[i].shape ? (enum shape)rows[i].shape : m->shape;
    m->all |= i == MOD_ALL;
    m->neq |= i == MOD_NEQ;
    m->cased |= i == MOD_CASED;
    m->regex |= i == MOD_I   ? REGEX_NOCASE
                : i == MOD_M ? REGEX_MULTILINE
                : i == MOD_S ? REGEX_DOTALL
                             : 0;
    m->part = part_of((enum modifier)i) ? part_of((enum modifier)i) : m->part;
    m->cmp = part_of((enum modifier)i) ? CMP_EQ : m->cmp;
    m->cmp = i == MOD_LT    ? CMP_LT
             : i == MOD_LTE ? CMP_LTE
             : i == MOD_GT  ? CMP_GT
             : i == MOD_GTE ? CMP_GTE
                            : m->cmp;
    return 0;
}

int modifiers_read(struct build *b, struct span key, const struct ynode *at, struct modifiers *ret)
{
    struct ynode place = *at;
    struct span rest = key;
    bool more;

    *ret = (struct modifiers){.shape = SHAPE_TEXT};
    more = span_find(rest, '|') < rest.n;
    ret->field = span_cut(&rest, '|');
    while (more) {
        struct span word;
        int rc;

        place.col = at->col + (unsigned)(rest.p - key.p);
        more = span_find(rest, '|') < rest.n;
        word = span_cut(&rest, '|');
        rc = take(b, &place, word, ret);
        if (rc) {
            return rc;
        }
    }
    for (size_t i = 0; i < ret->n; i++) {
        if (!(rows[ret->mod[i]].with & ret->shape)) {
            return y_fault(b->docs, at, b->err, "sigma.modifier",
                           "\"%s\" cannot stand with this kind of comparison",
                           rows[ret->mod[i]].word);
        }
    }
    return 0;
}

static bool needs_plain(enum modifier m)
{
    return m == MOD_BASE64 || m == MOD_BASE64OFFSET;
}

static struct units apply_one(struct arena *a, enum modifier m, struct units v)
{
    switch (m) {
    case MOD_CONTAINS: return units_wrap(a, v, true, true);
    case MOD_STARTSWITH: return units_wrap(a, v, false, true);
    case MOD_ENDSWITH: return units_wrap(a, v, true, false);
    case MOD_WINDASH: return units_windash(a, v);
    case MOD_WIDE:
    case MOD_UTF16LE: return units_utf16(a, v, UTF16_LE);
    case MOD_UTF16BE: return units_utf16(a, v, UTF16_BE);
    case MOD_UTF16: return units_utf16(a, v, UTF16_BOM);
    case MOD_BASE64: return units_base64(a, v);
    default: return v;
    }
}

bool variants_add(struct build *b, struct variants *v, struct units u)
{
    if (v->n < VARIANTS_MAX) {
        v->at = arena_grow(&b->s->value, v->at, v->n, &v->cap, sizeof(*v->at));
    }
    if (v->n == VARIANTS_MAX || !v->at) {
        err_set(b->err, E_LIMIT, "sigma.limit", "a value becomes more than %d texts", VARIANTS_MAX);
        return false;
    }
    v->at[v->n++] = u;
    return true;
}

// One value becomes three; false when one of them has nothing that is its own.
static bool spread(struct build *b, const struct ynode *value, struct units one,
                   struct variants *ret)
{
    for (unsigned k = 0; k < 3; k++) {
        struct units v = units_base64_at(&b->s->value, one, k);

        if (v.n == 0) {
            y_fault(b->docs, value, b->err, "sigma.value",
                    "the value is too short to be told from others at every offset");
            return false;
        }
        if (!variants_add(b, ret, v)) {
            return false;
        }
    }
    return true;
}

static bool apply(struct build *b, enum modifier m, const struct ynode *value, struct units v,
                  struct variants *ret)
{
    if (needs_plain(m) && units_wild(v)) {
        y_fault(b->docs, value, b->err, "sigma.wildcard",
                "a value with wildcards cannot be encoded with %s", rows[m].word);
        return false;
    }
    return m == MOD_BASE64OFFSET ? spread(b, value, v, ret)
           : m == MOD_EXPAND     ? placeholders_fill(b, value, v, ret)
                                 : variants_add(b, ret, apply_one(&b->s->value, m, v));
}

bool modifiers_apply(struct build *b, const struct modifiers *m, const struct ynode *value,
                     struct variants *ret)
{
    *ret = (struct variants){0};
    arena_reset(&b->s->value);
    if (value->text.n > VALUE_MAX) {
        y_fault(b->docs, value, b->err, "sigma.length", "a value has at most %d bytes", VALUE_MAX);
        return false;
    }
    if (!variants_add(b, ret, units_parse(&b->s->value, value->text))) {
        return false;
    }
    for (size_t i = 0; i < m->n; i++) {
        struct variants next = {0};

        for (size_t k = 0; k < ret->n; k++) {
            if (!apply(b, m->mod[i], value, ret->at[k], &next)) {
                return false;
            }
        }
        *ret = next;
    }
    if (!arena_ok(&b->s->value)) {
        err_set(b->err, E_LIMIT, "sigma.limit", "a value becomes too many texts");
        return false;
    }
    return true;
}
