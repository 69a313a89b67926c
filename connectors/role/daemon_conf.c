// daemon_conf.c - reading the configuration, composing what a role is told.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/daemon_conf.h"

#include "core/base/jsonw.h"

enum { CONF_BYTES_MAX = 32 << 20, UID_BASE = 64220 };

static const char *const names[ROLE_COUNT] = {"fabsocd", "gate", "intake", "detect",
                                              "engine",  "sign", "capture"};
static const char *const set_key[SET_PARTS] = {"rules", "sources", "playbooks",
                                               "fab",   "policy",  "roster"};

const char *role_name(enum role r)
{
    return names[r];
}

static int path_of(const struct daemon_conf *c, const struct ynode *map, const char *key,
                   const char **ret, struct arena *a, struct err *err)
{
    const struct ynode *n = y_get(map, key);

    *ret = NULL;
    if (y_is_null(n)) {
        return 0;
    }
    if (n->type != Y_SCALAR || n->text.n == 0 || n->text.n > 3000) {
        return y_fault(&c->docs, n, err, "conf.path", "%s must be a path", key);
    }
    *ret = arena_str(a, n->text);
    return 0;
}

static int number_of(const struct daemon_conf *c, const char *key, int64_t min, int64_t max,
                     int64_t otherwise, int64_t *ret, struct err *err)
{
    const struct ynode *n = y_get(c->top, key);

    *ret = otherwise;
    if (!y_is_null(n) && (!y_int(n, ret) || *ret < min || *ret > max)) {
        return y_fault(&c->docs, n, err, "conf.number", "%s must be a number from %lld to %lld",
                       key, (long long)min, (long long)max);
    }
    return 0;
}

static int read_set(struct daemon_conf *c, struct err *err)
{
    static const char *const keys[] = {"rules",  "sources", "playbooks", "fab",
                                       "policy", "roster",  NULL};
    const struct ynode *map = y_get(c->top, "set");

    if (!y_is_null(map) && y_only(&c->docs, map, keys, err) < 0) {
        return E_INPUT;
    }
    for (enum set_part p = 0; p < SET_PARTS; p++) {
        if (path_of(c, map, set_key[p], &c->set[p], &c->arena, err) < 0) {
            return E_INPUT;
        }
    }
    return 0;
}

static int read_roles(struct daemon_conf *c, struct err *err)
{
    static const char *const keys[] = {"gate", "intake",  "detect", "engine",
                                       "sign", "capture", NULL};
    const struct ynode *map = y_get(c->top, "roles");

    // there is nothing to listen to without a section that names it
    c->off[ROLE_CAPTURE] = y_is_null(y_get(c->top, "capture"));
    if (y_is_null(map)) {
        return 0;
    }
    if (y_only(&c->docs, map, keys, err) < 0) {
        return E_INPUT;
    }
    for (enum role r = ROLE_GATE; r < ROLE_COUNT; r++) {
        const struct ynode *n = y_get(map, names[r]);
        bool on = true;

        if (!y_is_null(n) && !y_bool(n, &on)) {
            return y_fault(&c->docs, n, err, "conf.bool", "%s must be true or false", names[r]);
        }
        c->off[r] |= !on;
    }
    return 0;
}

static int read_gate(struct daemon_conf *c, struct err *err)
{
    const struct ynode *n = y_get(y_get(c->top, "gate"), "listen");
    const char *host;
    uint16_t port;

    if (y_is_null(n)) {
        return 0;
    }
    c->gate_listen = arena_str(&c->arena, y_text(n));
    return intake_listen_parse(&c->arena, c->gate_listen, &host, &port)
               ? 0
               : y_fault(&c->docs, n, err, "conf.listen", "listen must be ADDRESS:PORT");
}

