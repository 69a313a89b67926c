// cacao_util.c - places, faults and typed members of a CACAO document.
// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/play/cacao_impl.h"

// RFC 6901: "~" is written "~0", "/" is written "~1".
static void put_key(struct buf *b, const char *key)
{
    buf_u8(b, '/');
    for (; *key; key++) {
        if (*key == '~' || *key == '/') {
            buf_str(b, *key == '~' ? "~0" : "~1");
        } else {
            buf_u8(b, (uint8_t)*key);
        }
    }
}

static void put_pointer(struct buf *b, const struct at *at)
{
    const struct at *chain[8];
    size_t n = 0;

    for (; at && n < ARRAY_LEN(chain); at = at->up) {
        chain[n++] = at;
    }
    while (n > 0) {
        put_key(b, chain[--n]->key);
    }
}

void cacao_fault(struct build *b, const struct at *at, const char *code, const char *fmt, ...)
{
    struct err err = ERR_INIT;
    char msg[400];
    va_list ap;
    AUTO_BUF place = {0};

    if (b->nfaults++ >= CACAO_FAULTS_MAX) {
        return;
    }
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    buf_init(&place, 180);
    put_pointer(&place, at);
    err_at(&err, b->path, 0, 0);
    err_set(&err, E_INPUT, code, "at " SPAN_FMT ": %s",
            SPAN_ARG(place.len ? buf_span(&place) : SPAN_LIT("/")), msg);
    faults_say(b->faults, &err);
}

void cacao_note(struct build *b, const char *fmt, ...)
{
    char msg[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    if (b->note && b->c->nnotes < CACAO_NOTES_MAX) {
        b->note[b->c->nnotes++] = arena_str(b->arena, span_str(msg));
    }
}

const char *cacao_text(struct build *b, const struct at *at, json_t *obj, const char *key,
                       bool need)
{
    json_t *v = json_object_get(obj, key);
    struct at here = {at, key};

    if (!v) {
        if (need) {
            cacao_fault(b, at, "cacao.missing", "\"%s\" is missing", key);
        }
        return "";
    }
    if (!json_is_string(v) || (need && json_string_length(v) == 0)) {
        cacao_fault(b, &here, "cacao.type", "a text must stand here");
        return "";
    }
    return arena_str(b->arena, span_of(json_string_value(v), json_string_length(v)));
}

bool cacao_bool(struct build *b, const struct at *at, json_t *obj, const char *key)
{
    json_t *v = json_object_get(obj, key);
    struct at here = {at, key};

    if (v && !json_is_boolean(v)) {
        cacao_fault(b, &here, "cacao.type", "true or false must stand here");
    }
    return json_is_true(v);
}

int64_t cacao_whole(struct build *b, const struct at *at, json_t *obj, const char *key,
                    int64_t none, int64_t max)
{
    json_t *v = json_object_get(obj, key);
    struct at here = {at, key};

    if (!v) {
        return none;
    }
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > max) {
        cacao_fault(b, &here, "cacao.number", "a whole number from 0 to %lld must stand here",
                    (long long)max);
        return none;
    }
    return json_integer_value(v);
}

utime_t cacao_time(struct build *b, const struct at *at, json_t *obj, const char *key, bool need)
{
    const char *s = cacao_text(b, at, obj, key, need);
    struct at here = {at, key};
    utime_t t;

    if (!*s) {
        return UTIME_NONE;
    }
    if (s[strlen(s) - 1] != 'Z' || !utime_iso(span_str(s), 0, &t, NULL)) {
        cacao_fault(b, &here, "cacao.time", "\"%s\" is no time of RFC 3339 in UTC", s);
        return UTIME_NONE;
    }
    return t;
}

void cacao_only(struct build *b, const struct at *at, json_t *obj, const char *const *known)
{
    const char *key;
    json_t *value;

    json_object_foreach(obj, key, value)
    {
        const char *const *k = known;

        while (*k && strcmp(*k, key) != 0) {
            k++;
        }
        if (!*k) {
            struct at here = {at, key};

            cacao_fault(b, &here, "cacao.property", "\"%s\" does not belong here", key);
        }
    }
}

bool cacao_is_id(const char *s, const char *prefix)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const char *joint = strstr(s, "--");
    size_t n = joint ? (size_t)(joint - s) : 0;

    if (n == 0 || n > CACAO_ID_MAX - 40 || strlen(joint + 2) != sizeof(form) - 1 ||
        (prefix && (strlen(prefix) != n || strncmp(s, prefix, n) != 0))) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) && s[i] != '-') {
            return false;
        }
    }
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == '-' ? joint[2 + i] != '-' : !isxdigit((unsigned char)joint[2 + i])) {
            return false;
        }
    }
    return true;
}

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c ? strchr(digits, c) : NULL;

    return p ? (int)(p - digits) : -1;
}

const char *cacao_base64(struct arena *a, struct span text, size_t *n)
{
    char *out = arena_alloc(a, text.n / 4 * 3 + 1);
    size_t pad = 0;

    *n = 0;
    if (!out || text.n % 4 != 0) {
        return NULL;
    }
    for (size_t i = 0; i < text.n; i += 4) {
        uint32_t v = 0;

        for (size_t k = 0; k < 4; k++) {
            int d = base64_digit(text.p[i + k]);

            if (text.p[i + k] == '=' && i + 4 == text.n && k >= 2) {
                pad++;
                d = 0;
            } else if (d < 0 || pad > 0) {
                return NULL;
            }
            v = v << 6 | (uint32_t)d;
        }
        out[(*n)++] = (char)(v >> 16);
        out[(*n)++] = (char)(v >> 8);
        out[(*n)++] = (char)v;
    }
    *n -= pad;
    out[*n] = '\0';
    return out;
}

int cacao_var_of(const struct cacao *c, struct span name)
{
    for (size_t i = 0; i < c->nvars; i++) {
        if (span_eq_str(name, c->var[i].name)) {
            return (int)i;
        }
    }
    return CACAO_NONE;
}

void cacao_check_uses(struct build *b, const struct at *at, const char *text)
{
    const char *end = text;

    while ((end = strstr(end, "__:value")) != NULL) {
        const char *start = end;

        // back to the "__" that opens the name; names have letters, digits, "_" and "-"
        while (start > text &&
               (isalnum((unsigned char)start[-1]) || start[-1] == '_' || start[-1] == '-')) {
            start--;
        }
        end += 2;
        if (cacao_var_of(b->c, span_of(start, (size_t)(end - start))) < 0) {
            cacao_fault(b, at, "cacao.variable", "nobody declares the variable %.*s",
                        (int)(end - start), start);
        }
    }
}
