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

// Words of the specification that this product does not honour, and why.
static const struct {
    const char *word, *why;
} refused[] = {
    {"expand", "placeholders (expand) have no lists to be filled from yet"},
    {"minute", "parts of a time cannot be compared"},
    {"hour", "parts of a time cannot be compared"},
    {"day", "parts of a time cannot be compared"},
    {"week", "parts of a time cannot be compared"},
    {"month", "parts of a time cannot be compared"},
    {"year", "parts of a time cannot be compared"},
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
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (span_eq_str(word, refused[i].word)) {
            return y_fault(b->docs, at, b->err, "sigma.modifier", "%s", refused[i].why);
        }
    }
    return y_fault(b->docs, at, b->err, "sigma.modifier",
                   "the modifier \"" SPAN_FMT "\" is not known", SPAN_ARG(word));
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
    if (rows[i].shape && m->shape != SHAPE_TEXT) {
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

// Each of n values becomes three; false when one of them has nothing that is its own.
static bool spread(struct arena *a, struct units *v, size_t n)
{
    bool ok = true;

    for (size_t i = n; i-- > 0;) {
        struct units one = v[i];

        for (unsigned k = 0; k < 3; k++) {
            v[3 * i + k] = units_base64_at(a, one, k);
            ok = ok && v[3 * i + k].n > 0;
        }
    }
    return ok;
}

size_t modifiers_apply(struct build *b, const struct modifiers *m, const struct ynode *value,
                       struct units out[VARIANTS_MAX])
{
    struct arena *a = &b->s->arena;
    size_t n = 1;

    if (value->text.n > VALUE_MAX) {
        y_fault(b->docs, value, b->err, "sigma.length", "a value has at most %d bytes", VALUE_MAX);
        return 0;
    }
    out[0] = units_parse(a, value->text);
    for (size_t i = 0; i < m->n; i++) {
        if (needs_plain(m->mod[i]) && units_wild(out[0])) {
            y_fault(b->docs, value, b->err, "sigma.wildcard",
                    "a value with wildcards cannot be encoded with %s", rows[m->mod[i]].word);
            return 0;
        }
        if (m->mod[i] == MOD_BASE64OFFSET) {
            if (3 * n > VARIANTS_MAX || !spread(a, out, n)) {
                y_fault(b->docs, value, b->err, "sigma.value",
                        "the value is too short to be told from others at every offset");
                return 0;
            }
            n *= 3;
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            out[k] = apply_one(a, m->mod[i], out[k]);
        }
    }
    return n;
}
