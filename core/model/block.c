// block.c - codec of journal blocks and records.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/block.h"

#include "core/base/rd.h"

static const char magic[4] = {'F', 'S', 'B', '1'};

enum { COUNT_AT = 12, CRC_FROM = 8 };

void source_decl_put(struct buf *b, const struct source_decl *d)
{
    buf_u16(b, d->number);
    buf_u32(b, (uint32_t)d->zone_s);
    buf_i64(b, d->offset_us);
    buf_i64(b, d->lateness_us);
    buf_i64(b, d->silence_us);
    buf_blob(b, d->name);
    buf_blob(b, d->format);
    buf_blob(b, d->kind);
    buf_blob(b, d->area);
    buf_i64(b, d->ahead_us);
    buf_i64(b, d->behind_us);
}

bool source_decl_get(struct span bytes, struct source_decl *ret)
{
    struct rd r = rd_of(bytes);

    ret->number = rd_u16(&r);
    ret->zone_s = (int32_t)rd_u32(&r);
    ret->offset_us = rd_i64(&r);
    ret->lateness_us = rd_i64(&r);
    ret->silence_us = rd_i64(&r);
    ret->name = rd_blob(&r);
    ret->format = rd_blob(&r);
    ret->kind = rd_blob(&r);
    ret->area = rd_blob(&r);
    ret->ahead_us = r.n ? rd_i64(&r) : 0; // journals before they were declared
    ret->behind_us = r.n ? rd_i64(&r) : 0;
    return rd_done(&r);
}

void block_begin(struct buf *b, uint32_t epoch, uint64_t number, const struct digest *set)
{
    buf_clear(b);
    buf_put(b, magic, sizeof(magic));
    buf_u32(b, 0); // crc
    buf_u32(b, 0); // length
    buf_u32(b, 0); // count
    buf_u32(b, epoch);
    buf_u32(b, 0);
    buf_u64(b, number);
    buf_put(b, set->b, sizeof(set->b));
}

void block_add(struct buf *b, const struct record *r)
{
    size_t at = b->len;
    struct rd head = rd_of(span_sub(buf_span(b), COUNT_AT, 4));
    uint32_t count = rd_u32(&head); // before the buffer moves

    if (r->bytes.n > RECORD_MAX || b->len < BLOCK_HEAD) {
        b->failed = true;
        return;
    }
    buf_u32(b, (uint32_t)(RECORD_HEAD + r->bytes.n));
    buf_u32(b, 0);
    buf_u8(b, (uint8_t)r->type);
    buf_u8(b, r->flags);
    buf_u16(b, r->source);
    buf_u32(b, r->epoch);
    buf_u64(b, r->seq);
    buf_i64(b, r->received);
    buf_u64(b, r->origin_a);
    buf_u64(b, r->origin_b);
    buf_put_span(b, r->bytes);
    if (buf_ok(b)) {
        buf_patch_u32(b, at + 4, crc32c(0, span_sub(buf_span(b), at + 8, b->len)));
        buf_patch_u32(b, COUNT_AT, count + 1);
    }
}

int block_end(struct buf *b)
{
    if (!buf_ok(b) || b->len > BLOCK_MAX) {
        return E_LIMIT;
    }
    buf_patch_u32(b, 8, (uint32_t)b->len);
    buf_patch_u32(b, 4, crc32c(0, span_sub(buf_span(b), CRC_FROM, b->len)));
    return 0;
}

size_t block_length(struct span head)
{
    struct rd r = rd_of(head);
    struct span m = rd_bytes(&r, sizeof(magic));
    uint32_t length;

    (void)rd_u32(&r);
    length = rd_u32(&r);
    if (!rd_ok(&r) || memcmp(m.p, magic, sizeof(magic)) != 0 || length < BLOCK_HEAD ||
        length > BLOCK_MAX) {
        return 0;
    }
    return length;
}

int block_open(struct span bytes, struct block *ret, struct err *err)
{
    struct rd r = rd_of(bytes);
    size_t length;
    uint32_t crc;

    if (bytes.n < BLOCK_HEAD) {
        return err_set(err, E_EOF, "journal.short", "the block's header is cut off");
    }
    length = block_length(bytes);
    if (length == 0) {
        return err_set(err, E_INPUT, "journal.magic", "no block begins here");
    }
    if (bytes.n < length) {
        return err_set(err, E_EOF, "journal.short", "the block is cut off");
    }
    (void)rd_u32(&r);
    crc = rd_u32(&r);
    (void)rd_u32(&r);
    ret->count = rd_u32(&r);
    ret->epoch = rd_u32(&r);
    (void)rd_u32(&r);
    ret->number = rd_u64(&r);
    memcpy(ret->set.b, rd_bytes(&r, SHA256_LEN).p, SHA256_LEN);
    ret->length = length;
    ret->records = span_sub(bytes, BLOCK_HEAD, length - BLOCK_HEAD);
    if (crc != crc32c(0, span_sub(bytes, CRC_FROM, length - CRC_FROM))) {
        return err_set(err, E_INPUT, "journal.crc", "block %llu does not match its checksum",
                       (unsigned long long)ret->number);
    }
    return 0;
}

int block_next(struct span *records, struct record *ret, struct err *err)
{
    struct rd r = rd_of(*records);
    uint32_t length, crc;
    uint8_t type;

    if (records->n == 0) {
        return 0;
    }
    length = rd_u32(&r);
    crc = rd_u32(&r);
    type = rd_u8(&r);
    ret->flags = rd_u8(&r);
    ret->source = rd_u16(&r);
    ret->epoch = rd_u32(&r);
    ret->seq = rd_u64(&r);
    ret->received = rd_i64(&r);
    ret->origin_a = rd_u64(&r);
    ret->origin_b = rd_u64(&r);
    if (!rd_ok(&r) || length < RECORD_HEAD || length > records->n || type >= REC_TYPE_COUNT) {
        return err_set(err, E_INPUT, "journal.record", "a record's header is damaged");
    }
    ret->type = (enum rec_type)type;
    ret->bytes = span_sub(*records, RECORD_HEAD, length - RECORD_HEAD);
    if (crc != crc32c(0, span_sub(*records, 8, length - 8))) {
        return err_set(err, E_INPUT, "journal.crc",
                       "record %llu of source %u does not match its checksum",
                       (unsigned long long)ret->seq, ret->source);
    }
    *records = span_sub(*records, length, records->n);
    return 1;
}
