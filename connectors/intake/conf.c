// conf.c - reading the intake section and story.yaml.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/intake/conf.h"

static const char *const input_name[INPUT_COUNT] = {"udp", "tcp", "follow", "stdin", "feed"};
static const char *const kinds[] = {"sensor", "agent", "pam", "fab", "os", "net", NULL};

static const char *const source_keys[] = {
    "name",   "input",    "listen",  "path",  "format", "kind", "area", "zone",
    "offset", "lateness", "silence", "ahead", "behind", "json", "xml",  NULL};
static const char *const feed_keys[] = {"name",   "file",     "format",  "kind",  "area",   "zone",
                                        "offset", "lateness", "silence", "ahead", "behind", NULL};

struct reading {
    struct arena *a;
    const struct ydocs *d;
    struct err *err;
};

static int text_of(const struct reading *r, const struct ynode *map, const char *key,
                   const char *otherwise, struct span *ret)
{
    const struct ynode *n = y_get(map, key);

    if (y_is_null(n)) {
        *ret = span_str(otherwise);
        return 0;
    }
    if (n->type != Y_SCALAR || n->text.n > 200) {
        return y_fault(r->d, n, r->err, "conf.text", "%s must be a short text", key);
    }
    *ret = arena_span(r->a, n->text);
    return 0;
}

// A duration such as 5s; with `sign` one may stand before it. 0 alone is zero.
static int duration_of(const struct reading *r, const struct ynode *map, const char *key, bool sign,
                       utime_t otherwise, utime_t *ret)
{
    const struct ynode *n = y_get(map, key);
    struct span s = y_text(n);
    bool minus = sign && s.n && s.p[0] == '-';

    if (y_is_null(n)) {
        *ret = otherwise;
        return 0;
    }
    if (sign && s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        s = span_sub(s, 1, s.n);
    }
    if (span_eq(s, SPAN_LIT("0"))) {
        *ret = 0;
        return 0;
    }
    if (!utime_duration(s, ret)) {
        return y_fault(r->d, n, r->err, "conf.duration", "%s must be a duration such as 5s", key);
    }
    *ret = minus ? -*ret : *ret;
    return 0;
}

static int zone_of(const struct reading *r, const struct ynode *map, int32_t *ret)
{
    const struct ynode *n = y_get(map, "zone");
    struct span s = y_text(n);
    uint64_t h, m;

    *ret = 0;
    if (y_is_null(n) || span_eq(s, SPAN_LIT("Z")) || span_eq(s, SPAN_LIT("UTC"))) {
        return 0;
    }
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' ||
        !span_u64(span_sub(s, 1, 2), &h) || !span_u64(span_sub(s, 4, 2), &m) || h > 14 || m > 59) {
        return y_fault(r->d, n, r->err, "conf.zone", "zone must be Z or like +09:00");
    }
    *ret = (int32_t)(h * 3600 + m * 60) * (s.p[0] == '-' ? -1 : 1);
    return 0;
}

static int one_of(const struct reading *r, const struct ynode *map, const char *key,
                  const char *const *list, size_t n, size_t *ret)
{
    struct span s = y_text(y_get(map, key));

    for (size_t i = 0; i < n && list[i]; i++) {
        if (span_eq_str(s, list[i])) {
            *ret = i;
            return 0;
        }
    }
    return y_fault(r->d, y_get(map, key) ? y_get(map, key) : map, r->err, "conf.word",
                   "%s is missing or not known: \"" SPAN_FMT "\"", key, SPAN_ARG(s));
}

// A duration, or "any".
static int behind_of(const struct reading *r, const struct ynode *map, utime_t *ret)
{
    if (span_eq_str(y_text(y_get(map, "behind")), "any")) {
        *ret = -1;
        return 0;
    }
    return duration_of(r, map, "behind", false, 0, ret);
}

