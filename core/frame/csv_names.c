// csv_names.c - what a line of CSV has in its columns.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/csv_header.h"

#include "core/model/csv_mark.h"

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// What stands in column names of exports besides letters and digits: "Time (UTC)", "Src/Dst", "% CPU", "Serial #".
static bool in_name(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr(" _-.:/()[]@%#&+*?'", c));
}

static bool is_name(struct span s)
{
    size_t words = 1;

    if (s.n == 0 || s.n > CSV_NAME_MAX || !(is_letter(s.p[0]) || s.p[0] == '_' || s.p[0] == '@')) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        words += s.p[i] == ' ';
        if (!in_name(s.p[i]) || (s.p[i] == ':' && (i + 1 == s.n || !is_letter(s.p[i + 1])))) {
            return false; // "02:00:00", "app: text"
        }
    }
    return words <= CSV_WORDS;
}

// The next column without its quotes; *s behind its delimiter, or at a NULL pointer behind the last.
static struct span next_column(struct span *s, char delimiter)
{
    struct span v;
    size_t n = 0;

    if (s->n && s->p[0] == '"') {
        size_t shut = 1 + span_find(span_sub(*s, 1, s->n), '"');

        n = shut < s->n ? shut + 1 : s->n;
        v = span_sub(*s, 1, shut - 1);
        if (n < s->n && s->p[n] != delimiter) { // "a""b", "a"b: no name is written so
            v = SPAN_LIT("\"");
        }
    } else {
        n = span_find(*s, delimiter);
        v = span_trim(span_sub(*s, 0, n));
    }
    n += span_find(span_sub(*s, n, s->n), delimiter);
    *s = n < s->n ? span_sub(*s, n + 1, s->n) : SPAN_NONE;
    return v;
}

// A header ends with an empty name when its lines end with the delimiter.
static bool all_names(struct span line, char delimiter, size_t *ret_n)
{
    struct span rest = line;

    *ret_n = 0;
    while (rest.p) {
        struct span name = next_column(&rest, delimiter), before = line;

        if (*ret_n == CSV_COLUMNS_MAX ||
            (!is_name(name) && (name.n || rest.p || *ret_n < CSV_COLUMNS))) {
            return false;
        }
        for (size_t i = 0; i < *ret_n; i++) {
            if (span_eq_nocase(next_column(&before, delimiter), name)) {
                return false;
            }
        }
        ++*ret_n;
    }
    return *ret_n >= CSV_COLUMNS;
}

bool csv_names(struct span line, char *ret_delimiter, size_t *ret_columns)
{
    if (span_starts(line, SPAN_LIT("\xEF\xBB\xBF"))) {
        line = span_sub(line, 3, line.n);
    }
    if (line.n == 0 || line.n > CSV_HEAD_MAX ||
        !(is_name(span_sub(line, 0, 1)) || line.p[0] == '"')) {
        return false;
    }
    for (const char *d = CSV_DELIMITERS; *d; d++) {
        if (span_find(line, *d) < line.n && all_names(line, *d, ret_columns)) {
            *ret_delimiter = *d;
            return true;
        }
    }
    return false;
}

void csv_count(struct csv_scan *s, struct span line, char delimiter)
{
    size_t i = 0;

    for (;;) {
        if (s->quoted) { // "" is a quote within the value: shut and open again
            i += span_find(span_sub(line, i, line.n), '"');
            if (i >= line.n) {
                return;
            }
            s->quoted = false;
            i++;
            if (i < line.n && line.p[i] == '"') {
                s->quoted = true;
                i++;
                continue;
            }
        } else {
            s->columns++;
            if (i < line.n && line.p[i] == '"') {
                s->quoted = true;
                i++;
                continue;
            }
        }
        i += span_find(span_sub(line, i, line.n), delimiter);
        if (i >= line.n) {
            return;
        }
        i++;
    }
}

bool csv_has_number(struct span line, char delimiter)
{
    while (line.p) {
        struct span v = next_column(&line, delimiter);

        if (v.n && is_digit(v.p[0])) {
            return true;
        }
    }
    return false;
}
