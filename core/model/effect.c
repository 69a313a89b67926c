// effect.c - codecs of effects and inputs, made from INPUTS_AND_EFFECTS.def.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/effect.h"

#include <stddef.h>

#include "core/base/attr.h"
#include "core/base/err.h"
#include "core/base/jsonw.h"

static void put_u8(struct buf *b, uint8_t v)
{
    buf_u8(b, v);
}
static void put_u32(struct buf *b, uint32_t v)
{
    buf_u32(b, v);
}
static void put_u64(struct buf *b, uint64_t v)
{
    buf_u64(b, v);
}
static void put_i64(struct buf *b, int64_t v)
{
    buf_i64(b, v);
}
static void put_bool(struct buf *b, bool v)
{
    buf_u8(b, v);
}
static void put_time(struct buf *b, utime_t v)
{
    buf_i64(b, v);
}
static void put_eid(struct buf *b, struct eid v)
{
    buf_put(b, v.b, sizeof(v.b));
}
static void put_dig(struct buf *b, struct digest v)
{
    buf_put(b, v.b, sizeof(v.b));
}
static void put_str(struct buf *b, struct span v)
{
    buf_blob(b, v);
}
static void put_raw(struct buf *b, struct span v)
{
    buf_blob(b, v);
}

static void get_u8(struct rd *r, uint8_t *v)
{
    *v = rd_u8(r);
}
static void get_u32(struct rd *r, uint32_t *v)
{
    *v = rd_u32(r);
}
static void get_u64(struct rd *r, uint64_t *v)
{
    *v = rd_u64(r);
}
static void get_i64(struct rd *r, int64_t *v)
{
    *v = rd_i64(r);
}
static void get_bool(struct rd *r, bool *v)
{
    *v = rd_u8(r) != 0;
}
static void get_time(struct rd *r, utime_t *v)
{
    *v = rd_i64(r);
}
static void get_bytes(struct rd *r, void *to, size_t n)
{
    struct span s = rd_bytes(r, n);

    if (s.n) {
        memcpy(to, s.p, n);
    }
}
static void get_eid(struct rd *r, struct eid *v)
{
    get_bytes(r, v->b, sizeof(v->b));
}
static void get_dig(struct rd *r, struct digest *v)
{
    get_bytes(r, v->b, sizeof(v->b));
}
static void get_str(struct rd *r, struct span *v)
{
    *v = rd_blob(r);
}
static void get_raw(struct rd *r, struct span *v)
{
    *v = rd_blob(r);
}

// ---- writing

