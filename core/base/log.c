// log.c - composing and handing on of log lines.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"

enum { LINE_MAX_BYTES = 8192 };

static struct log_sink sink;

void log_open(struct log_sink s)
{
    sink = s;
}

static const char *const level_name[] = {"debug", "info", "warn", "error"};

static void put_pair(struct buf *b, const char *key, const char *value)
{
    AUTO_BUF clean;

    buf_init(&clean, LINE_MAX_BYTES);
    utf8_sanitise(&clean, span_str(value), LINE_MAX_BYTES / 4);
    buf_printf(b, " %s=\"", key);
    for (size_t i = 0; i < clean.len; i++) {
        if (clean.p[i] == '"' || clean.p[i] == '\\') {
            buf_u8(b, '\\');
        }
        buf_u8(b, (uint8_t)clean.p[i]);
    }
    buf_u8(b, '"');
}

static void begin(struct buf *b, enum log_level level)
{
    char t[TIME_TEXT];

    buf_init(b, LINE_MAX_BYTES);
    buf_printf(b, "%s %s %s:", sink.now ? utime_text(sink.now(sink.ctx), t) : "-",
               level_name[level], sink.who ? sink.who : "-");
}

static void end(struct buf *b)
{
    buf_u8(b, '\n');
    if (buf_ok(b)) {
        sink.write(sink.ctx, b->p, b->len);
    }
    buf_free(b);
}

void log_line(enum log_level level, const char *msg, ...)
{
    struct buf b;
    va_list ap;
    const char *key;

    if (!sink.write || level < sink.least) {
        return;
    }
    begin(&b, level);
    put_pair(&b, "msg", msg);
    va_start(ap, msg);
    while ((key = va_arg(ap, const char *)) != NULL) {
        const char *value = va_arg(ap, const char *);

        put_pair(&b, key, value ? value : "");
    }
    va_end(ap);
    end(&b);
}

void log_msg(enum log_level level, const char *fmt, ...)
{
    char text[2048];
    struct buf b;
    va_list ap;

    if (!sink.write || level < sink.least) {
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    begin(&b, level);
    put_pair(&b, "msg", text);
    end(&b);
}
