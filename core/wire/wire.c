// wire.c - codecs of envelope and bodies, made from proto.def.
// SPDX-License-Identifier: Apache-2.0
#include "core/wire/wire.h"

#include <msgpack.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "core/wire/walk.h"

static int put_raw(void *to, const char *p, size_t n)
{
    buf_put(to, p, n);
    return buf_ok(to) ? 0 : -1;
}

static msgpack_packer packer(struct buf *b)
{
    msgpack_packer pk;

    msgpack_packer_init(&pk, b, put_raw);
    return pk;
}

static void put_bin(msgpack_packer *pk, struct span s)
{
    (void)msgpack_pack_bin(pk, s.n);
    (void)msgpack_pack_bin_body(pk, s.p, s.n);
}
static void put_u64(msgpack_packer *pk, uint64_t v)
{
    (void)msgpack_pack_uint64(pk, v);
}
static void put_str(msgpack_packer *pk, struct span s)
{
    (void)msgpack_pack_str(pk, s.n);
    (void)msgpack_pack_str_body(pk, s.p, s.n);
}
static void put_id(msgpack_packer *pk, struct eid v)
{
    put_bin(pk, span_of((const char *)v.b, sizeof(v.b)));
}
static void put_dig(msgpack_packer *pk, struct digest v)
{
    put_bin(pk, span_of((const char *)v.b, sizeof(v.b)));
}
static void put_list(msgpack_packer *pk, struct wire_list v)
{
    (void)msgpack_pack_array(pk, v.n);
    for (size_t i = 0; i < v.n; i++) {
        put_bin(pk, v.item[i]);
    }
}

static bool get_bin(const msgpack_object *o, struct span *ret)
{
    *ret = SPAN_NONE;
    if (o->type != MSGPACK_OBJECT_BIN) {
        return false;
    }
    *ret = span_of(o->via.bin.ptr, o->via.bin.size);
    return true;
}
static bool get_fixed(const msgpack_object *o, void *to, size_t n)
{
    struct span s;

    if (!get_bin(o, &s) || s.n != n) {
        return false;
    }
    memcpy(to, s.p, n);
    return true;
}
static bool get_u64(const msgpack_object *o, uint64_t *ret)
{
    *ret = o->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? o->via.u64 : 0;
    return o->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
}
static bool get_str(const msgpack_object *o, struct span *ret)
{
    *ret = SPAN_NONE;
    if (o->type != MSGPACK_OBJECT_STR || o->via.str.size > WIRE_STR_MAX) {
        return false;
    }
    *ret = span_of(o->via.str.ptr, o->via.str.size);
    return utf8_valid(*ret) && span_find(*ret, '\0') == ret->n;
}
static bool get_id(const msgpack_object *o, struct eid *ret)
{
    return get_fixed(o, ret->b, sizeof(ret->b));
}
static bool get_dig(const msgpack_object *o, struct digest *ret)
{
    return get_fixed(o, ret->b, sizeof(ret->b));
}
static bool get_list(const msgpack_object *o, struct wire_list *ret)
{
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > WIRE_LIST_MAX) {
        return false;
    }
    ret->n = o->via.array.size;
    for (size_t i = 0; i < ret->n; i++) {
        if (!get_bin(&o->via.array.ptr[i], &ret->item[i])) {
            return false;
        }
    }
    return true;
}

// Walks, then unpacks an array of at least `n` elements; the zone is freed by the caller.
static int unpack(struct span s, size_t n, msgpack_unpacked *u, const msgpack_object **ret,
                  struct err *err)
{
    size_t off = 0;
    int rc = wire_walk(s, err);

    if (rc) {
        return rc;
    }
    if (msgpack_unpack_next(u, s.p, s.n, &off) != MSGPACK_UNPACK_SUCCESS) {
        return err_set(err, E_INPUT, "wire.unpack", "the message cannot be unpacked");
    }
    if (u->data.type != MSGPACK_OBJECT_ARRAY || u->data.via.array.size < n) {
        return err_set(err, E_INPUT, "wire.fields", "the message is not an array of %zu or more",
                       n);
    }
    *ret = u->data.via.array.ptr;
    return 0;
}

static int field_fault(struct err *err, const char *msg, const char *name)
{
    return err_set(err, E_INPUT, "wire.field", "%s: %s has the wrong form", msg, name);
}

// ---- envelope

void wire_put(struct buf *b, const struct wire_msg *m)
{
    msgpack_packer pk = packer(b);

    (void)msgpack_pack_array(&pk, 7);
    put_u64(&pk, m->ver);
    put_u64(&pk, m->type);
    put_bin(&pk, span_of((const char *)m->session, sizeof(m->session)));
    put_u64(&pk, m->seq);
    put_u64(&pk, m->ack);
    put_id(&pk, m->msg_id);
    put_bin(&pk, m->body);
}

