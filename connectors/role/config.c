// config.c - the JSON object of CTL_START.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/config.h"

static int whole(const struct role_config *c, const char *key, int64_t min, int64_t max,
                 int64_t *ret, struct err *err)
{
    const struct ynode *n = y_get(c->docs.doc[0], key);

    if (!n || !y_int(n, ret) || *ret < min || *ret > max) {
        return err_set(err, E_INPUT, "role.config", "%s is missing or out of range", key);
    }
    return 0;
}

int role_config_load(struct role_config *c, const char *role, struct span text, struct err *err)
{
    int64_t site = 0, detects = 0, index = 0;
    struct span set;

    *c = (struct role_config){.site = 0};
    arena_init(&c->arena, 16 << 20);
    if (ydoc_load(&c->arena, text, "start", &c->docs, err) < 0) {
        return E_INPUT;
    }
    if (c->docs.n != 1 || whole(c, "site", 0, UINT16_MAX, &site, err) < 0 ||
        whole(c, "detects", 1, DETECTS_MAX, &detects, err) < 0 ||
        whole(c, "index", 0, DETECTS_MAX - 1, &index, err) < 0) {
        return E_INPUT;
    }
    set = y_text(y_get(c->docs.doc[0], "set"));
    if (!digest_from_hex(set, &c->set)) {
        return err_set(err, E_INPUT, "role.config", "set is no digest");
    }
    c->site = (uint16_t)site;
    c->detects = (unsigned)detects;
    c->index = (unsigned)index;
    (void)y_bool(y_get(c->docs.doc[0], "story"), &c->story);
    c->own = y_get(c->docs.doc[0], role);
    if (y_is_null(c->own)) {
        c->own = NULL;
    }
    return 0;
}

void role_config_free(struct role_config *c)
{
    arena_free(&c->arena);
}
