// doc.c - what a Sigma document says about itself: title, id, level, log source, tags.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"
#include "core/base/utf8.h"
#include "core/detect/set.h"

static const struct {
    const char *name;
    uint8_t severity; // 0-100, the common scale of all sources
} levels[] = {
    {"informational", 10}, {"low", 25}, {"medium", 50}, {"high", 75}, {"critical", 95},
};

static int read_level(struct entry *e, struct err *err)
{
    const struct ynode *n = y_get(e->root, "level");
    size_t pick = 2; // medium where the document says nothing

    if (!y_is_null(n)) {
        for (pick = 0; pick < ARRAY_LEN(levels); pick++) {
            if (span_eq_str(y_text(n), levels[pick].name)) {
                break;
            }
        }
        if (pick == ARRAY_LEN(levels)) {
            return y_fault(e->docs, n, err, "sigma.level",
                           "the level must be informational, low, medium, high or critical");
        }
    }
    e->rule.level = levels[pick].name;
    e->rule.severity = levels[pick].severity;
    return 0;
}

static int one_of(struct entry *e, const struct ynode *map, const char *key,
                  const char *const *words, struct err *err)
{
    const struct ynode *n = y_get(map, key);

    if (y_is_null(n)) {
        return 0;
    }
    for (; *words; words++) {
        if (span_eq_str(y_text(n), *words)) {
            return 0;
        }
    }
    return y_fault(e->docs, n, err, "sigma.value", "\"" SPAN_FMT "\" is not allowed for \"%s\"",
                   SPAN_ARG(y_text(n)), key);
}

static bool digits(struct span s, size_t at, size_t n)
{
    uint64_t v;

    return s.n >= at + n && span_u64(span_sub(s, at, n), &v);
}

static int read_date(struct entry *e, const char *key, struct err *err)
{
    const struct ynode *n = y_get(e->root, key);
    struct span s = y_text(n);
    utime_t t;

    if (y_is_null(n)) {
        return 0;
    }
    if (s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && digits(s, 0, 4) && digits(s, 5, 2) &&
        digits(s, 8, 2) &&
        utime_civil((int)((s.p[0] - '0') * 1000 + (s.p[1] - '0') * 100 + (s.p[2] - '0') * 10 +
                          (s.p[3] - '0')),
                    (s.p[5] - '0') * 10 + (s.p[6] - '0'), (s.p[8] - '0') * 10 + (s.p[9] - '0'), 0,
                    0, 0, 0, 0, &t)) {
        return 0;
    }
    return y_fault(e->docs, n, err, "sigma.date", "\"%s\" must be a date, YYYY-MM-DD", key);
}

// namespace.name in lower case, as the specification's schema has it.
static bool tag_fits(struct span s)
{
    size_t dot = span_find(s, '.');

    if (dot == 0 || dot + 1 >= s.n) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                    (c == '.' && i >= dot);

        if (!good) {
            return false;
        }
    }
    return true;
}

static int read_tags(struct ruleset *s, struct entry *e, struct err *err)
{
    const struct ynode *n = y_get(e->root, "tags");
    const char **tag;

    if (y_is_null(n)) {
        return 0;
    }
    if (n->type != Y_LIST) {
        return y_fault(e->docs, n, err, "yaml.type", "\"tags\" must be a list");
    }
    tag = arena_array(&s->arena, n->n + 1, sizeof(*tag));
    for (size_t i = 0; tag && i < n->n; i++) {
        if (!tag_fits(y_text(n->item[i]))) {
            return y_fault(e->docs, n->item[i], err, "sigma.tag",
                           "\"" SPAN_FMT "\" is no tag (namespace.name in lower case)",
                           SPAN_ARG(y_text(n->item[i])));
        }
        tag[i] = n->item[i]->text.p;
    }
    e->rule.tag = tag;
    e->rule.ntags = tag ? n->n : 0;
    return 0;
}

static int read_logsource(struct entry *e, struct err *err)
{
    static const char *const keys[] = {"product", "category", "service"};
    static const char *const known[] = {"product", "category", "service", "definition", NULL};
    struct ynode *map = NULL;
    int rc = y_need(e->docs, e->root, "logsource", Y_MAP, &map, err);

    rc = rc ? rc : y_only(e->docs, map, known, err);
    if (rc) {
        return rc;
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct ynode *n = y_get(map, keys[i]);

        if (n && (n->type != Y_SCALAR || (n->plain && y_is_null(n)))) {
            return y_fault(e->docs, n, err, "sigma.logsource", "\"%s\" must be a word", keys[i]);
        }
        e->logsource[i] = y_text(n);
    }
    if (!e->logsource[0].n && !e->logsource[1].n && !e->logsource[2].n) {
        return y_fault(e->docs, map, err, "sigma.logsource",
                       "the log source names no product, category or service");
    }
    return 0;
}