static int decl_of(const struct reading *r, const struct ynode *map, struct source_decl *ret)
{
    size_t kind;

    if (y_need_text(r->d, map, "name", &ret->name, r->err) < 0 ||
        text_of(r, map, "format", "auto", &ret->format) < 0 ||
        text_of(r, map, "area", "", &ret->area) < 0 ||
        one_of(r, map, "kind", kinds, sizeof(kinds) / sizeof(kinds[0]), &kind) < 0 ||
        zone_of(r, map, &ret->zone_s) < 0 ||
        duration_of(r, map, "offset", true, 0, &ret->offset_us) < 0 ||
        duration_of(r, map, "lateness", false, 2 * UTIME_SECOND, &ret->lateness_us) < 0 ||
        duration_of(r, map, "silence", false, 0, &ret->silence_us) < 0 ||
        duration_of(r, map, "ahead", false, SOURCE_AHEAD, &ret->ahead_us) < 0 ||
        behind_of(r, map, &ret->behind_us) < 0) {
        return E_INPUT;
    }
    ret->kind = span_str(kinds[kind]);
    if (ret->name.n == 0 || ret->name.n + ret->format.n + ret->area.n > 96) {
        return y_fault(r->d, map, r->err, "conf.name",
                       "name, format and area together must have 1 to 96 bytes");
    }
    return 0;
}

static int where_of(const struct reading *r, const struct ynode *map,
                    struct intake_source_conf *ret)
{
    struct span s;
    const char *host;
    uint16_t port;

    switch (ret->input) {
    case INPUT_UDP:
    case INPUT_TCP:
        if (y_need_text(r->d, map, "listen", &s, r->err) < 0) {
            return E_INPUT;
        }
        ret->listen = arena_str(r->a, s);
        return intake_listen_parse(r->a, ret->listen, &host, &port)
                   ? 0
                   : y_fault(r->d, y_get(map, "listen"), r->err, "conf.listen",
                             "listen must be ADDRESS:PORT");
    case INPUT_FOLLOW:
        if (y_need_text(r->d, map, "path", &s, r->err) < 0) {
            return E_INPUT;
        }
        ret->path = arena_str(r->a, s);
        if (ret->path[0] != '/') {
            return y_fault(r->d, y_get(map, "path"), r->err, "conf.path", "path must be absolute");
        }
        return 0;
    default: return 0;
    }
}

static int check_name(const struct reading *r, const struct intake_conf *c, const struct ynode *at)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        if (span_eq(c->source[i].decl.name, c->source[c->n - 1].decl.name)) {
            return y_fault(r->d, at, r->err, "conf.twice", "two sources have this name");
        }
    }
    return 0;
}

// What holds records over several lines together.
static int form_of(const struct reading *r, const struct ynode *map, const char *key, bool *ret)
{
    const struct ynode *n = y_get(map, key);

    return y_is_null(n) || y_bool(n, ret)
               ? 0
               : y_fault(r->d, n, r->err, "conf.bool", "%s must be true or false", key);
}

static int add_source(const struct reading *r, const struct ynode *map, struct intake_conf *c)
{
    struct intake_source_conf *s = &c->source[c->n];
    size_t input;

    if (c->n == INTAKE_SOURCES_MAX) {
        return y_fault(r->d, map, r->err, "conf.many", "more than %d sources", INTAKE_SOURCES_MAX);
    }
    *s = (struct intake_source_conf){.line = map->line};
    if (y_only(r->d, map, source_keys, r->err) < 0 || decl_of(r, map, &s->decl) < 0 ||
        one_of(r, map, "input", input_name, INPUT_FEED, &input) < 0) {
        return E_INPUT;
    }
    s->input = (enum intake_input)input;
    if (!y_get(map, "behind") && (s->input == INPUT_FOLLOW || s->input == INPUT_STDIN)) {
        s->decl.behind_us = -1; // what a file holds may be old, and that is no fault of a clock
    }
    if (form_of(r, map, "json", &s->json) < 0 || form_of(r, map, "xml", &s->xml) < 0) {
        return E_INPUT;
    }
    if (s->json && s->xml) {
        return y_fault(r->d, map, r->err, "conf.form", "a source is json or xml, not both");
    }
    if (where_of(r, map, s) < 0) {
        return E_INPUT;
    }
    c->n++;
    return check_name(r, c, map);
}

static int add_feed(const struct reading *r, const struct ynode *map, struct intake_conf *c)
{
    struct intake_source_conf *s = &c->source[c->n];
    struct span file;

    if (c->n == INTAKE_SOURCES_MAX) {
        return y_fault(r->d, map, r->err, "conf.many", "more than %d feeds", INTAKE_SOURCES_MAX);
    }
    *s = (struct intake_source_conf){.input = INPUT_FEED, .line = map->line};
    if (y_only(r->d, map, feed_keys, r->err) < 0 || decl_of(r, map, &s->decl) < 0 ||
        y_need_text(r->d, map, "file", &file, r->err) < 0) {
        return E_INPUT;
    }
    if (file.n == 0 || span_find(file, '/') != file.n || file.p[0] == '.') {
        return y_fault(r->d, y_get(map, "file"), r->err, "conf.path",
                       "file must be a plain name below feeds/");
    }
    s->path = arena_str(r->a, file);
    c->n++;
    return check_name(r, c, map);
}

