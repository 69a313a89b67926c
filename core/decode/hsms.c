// hsms.c - records of HSMS messages to fields and to JSON.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "core/base/jsonw.h"
#include "core/decode/digest_item.h"
#include "core/decode/fields.h"
#include "core/decode/hsms_record.h"
#include "core/decode/json.h"

enum { ITEM_FIELDS = 4096, PICK_MAX = 64, FLAT_DEPTH = 16 };

static const struct span magic = SPAN_LIT("HSMS/1 ");

bool hsms_record_is(struct span raw)
{
    return span_starts(raw, magic);
}

bool hsms_record_open(struct span raw, struct hsms_record *ret)
{
    struct span rest, number;
    uint64_t n;

    if (!hsms_record_is(raw)) {
        return false;
    }
    rest = span_sub(raw, magic.n, raw.n);
    number = span_sub(rest, 0, 12);
    number = span_cut(&number, ' ');
    if (!span_u64(number, &n) || number.n + 1 > rest.n || n > rest.n - number.n - 1) {
        return false;
    }
    ret->context = span_sub(rest, number.n + 1, (size_t)n);
    ret->message = span_sub(rest, number.n + 1 + (size_t)n, rest.n);
    return ret->message.n == 0 || ret->message.n >= HSMS_HEAD;
}

// ---- the header

static void add_uint(struct fields *out, struct span name, uint64_t v)
{
    (void)fields_add_int(out, name, (int64_t)v);
}

static void add_null(struct fields *out, struct span name)
{
    (void)fields_add(out, name, (struct fval){.type = V_NULL});
}

static void add_head(struct fields *out, const struct hsms_head *h)
{
    const char *name = hsms_stype_name(h->stype);

    add_uint(out, SPAN_LIT("session_id"), h->session);
    add_uint(out, SPAN_LIT("ptype"), h->ptype);
    add_uint(out, SPAN_LIT("stype"), h->stype);
    if (name) {
        (void)fields_add_str(out, SPAN_LIT("stype_name"), span_str(name));
    } else {
        add_null(out, SPAN_LIT("stype_name"));
    }
    if (h->stype == HSMS_DATA) {
        add_uint(out, SPAN_LIT("stream"), h->stream);
        add_uint(out, SPAN_LIT("function"), h->function);
        (void)fields_add(out, SPAN_LIT("wbit"),
                         (struct fval){.type = V_BOOL,
                                       .i = h->wbit,
                                       .s = h->wbit ? SPAN_LIT("true") : SPAN_LIT("false")});
    } else {
        add_null(out, SPAN_LIT("stream"));
        add_null(out, SPAN_LIT("function"));
        add_null(out, SPAN_LIT("wbit"));
        add_uint(out, SPAN_LIT("header_byte2"), h->byte2);
        add_uint(out, SPAN_LIT("header_byte3"), h->byte3);
    }
    add_uint(out, SPAN_LIT("system_bytes"), h->system);
}

// ---- items

static struct span text_of(struct fields *out, const struct secs2_item *it)
{
    bool plain = secs2_is_text(it->format);
    size_t n = 0;
    char *p;

    for (size_t i = 0; i < it->data.n && plain; i++) {
        n += (unsigned char)it->data.p[i] >= 0x80;
    }
    if (plain && n == 0) {
        return it->data; // as it stands in the record
    }
    n = plain ? it->data.n + n : 2 * it->data.n;
    p = arena_alloc(out->arena, n + 1);
    if (!p) {
        return SPAN_NONE;
    }
    if (!plain) {
        hex_put(it->data, p);
        return span_of(p, n);
    }
    n = 0;
    for (size_t i = 0; i < it->data.n; i++) {
        unsigned char c = (unsigned char)it->data.p[i];

        if (c >= 0x80) {
            p[n++] = (char)(0xC0 | c >> 6);
            c = (unsigned char)(0x80 | (c & 0x3F));
        }
        p[n++] = (char)c;
    }
    return span_of(p, n);
}

static struct fval value_of(struct fields *out, const struct secs2_item *it, size_t i)
{
    char *text;
    struct fval v;

    if (secs2_is_text(it->format) || it->format == SECS2_B || it->format == SECS2_C2) {
        return fval_str(text_of(out, it));
    }
    text = arena_alloc(out->arena, SECS2_TEXT);
    if (!text) {
        return (struct fval){.type = V_NULL};
    }
    secs2_value(it, i, text, &v);
    return v;
}

static bool is_array(const struct secs2_item *it)
{
    return !secs2_is_text(it->format) && it->format != SECS2_B && it->format != SECS2_C2;
}

// "body.L.L.A": the types from the top.
static struct span path_name(struct fields *out, const struct secs2_item *it, const char *type)
{
    char name[8 + 2 * FLAT_DEPTH + SECS2_NAME] = "body";
    unsigned depth = it->depth < FLAT_DEPTH ? it->depth : FLAT_DEPTH;
    size_t n = 4;

    for (unsigned i = 0; i < depth; i++) {
        name[n++] = '.';
        name[n++] = 'L';
    }
    n += (size_t)snprintf(name + n, sizeof(name) - n, ".%s", type);
    return arena_span(out->arena, span_of(name, n));
}

