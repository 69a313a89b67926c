// probe.c - what kind of stream it is, by its first bytes.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/probe.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Behind blanks, empty lines and the "# ..." lines that people write above a recording.
static size_t skip_remarks(struct span s, size_t i)
{
    for (;;) {
        while (i < s.n && is_blank(s.p[i])) {
            i++;
        }
        if (i + 1 >= s.n || s.p[i] != '#' || s.p[i + 1] != ' ') {
            return i + 1 == s.n && s.p[i] == '#' ? s.n : i;
        }
        i += span_find(span_sub(s, i, s.n), '\n');
    }
}

// Whether a header of Zeek's begins on one of the lines.
bool frame_has_header(struct span s)
{
    static const struct span word = SPAN_LIT("#separator ");

    return span_starts(s, word) || span_find_span(s, SPAN_LIT("\n#separator ")) < s.n;
}

// Kind by the first bytes; FRAME_AUTO while they do not say. '[' alone begins many text logs
// ("[Sun Nov 22 ..."), so it must be followed by something that begins a value with structure.
enum frame_kind frame_probe(struct span s, bool all)
{
    size_t i = 0;

    if (span_starts(s, SPAN_LIT("\xEF\xBB\xBF"))) {
        i = 3;
    } else if (s.n < 3 && span_starts(SPAN_LIT("\xEF\xBB\xBF"), s)) {
        return all ? FRAME_LINES : FRAME_AUTO;
    }
    i = skip_remarks(s, i);
    if (i < s.n && s.p[i] == '{') {
        return FRAME_JSON;
    }
    if (i < s.n && s.p[i] == '[') {
        for (i++; i < s.n; i++) {
            if (!is_blank(s.p[i])) {
                return strchr("{[\"]", s.p[i]) && s.p[i] ? FRAME_JSON : FRAME_LINES;
            }
        }
    } else if (i < s.n && (s.p[i] == '@' || s.p[i] == '!')) {
        // "@2026-": five bytes behind the sign tell a time from a word
        if (s.n - i > 5) {
            return s.p[i + 1] >= '0' && s.p[i + 1] <= '9' && s.p[i + 5] == '-' ? FRAME_RECORDED
                                                                               : FRAME_LINES;
        }
    } else if (i < s.n && s.p[i] == '<') {
        if (s.n - i >= 5 || !span_starts(SPAN_LIT("<?xml"), span_sub(s, i, s.n))) {
            return span_starts(span_sub(s, i, s.n), SPAN_LIT("<?xml")) ? FRAME_XML : FRAME_LINES;
        }
    } else if (i < s.n && (s.p[i] != '#' || frame_has_header(s))) {
        return FRAME_LINES;
    }
    return all || s.n >= FRAME_PROBE ? FRAME_LINES : FRAME_AUTO;
}