#define KEY(type, name)        put_##type(b, e->name);
#define FIELD(type, name)      put_##type(b, e->name);
#define EFFECT_END(NAME, name) }
#define INPUT_END(NAME, name)  }
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)                                            \
    void effect_put_##name(struct buf *b, const struct effect_##name *e)                           \
    {                                                                                              \
        buf_u8(b, EFFECT_##NAME);
#define INPUT_BEGIN(NAME, name, sentence)                                                          \
    void input_put_##name(struct buf *b, const struct input_##name *e)                             \
    {                                                                                              \
        buf_u8(b, INPUT_##NAME);
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_END

// ---- reading

#define KEY(type, name)        get_##type(r, &e->name);
#define FIELD(type, name)      get_##type(r, &e->name);
#define EFFECT_END(NAME, name) }
#define INPUT_END(NAME, name)  }
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)                                            \
    static void effect_get_##name(struct rd *r, struct effect_##name *e)                           \
    {
#define INPUT_BEGIN(NAME, name, sentence)                                                          \
    static void input_get_##name(struct rd *r, struct input_##name *e)                             \
    {
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_END

#define KEY(type, name)
#define FIELD(type, name)
#define EFFECT_END(NAME, name)
#define INPUT_END(NAME, name)

int effect_next(struct rd *r, struct effect *ret)
{
    if (rd_done(r)) {
        return 0;
    }
    ret->kind = (enum effect_kind)rd_u8(r);
    switch (ret->kind) {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)                                            \
    case EFFECT_##NAME:                                                                            \
        effect_get_##name(r, &ret->name);                                                          \
        break;
#define INPUT_BEGIN(NAME, name, sentence)
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    default: return E_INPUT;
    }
    return rd_ok(r) ? 1 : E_INPUT;
}

int input_get(struct span bytes, struct input *ret)
{
    struct rd r = rd_of(bytes);

    ret->kind = (enum input_kind)rd_u8(&r);
    switch (ret->kind) {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)
#define INPUT_BEGIN(NAME, name, sentence)                                                          \
    case INPUT_##NAME:                                                                             \
        input_get_##name(&r, &ret->name);                                                          \
        break;
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    default: return E_INPUT;
    }
    return rd_done(&r) ? 0 : E_INPUT;
}
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_END

// ---- description

// `e` gives the field macros the struct whose offsets they take; each row is completed on first use.
#define KEY(type, fname)   {DEF_##type, #fname, true, offsetof(__typeof__(*e), fname)},
#define FIELD(type, fname) {DEF_##type, #fname, false, offsetof(__typeof__(*e), fname)},
#define ROW_END                                                                                    \
    }                                                                                              \
    ;                                                                                              \
    (void)e;                                                                                       \
    row.nfields = ARRAY_LEN(f);                                                                    \
    row.field = f;                                                                                 \
    return &row;                                                                                   \
    }
#define EFFECT_END(NAME, name) ROW_END
#define INPUT_END(NAME, name)  ROW_END
#define EFFECT_BEGIN(NAME, xname, xtable, xmode, xsentence)                                        \
    static const struct def_row *effect_row_##xname(void)                                          \
    {                                                                                              \
        const struct effect_##xname *e = NULL;                                                     \
        static struct def_row row = {                                                              \
            .name = #xname, .table = xtable, .sentence = xsentence, .mode = MODE_##xmode};         \
        static const struct def_field f[] = {
#define INPUT_BEGIN(NAME, xname, xsentence)                                                        \
    static const struct def_row *input_row_##xname(void)                                           \
    {                                                                                              \
        const struct input_##xname *e = NULL;                                                      \
        static struct def_row row = {.name = #xname, .table = "", .sentence = xsentence};          \
        static const struct def_field f[] = {
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_END

#define KEY(type, name)
#define FIELD(type, name)
#define EFFECT_END(NAME, name)
#define INPUT_END(NAME, name)

const struct def_row *effect_row(enum effect_kind k)
{
    switch (k) {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)                                            \
    case EFFECT_##NAME:                                                                            \
        return effect_row_##name();
#define INPUT_BEGIN(NAME, name, sentence)
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    default: return NULL;
    }
}

const struct def_row *input_row(enum input_kind k)
{
    switch (k) {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)
#define INPUT_BEGIN(NAME, name, sentence)                                                          \
    case INPUT_##NAME:                                                                             \
        return input_row_##name();
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    default: return NULL;
    }
}

// ---- printing

static void print_hex(struct jsonw *w, struct span bytes)
{
    AUTO_BUF hex;
    char *at;

    buf_init(&hex, 2 * bytes.n + 1);
    at = buf_reserve(&hex, 2 * bytes.n + 1);
    if (at) {
        hex_put(bytes, at);
        jsonw_str(w, span_of(at, 2 * bytes.n));
    } else {
        jsonw_null(w);
    }
}

static void print_field(struct jsonw *w, enum def_type type, const void *at)
{
    char text[40];
    const struct span *s = at;

    switch (type) {
    case DEF_u8: jsonw_u64(w, *(const uint8_t *)at); break;
    case DEF_u32: jsonw_u64(w, *(const uint32_t *)at); break;
    case DEF_u64: jsonw_u64(w, *(const uint64_t *)at); break;
    case DEF_i64: jsonw_i64(w, *(const int64_t *)at); break;
    case DEF_bool: jsonw_bool(w, *(const bool *)at); break;
    case DEF_time:
        if (*(const utime_t *)at == UTIME_NONE) {
            jsonw_null(w);
        } else {
            jsonw_str(w, span_str(utime_text(*(const utime_t *)at, text)));
        }
        break;
    case DEF_eid:
        if (eid_is_zero(at)) {
            jsonw_null(w);
        } else {
            eid_text(at, text);
            jsonw_str(w, span_str(text));
        }
        break;
    case DEF_dig: print_hex(w, span_of(at, sizeof(struct digest))); break;
    case DEF_str: jsonw_str(w, *s); break;
    case DEF_raw: print_hex(w, *s); break;
    }
}

static void print_row(struct buf *out, const char *what, const struct def_row *row,
                      const void *base)
{
    struct jsonw w = jsonw_of(out);

    jsonw_open(&w, '{');
    jsonw_kstr(&w, what, span_str(row->name));
    for (size_t i = 0; i < row->nfields; i++) {
        jsonw_key(&w, span_str(row->field[i].name));
        print_field(&w, row->field[i].type, (const char *)base + row->field[i].offset);
    }
    jsonw_close(&w, '}');
}

void effect_print(struct buf *out, const struct effect *e)
{
    print_row(out, "effect", effect_row(e->kind), &e->alert);
}

void input_print(struct buf *out, const struct input *in)
{
    print_row(out, "input", input_row(in->kind), &in->intent);
}
