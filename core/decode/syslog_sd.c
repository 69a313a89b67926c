// syslog_sd.c - RFC 5424 structured data.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/syslog_sd.h"

// SD-NAME: 1 to 32 printable characters without '=', ' ', ']' and '"'.
static bool read_name(struct span *s, struct span *ret)
{
    size_t n = 0;

    while (n < s->n && s->p[n] > 32 && s->p[n] < 127 && !strchr("=]\"", s->p[n])) {
        n++;
    }
    *ret = span_sub(*s, 0, n);
    *s = span_sub(*s, n, s->n);
    return n > 0 && n <= 32;
}

// The value behind its opening quote, up to and with the closing one. `ret_escapes`: a backslash
// stands in it.
static const char *read_value(struct span *s, struct span *ret, bool *ret_escapes)
{
    size_t n = 0;

    *ret_escapes = false;
    while (n < s->n && s->p[n] != '"') {
        if (s->p[n] == ']') {
            return "']' in structured data without a backslash";
        }
        if (s->p[n] == '\\') {
            *ret_escapes = true;
            n++;
            if (n >= s->n || !strchr("\"\\]", s->p[n]) || !s->p[n]) {
                return "an escape that structured data does not have";
            }
        }
        n++;
    }
    if (n >= s->n) {
        return "structured data without its end";
    }
    *ret = span_sub(*s, 0, n);
    *s = span_sub(*s, n + 1, s->n);
    return NULL;
}

// The next " name="value"" of an element: 1, 0 at its ']' (taken), -1 with *error.
static int next_param(struct span *s, struct span *name, struct span *value, bool *escapes,
                      const char **error)
{
    if (s->n && s->p[0] == ']') {
        *s = span_sub(*s, 1, s->n);
        return 0;
    }
    if (s->n == 0 || s->p[0] != ' ') {
        *error = "structured data without blank or end behind a value";
        return -1;
    }
    while (s->n && s->p[0] == ' ') {
        *s = span_sub(*s, 1, s->n);
    }
    if (!read_name(s, name) || !span_starts(*s, SPAN_LIT("=\""))) {
        *error = "a parameter of structured data is not name=\"value\"";
        return -1;
    }
    *s = span_sub(*s, 2, s->n);
    *error = read_value(s, value, escapes);
    return *error ? -1 : 1;
}

const char *syslog_sd_read(struct span *rest, struct span *ret)
{
    struct span s = *rest, ids[SD_ELEMENTS_MAX], name, value;
    const char *error = NULL;
    bool escapes;
    size_t n = 0;

    if (s.n && s.p[0] == '-') {
        s = span_sub(s, 1, s.n);
    } else if (s.n == 0 || s.p[0] != '[') {
        return "the structured data is missing";
    }
    while (s.n && s.p[0] == '[') {
        int rc = 1;

        s = span_sub(s, 1, s.n);
        if (n == SD_ELEMENTS_MAX) {
            return "more than 64 elements of structured data";
        }
        if (!read_name(&s, &ids[n])) {
            return "the name of an element of structured data is not one";
        }
        for (size_t i = 0; i < n; i++) {
            if (span_eq(ids[i], ids[n])) {
                return "the same element of structured data twice";
            }
        }
        n++;
        while (rc == 1) {
            rc = next_param(&s, &name, &value, &escapes, &error);
        }
        if (rc < 0) {
            return error;
        }
    }
    if (s.n && s.p[0] != ' ') {
        return "no blank behind the structured data";
    }
    *ret = n ? span_of(rest->p, rest->n - s.n) : SPAN_NONE;
    *rest = s;
    return NULL;
}

static struct span unescape(struct arena *a, struct span in)
{
    char *out = arena_alloc(a, in.n + 1);
    size_t n = 0;

    for (size_t i = 0; out && i < in.n; i++) {
        i += in.p[i] == '\\' && i + 1 < in.n;
        out[n++] = in.p[i];
    }
    return span_of(out, n);
}

void syslog_sd_put(struct span sd, struct span prefix, struct fields *out)
{
    while (sd.n && sd.p[0] == '[') {
        struct span id, name, value, path;
        const char *error;
        bool escapes;

        sd = span_sub(sd, 1, sd.n);
        (void)read_name(&sd, &id);
        path = fields_join(out, fields_join(out, prefix, SPAN_LIT("structured_data")), id);
        if (sd.n && sd.p[0] == ']') {
            (void)fields_add(out, path, (struct fval){.type = V_NULL, .s = SPAN_LIT("{}")});
        }
        while (next_param(&sd, &name, &value, &escapes, &error) == 1) {
            if (escapes) {
                value = unescape(out->arena, value);
            }
            (void)fields_add_str(out, fields_join(out, path, name), value);
        }
    }
}
