// args.c - writing parameters as the server reads them.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/args.h"

#define PG_EPOCH_US 946684800000000LL // 2000-01-01T00:00:00Z

static const struct {
    unsigned scalar, array; // src/include/catalog/pg_type.dat
} oid[] = {
    [DEF_u8] = {21, 1005},    [DEF_u32] = {20, 1016},  [DEF_u64] = {20, 1016},
    [DEF_i64] = {20, 1016},   [DEF_bool] = {16, 1000}, [DEF_time] = {1184, 1185},
    [DEF_eid] = {2950, 2951}, [DEF_dig] = {17, 1001},  [DEF_str] = {25, 1009},
    [DEF_raw] = {17, 1001},
};

void args_init(struct args *a, size_t max)
{
    *a = (struct args){0};
    buf_init(&a->b, max);
}

void args_free(struct args *a)
{
    buf_free(&a->b);
}

void args_reset(struct args *a)
{
    buf_clear(&a->b);
    a->n = 0;
    a->bad = false;
}

static void put_be(struct buf *b, uint64_t v, unsigned bytes)
{
    while (bytes-- > 0) {
        buf_u8(b, (uint8_t)(v >> (8 * bytes)));
    }
}

static void put_int(struct args *a, uint64_t v, unsigned bytes)
{
    put_be(&a->b, bytes, 4);
    put_be(&a->b, v, bytes);
}

static void put_bytes(struct args *a, const void *p, size_t n)
{
    if (n > INT32_MAX) {
        a->bad = true;
        return;
    }
    put_be(&a->b, n, 4);
    buf_put(&a->b, p, n);
}

static void put_null(struct args *a)
{
    put_be(&a->b, UINT32_MAX, 4);
}

static void put_u64(struct args *a, uint64_t v)
{
    a->bad |= v > INT64_MAX;
    put_int(a, v, 8);
}

static void put_time(struct args *a, utime_t t)
{
    if (t == UTIME_NONE) {
        put_null(a);
    } else {
        a->bad |= t < INT64_MIN + 1 + PG_EPOCH_US;
        put_int(a, (uint64_t)t - (uint64_t)PG_EPOCH_US, 8);
    }
}

void args_put(struct args *a, enum def_type t, const void *at)
{
    const struct span *s = at;

    switch (t) {
    case DEF_u8: put_int(a, *(const uint8_t *)at, 2); break;
    case DEF_u32: put_int(a, *(const uint32_t *)at, 8); break;
    case DEF_u64: put_u64(a, *(const uint64_t *)at); break;
    case DEF_i64: put_int(a, (uint64_t) * (const int64_t *)at, 8); break;
    case DEF_bool: put_int(a, *(const bool *)at, 1); break;
    case DEF_time: put_time(a, *(const utime_t *)at); break;
    case DEF_eid:
        if (eid_is_zero(at)) {
            put_null(a);
        } else {
            put_bytes(a, at, sizeof(struct eid));
        }
        break;
    case DEF_dig: put_bytes(a, at, sizeof(struct digest)); break;
    case DEF_str:
    case DEF_raw: put_bytes(a, s->p, s->n); break;
    }
}

static bool arg_begin(struct args *a, unsigned type)
{
    if (a->n == ARGS_MAX) {
        a->bad = true;
        return false;
    }
    a->type[a->n] = type;
    a->at[a->n++] = a->b.len;
    return true;
}

void args_value(struct args *a, enum def_type t, const void *at)
{
    if (arg_begin(a, oid[t].scalar)) {
        args_put(a, t, at);
    }
}

void args_i64(struct args *a, int64_t v)
{
    args_value(a, DEF_i64, &v);
}

void args_u64(struct args *a, uint64_t v)
{
    args_value(a, DEF_u64, &v);
}

void args_str(struct args *a, struct span s)
{
    args_value(a, DEF_str, &s);
}

void args_raw(struct args *a, struct span s)
{
    args_value(a, DEF_raw, &s);
}

void args_time(struct args *a, utime_t t)
{
    args_value(a, DEF_time, &t);
}

void args_array(struct args *a, enum def_type t, size_t count)
{
    if (!arg_begin(a, oid[t].array)) {
        return;
    }
    put_be(&a->b, 0, 4); // length: args_end() knows it
    put_be(&a->b, count ? 1 : 0, 4);
    put_be(&a->b, t == DEF_time || t == DEF_eid, 4);
    put_be(&a->b, oid[t].scalar, 4);
    if (count) {
        put_be(&a->b, count, 4);
        put_be(&a->b, 1, 4);
    }
}

void args_end(struct args *a)
{
    for (int i = 0; i < a->n; i++) {
        size_t end = i + 1 < a->n ? a->at[i + 1] : a->b.len;
        const unsigned char *p = (const unsigned char *)a->b.p + a->at[i];
        bool none = end - a->at[i] == 4 && p[0] == 0xff;

        if (!args_ok(a)) {
            return;
        }
        a->value[i] = none ? NULL : (const char *)p + 4;
        a->length[i] = (int)(end - a->at[i] - 4);
        a->format[i] = 1;
    }
}