static int read_top(struct daemon_conf *c, struct err *err)
{
    static const char *const keys[] = {
        "site",   "state",  "run",    "libexec", "story", "set",     "roles", "detects", "uid_base",
        "intake", "detect", "engine", "gate",    "sign",  "capture", "db",    NULL};
    int64_t site, detects, uid;

    if (y_only(&c->docs, c->top, keys, err) < 0 ||
        number_of(c, "site", 0, UINT16_MAX, 1, &site, err) < 0 ||
        number_of(c, "detects", 1, DETECTS_MAX, 2, &detects, err) < 0 ||
        number_of(c, "uid_base", 1, 2000000000, UID_BASE, &uid, err) < 0 ||
        path_of(c, c->top, "state", &c->state, &c->arena, err) < 0 ||
        path_of(c, c->top, "run", &c->run, &c->arena, err) < 0 ||
        path_of(c, c->top, "libexec", &c->libexec, &c->arena, err) < 0 ||
        path_of(c, c->top, "story", &c->story, &c->arena, err) < 0) {
        return E_INPUT;
    }
    if (!c->state) {
        return y_fault(&c->docs, c->top, err, "conf.state",
                       "state is missing: where to keep things");
    }
    if (!c->run) {
        c->run = arena_printf(&c->arena, "%s/run", c->state);
    }
    c->site = (uint16_t)site;
    c->detects = (unsigned)detects;
    c->uid_base = (uint32_t)uid;
    return 0;
}

int daemon_conf_load(struct daemon_conf *c, struct span text, const char *path, struct err *err)
{
    *c = (struct daemon_conf){.site = 0};
    arena_init(&c->arena, CONF_BYTES_MAX);
    if (ydoc_load(&c->arena, text, path, &c->docs, err) < 0) {
        return E_INPUT;
    }
    if (c->docs.n != 1 || c->docs.doc[0]->type != Y_MAP) {
        err_at(err, path, 1, 1);
        return err_set(err, E_INPUT, "conf.map", "the configuration must be one map");
    }
    c->top = c->docs.doc[0];
    if (read_top(c, err) < 0 || read_set(c, err) < 0 || read_roles(c, err) < 0 ||
        read_gate(c, err) < 0) {
        return E_INPUT;
    }
    return intake_conf_load(&c->arena, &c->docs,
                            y_is_null(y_get(c->top, "intake")) ? NULL : y_get(c->top, "intake"),
                            &c->intake, err);
}

void daemon_conf_free(struct daemon_conf *c)
{
    arena_free(&c->arena);
}

// YAML as JSON: plain numbers and booleans stay what they are. ydoc bounds the depth, jsonw again.
static void put_node(struct jsonw *w, const struct ynode *n)
{
    int64_t i;
    bool b;

    if (y_is_null(n)) {
        jsonw_null(w);
    } else if (n->type == Y_SCALAR) {
        if (n->plain && y_int(n, &i)) {
            jsonw_i64(w, i);
        } else if (n->plain && y_bool(n, &b)) {
            jsonw_bool(w, b);
        } else {
            jsonw_str(w, n->text);
        }
    } else if (w->depth < 30) {
        jsonw_open(w, n->type == Y_MAP ? '{' : '[');
        for (size_t k = 0; k < n->n; k++) {
            if (n->type == Y_MAP) {
                jsonw_key(w, n->key[k]);
            }
            put_node(w, n->item[k]);
        }
        jsonw_close(w, n->type == Y_MAP ? '}' : ']');
    } else {
        w->b->failed = true;
    }
}

void daemon_conf_start(const struct daemon_conf *c, enum role role, unsigned index,
                       const struct digest *set, struct buf *ret)
{
    struct jsonw w = jsonw_of(ret);
    char hex[2 * SHA256_LEN + 1];

    digest_hex(set, hex);
    jsonw_open(&w, '{');
    jsonw_ki64(&w, "site", c->site);
    jsonw_ki64(&w, "detects", c->detects);
    jsonw_ki64(&w, "index", index);
    jsonw_kstr(&w, "set", span_str(hex));
    jsonw_kbool(&w, "story", c->story != NULL);
    jsonw_key(&w, span_str(names[role]));
    put_node(&w, y_get(c->top, names[role]));
    if (role == ROLE_ENGINE || role == ROLE_SIGN) {
        jsonw_key(&w, SPAN_LIT("db"));
        put_node(&w, y_get(c->top, "db"));
    }
    jsonw_close(&w, '}');
}

size_t daemon_conf_credentials(const struct daemon_conf *c, enum role role,
                               struct span name[CREDENTIALS_MAX], struct span path[CREDENTIALS_MAX])
{
    const struct ynode *map = y_get(y_get(c->top, names[role]), "credentials");
    size_t n = 0;

    for (size_t i = 0; map && map->type == Y_MAP && i < map->n && n < CREDENTIALS_MAX; i++) {
        name[n] = map->key[i];
        path[n++] = y_text(map->item[i]);
    }
    return n;
}