static int number_of(const struct reading *r, const struct ynode *map, const char *key, int64_t min,
                     int64_t max, int64_t otherwise, int64_t *ret)
{
    const struct ynode *n = y_get(map, key);

    *ret = otherwise;
    if (y_is_null(n)) {
        return 0;
    }
    if (!y_int(n, ret) || *ret < min || *ret > max) {
        return y_fault(r->d, n, r->err, "conf.number", "%s must be a number from %lld to %lld", key,
                       (long long)min, (long long)max);
    }
    return 0;
}

static int sizes_of(const struct reading *r, const struct ynode *map, struct intake_conf *c)
{
    int64_t block, keep, limit, segment, ahead;

    if (number_of(r, map, "block_kib", 4, BLOCK_SOFT / 1024, BLOCK_SOFT / 1024, &block) < 0 ||
        number_of(r, map, "keep_mib", 0, 1 << 24, 4096, &keep) < 0 ||
        number_of(r, map, "limit_mib", 64, 1 << 24, 32768, &limit) < 0 ||
        number_of(r, map, "segment_mib", 1, 64, 64, &segment) < 0 ||
        number_of(r, map, "ahead", 1, 1 << 20, 256, &ahead) < 0 ||
        duration_of(r, map, "gather", false, 5000, &c->gather) < 0) {
        return E_INPUT;
    }
    c->block = (size_t)block * 1024;
    c->keep = (uint64_t)keep << 20;
    c->limit = (uint64_t)limit << 20;
    c->segment = (uint64_t)segment << 20;
    c->ahead = (uint64_t)ahead;
    return 0;
}

int intake_conf_load(struct arena *a, const struct ydocs *d, const struct ynode *map,
                     struct intake_conf *ret, struct err *err)
{
    static const char *const keys[] = {"sources",     "block_kib", "keep_mib", "limit_mib",
                                       "segment_mib", "ahead",     "gather",   NULL};
    struct reading r = {a, d, err};
    const struct ynode *list = y_get(map, "sources");

    ret->n = 0;
    if (map && (map->type != Y_MAP || y_only(d, map, keys, err) < 0)) {
        return map->type == Y_MAP ? E_INPUT
                                  : y_fault(d, map, err, "conf.map", "intake must be a map");
    }
    if (sizes_of(&r, map, ret) < 0) {
        return E_INPUT;
    }
    if (!y_is_null(list) && list->type != Y_LIST) {
        return y_fault(d, list, err, "conf.list", "sources must be a list");
    }
    for (size_t i = 0; !y_is_null(list) && i < list->n; i++) {
        if (add_source(&r, list->item[i], ret) < 0) {
            return E_INPUT;
        }
    }
    return 0;
}

int intake_story_load(struct arena *a, struct span text, const char *path, struct intake_conf *ret,
                      struct err *err)
{
    struct ydocs d;
    struct ynode *list;
    struct reading r = {a, &d, err};

    ret->n = 0;
    if (ydoc_load(a, text, path, &d, err) < 0) {
        return E_INPUT;
    }
    if (d.n == 0) {
        err_at(err, path, 1, 1);
        return err_set(err, E_INPUT, "conf.empty", "the story is empty");
    }
    if (y_need(&d, d.doc[0], "feeds", Y_LIST, &list, err) < 0) {
        return E_INPUT;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (add_feed(&r, list->item[i], ret) < 0) {
            return E_INPUT;
        }
    }
    return 0;
}

bool intake_listen_parse(struct arena *a, const char *text, const char **ret_host,
                         uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    struct span host;
    uint64_t port;

    if (!colon || !span_u64(span_str(colon + 1), &port) || port > 65535) {
        return false;
    }
    host = span_of(text, (size_t)(colon - text));
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
        host = span_sub(host, 1, host.n - 2);
    }
    *ret_host = arena_str(a, host);
    *ret_port = (uint16_t)port;
    return host.n > 0;
}
