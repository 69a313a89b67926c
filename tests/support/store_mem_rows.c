// store_mem_rows.c - a small hash table of encoded rows, its undo, and barriers over it.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_mem_rows.h"

#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/err.h"
#include "tests/support/store_mem.h"

static const size_t fixed_size[] = {
    [DEF_u8] = 1,   [DEF_u32] = 4,  [DEF_u64] = 8,  [DEF_i64] = 8,
    [DEF_bool] = 1, [DEF_time] = 8, [DEF_eid] = 16, [DEF_dig] = 32,
};

// Bytes of the kind and the KEY fields, which come first.
static size_t key_length(const struct def_row *row, struct span bytes)
{
    struct rd r = rd_of(bytes);

    (void)rd_u8(&r);
    for (size_t i = 0; i < row->nfields && row->field[i].key; i++) {
        if (row->field[i].type == DEF_str || row->field[i].type == DEF_raw) {
            (void)rd_blob(&r);
        } else {
            (void)rd_bytes(&r, fixed_size[row->field[i].type]);
        }
    }
    return bytes.n - r.n;
}

static struct span row_key(const struct mem_row *r)
{
    return span_sub(r->bytes, 0, r->key);
}

// Where the key stands or would stand.
static size_t slot_of(const struct mem_rows *t, struct span key)
{
    size_t at = (size_t)hash64(0, key) & (t->nslots - 1);

    while (t->slot[at] && !span_eq(row_key(&t->row[t->slot[at] - 1]), key)) {
        at = (at + 1) & (t->nslots - 1);
    }
    return at;
}

static void *must(void *p)
{
    if (!p) {
        abort();
    }
    return p;
}

static void rows_room(struct mem_rows *t)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 16;
        t->row = must(realloc(t->row, t->cap * sizeof(*t->row)));
    }
    if (2 * (t->n + 1) > t->nslots) {
        t->nslots = t->nslots ? 2 * t->nslots : 64;
        free(t->slot);
        t->slot = must(calloc(t->nslots, sizeof(*t->slot)));
        for (size_t i = 0; i < t->n; i++) {
            t->slot[slot_of(t, row_key(&t->row[i]))] = (uint32_t)(i + 1);
        }
    }
}

static void undo_note(struct mem_undo *u, struct undo_item item)
{
    if (u->n == u->cap) {
        u->cap = u->cap ? 2 * u->cap : 64;
        u->item = must(realloc(u->item, u->cap * sizeof(*u->item)));
    }
    u->item[u->n++] = item;
}

int mem_rows_put(struct mem_rows *t, struct arena *a, struct mem_undo *u, const struct effect *e,
                 struct span bytes)
{
    const struct def_row *def = effect_row(e->kind);
    struct mem_row row = {.bytes = bytes, .key = key_length(def, bytes)};
    size_t at;

    rows_room(t);
    at = slot_of(t, row_key(&row));
    if (t->slot[at] && def->mode == MODE_INSERT) {
        return -1;
    }
    row.bytes = arena_span(a, bytes);
    if (t->slot[at]) {
        size_t i = t->slot[at] - 1;

        undo_note(u, (struct undo_item){e->kind, i, t->row[i].bytes});
        t->row[i] = row;
        return 0;
    }
    undo_note(u, (struct undo_item){e->kind, t->n, SPAN_NONE});
    t->row[t->n++] = row;
    t->slot[at] = (uint32_t)t->n;
    return 0;
}

void mem_rows_undo(struct mem_rows *tables, struct mem_undo *u)
{
    while (u->n > 0) {
        const struct undo_item *it = &u->item[--u->n];
        struct mem_rows *t = &tables[it->kind];

        if (it->before.n) {
            t->row[it->row].bytes = it->before;
        } else {
            t->slot[slot_of(t, row_key(&t->row[it->row]))] = 0;
            t->n--;
        }
    }
}

void mem_rows_free(struct mem_rows *t)
{
    free(t->row);
    free(t->slot);
    *t = (struct mem_rows){0};
}

bool mem_rows_get(const struct mem_rows *t, size_t i, struct effect *ret)
{
    struct rd r;

    if (i >= t->n) {
        return false;
    }
    r = rd_of(t->row[i].bytes);
    return effect_next(&r, ret) == 1;
}

bool mem_rows_find_first(const struct mem_rows *t, enum effect_kind kind, const void *key, size_t n,
                         struct effect *ret)
{
    bool text = effect_row(kind)->field[0].type == DEF_str;
    AUTO_BUF b;

    buf_init(&b, n + 16);
    buf_u8(&b, (uint8_t)kind);
    if (text) {
        buf_blob(&b, span_of(key, n));
    } else {
        buf_put(&b, key, n);
    }
    for (size_t i = 0; i < t->n; i++) {
        if (span_starts(row_key(&t->row[i]), buf_span(&b))) {
            return mem_rows_get(t, i, ret);
        }
    }
    return false;
}

static int by_key(const void *a, const void *b)
{
    const struct mem_row *x = a, *y = b;

    return span_cmp(row_key(x), row_key(y));
}

