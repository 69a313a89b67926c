// desk.c - the descriptions of queries and calls.
// SPDX-License-Identifier: Apache-2.0
#include "core/desk.h"

#include "core/base/attr.h"

static const struct desk_def queries[] = {
#define DESK_QUERY(NAME, name, params, columns, meaning) {#name, params, columns, meaning},
#define DESK_CALL(NAME, name, args, meaning)
#include "core/desk.def"
#undef DESK_QUERY
#undef DESK_CALL
};

static const struct desk_def calls[] = {
#define DESK_QUERY(NAME, name, params, columns, meaning)
#define DESK_CALL(NAME, name, args, meaning) {#name, args, "", meaning},
#include "core/desk.def"
#undef DESK_QUERY
#undef DESK_CALL
};

const struct desk_def *desk_query_def(enum desk_query q)
{
    return q < DESK_QUERY_COUNT ? &queries[q] : NULL;
}

const struct desk_def *desk_call_def(enum desk_call c)
{
    return c < DESK_CALL_COUNT ? &calls[c] : NULL;
}

size_t desk_list_count(const char *list)
{
    size_t n = *list != '\0';

    for (; *list; list++) {
        n += *list == ',';
    }
    return n;
}

int desk_column(enum desk_query q, const char *name)
{
    struct span rest = span_str(queries[q].columns);

    for (int i = 0; rest.n; i++) {
        if (span_eq_str(span_cut(&rest, ','), name)) {
            return i;
        }
    }
    return -1;
}
