// commit_rows.c - one pass over the effects, a hash of keys for the repeats.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/commit_rows.h"

#include "core/base/utf8.h"

struct keys { // open addressing; never more than half full
    size_t mask;
    struct commit_row **slot;
};

static int field_check(const struct def_row *row, const struct def_field *f, const void *base,
                       struct err *err)
{
    struct span s;

    if (f->type != DEF_str) {
        return 0;
    }
    memcpy(&s, (const char *)base + f->offset, sizeof(s));
    if (span_find(s, '\0') != s.n || !utf8_valid(s)) {
        return err_set(err, E_INPUT, "store.text", "effect %s: field %s is not clean text",
                       row->name, f->name);
    }
    if (f->key && s.n > COMMIT_KEY_MAX) {
        return err_set(err, E_INPUT, "store.text", "effect %s: key %s is longer than %d bytes",
                       row->name, f->name, COMMIT_KEY_MAX);
    }
    return 0;
}

static size_t key_length(const struct def_row *row, struct span bytes)
{
    static const size_t size[] = {
        [DEF_u8] = 1,   [DEF_u32] = 4,  [DEF_u64] = 8,  [DEF_i64] = 8,
        [DEF_bool] = 1, [DEF_time] = 8, [DEF_eid] = 16, [DEF_dig] = 32,
    };
    struct rd r = rd_of(bytes);

    (void)rd_u8(&r);
    for (size_t i = 0; i < row->nfields && row->field[i].key; i++) {
        if (row->field[i].type == DEF_str || row->field[i].type == DEF_raw) {
            (void)rd_blob(&r);
        } else {
            (void)rd_bytes(&r, size[row->field[i].type]);
        }
    }
    return bytes.n - r.n;
}

static struct span key_of(const struct commit_row *r)
{
    return span_sub(r->bytes, 0, r->key);
}

// Remembers the row under its key; the one that stood there is replaced.
static void key_take(struct keys *k, struct commit_rows *rows, struct commit_row *r,
                     enum effect_kind kind)
{
    size_t at = (size_t)hash64(0, key_of(r)) & k->mask;

    while (k->slot[at] && !span_eq(key_of(k->slot[at]), key_of(r))) {
        at = (at + 1) & k->mask;
    }
    if (k->slot[at]) {
        k->slot[at]->replaced = true;
        rows->n[kind]--;
    }
    k->slot[at] = r;
}

static void row_add(struct commit_rows *rows, struct commit_row *r, enum effect_kind kind)
{
    if (rows->last[kind]) {
        rows->last[kind]->next = r;
    } else {
        rows->first[kind] = r;
    }
    rows->last[kind] = r;
    rows->n[kind]++;
}

static int effect_take(struct commit_rows *rows, struct keys *k, struct arena *a,
                       const struct effect *e, struct span bytes, struct err *err)
{
    const struct def_row *def = effect_row(e->kind);
    struct commit_row *r;

    for (size_t i = 0; i < def->nfields; i++) {
        if (field_check(def, &def->field[i], &e->alert, err) < 0) {
            return E_INPUT;
        }
    }
    r = arena_alloc(a, sizeof(*r));
    if (!r) {
        return err_set(err, E_LIMIT, "store.memory", "the commit does not fit into memory");
    }
    r->bytes = bytes;
    r->key = key_length(def, bytes);
    row_add(rows, r, e->kind);
    if (def->mode == MODE_UPSERT) {
        key_take(k, rows, r, e->kind);
    }
    if (e->kind == EFFECT_STATUS) {
        rows->fab_time = e->status.fab_time;
    }
    return 0;
}

int commit_rows_sort(struct span effects, struct arena *a, struct commit_rows *ret, struct err *err)
{
    struct rd r = rd_of(effects);
    struct keys k = {.mask = 63};
    struct effect e;
    size_t n = 0;
    int rc;

    *ret = (struct commit_rows){.fab_time = UTIME_NONE};
    while ((rc = effect_next(&r, &e)) > 0) {
        n++;
    }
    if (rc < 0) {
        return err_set(err, E_INPUT, "store.effect", "effect %zu: the bytes are none", n + 1);
    }
    while (k.mask < 2 * n) {
        k.mask = 2 * k.mask + 1;
    }
    k.slot = arena_array(a, k.mask + 1, sizeof(struct commit_row *));
    if (!k.slot) {
        return err_set(err, E_LIMIT, "store.memory", "the commit does not fit into memory");
    }
    r = rd_of(effects);
    for (const char *at = (const char *)r.p; effect_next(&r, &e) > 0; at = (const char *)r.p) {
        rc = effect_take(ret, &k, a, &e, span_of(at, (size_t)((const char *)r.p - at)), err);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}