void mem_rows_print(const struct mem_rows *t, struct buf *out)
{
    struct mem_rows sorted = {.n = t->n};

    if (t->n == 0) {
        return;
    }
    sorted.row = must(malloc(t->n * sizeof(*t->row)));
    memcpy(sorted.row, t->row, t->n * sizeof(*t->row));
    qsort(sorted.row, sorted.n, sizeof(*sorted.row), by_key);
    for (size_t i = 0; i < sorted.n; i++) {
        struct effect e;

        if (mem_rows_get(&sorted, i, &e)) {
            effect_print(out, &e);
            buf_str(out, "\n");
        }
    }
    free(sorted.row);
}

// ---- one field as text

static void field_put(struct buf *out, enum def_type type, const void *at)
{
    char text[2 * SHA256_LEN + 1] = "";
    const struct span *s = at;

    switch (type) {
    case DEF_u8: buf_printf(out, "%u", *(const uint8_t *)at); break;
    case DEF_u32: buf_printf(out, "%u", *(const uint32_t *)at); break;
    case DEF_u64: buf_printf(out, "%llu", (unsigned long long)*(const uint64_t *)at); break;
    case DEF_i64: buf_printf(out, "%lld", (long long)*(const int64_t *)at); break;
    case DEF_bool: buf_str(out, *(const bool *)at ? "true" : "false"); break;
    case DEF_time: buf_str(out, utime_text(*(const utime_t *)at, text)); break;
    case DEF_eid:
        if (!eid_is_zero(at)) {
            eid_text(at, text);
        }
        buf_str(out, text);
        break;
    case DEF_dig:
        digest_hex(at, text);
        buf_str(out, text);
        break;
    case DEF_str: buf_put_span(out, *s); break;
    case DEF_raw: {
        char *to = buf_reserve(out, 2 * s->n + 1);

        if (to) {
            hex_put(*s, to);
            buf_advance(out, 2 * s->n);
        }
        break;
    }
    }
}

void store_mem_field(struct buf *out, const struct effect *e, const char *field)
{
    const struct def_row *row = effect_row(e->kind);

    for (size_t i = 0; i < row->nfields; i++) {
        if (span_eq_str(span_str(row->field[i].name), field)) {
            field_put(out, row->field[i].type, (const char *)&e->alert + row->field[i].offset);
            return;
        }
    }
}

// ---- barriers

// Rows of a kind whose field is one of the words of a comma separated list.
static size_t count_in(const struct mem_facts *f, enum effect_kind kind, const char *field,
                       const char *words)
{
    size_t n = 0;

    for (size_t i = 0; i < f->rows[kind].n; i++) {
        struct span rest = span_str(words);
        struct effect e;
        AUTO_BUF text;

        buf_init(&text, 1 << 20);
        if (mem_rows_get(&f->rows[kind], i, &e)) {
            store_mem_field(&text, &e, field);
        }
        while (rest.n) {
            n += span_eq(span_cut(&rest, ','), buf_span(&text));
        }
    }
    return n;
}

static bool idle_holds(const struct mem_facts *f, uint64_t n)
{
    return n == 0 && f->waiting == 0;
}
static bool intents_holds(const struct mem_facts *f, uint64_t n)
{
    return f->intents_applied >= n;
}
static bool plans_holds(const struct mem_facts *f, uint64_t n)
{
    return f->rows[EFFECT_PLAN].n >= n;
}
static bool plans_approved_holds(const struct mem_facts *f, uint64_t n)
{
    return count_in(f, EFFECT_PLAN, "state", "approved,started") >= n;
}
static bool incidents_open_holds(const struct mem_facts *f, uint64_t n)
{
    return f->rows[EFFECT_INCIDENT].n - count_in(f, EFFECT_INCIDENT, "state", "closed") >= n;
}
static bool runs_finished_holds(const struct mem_facts *f, uint64_t n)
{
    return f->rows[EFFECT_RUN].n >= n &&
           count_in(f, EFFECT_RUN, "state", "running,waiting,indeterminate") == 0;
}
static bool agents_up_holds(const struct mem_facts *f, uint64_t n)
{
    return count_in(f, EFFECT_AGENT, "state", "up") >= n;
}

static const struct barrier {
    const char *name;
    bool (*holds)(const struct mem_facts *f, uint64_t n);
} barriers[] = {
    {"idle", idle_holds},
    {"intents", intents_holds},
    {"plans", plans_holds},
    {"plans_approved", plans_approved_holds},
    {"incidents_open", incidents_open_holds},
    {"runs_finished", runs_finished_holds},
    {"agents_up", agents_up_holds},
};

int mem_barrier_holds(const struct mem_facts *f, struct span name, bool *ret, struct err *err)
{
    struct store_barrier b;

    if (!store_barrier_name(name, &b)) {
        return err_set(err, E_INPUT, "store.barrier", "\"" SPAN_FMT "\" is no barrier's name",
                       SPAN_ARG(name));
    }
    for (size_t i = 0; i < ARRAY_LEN(barriers); i++) {
        if (span_eq_str(b.name, barriers[i].name)) {
            *ret = barriers[i].holds(f, b.count);
            return 0;
        }
    }
    return err_set(err, E_INPUT, "store.barrier", "no barrier is named \"" SPAN_FMT "\"",
                   SPAN_ARG(b.name));
}