enum { TITLE_MAX = 256, DESCRIPTION_MAX = 65535, ID_MAX = 128 };

// Characters, as the specification counts its bounds.
static size_t characters(struct span s)
{
    size_t n = 0;

    while (s.n) {
        (void)utf8_next(&s);
        n++;
    }
    return n;
}

// Whether a text has more characters than that; it may have as many as bytes.
static bool longer(struct span s, size_t max)
{
    return s.n > max && characters(s) > max;
}

static int read_text(struct entry *e, const char *key, size_t max, const char **ret,
                     struct err *err)
{
    const struct ynode *n = y_get(e->root, key);

    *ret = "";
    if (y_is_null(n)) {
        return 0;
    }
    if (n->type != Y_SCALAR) {
        return y_fault(e->docs, n, err, "yaml.type", "\"%s\" must be a single value", key);
    }
    if (longer(n->text, max)) {
        return y_fault(e->docs, n, err, "sigma.length", "\"%s\" is longer than %zu characters", key,
                       max);
    }
    *ret = n->text.p;
    return 0;
}

// A document without an id gets one that is the same wherever it is loaded: from name and title.
static const char *made_id(struct ruleset *s, const struct entry *e)
{
    struct digest d = digest_of2(span_str(e->name), span_str(e->rule.title));
    char hex[2 * SHA256_LEN + 1];

    digest_hex(&d, hex);
    return arena_printf(&s->arena, "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
                        hex + 20);
}

static int read_related(struct entry *e, struct err *err)
{
    static const char *const types[] = {"derived", "obsolete", "merged",
                                        "renamed", "similar",  NULL};
    const struct ynode *n = y_get(e->root, "related");

    if (y_is_null(n)) {
        return 0;
    }
    if (n->type != Y_LIST) {
        return y_fault(e->docs, n, err, "yaml.type", "\"related\" must be a list");
    }
    for (size_t i = 0; i < n->n; i++) {
        struct span text;
        int rc = n->item[i]->type == Y_MAP
                     ? y_need_text(e->docs, n->item[i], "id", &text, err)
                     : y_fault(e->docs, n->item[i], err, "yaml.type", "must be a map");

        rc = rc ? rc : y_need_text(e->docs, n->item[i], "type", &text, err);
        rc = rc ? rc : one_of(e, n->item[i], "type", types, err);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

static int read_names(struct ruleset *s, struct entry *e, struct err *err)
{
    struct span title;
    int rc = y_need_text(e->docs, e->root, "title", &title, err);

    rc = rc ? rc : read_text(e, "title", TITLE_MAX, &e->rule.title, err);
    rc = rc ? rc : read_text(e, "name", TITLE_MAX, &e->name, err);
    rc = rc ? rc : read_text(e, "id", ID_MAX, &e->rule.id, err);
    rc = rc ? rc : read_text(e, "description", DESCRIPTION_MAX, &e->rule.description, err);
    if (rc == 0 && !e->rule.id[0]) {
        e->rule.id = made_id(s, e);
    }
    return rc;
}

int doc_read(struct ruleset *s, struct entry *e, struct err *err)
{
    static const char *const statuses[] = {"stable",     "test",        "experimental",
                                           "deprecated", "unsupported", NULL};
    const struct ynode *root = e->root;
    int rc;

    if (root->type != Y_MAP) {
        return y_fault(e->docs, root, err, "sigma.document", "a Sigma document is a map");
    }
    if (y_get(root, "action")) {
        return y_fault(e->docs, y_get(root, "action"), err, "sigma.action",
                       "\"action\" (collections) is no longer Sigma");
    }
    e->rule.kind = y_get(root, "correlation") ? RULE_CORRELATION : RULE_EVENT;
    e->filter = y_get(root, "filter") != NULL;
    rc = read_names(s, e, err);
    rc = rc ? rc : read_level(e, err);
    rc = rc ? rc : one_of(e, root, "status", statuses, err);
    rc = rc ? rc : read_date(e, "date", err);
    rc = rc ? rc : read_date(e, "modified", err);
    rc = rc ? rc : read_related(e, err);
    rc = rc ? rc : read_tags(s, e, err);
    if (rc == 0 && e->rule.kind == RULE_EVENT) {
        rc = read_logsource(e, err);
    }
    return rc ? rc : fabsoc_read(s, e, err);
}
