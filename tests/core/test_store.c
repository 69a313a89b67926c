// test_store.c - the in-memory store keeps the promises of core/store.h.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_mem.h"
#include "tests/support/store_suite.h"

static struct store *open_mem(void *ctx)
{
    return store_mem_port(ctx);
}

static void clear_mem(void *ctx)
{
    store_mem_clear(ctx);
}

static uint64_t ask_mem(void *ctx, const char *group, const char *note)
{
    return store_mem_intent(ctx, "op.etch", "shift", "ack_group", group, note);
}

static void sign_mem(void *ctx, const struct eid *command, struct span signature)
{
    store_mem_sign(ctx, command, signature);
}

static uint64_t count_mem(void *ctx, enum effect_kind kind)
{
    return store_mem_rows(ctx, kind);
}

static bool cell_mem(void *ctx, enum effect_kind kind, const char *where, const char *is,
                     const char *get, struct buf *out)
{
    size_t hits = 0;

    for (size_t i = 0; i < store_mem_rows(ctx, kind); i++) {
        struct effect e;
        AUTO_BUF text;

        buf_init(&text, 1 << 16);
        (void)store_mem_row(ctx, kind, i, &e);
        store_mem_field(&text, &e, where);
        if (span_eq_str(buf_span(&text), is) && ++hits == 1) {
            store_mem_field(out, &e, get);
        }
    }
    return hits == 1;
}

int main(void)
{
    struct store_mem *m = store_mem_new(1);
    struct store_suite s = {.name = "store_mem",
                            .ctx = m,
                            .open = open_mem,
                            .clear = clear_mem,
                            .ask = ask_mem,
                            .sign = sign_mem,
                            .count = count_mem,
                            .cell = cell_mem};
    int failed = store_suite_run(&s);

    store_mem_free(m);
    return failed;
}
