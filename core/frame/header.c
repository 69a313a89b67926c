// header.c - header lines that name the columns of the lines behind them.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/header.h"

#include "core/model/block.h"

void header_init(struct header *h)
{
    *h = (struct header){0};
    buf_init(&h->lines, HEADER_MAX);
    buf_init(&h->whole, HEADER_MAX + 2 * RECORD_MAX);
}

void header_free(struct header *h)
{
    buf_free(&h->lines);
    buf_free(&h->whole);
}

static void forget(struct header *h)
{
    buf_clear(&h->lines);
    h->in_force = false;
}

// Takes the line of this key away when there is one.
static void take_out(struct header *h, struct span key)
{
    struct span rest = buf_span(&h->lines);

    while (rest.n) {
        const char *at = rest.p;
        struct span line = span_cut(&rest, '\n');

        if (span_starts(line, key)) {
            size_t place = (size_t)(at - h->lines.p);

            memmove(h->lines.p + place, rest.p, rest.n);
            buf_cut(&h->lines, h->lines.len - line.n - 1);
            return;
        }
    }
}

bool header_line(struct header *h, struct span line)
{
    static const char *const keys[] = {"#set_separator", "#empty_field", "#unset_field",
                                       "#path",          "#fields",      "#types"};

    if (line.n == 0 || line.p[0] != '#') {
        return false;
    }
    if (span_starts(line, SPAN_LIT("#separator "))) {
        forget(h);
        h->in_force = true;
    } else {
        size_t i = 0;

        while (i < sizeof(keys) / sizeof(keys[0]) && !span_starts(line, span_str(keys[i]))) {
            i++;
        }
        if (!h->in_force || i == sizeof(keys) / sizeof(keys[0])) {
            return h->in_force; // "#open", "#close": no record, and nothing to keep
        }
        take_out(h, span_str(keys[i]));
    }
    buf_put_span(&h->lines, line);
    buf_u8(&h->lines, '\n');
    if (!buf_ok(&h->lines)) {
        forget(h);
        return false;
    }
    return true;
}

struct span header_record(struct header *h, struct span line)
{
    if (!h->in_force) {
        return line;
    }
    buf_clear(&h->whole);
    buf_put_span(&h->whole, buf_span(&h->lines));
    buf_put_span(&h->whole, line);
    return buf_span(&h->whole);
}
