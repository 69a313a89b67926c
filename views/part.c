// part.c - fields, rules, wrapped texts.
// SPDX-License-Identifier: Apache-2.0
#include "views/part.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/i18n.h"

enum { LABEL = 8 };

int part_field(struct canvas *c, struct rect r, int row, const char *label, struct span text)
{
    if (!text.n || row >= r.h) {
        return 0;
    }
    canvas_str(c, r.x, r.y + row, LABEL - 1, STYLE_TITLE, label);
    canvas_text(c, r.x + LABEL, r.y + row, r.w - LABEL, STYLE_NORMAL, text);
    return 1;
}

int part_fieldf(struct canvas *c, struct rect r, int row, const char *label, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return part_field(c, r, row, label, span_str(text));
}

const char *part_nothing(const struct page *p)
{
    return p->filled ? _("there is none of this number that you may see") : _("asking ...");
}

void part_rule(struct canvas *c, struct rect r, int row, const char *title)
{
    int used;

    if (row < r.h) {
        used = canvas_printf(c, r.x, r.y + row, r.w, STYLE_TITLE, "-- %s ", title);
        canvas_hline(c, r.x + used, r.y + row, r.w - used, STYLE_TITLE);
    }
}

// Text from outside never starts in column 0: each row is set in by one cell.
int part_wrap(struct canvas *c, struct rect r, struct span text, int skip)
{
    int rows = 0, w = r.w - 1;
    AUTO_BUF clean;

    buf_init(&clean, 1 << 20);
    while (text.n && w > 0) {
        struct span line = span_cut(&text, '\n'), left;

        buf_clear(&clean);
        (void)utf8_sanitise(&clean, line, 100000);
        left = buf_span(&clean);
        do {
            struct span part = utf8_cut(left, (size_t)w, NULL);

            if (rows >= skip && rows - skip < r.h) {
                canvas_text(c, r.x + 1, r.y + rows - skip, w, STYLE_NORMAL, part);
            }
            left = span_sub(left, part.n ? part.n : left.n, left.n);
            rows++;
        } while (left.n);
    }
    return rows;
}

int part_hex(struct canvas *c, struct rect r, struct span bytes, int skip)
{
    int rows = (int)((bytes.n + 15) / 16);

    for (int i = skip; i < rows && i - skip < r.h; i++) {
        struct span line = span_sub(bytes, 16 * (size_t)i, 16);
        int y = r.y + i - skip;

        canvas_printf(c, r.x + 1, y, r.w - 1, STYLE_STALE, "%06x", 16 * i);
        for (size_t k = 0; k < line.n; k++) {
            unsigned char b = (unsigned char)line.p[k];
            char ch[2] = {b >= 0x20 && b < 0x7f ? (char)b : '.', 0};
            int x = r.x + 9 + 3 * (int)k + (k >= 8);

            canvas_printf(c, x, y, r.x + r.w - x, STYLE_NORMAL, "%02x", b);
            canvas_str(c, r.x + 59 + (int)k, y, r.w - 59 - (int)k, STYLE_NORMAL, ch);
        }
    }
    return rows;
}

static void add(char *out, size_t size, const char *before, struct span s)
{
    size_t n = strlen(out);

    if (s.n && n < size) {
        snprintf(out + n, size - n, "%s" SPAN_FMT, before, SPAN_ARG(s));
    }
}

void part_whom(const struct page *p, size_t row, char *out, size_t size)
{
    out[0] = '\0';
    add(out, size, "", page_get(p, row, "call_function"));
    add(out, size, out[0] ? " " : "", page_get(p, row, "call_name"));
    add(out, size, " ", page_get(p, row, "call_number"));
    if (page_get(p, row, "deputy_name").n || page_get(p, row, "deputy_number").n) {
        add(out, size, "; ", span_str(_("deputy")));
        add(out, size, " ", page_get(p, row, "deputy_name"));
        add(out, size, " ", page_get(p, row, "deputy_number"));
    }
    if (!out[0]) {
        snprintf(out, size, "%s", _("nobody on the roster"));
    }
}

void part_record_call(struct view_effects *fx, unsigned slot, const char *incident,
                      const char *phase, const char *person, const char *typed)
{
    const char *colon = strstr(typed, ": ");
    char who[VIEW_ARG];

    if (colon && colon - typed < 60) {
        snprintf(who, sizeof(who), "%.*s", (int)(colon - typed), typed);
        typed = colon + 2;
    } else {
        snprintf(who, sizeof(who), "%s", person);
    }
    fx_call(fx, slot, DESK_CALL_RECORD_CALL, 4, incident, phase, who, typed);
}
