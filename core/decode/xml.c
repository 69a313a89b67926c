// xml.c - one XML document to flat fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/xml.h"

#include "core/base/utf8.h"

struct element {
    struct span tag, name; // as written; with those around it
    bool parent;           // has children or attributes only
};

struct xml {
    struct span rest, prefix;
    struct fields *out;
    unsigned depth;
    struct element level[XML_DEPTH];
};

static bool name_end(char c)
{
    return c == ' ' || c == '>' || c == '/' || c == '=' || c == '\t' || c == '\n' || c == '\r';
}

static size_t put_entity(struct span e, char *out)
{
    static const struct {
        const char *name;
        char is;
    } known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    uint32_t cp = 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (span_eq_str(e, known[i].name)) {
            *out = known[i].is;
            return 1;
        }
    }
    if (e.n < 2 || e.p[0] != '#') {
        return 0;
    }
    for (size_t i = 1 + (e.p[1] == 'x'); i < e.n && cp < 0x110000; i++) {
        int c = (unsigned char)e.p[i] | 0x20, hex = e.p[1] == 'x';
        int d = e.p[i] >= '0' && e.p[i] <= '9' ? e.p[i] - '0'
                : hex && c >= 'a' && c <= 'f'  ? c - 'a' + 10
                                               : -1;

        if (d < 0) {
            return 0;
        }
        cp = cp * (hex ? 16 : 10) + (uint32_t)d;
    }
    return cp && cp < 0x110000 && (cp < 0xD800 || cp > 0xDFFF) ? utf8_put(cp, out) : 0;
}

static struct span unescape(struct xml *x, struct span in)
{
    size_t used = 0;
    char *out;

    if (span_find(in, '&') == in.n || !(out = arena_alloc(x->out->arena, in.n))) {
        return in;
    }
    for (size_t i = 0; i < in.n; i++) {
        struct span e = span_sub(in, i + 1, in.n);
        size_t semi = span_find(e, ';'), n = 0;

        // no entity is shorter than what it stands for
        if (in.p[i] == '&' && semi < e.n && semi <= 8) {
            n = put_entity(span_sub(e, 0, semi), out + used);
        }
        if (n) {
            used += n;
            i += semi + 1;
        } else {
            out[used++] = in.p[i];
        }
    }
    return span_of(out, used);
}

static struct span local(struct span name)
{
    size_t colon = span_find(name, ':');

    return colon < name.n ? span_sub(name, colon + 1, name.n) : name;
}

static struct span name_under(struct xml *x, struct span tag)
{
    return x->depth > 1 ? fields_join(x->out, x->level[x->depth - 1].name, tag)
           : x->depth   ? fields_join(x->out, x->prefix, tag)
                        : SPAN_NONE;
}

static bool put(struct xml *x, struct span name, struct span value)
{
    value = span_trim(value);
    return value.n == 0 || name.n == 0 || fields_add_str(x->out, name, unescape(x, value));
}

// The attributes of the element just opened, up to its '>'; *ret_shut: it has no content.
static const char *attributes(struct xml *x, struct element *e, bool *ret_shut)
{
    bool data = span_eq_str(e->tag, "Data");

    for (;;) {
        struct span name, value;
        size_t n = 0;

        x->rest = span_trim(x->rest);
        if (x->rest.n == 0) {
            return "an element without its end";
        }
        if (x->rest.p[0] == '>' || x->rest.p[0] == '/') {
            *ret_shut = x->rest.p[0] == '/';
            x->rest = span_sub(x->rest, span_find(x->rest, '>') + 1, x->rest.n);
            return NULL;
        }
        while (n < x->rest.n && !name_end(x->rest.p[n])) {
            n++;
        }
        name = local(span_sub(x->rest, 0, n));
        x->rest = span_trim(span_sub(x->rest, n, x->rest.n));
        if (n == 0 || x->rest.n < 2 || x->rest.p[0] != '=') {
            return "an attribute without a value";
        }
        x->rest = span_trim(span_sub(x->rest, 1, x->rest.n));
        if (x->rest.n < 2 || (x->rest.p[0] != '"' && x->rest.p[0] != '\'')) {
            return "an attribute without quotes";
        }
        n = span_find(span_sub(x->rest, 1, x->rest.n), x->rest.p[0]);
        value = span_sub(x->rest, 1, n);
        x->rest = span_sub(x->rest, n + 2, x->rest.n);
        if (data && span_eq_str(name, "Name")) {
            e->name = name_under(x, unescape(x, value));
        } else if (!span_eq_str(name, "xmlns") &&
                   !put(x, fields_join(x->out, e->name, name), value)) {
            return "more fields than a record may have";
        }
    }
}

