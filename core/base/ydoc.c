// ydoc.c - libyaml events to a bounded tree.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/ydoc.h"

#include <stdarg.h>
#include <yaml.h>

struct load {
    yaml_parser_t yaml;
    struct arena *a;
    struct ydocs *d;
    struct err *err;
    size_t nodes;
};

static int fault_at(struct load *l, yaml_mark_t m, const char *code, const char *text)
{
    err_at(l->err, l->d->path, (unsigned)m.line + 1, (unsigned)m.column + 1);
    return err_set(l->err, E_INPUT, code, "%s", text);
}

static int next(struct load *l, yaml_event_t *ev)
{
    if (yaml_parser_parse(&l->yaml, ev)) {
        return 0;
    }
    return fault_at(l, l->yaml.problem_mark.line ? l->yaml.problem_mark : l->yaml.mark,
                    "yaml.syntax", l->yaml.problem ? l->yaml.problem : "cannot be read as YAML");
}

static struct ynode *new_node(struct load *l, const yaml_event_t *ev, enum ytype type)
{
    struct ynode *n = ++l->nodes > YDOC_NODES_MAX ? NULL : arena_alloc(l->a, sizeof(*n));

    if (n) {
        n->type = type;
        n->line = (unsigned)ev->start_mark.line + 1;
        n->col = (unsigned)ev->start_mark.column + 1;
    }
    return n;
}

