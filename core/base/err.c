// err.c - filling and printing of faults.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/err.h"

#include <stdarg.h>
#include <string.h>

#include "core/base/utf8.h"

static void fill(struct err *err, int rc, const char *code, const char *fmt, va_list ap)
{
    err->rc = rc;
    snprintf(err->code, sizeof(err->code), "%s", code);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
}

int err_set(struct err *err, int rc, const char *code, const char *fmt, ...)
{
    if (err) {
        va_list ap;

        va_start(ap, fmt);
        fill(err, rc, code, fmt, ap);
        va_end(ap);
    }
    return rc;
}

int err_sys(struct err *err, int errnum, const char *code, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        size_t n;

        va_start(ap, fmt);
        fill(err, E_SYSTEM, code, fmt, ap);
        va_end(ap);
        n = strlen(err->msg);
        snprintf(err->msg + n, sizeof(err->msg) - n, ": %s", strerror(errnum));
    }
    return E_SYSTEM;
}

void err_at(struct err *err, const char *path, unsigned line, unsigned col)
{
    if (err) {
        snprintf(err->path, sizeof(err->path), "%s", path ? path : "");
        err->line = line;
        err->col = col;
    }
}

void err_clear(struct err *err)
{
    if (err) {
        *err = ERR_INIT;
    }
}

char *err_text(const struct err *err, char *out, size_t size)
{
    char raw[sizeof(err->path) + sizeof(err->code) + sizeof(err->msg) + 40];
    size_t n = 0;

    if (err->path[0]) {
        n += (size_t)snprintf(raw + n, sizeof(raw) - n, "%s:", err->path);
        if (err->line) {
            n += (size_t)snprintf(raw + n, sizeof(raw) - n, "%u:%u:", err->line, err->col);
        }
        n += (size_t)snprintf(raw + n, sizeof(raw) - n, " ");
    }
    (void)snprintf(raw + n, sizeof(raw) - n, "%s: %s", err->code, err->msg);
    utf8_sanitise_str(span_str(raw), out, size);
    return out;
}

void err_print(FILE *out, const struct err *err)
{
    char text[4 * (sizeof(err->path) + sizeof(err->code) + sizeof(err->msg))];

    fprintf(out, "%s\n", err_text(err, text, sizeof(text)));
}
