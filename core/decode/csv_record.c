// csv_record.c - a line of CSV with the header line that names its columns.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/csv_record.h"

#include "core/decode/csv.h"
#include "core/model/csv_mark.h"

static const struct span mark = SPAN_LIT(CSV_MARK);

bool csv_record_is(struct span s)
{
    return span_starts(s, mark) && s.n > mark.n + 1 && s.p[mark.n] &&
           strchr(CSV_DELIMITERS, s.p[mark.n]) && s.p[mark.n + 1] == '\n';
}

const char *csv_record_flatten(struct span s, struct fields *out, struct span *ret_line)
{
    struct span delimiter = span_sub(s, mark.n, 1), names, line, name, v;
    bool more_names = true, more = true;

    s = span_sub(s, mark.n + 2, s.n);
    names = span_cut(&s, '\n');
    *ret_line = line = s;
    while (more_names) {
        if (!more) {
            return "the line has fewer columns than its header";
        }
        name = csv_column(&names, delimiter, out->arena, &more_names);
        v = csv_column(&line, delimiter, out->arena, &more);
        if (name.n && !fields_add_str(out, name, v)) {
            return "more fields than a record may have";
        }
    }
    return more ? "the line has more columns than its header" : NULL;
}
