// save.c - the engine's state as a versioned byte string.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/rules.h"

enum { SAVE_VERSION = 9 };

static const char magic[8] = "FSENGINE";

static void save_fixed(const struct engine *e, struct buf *out)
{
    buf_put(out, e->set->digest.b, sizeof(e->set->digest.b));
    buf_u32(out, e->ids);
    buf_put(out, &e->count, sizeof(e->count));
    buf_u32(out, e->pos.epoch);
    buf_u64(out, e->pos.block);
    buf_u32(out, e->pos.rec);
    buf_i64(out, e->now);
    buf_i64(out, e->watermark);
    buf_i64(out, e->wall);
    buf_i64(out, e->next_session);
    buf_i64(out, e->next_clock);
    buf_i64(out, e->next_silence);
    buf_i64(out, e->next_shelf);
    buf_i64(out, e->next_sweep);
    buf_put(out, e->digest.b, sizeof(e->digest.b));
    buf_put(out, e->wanted.b, sizeof(e->wanted.b));
    buf_put(out, e->announced.b, sizeof(e->announced.b));
    buf_u8(out, e->recording_over);
    buf_put(out, e->barrier, sizeof(e->barrier));
    buf_i64(out, e->barrier_time);
    buf_u64(out, e->barrier_block);
}

static void get_raw(struct rd *r, void *to, size_t n)
{
    struct span s = rd_bytes(r, n);

    if (s.n) {
        memcpy(to, s.p, n);
    }
}

static void load_fixed(struct engine *e, struct rd *r)
{
    e->ids = rd_u32(r);
    get_raw(r, &e->count, sizeof(e->count));
    e->pos.epoch = rd_u32(r);
    e->pos.block = rd_u64(r);
    e->pos.rec = rd_u32(r);
    e->now = rd_i64(r);
    e->watermark = rd_i64(r);
    e->wall = rd_i64(r);
    e->next_session = rd_i64(r);
    e->next_clock = rd_i64(r);
    e->next_silence = rd_i64(r);
    e->next_shelf = rd_i64(r);
    e->next_sweep = rd_i64(r);
    get_raw(r, e->digest.b, sizeof(e->digest.b));
    get_raw(r, e->wanted.b, sizeof(e->wanted.b));
    get_raw(r, e->announced.b, sizeof(e->announced.b));
    e->recording_over = rd_u8(r) != 0;
    get_raw(r, e->barrier, sizeof(e->barrier));
    e->barrier_time = rd_i64(r);
    e->barrier_block = rd_u64(r);
}

void engine_save(const struct engine *e, struct buf *out)
{
    size_t at = out->len;

    buf_put(out, magic, sizeof(magic));
    buf_u32(out, SAVE_VERSION);
    buf_u32(out, TAB_COUNT);
    save_fixed(e, out);
    for (int t = 0; t < TAB_COUNT; t++) {
        table_save(&e->tab[t], out);
    }
    pending_save(&e->pending, out);
    buf_u32(out, crc32c(0, span_sub(buf_span(out), at, out->len)));
}

bool engine_saved_set(struct span state, struct digest *ret)
{
    struct rd r = rd_of(state);
    struct span m = rd_bytes(&r, sizeof(magic));

    if (!m.n || memcmp(m.p, magic, sizeof(magic)) != 0 || rd_u32(&r) != SAVE_VERSION ||
        rd_u32(&r) != TAB_COUNT) {
        return false;
    }
    get_raw(&r, ret->b, sizeof(ret->b));
    return rd_ok(&r);
}

int engine_load(struct engine *e, struct span state, struct err *err)
{
    struct rd r = rd_of(state);
    struct rd tail = rd_of(span_sub(state, state.n >= 4 ? state.n - 4 : 0, 4));
    struct span m = rd_bytes(&r, sizeof(magic));
    struct digest set = {{0}};

    if (!m.n || memcmp(m.p, magic, sizeof(magic)) != 0 || rd_u32(&r) != SAVE_VERSION ||
        rd_u32(&r) != TAB_COUNT) {
        return err_set(err, E_INPUT, "snapshot.version", "the snapshot is of another version");
    }
    if (rd_u32(&tail) != crc32c(0, span_sub(state, 0, state.n - 4))) {
        return err_set(err, E_INPUT, "snapshot.crc", "the snapshot does not match its checksum");
    }
    get_raw(&r, set.b, sizeof(set.b));
    if (!digest_eq(&set, &e->set->digest)) {
        return err_set(err, E_STATE, "snapshot.set", "the snapshot was made under another set");
    }
    load_fixed(e, &r);
    for (int t = 0; t < TAB_COUNT; t++) {
        if (!table_load(&e->tab[t], &r)) {
            return err_set(err, E_INPUT, "snapshot.table", "table %s of the snapshot is damaged",
                           e->tab[t].name);
        }
    }
    if (!pending_load(&e->pending, &r) || r.n != 4) {
        return err_set(err, E_INPUT, "snapshot.pending", "the snapshot's end is damaged");
    }
    corr_restore(&e->corr);
    rules_restore(e);
    return 0;
}
