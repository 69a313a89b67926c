// gauge.h - bars and small histories; the number always stands beside them.
// SPDX-License-Identifier: Apache-2.0
#ifndef TUI_GAUGE_H
#define TUI_GAUGE_H

#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"

// "[###-------]", `cells` wide with its brackets; `value` above `max` fills it. Returns cells used.
int gauge_bar(struct canvas *c, int x, int y, int cells, enum style st, uint64_t value,
              uint64_t max);

// One character a value, " .:-=+*#" by eighths of the largest: ASCII, since braille is not in the
// Linux console's font and a screen reader reads it badly.
int gauge_spark(struct canvas *c, int x, int y, int cells, enum style st, const uint64_t *value,
                size_t n);

#endif