static int envelope(const msgpack_object *o, struct wire_msg *m, struct err *err)
{
    uint64_t ver, type;

    if (!get_u64(&o[0], &ver) || ver > UINT8_MAX) {
        return field_fault(err, "envelope", "ver");
    }
    if (!get_u64(&o[1], &type) || type > UINT8_MAX) {
        return field_fault(err, "envelope", "type");
    }
    m->ver = (uint8_t)ver;
    m->type = (uint8_t)type;
    if (!get_fixed(&o[2], m->session, sizeof(m->session))) {
        return field_fault(err, "envelope", "session");
    }
    if (!get_u64(&o[3], &m->seq) || !get_u64(&o[4], &m->ack)) {
        return field_fault(err, "envelope", "seq or ack");
    }
    if (!get_id(&o[5], &m->msg_id)) {
        return field_fault(err, "envelope", "msg_id");
    }
    return get_bin(&o[6], &m->body) ? 0 : field_fault(err, "envelope", "body");
}

int wire_get(struct span bytes, struct wire_msg *ret, struct err *err)
{
    msgpack_unpacked u;
    const msgpack_object *o;
    struct wire_msg m = {0};
    int rc;

    if (bytes.n > WIRE_MESSAGE_MAX) {
        return err_set(err, E_LIMIT, "wire.large", "a message of %zu bytes", bytes.n);
    }
    msgpack_unpacked_init(&u);
    rc = unpack(bytes, 7, &u, &o, err);
    rc = rc ? rc : envelope(o, &m, err);
    msgpack_unpacked_destroy(&u);
    if (rc == 0) {
        *ret = m;
    }
    return rc;
}

// ---- bodies

#define CLOSE(NAME, code, reason)

#define MSG_BEGIN(NAME, name, number, from, sentence) enum { COUNT_##NAME = 0
#define FIELD(type, name)                             +1
#define MSG_END(NAME, name)                                                                        \
    }                                                                                              \
    ;
#include "core/wire/proto.def"
#undef MSG_BEGIN
#undef FIELD
#undef MSG_END

#define MSG_BEGIN(NAME, name, number, from, sentence)                                              \
    void wire_put_##name(struct buf *b, const struct wire_##name *m)                               \
    {                                                                                              \
        msgpack_packer pk = packer(b);                                                             \
        (void)msgpack_pack_array(&pk, COUNT_##NAME);
#define FIELD(type, name)   put_##type(&pk, m->name);
#define MSG_END(NAME, name) }
#include "core/wire/proto.def"
#undef MSG_BEGIN
#undef FIELD
#undef MSG_END

#define MSG_BEGIN(NAME, name, number, from, sentence)                                              \
    static int fields_##name(const msgpack_object *o, struct wire_##name *m, struct err *err)      \
    {                                                                                              \
        const char *what = #name;
#define FIELD(type, name)                                                                          \
    if (!get_##type(o++, &m->name)) {                                                              \
        return field_fault(err, what, #name);                                                      \
    }
#define MSG_END(NAME, name)                                                                        \
    return 0;                                                                                      \
    }
#include "core/wire/proto.def"
#undef MSG_BEGIN
#undef FIELD
#undef MSG_END

#define FIELD(type, name)
#define MSG_END(NAME, name)
#define MSG_BEGIN(NAME, name, number, from, sentence)                                              \
    int wire_get_##name(struct span body, struct wire_##name *ret, struct err *err)                \
    {                                                                                              \
        msgpack_unpacked u;                                                                        \
        const msgpack_object *o;                                                                   \
        int rc;                                                                                    \
                                                                                                   \
        msgpack_unpacked_init(&u);                                                                 \
        rc = unpack(body, COUNT_##NAME, &u, &o, err);                                              \
        rc = rc ? rc : fields_##name(o, ret, err);                                                 \
        msgpack_unpacked_destroy(&u);                                                              \
        return rc;                                                                                 \
    }
#include "core/wire/proto.def"
#undef MSG_BEGIN

const char *wire_type_name(uint8_t type, enum wire_from *ret_from)
{
    static const struct {
        uint8_t type;
        enum wire_from from;
        const char *name;
    } row[] = {
#define MSG_BEGIN(NAME, name, number, from, sentence) {number, WIRE_FROM_##from, #name},
#include "core/wire/proto.def"
#undef MSG_BEGIN
    };

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        if (row[i].type == type) {
            *ret_from = row[i].from;
            return row[i].name;
        }
    }
    return NULL;
}
#undef CLOSE

const char *wire_close_reason(enum wire_close c)
{
#define MSG_BEGIN(NAME, name, number, from, sentence)
#define CLOSE(NAME, code, reason)                                                                  \
    if (c == WIRE_CLOSE_##NAME) {                                                                  \
        return reason;                                                                             \
    }
#include "core/wire/proto.def"
    return "";
}