// Tags of the core schema (YAML 1.2 chapter 10.3); they change nothing, so they are harmless.
static bool core_tag(const yaml_char_t *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    static const char *const known[] = {"str", "int", "bool", "float", "null", "map", "seq"};
    const char *t = (const char *)tag;

    if (!t || strcmp(t, "!") == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strncmp(t, prefix, sizeof(prefix) - 1) == 0 &&
            strcmp(t + sizeof(prefix) - 1, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int read_node(struct load *l, yaml_event_t *ev, int depth, struct ynode **ret);

static int read_scalar(struct load *l, const yaml_event_t *ev, struct ynode **ret)
{
    struct span text = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    struct ynode *n = new_node(l, ev, Y_SCALAR);

    if (!n) {
        return fault_at(l, ev->start_mark, "yaml.limit", "the document has too many nodes");
    }
    n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    n->text = span_of(arena_str(l->a, text), text.n);
    *ret = n;
    return 0;
}

static int add_child(struct load *l, struct ynode *n, size_t *cap, struct ynode *child,
                     const struct ynode *key)
{
    size_t c1 = *cap, c2 = *cap;

    n->item = arena_grow(l->a, n->item, n->n, cap, sizeof(struct ynode *));
    if (n->type == Y_MAP) {
        n->key = arena_grow(l->a, n->key, n->n, &c1, sizeof(*n->key));
        n->key_line = arena_grow(l->a, n->key_line, n->n, &c2, sizeof(*n->key_line));
    }
    if (!arena_ok(l->a)) {
        return err_set(l->err, E_LIMIT, "yaml.limit", "the document is too large");
    }
    n->item[n->n] = child;
    if (key) {
        n->key[n->n] = key->text;
        n->key_line[n->n] = key->line;
    }
    n->n++;
    return 0;
}

static int read_list(struct load *l, struct ynode *n, int depth)
{
    size_t cap = 0;

    for (;;) {
        yaml_event_t ev;
        struct ynode *child;
        int rc = next(l, &ev);

        if (rc == 0 && ev.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&ev);
            return 0;
        }
        rc = rc ? rc : read_node(l, &ev, depth + 1, &child);
        rc = rc ? rc : add_child(l, n, &cap, child, NULL);
        if (rc) {
            return rc;
        }
    }
}

static int read_map(struct load *l, struct ynode *n, int depth)
{
    size_t cap = 0;

    for (;;) {
        yaml_event_t ev;
        yaml_mark_t at;
        struct ynode *key, *value;
        int rc = next(l, &ev);

        if (rc) {
            return rc;
        }
        if (ev.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&ev);
            return 0;
        }
        at = ev.start_mark;
        rc = read_node(l, &ev, depth + 1, &key);
        if (rc) {
            return rc;
        }
        if (key->type != Y_SCALAR) {
            return fault_at(l, at, "yaml.key", "a key must be a plain word");
        }
        if (n->n == YDOC_KEYS_MAX) {
            return fault_at(l, at, "yaml.limit", "more than 4096 keys in one map");
        }
        for (size_t i = 0; i < n->n; i++) {
            if (span_eq(n->key[i], key->text)) {
                return fault_at(l, at, "yaml.duplicate", "this key stands twice in the same map");
            }
        }
        rc = next(l, &ev);
        rc = rc ? rc : read_node(l, &ev, depth + 1, &value);
        rc = rc ? rc : add_child(l, n, &cap, value, key);
        if (rc) {
            return rc;
        }
    }
}

// Takes the event over.
static int read_node(struct load *l, yaml_event_t *ev, int depth, struct ynode **ret)
{
    yaml_mark_t at = ev->start_mark;
    const yaml_char_t *tag = ev->type == YAML_SCALAR_EVENT           ? ev->data.scalar.tag
                             : ev->type == YAML_SEQUENCE_START_EVENT ? ev->data.sequence_start.tag
                             : ev->type == YAML_MAPPING_START_EVENT  ? ev->data.mapping_start.tag
                                                                     : NULL;
    int rc = 0;

    if (!core_tag(tag)) {
        rc = fault_at(l, at, "yaml.tag", "tags are not accepted");
    } else if (depth > YDOC_DEPTH_MAX) {
        rc = fault_at(l, at, "yaml.depth", "nested deeper than 64 levels");
    } else if (ev->type == YAML_SCALAR_EVENT) {
        rc = read_scalar(l, ev, ret);
    } else if (ev->type == YAML_SEQUENCE_START_EVENT || ev->type == YAML_MAPPING_START_EVENT) {
        bool map = ev->type == YAML_MAPPING_START_EVENT;
        struct ynode *n = new_node(l, ev, map ? Y_MAP : Y_LIST);

        if (!n) {
            rc = fault_at(l, at, "yaml.limit", "the document has too many nodes");
        } else {
            *ret = n;
            rc = map ? read_map(l, n, depth) : read_list(l, n, depth);
        }
    } else {
        rc = fault_at(l, at, "yaml.alias", "aliases are not accepted");
    }
    yaml_event_delete(ev);
    return rc;
}

static int read_stream(struct load *l)
{
    size_t cap = 0;

    for (;;) {
        yaml_event_t ev;
        enum yaml_event_type_e type;
        struct ynode *root = NULL;
        int rc = next(l, &ev);

        if (rc) {
            return rc;
        }
        type = ev.type;
        if (type != YAML_DOCUMENT_START_EVENT) {
            yaml_event_delete(&ev);
            if (type == YAML_STREAM_END_EVENT) {
                return 0;
            }
            continue;
        }
        yaml_event_delete(&ev);
        rc = next(l, &ev);
        rc = rc ? rc : read_node(l, &ev, 0, &root);
        if (rc) {
            return rc;
        }
        if (root->type == Y_SCALAR && root->plain && root->text.n == 0) {
            continue;
        }
        l->d->doc = arena_grow(l->a, l->d->doc, l->d->n, &cap, sizeof(struct ynode *));
        if (!l->d->doc) {
            return err_set(l->err, E_LIMIT, "yaml.limit", "too many documents");
        }
        l->d->doc[l->d->n++] = root;
    }
}

int ydoc_load(struct arena *a, struct span text, const char *path, struct ydocs *ret,
              struct err *err)
{
    struct load l = {.a = a, .d = ret, .err = err};
    int rc;

    *ret = (struct ydocs){.path = path};
    if (text.n > YDOC_TEXT_MAX) {
        err_at(err, path, 0, 0);
        return err_set(err, E_LIMIT, "yaml.limit", "longer than 4 MiB");
    }
    if (!yaml_parser_initialize(&l.yaml)) {
        return err_set(err, E_SYSTEM, "memory", "no memory for the YAML reader");
    }
    yaml_parser_set_encoding(&l.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&l.yaml, (const unsigned char *)(text.n ? text.p : ""), text.n);
    rc = read_stream(&l);
    yaml_parser_delete(&l.yaml);
    if (rc == 0 && !arena_ok(a)) {
        err_at(err, path, 0, 0);
        return err_set(err, E_LIMIT, "yaml.limit", "the document is too large");
    }
    return rc;
}

struct ynode *y_get(const struct ynode *map, const char *key)
{
    if (map && map->type == Y_MAP) {
        struct span name = span_str(key);

        for (size_t i = 0; i < map->n; i++) {
            if (span_eq(map->key[i], name)) {
                return map->item[i];
            }
        }
    }
    return NULL;
}

static bool plain_one_of(const struct ynode *n, const char *const *words)
{
    for (; n && n->type == Y_SCALAR && n->plain && *words; words++) {
        if (span_eq_nocase(n->text, span_str(*words))) {
            return true;
        }
    }
    return false;
}

bool y_is_null(const struct ynode *n)
{
    static const char *const words[] = {"", "~", "null", NULL};

    return !n || plain_one_of(n, words);
}

bool y_bool(const struct ynode *n, bool *ret)
{
    static const char *const yes[] = {"true", "yes", "on", NULL};
    static const char *const no[] = {"false", "no", "off", NULL};

    if (plain_one_of(n, yes) || plain_one_of(n, no)) {
        *ret = plain_one_of(n, yes);
        return true;
    }
    return false;
}

bool y_int(const struct ynode *n, int64_t *ret)
{
    return n && n->type == Y_SCALAR && n->plain && span_i64(n->text, ret);
}

struct span y_text(const struct ynode *n)
{
    return n && n->type == Y_SCALAR ? n->text : SPAN_NONE;
}

int y_fault(const struct ydocs *d, const struct ynode *n, struct err *err, const char *code,
            const char *fmt, ...)
{
    char msg[sizeof(err->msg)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    err_at(err, d->path, n ? n->line : 1, n ? n->col : 1);
    return err_set(err, E_INPUT, code, "%s", msg);
}

static const char *const type_word[] = {"a single value", "a list", "a map"};

int y_need(const struct ydocs *d, const struct ynode *map, const char *key, enum ytype type,
           struct ynode **ret, struct err *err)
{
    struct ynode *n = y_get(map, key);

    if (!n) {
        return y_fault(d, map, err, "yaml.missing", "the key \"%s\" is missing", key);
    }
    if (n->type != type) {
        return y_fault(d, n, err, "yaml.type", "\"%s\" must be %s", key, type_word[type]);
    }
    *ret = n;
    return 0;
}

int y_need_text(const struct ydocs *d, const struct ynode *map, const char *key, struct span *ret,
                struct err *err)
{
    struct ynode *n = NULL;
    int rc = y_need(d, map, key, Y_SCALAR, &n, err);

    if (rc) {
        return rc;
    }
    if (n->text.n == 0) {
        return y_fault(d, n, err, "yaml.empty", "\"%s\" is empty", key);
    }
    *ret = n->text;
    return 0;
}

int y_only(const struct ydocs *d, const struct ynode *map, const char *const *known,
           struct err *err)
{
    for (size_t i = 0; i < map->n; i++) {
        bool found = false;

        for (const char *const *k = known; *k && !found; k++) {
            found = span_eq_str(map->key[i], *k);
        }
        if (!found) {
            struct ynode at = {.line = map->key_line[i], .col = map->col};

            return y_fault(d, &at, err, "yaml.unknown",
                           "the key \"" SPAN_FMT "\" is not known here", SPAN_ARG(map->key[i]));
        }
    }
    return 0;
}
