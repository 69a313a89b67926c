// docread.c - typed getters over a YAML tree.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/docread.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { TREE_MAX = 256 << 20, TEXTS_MAX = 256, SAID_MAX = 100 };

static void say(struct docread *r, const struct err *err)
{
    if (r->nfaults++ < SAID_MAX) {
        faults_say(r->faults, err);
    }
}

void doc_fault(struct docread *r, const struct ynode *at, const char *code, const char *fmt, ...)
{
    struct err err = ERR_INIT;
    char msg[sizeof(err.msg)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    (void)y_fault(r->d, at, &err, code, "%s", msg);
    say(r, &err);
}

static void open_text(struct docread *r, const struct textfile *file, struct ydocs *d, size_t *cap,
                      const char *what)
{
    struct err err = ERR_INIT;

    if (ydoc_load(&r->tree, file->text, file->path, d, &err)) {
        say(r, &err);
        return;
    }
    r->d = d;
    for (size_t i = 0; i < d->n; i++) {
        if (d->doc[i]->type != Y_MAP) {
            doc_fault(r, d->doc[i], "doc.type", "a %s must be a map", what);
            continue;
        }
        r->root = arena_grow(&r->tree, r->root, r->nroots, cap, sizeof(*r->root));
        if (!r->root) {
            r->nroots = 0;
            return;
        }
        r->root[r->nroots++] = (struct docroot){.d = d, .map = d->doc[i]};
    }
}

void docread_open(struct docread *r, struct arena *out, const struct textfile *files, size_t n,
                  const char *what, struct faults *faults)
{
    static const struct ydocs nowhere = {.path = ""};
    struct ydocs *docs;
    size_t cap = 0;

    *r = (struct docread){.out = out, .faults = faults, .d = &nowhere};
    arena_init(&r->tree, TREE_MAX);
    if (n > TEXTS_MAX) {
        doc_fault(r, NULL, "doc.limit", "a %s is spread over more than %d files", what, TEXTS_MAX);
        return;
    }
    docs = arena_array(&r->tree, n + 1, sizeof(*docs));
    if (!docs) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        open_text(r, &files[i], &docs[i], &cap, what);
    }
    if (r->nroots == 0 && r->nfaults == 0) {
        docs[0].path = n ? files[0].path : "";
        r->d = &docs[0];
        doc_fault(r, NULL, "doc.empty", "there is no %s in it", what);
    }
}

void docread_close(struct docread *r)
{
    arena_free(&r->tree);
}

bool docread_ok(const struct docread *r)
{
    return r->nfaults == 0 && arena_ok(&r->tree) && arena_ok(r->out);
}

static const char *type_word(enum ytype t)
{
    return t == Y_SCALAR ? "a single value" : t == Y_LIST ? "a list" : "a map";
}

bool doc_is(struct docread *r, const struct ynode *n, enum ytype type, const char *what)
{
    if (n->type != type) {
        doc_fault(r, n, "doc.type", "%s must be %s", what, type_word(type));
        return false;
    }
    return true;
}

struct ynode *doc_node(struct docread *r, const struct ynode *map, const char *key, enum ytype type,
                       enum doc_need need)
{
    struct ynode *n = y_get(map, key);

    if (!n) {
        if (need == DOC_REQUIRED) {
            doc_fault(r, map, "doc.missing", "the key \"%s\" is missing", key);
        }
        return NULL;
    }
    if (n->type != type) {
        doc_fault(r, n, "doc.type", "\"%s\" must be %s", key, type_word(type));
        return NULL;
    }
    return n;
}

bool doc_only(struct docread *r, const struct ynode *map, const char *const *known)
{
    struct err err = ERR_INIT;

    if (y_only(r->d, map, known, &err)) {
        say(r, &err);
        return false;
    }
    return true;
}

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._-/:", c));
}

const char *doc_word_of(struct docread *r, const struct ynode *n, const char *what)
{
    if (!doc_is(r, n, Y_SCALAR, what)) {
        return "";
    }
    if (n->text.n == 0 || n->text.n > DOC_WORD_MAX) {
        doc_fault(r, n, "doc.word", "%s must have 1 to %d characters", what, DOC_WORD_MAX);
        return "";
    }
    for (size_t i = 0; i < n->text.n; i++) {
        if (!word_char(n->text.p[i])) {
            doc_fault(r, n, "doc.word", "%s may hold letters, digits and . _ - / : only", what);
            return "";
        }
    }
    return arena_str(r->out, n->text);
}

const char *doc_word(struct docread *r, const struct ynode *map, const char *key,
                     enum doc_need need)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, need);
    char what[DOC_WORD_MAX];

    if (!n) {
        return "";
    }
    (void)snprintf(what, sizeof(what), "\"%s\"", key);
    return doc_word_of(r, n, what);
}

const char *doc_text(struct docread *r, const struct ynode *map, const char *key,
                     enum doc_need need)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, need);

    if (!n) {
        return "";
    }
    if (n->text.n == 0 || n->text.n > DOC_TEXT_MAX) {
        doc_fault(r, n, "doc.text", "\"%s\" must have 1 to %d bytes", key, DOC_TEXT_MAX);
        return "";
    }
    for (size_t i = 0; i < n->text.n; i++) {
        unsigned char c = (unsigned char)n->text.p[i];

        if (c < 0x20 || c == 0x7f) {
            doc_fault(r, n, "doc.text", "\"%s\" holds a control character", key);
            return "";
        }
    }
    return arena_str(r->out, n->text);
}

uint64_t doc_uint(struct docread *r, const struct ynode *map, const char *key, enum doc_need need,
                  uint64_t min, uint64_t max)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, need);
    int64_t v = 0;

    if (!n) {
        return min;
    }
    if (!y_int(n, &v) || v < 0 || (uint64_t)v < min || (uint64_t)v > max) {
        doc_fault(r, n, "doc.number", "\"%s\" must be a whole number from %" PRIu64 " to %" PRIu64,
                  key, min, max);
        return min;
    }
    return (uint64_t)v;
}

bool doc_flag(struct docread *r, const struct ynode *map, const char *key)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, DOC_OPTIONAL);
    bool v = false;

    if (n && !y_bool(n, &v)) {
        doc_fault(r, n, "doc.flag", "\"%s\" must be true or false", key);
    }
    return v;
}

utime_t doc_duration(struct docread *r, const struct ynode *map, const char *key,
                     enum doc_need need)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, need);
    utime_t v = 0;

    if (n && !utime_duration(n->text, &v)) {
        doc_fault(r, n, "doc.duration",
                  "\"%s\" must be a number with one unit, such as 90s, 10m, 4h or 5d", key);
        return 0;
    }
    return v;
}

utime_t doc_time(struct docread *r, const struct ynode *map, const char *key)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, DOC_OPTIONAL);
    utime_t v = UTIME_NONE;

    if (n && !utime_iso(n->text, 0, &v, NULL)) {
        doc_fault(r, n, "doc.time", "\"%s\" must be a time such as 2026-11-02T00:00:00Z", key);
        return UTIME_NONE;
    }
    return v;
}

enum tier doc_tier(struct docread *r, const struct ynode *map, const char *key)
{
    const struct ynode *n = doc_node(r, map, key, Y_SCALAR, DOC_REQUIRED);
    enum tier t = T3;

    if (n && !tier_of(n->text, &t)) {
        doc_fault(r, n, "doc.tier", "\"%s\" must be T0, T1, T2, T3 or T4", key);
        return T3;
    }
    return t;
}
