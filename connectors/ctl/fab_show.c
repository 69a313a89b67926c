// fab_show.c - the assets of a fab model, one a line.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/fab_show.h"

#include <stdio.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/share.h"
#include "core/base/utf8.h"
#include "core/model/fab.h"

enum { TABLE_MAX = 64 << 20 };

// Padded to `width` cells; at least one blank follows.
static void cell(struct buf *b, const char *text, size_t width)
{
    size_t used = utf8_sanitise(b, span_str(text && text[0] ? text : "-"), SIZE_MAX);

    do {
        buf_u8(b, ' ');
    } while (++used < width);
}

static void put_asset(struct buf *b, const struct fab *f, const struct fab_asset *a)
{
    const struct fab_loop *loop = a->loop == FAB_NONE ? NULL : fab_loop(f, a->loop);

    cell(b, a->id, 18);
    cell(b, tier_name(a->tier), 3);
    cell(b, a->kind, 16);
    cell(b, a->area, 12);
    cell(b, a->bay, 14);
    buf_printf(b, "wph %-4u spares %-2zu needs %-2zu needed-by %-3zu ", a->wph, a->nspares,
               a->ndepends, a->nneeded_by);
    cell(b, loop ? loop->id : "", 14);
    cell(b, a->owner, 14);
    cell(b, a->never_touch ? "never-touch" : "", 12);
    cell(b, fab_recipes_name(a->recipes), 6);
    buf_str(b, fab_recipe_gap(a)[0] ? fab_recipe_gap(a) : "-");
    buf_u8(b, '\n');
}

int fab_show(int argc, char **argv)
{
    struct faults faults = {.say = share_say};
    struct err err = ERR_INIT;
    struct fab *f = NULL;
    struct texts t;
    int rc = 0;
    AUTO_BUF b;

    if (argc < 2) {
        return ctl_usage("fab", "show needs the fab model's file");
    }
    buf_init(&b, TABLE_MAX);
    texts_init(&t);
    for (int i = 1; i < argc && rc == 0; i++) {
        rc = texts_add(&t, argv[i], texts_yaml, &err);
    }
    if (rc == 0) {
        f = fab_load(t.file, t.n, &faults);
    }
    for (size_t i = 0; f && i < fab_count(f); i++) {
        put_asset(&b, f, fab_asset(f, (int)i));
    }
    if (b.len) {
        (void)fwrite(b.p, 1, b.len, stdout);
    }
    fab_free(f);
    texts_free(&t);
    return rc < 0 ? ctl_worse(CTL_CANNOT, ctl_fail(&err)) : f ? CTL_DONE : CTL_REFUSED;
}
