// join.c - CEF records over several lines.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/join.h"

enum { HEADER_BARS = 7, HEADER_REACH = 4096 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// What stands behind "CEF:", or behind the "0|" that is left of it; the empty span when it is no CEF.
static struct span cef_of(struct span line)
{
    struct span head = span_sub(line, 0, JOIN_LOOK);
    size_t at = span_find_span(head, SPAN_LIT("CEF:"));

    if (at < head.n) {
        struct span s = span_sub(line, at + 4, line.n);

        s = s.n && s.p[0] == ' ' ? span_sub(s, 1, s.n) : s;
        return s.n > 1 && is_digit(s.p[0]) && s.p[1] == '|' ? s : SPAN_NONE;
    }
    return line.n > 2 && line.p[0] == '0' && line.p[1] == '|' &&
                   span_find(span_sub(line, 2, line.n), '|') < line.n - 2
               ? line
               : SPAN_NONE;
}

bool join_opens(struct span line, bool file)
{
    struct span cef, s;
    size_t bars = 0;
    char last;

    while (line.n && line.p[line.n - 1] == '\r') {
        line = span_sub(line, 0, line.n - 1);
    }
    last = line.n ? line.p[line.n - 1] : '\0';
    if (last != '|' && !(file && last == ' ')) { // most lines end here
        return false;
    }
    cef = cef_of(line);
    s = span_sub(cef, 0, HEADER_REACH);
    for (size_t i = 0; i < s.n && bars < HEADER_BARS; i++) {
        i += s.p[i] == '\\';
        bars += i < s.n && s.p[i] == '|';
    }
    return cef.n && bars > 1 && (last == ' ' || bars < HEADER_BARS || s.p[s.n - 1] == '|');
}

static bool is_month(struct span s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (size_t i = 0; s.n > 4 && i < sizeof(months) - 1; i += 3) {
        if (memcmp(s.p, months + i, 3) == 0 && s.p[3] == ' ') {
            return true;
        }
    }
    return false;
}

bool join_goes_on(struct span line)
{
    struct span s = span_trim(line);

    if (s.n == 0 || s.p[0] == '{' || s.p[0] == '%' || is_month(s) ||
        (s.p[0] == '<' && s.n > 1 && (is_digit(s.p[1]) || s.p[1] == '?'))) {
        return false;
    }
    if (s.n > 5 && is_digit(s.p[0]) && is_digit(s.p[1]) && is_digit(s.p[2]) && is_digit(s.p[3]) &&
        (s.p[4] == '-' || s.p[4] == '/')) {
        return false; // a date
    }
    if (span_starts(s, SPAN_LIT("LEEF:")) || span_starts(s, SPAN_LIT("date=")) ||
        span_starts(s, SPAN_LIT("time=")) || span_starts(s, SPAN_LIT("timestamp=")) ||
        span_starts(s, SPAN_LIT("logver=")) || span_starts(s, SPAN_LIT("id="))) {
        return false;
    }
    return cef_of(s).n == 0;
}