static const char *open_element(struct xml *x)
{
    struct element e = {0};
    const char *wrong;
    size_t n = 1;
    bool shut = false;

    while (n < x->rest.n && !name_end(x->rest.p[n])) {
        n++;
    }
    e.tag = local(span_sub(x->rest, 1, n - 1));
    e.name = name_under(x, e.tag);
    x->rest = span_sub(x->rest, n, x->rest.n);
    if (e.tag.n == 0) {
        return "an element without a name";
    }
    if (x->depth) {
        x->level[x->depth - 1].parent = true;
    }
    wrong = attributes(x, &e, &shut);
    if (!wrong && !shut) {
        if (x->depth == XML_DEPTH) {
            return "nested deeper than 64 levels";
        }
        x->level[x->depth++] = e;
    }
    return wrong;
}

// Text up to the next '<', or a CDATA section.
static const char *text(struct xml *x)
{
    static const struct span cdata = SPAN_LIT("<![CDATA[");
    struct element *e = x->depth ? &x->level[x->depth - 1] : NULL;
    bool raw = span_starts(x->rest, cdata);
    size_t from = raw ? cdata.n : 0;
    struct span v = span_sub(x->rest, from, x->rest.n);
    size_t n = raw ? span_find_span(v, SPAN_LIT("]]>")) : span_find(v, '<');

    x->rest = span_sub(v, n + (raw ? 3 : 0), v.n);
    v = span_trim(span_sub(v, 0, n));
    if (!e || e->parent || v.n == 0 || e->name.n == 0) {
        return NULL;
    }
    return (raw ? fields_add_str(x->out, e->name, v) : put(x, e->name, v))
               ? NULL
               : "more fields than a record may have";
}

static const char *close_element(struct xml *x)
{
    size_t n = span_find(x->rest, '>');
    struct span tag = local(span_trim(span_sub(x->rest, 2, n - 2)));

    if (x->depth == 0 || !span_eq(tag, x->level[x->depth - 1].tag)) {
        return "an end of an element that was not begun";
    }
    x->depth--;
    x->rest = span_sub(x->rest, n + 1, x->rest.n);
    return NULL;
}

const char *xml_flatten(struct span s, struct span prefix, struct fields *out)
{
    struct xml x = {.rest = span_trim(s), .prefix = prefix, .out = out};
    const char *wrong = NULL;
    bool begun = false;

    while (!wrong && x.rest.n && (x.depth || !begun)) {
        if (x.rest.p[0] != '<' || span_starts(x.rest, SPAN_LIT("<![CDATA["))) {
            wrong = text(&x);
        } else if (span_starts(x.rest, SPAN_LIT("<!--"))) {
            x.rest = span_sub(x.rest, span_find_span(x.rest, SPAN_LIT("-->")) + 3, x.rest.n);
        } else if (x.rest.n > 1 && (x.rest.p[1] == '?' || x.rest.p[1] == '!')) {
            x.rest = span_trim(span_sub(x.rest, span_find(x.rest, '>') + 1, x.rest.n));
        } else if (x.rest.n > 1 && x.rest.p[1] == '/') {
            wrong = close_element(&x);
        } else {
            wrong = open_element(&x);
            begun = true;
        }
    }
    return wrong                 ? wrong
           : x.depth             ? "XML that ends inside an element"
           : !begun              ? "no XML element"
           : span_trim(x.rest).n ? "something stands behind the end of the document"
                                 : NULL;
}