static void add_digest(struct fields *out, const struct secs2_item *it)
{
    struct digest_item d;
    char *hex = arena_alloc(out->arena, 2 * SHA256_LEN + 1);
    struct span name;

    if (!hex || !digest_item_get(it->data, &d)) {
        return;
    }
    digest_hex(&d.digest, hex);
    name = path_name(out, it, secs2_name(d.format) ? secs2_name(d.format) : "L");
    (void)fields_add_str(
        out, fields_join(out, name, d.keyed ? SPAN_LIT("hmac_sha256") : SPAN_LIT("sha256")),
        span_str(hex));
    (void)fields_add_int(out, fields_join(out, name, SPAN_LIT("length")), d.length);
}

static void add_item(struct fields *out, const struct secs2_item *it, size_t *left)
{
    size_t n = is_array(it) ? secs2_count(it) : 1;
    struct span name;

    if (it->format == SECS2_L) {
        if (it->count == 0) {
            (void)fields_add(out, path_name(out, it, "L"),
                             (struct fval){.type = V_NULL, .s = SPAN_LIT("[]")});
        }
        return;
    }
    if (it->format == SECS2_DIGEST) {
        add_digest(out, it);
        return;
    }
    name = path_name(out, it, secs2_name(it->format));
    for (size_t i = 0; i < n && *left; i++, (*left)--) {
        (void)fields_add(out, name, value_of(out, it, i));
    }
}

// ---- what the message means

struct picks {
    const struct secs_row *row;
    struct secs2_where where;
    struct span recipe; // the first
    size_t nrecipes, n;
    int64_t ack; // -1: none
    bool empty_list;
};

static void add_derived(struct fields *out, const char *prefix, const char *name, struct fval v)
{
    (void)fields_add(out, fields_join(out, span_str(prefix), span_str(name)), v);
}

static void pick(struct fields *out, struct picks *p, const struct secs2_item *it)
{
    const struct secs_row *row = p->row;

    secs2_follow(&p->where, it);
    if (!row || it->format == SECS2_L) {
        p->empty_list |= it->depth == 0 && it->format == SECS2_L && it->count == 0;
        return;
    }
    if (it->format == SECS2_DIGEST || (is_array(it) && secs2_count(it) == 0)) {
        return;
    }
    if (secs2_at(&p->where, it, row->recipe) && p->nrecipes < PICK_MAX) {
        struct fval v = value_of(out, it, 0);

        add_derived(out, "hsms", "recipe", v);
        p->recipe = p->nrecipes++ ? p->recipe : v.s;
    }
    if (secs2_at(&p->where, it, row->path) && p->n < PICK_MAX) {
        p->n++;
        add_derived(out, "hsms", row->name, value_of(out, it, 0));
    }
    if (p->ack < 0 && secs2_at(&p->where, it, row->ack) && it->data.n) {
        p->ack = it->format == SECS2_B ? (unsigned char)it->data.p[0] : value_of(out, it, 0).i;
    }
}

static void add_meaning(struct fields *out, const struct hsms_head *h, const struct picks *p)
{
    if (h->stype == HSMS_DATA) {
        char *code = arena_printf(out->arena, "S%uF%u", h->stream, h->function);

        add_derived(out, "hsms", "name", fval_str(span_str(code)));
    } else if (hsms_stype_name(h->stype)) {
        add_derived(out, "hsms", "name", fval_str(span_str(hsms_stype_name(h->stype))));
    }
    if (p->row) {
        add_derived(out, "hsms", "meaning", fval_str(span_str(p->row->meaning)));
    }
    // an empty list of S7F17 is not "nothing": it deletes them all
    if (p->row && p->empty_list && p->row->recipe[0] == '*') {
        add_derived(out, "hsms", "all_recipes", fval_str(SPAN_LIT("true")));
    }
    if (p->ack >= 0) {
        add_derived(out, "hsms", "ack", fval_int(out->arena, p->ack));
        // E5 and E30: 0 done, and of HCACK 4 "will be done"
        add_derived(out, "hsms", "result",
                    fval_str(p->ack == 0 || (p->row->stream == 2 && p->ack == 4)
                                 ? SPAN_LIT("accepted")
                                 : SPAN_LIT("refused")));
    }
}

static void add_control_result(struct fields *out, const struct hsms_head *h)
{
    if (h->stype == HSMS_SELECT_RSP || h->stype == HSMS_DESELECT_RSP) {
        add_derived(out, "hsms", "ack", fval_int(out->arena, h->byte3));
        add_derived(out, "hsms", "result",
                    fval_str(h->byte3 == 0 ? SPAN_LIT("accepted") : SPAN_LIT("refused")));
    } else if (h->stype == HSMS_REJECT_REQ) {
        add_derived(out, "hsms", "ack", fval_int(out->arena, h->byte3));
        add_derived(out, "hsms", "result", fval_str(SPAN_LIT("refused")));
    }
}

static struct span value_named(const struct fields *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++) {
        if (span_eq_str(f->v[i].name, name)) {
            return f->v[i].v.s;
        }
    }
    return SPAN_NONE;
}

