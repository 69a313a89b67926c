// sql.c - the tables made by share/tools/sqlgen.awk and effectgen.awk.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/sql.h"

#include "core/base/attr.h"

static const struct {
    const char *name, *text;
} queries[] = {
#define SQL_TEXT(NAME, name, text) {name, text},
#include "sql_queries.inc"
#undef SQL_TEXT
};

static const char *const effects[EFFECT_COUNT] = {
#define SQL_EFFECT(NAME, text) [EFFECT_##NAME] = text,
#include "sql_effects.inc"
#undef SQL_EFFECT
};

static const char *const calls[DESK_CALL_COUNT] = {
#define SQL_CALL(NAME, text) [DESK_CALL_##NAME] = text,
#include "sql_calls.inc"
#undef SQL_CALL
};

static const struct sql_step steps[] = {
#define SQL_STEP(file, line, text) {file, line, text},
#include "sql_files.inc"
#undef SQL_STEP
};

const char *sql_text(enum sql_query q)
{
    return queries[q].text;
}

const char *sql_name(enum sql_query q)
{
    return queries[q].name;
}

enum sql_query sql_find(const char *prefix, struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        struct span full = span_str(queries[i].name), head = span_str(prefix);

        if (span_starts(full, head) && span_eq(span_sub(full, head.n, full.n), name)) {
            return (enum sql_query)i;
        }
    }
    return SQL_QUERY_COUNT;
}

const char *sql_effect(enum effect_kind k)
{
    return effects[k];
}

const char *sql_desk(enum desk_query q)
{
    static const enum sql_query of[DESK_QUERY_COUNT] = {
#define DESK_QUERY(NAME, name, params, columns, meaning) [DESK_##NAME] = SQL_DESK_##NAME,
#define DESK_CALL(NAME, name, args, meaning)
#include "core/desk.def"
#undef DESK_QUERY
#undef DESK_CALL
    };

    return queries[of[q]].text;
}

const char *sql_call(enum desk_call c)
{
    return calls[c];
}

size_t sql_step_count(void)
{
    return ARRAY_LEN(steps);
}

const struct sql_step *sql_step(size_t i)
{
    return &steps[i];
}
