// gauge.c - bars and sparks in ASCII.
// SPDX-License-Identifier: Apache-2.0
#include "tui/gauge.h"

int gauge_bar(struct canvas *c, int x, int y, int cells, enum style st, uint64_t value,
              uint64_t max)
{
    int inner = cells - 2, full;

    if (inner < 1) {
        return 0;
    }
    full = max == 0 ? 0 : value >= max ? inner : (int)((double)value / (double)max * inner);
    if (value > 0 && full == 0) {
        full = 1;
    }
    canvas_str(c, x, y, 1, st, "[");
    canvas_fill(c, (struct rect){x + 1, y, full, 1}, '#', st);
    canvas_fill(c, (struct rect){x + 1 + full, y, inner - full, 1}, '-', st);
    canvas_str(c, x + cells - 1, y, 1, st, "]");
    return cells;
}

int gauge_spark(struct canvas *c, int x, int y, int cells, enum style st, const uint64_t *value,
                size_t n)
{
    static const char step[] = " .:-=+*#";
    uint64_t max = 0;

    if (cells < 0) {
        return 0;
    }
    if (n > (size_t)cells) { // the newest stand at the end
        value += n - (size_t)cells;
        n = (size_t)cells;
    }
    for (size_t i = 0; i < n; i++) {
        max = value[i] > max ? value[i] : max;
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = max ? (size_t)((double)value[i] / (double)max * 7) : 0;

        at = value[i] && !at ? 1 : at;
        canvas_fill(c, (struct rect){x + (int)i, y, 1, 1}, step[at], st);
    }
    return (int)n;
}