// "S7F3 recipe sent: OX-ETCH-7, items 14 15 of 212 changed"
static void add_sentence(struct fields *out, const struct hsms_head *h, const struct picks *p,
                         size_t first, size_t ncontext)
{
    struct fields mine = {.v = out->v + first, .n = ncontext};
    struct span changed = value_named(&mine, "hsms.recipe_changed"),
                items = value_named(&mine, "hsms.recipe_items");
    char which[160] = "";
    size_t n = 0;

    if (!p->row) {
        return;
    }
    for (size_t i = 0; i < mine.n && changed.n; i++) {
        if (span_eq_str(mine.v[i].name, "hsms.recipe_changed_items") && n < sizeof(which) - 16 &&
            mine.v[i].v.type == V_INT) {
            n += (size_t)snprintf(which + n, sizeof(which) - n, " " SPAN_FMT,
                                  SPAN_ARG(mine.v[i].v.s));
        }
    }
    if (!changed.n) {
        which[0] = '\0';
    } else if (span_eq_str(changed, "0")) {
        (void)snprintf(which, sizeof(which), ", none of " SPAN_FMT " items changed",
                       SPAN_ARG(items));
    }
    add_derived(
        out, "hsms", "sentence",
        fval_str(span_str(arena_printf(
            out->arena, "S%uF%u %s%s" SPAN_FMT "%s%s%s" SPAN_FMT "%s", h->stream, h->function,
            p->row->meaning, p->recipe.n ? ": " : "", SPAN_ARG(p->recipe), n ? ", items" : "",
            which, n ? " of " : "", SPAN_ARG(n ? items : SPAN_NONE), n ? " changed" : ""))));
}

static const char *add_message(struct fields *out, struct span message, size_t first)
{
    struct hsms_head h = hsms_head_of(message.p);
    struct picks p = {.ack = -1};
    struct secs2_walk walk;
    struct secs2_item it;
    size_t left = ITEM_FIELDS, ncontext = out->n - first;

    add_head(out, &h);
    secs2_begin(&walk, span_sub(message, HSMS_HEAD, message.n));
    walk.digests = true;
    if (h.stype == HSMS_DATA) {
        p.row = secs_row_of(h.stream, h.function);
    }
    if (walk.body.n == 0) {
        add_null(out, SPAN_LIT("body"));
    }
    while (secs2_next(&walk, &it) > 0) {
        add_item(out, &it, &left);
        pick(out, &p, &it);
    }
    add_meaning(out, &h, &p);
    add_control_result(out, &h);
    add_sentence(out, &h, &p, first, ncontext);
    return walk.fault ? "the record of an HSMS message holds a broken item" : NULL;
}

const char *hsms_flatten(struct span raw, struct fields *out)
{
    struct hsms_record r;
    struct json_fault fault;
    size_t first = out->n, ncontext;
    struct span error, detail, at;
    struct fields mine;
    const char *why = NULL;

    if (!hsms_record_open(raw, &r) || !json_flatten(r.context, out, &fault)) {
        return "the record of an HSMS message is broken";
    }
    ncontext = out->n - first;
    if (r.message.n) {
        why = add_message(out, r.message, first);
    }
    mine = (struct fields){.v = out->v + first, .n = ncontext};
    error = value_named(&mine, "error");
    if (error.n == 0) {
        return why;
    }
    at = value_named(&mine, "error_offset");
    detail = value_named(&mine, "detail");
    return arena_printf(out->arena, SPAN_FMT " at byte " SPAN_FMT "%s" SPAN_FMT, SPAN_ARG(error),
                        SPAN_ARG(at), detail.n ? ": " : "", SPAN_ARG(detail));
}

// ---- JSON

static void put_scalar(struct jsonw *w, const struct okv *o)
{
    jsonw_key(w, o->name);
    if (o->v.type == V_STR) {
        jsonw_str(w, o->v.s);
    } else if (o->v.type == V_NULL) {
        jsonw_raw(w, o->v.s.n ? o->v.s : SPAN_LIT("null"));
    } else {
        jsonw_raw(w, o->v.s);
    }
}

void hsms_put_event(struct buf *out, struct span raw, const struct okv *okv, size_t n)
{
    struct jsonw w = jsonw_of(out);
    struct hsms_record r;
    struct secs2_walk walk;

    jsonw_open(&w, '{');
    for (size_t i = 0; i < n; i++) {
        if (!span_starts(okv[i].name, SPAN_LIT("hsms.")) &&
            !span_starts(okv[i].name, SPAN_LIT("body"))) {
            put_scalar(&w, &okv[i]);
        }
    }
    if (hsms_record_open(raw, &r) && r.message.n) {
        size_t at;

        jsonw_key(&w, SPAN_LIT("body"));
        jsonw_raw(&w, SPAN_NONE);
        at = out->len;
        secs2_begin(&walk, span_sub(r.message, HSMS_HEAD, r.message.n));
        walk.digests = true;
        if (!secs2_put_json(out, &walk)) {
            buf_cut(out, at);
            buf_str(out, "null");
        }
    }
    jsonw_close(&w, '}');
}
