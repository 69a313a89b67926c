// store_suite_rows.c - a lawful row of each effect, filled from the list itself.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "tests/support/store_suite.h"

// Columns that a constraint or a trigger looks at; everything else takes the field's name.
static const struct {
    const char *table, *field, *text;
} lawful[] = {
    {"soc.alert_group", "state", "new"},
    {"soc.incident", "state", "new"},
    {"play.plan", "state", "planned"},
    {"play.run", "state", "running"},
    {"play.command", "state", "outbox"},
    {"play.step", "state", "running"},
    {"pam.session", "state", "open"},
    {"fab.pm_window", "state", "open"},
    {"play.agent", "state", "up"},
    {"soc.intent_done", "outcome", "applied"},
    {"soc.intent_done", "code", ""},
    {"play.plan", "document", "hash"}, // a digest is that of its field's name
};

static struct span text_of(const struct def_row *row, const struct def_field *f)
{
    for (size_t i = 0; i < ARRAY_LEN(lawful); i++) {
        if (span_eq_str(span_str(row->table), lawful[i].table) &&
            span_eq_str(span_str(f->name), lawful[i].field)) {
            return span_str(lawful[i].text);
        }
    }
    return span_str(f->name);
}

static void fill(const struct def_row *row, const struct def_field *f, uint32_t n, char *at)
{
    struct eid id = eid_make(1, (struct pos){1, n, POS_END}, f->key ? 1 : 0);
    struct digest d = digest_of(span_str(f->name));

    switch (f->type) {
    case DEF_u8: *(uint8_t *)at = 1; break;
    case DEF_u32: *(uint32_t *)at = f->key ? n : 7; break;
    case DEF_u64: *(uint64_t *)at = n; break;
    case DEF_i64: *(int64_t *)at = -1; break;
    case DEF_bool: *(bool *)at = true; break;
    case DEF_time: *(utime_t *)at = 1795312496000001 + n; break;
    case DEF_eid: memcpy(at, &id, sizeof(id)); break;
    case DEF_dig: memcpy(at, &d, sizeof(d)); break;
    case DEF_str:
    case DEF_raw: {
        struct span s = text_of(row, f);

        memcpy(at, &s, sizeof(s));
        break;
    }
    }
}

void store_suite_effect(struct buf *b, enum effect_kind kind, uint32_t n)
{
    const struct def_row *row = effect_row(kind);
    struct effect e = {.kind = kind};

    for (size_t i = 0; i < row->nfields; i++) {
        fill(row, &row->field[i], n, (char *)&e.alert + row->field[i].offset);
    }
    switch (kind) {
#define KEY(type, name)
#define FIELD(type, name)
#define EFFECT_END(NAME, name)
#define INPUT_BEGIN(NAME, name, sentence)
#define INPUT_END(NAME, name)
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)                                            \
    case EFFECT_##NAME:                                                                            \
        effect_put_##name(b, &e.name);                                                             \
        break;
#include "core/INPUTS_AND_EFFECTS.def"
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_BEGIN
#undef INPUT_END
#undef EFFECT_BEGIN
    case EFFECT_COUNT: break;
    }
}
