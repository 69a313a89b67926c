// effect.h - the engine's effects as structs, and their bytes.
// SPDX-License-Identifier: Apache-2.0
//
// Effects are appended to a buffer as bytes at once: `kind u8`, then the fields in order. Equal
// runs give equal bytes, so the running digest over them is the test of determinism. Readers walk
// with effect_next(); spans point into the buffer. A `time` of UTIME_NONE and an all-zero eid mean
// "none" (NULL in the database).
#ifndef CORE_MODEL_EFFECT_H
#define CORE_MODEL_EFFECT_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/rd.h"
#include "core/base/time.h"
#include "core/model/ids.h"

#define DEF_T_u8   uint8_t
#define DEF_T_u32  uint32_t
#define DEF_T_u64  uint64_t
#define DEF_T_i64  int64_t
#define DEF_T_bool bool
#define DEF_T_time utime_t
#define DEF_T_eid  struct eid
#define DEF_T_dig  struct digest
#define DEF_T_str  struct span
#define DEF_T_raw  struct span

enum effect_mode { MODE_INSERT, MODE_UPSERT };

#define EFFECT_BEGIN(NAME, name, table, mode, sentence) struct effect_##name {
#define KEY(type, name)                                 DEF_T_##type name;
#define FIELD(type, name)                               DEF_T_##type name;
#define EFFECT_END(NAME, name)                                                                     \
    }                                                                                              \
    ;
#define INPUT_BEGIN(NAME, name, sentence) struct input_##name {
#define INPUT_END(NAME, name)                                                                      \
    }                                                                                              \
    ;
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_BEGIN
#undef INPUT_END

#define KEY(type, name)
#define FIELD(type, name)
#define EFFECT_END(NAME, name)
#define INPUT_END(NAME, name)
enum effect_kind {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence) EFFECT_##NAME,
#define INPUT_BEGIN(NAME, name, sentence)
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    EFFECT_COUNT
};
enum input_kind {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)
#define INPUT_BEGIN(NAME, name, sentence) INPUT_##NAME,
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    INPUT_KIND_COUNT
};
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_END

struct effect {
    enum effect_kind kind;
    union {
#define KEY(type, name)
#define FIELD(type, name)
#define EFFECT_END(NAME, name)
#define INPUT_BEGIN(NAME, name, sentence)
#define INPUT_END(NAME, name)
#define EFFECT_BEGIN(NAME, name, table, mode, sentence) struct effect_##name name;
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    };
};

struct input {
    enum input_kind kind;
    union {
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)
#define INPUT_BEGIN(NAME, name, sentence) struct input_##name name;
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
    };
};

// void effect_put_alert(struct buf *b, const struct effect_alert *e); and so on for each effect, and
// void input_put_intent(struct buf *b, const struct input_intent *e); for each input.
#define EFFECT_BEGIN(NAME, name, table, mode, sentence)                                            \
    void effect_put_##name(struct buf *b, const struct effect_##name *e);
#define INPUT_BEGIN(NAME, name, sentence)                                                          \
    void input_put_##name(struct buf *b, const struct input_##name *e);
#include "core/INPUTS_AND_EFFECTS.def"
#undef EFFECT_BEGIN
#undef INPUT_BEGIN
#undef KEY
#undef FIELD
#undef EFFECT_END
#undef INPUT_END

// Next effect: 1, 0 at the end, E_INPUT when the bytes are none.
int effect_next(struct rd *r, struct effect *ret);
int input_get(struct span bytes, struct input *ret); // 0 or E_INPUT

// The description of an effect or input, for stores and printers.
enum def_type {
    DEF_u8,
    DEF_u32,
    DEF_u64,
    DEF_i64,
    DEF_bool,
    DEF_time,
    DEF_eid,
    DEF_dig,
    DEF_str,
    DEF_raw
};

struct def_field {
    enum def_type type;
    const char *name;
    bool key;
    size_t offset; // in the struct
};

struct def_row {
    const char *name, *table, *sentence;
    enum effect_mode mode;
    size_t nfields;
    const struct def_field *field;
};

const struct def_row *effect_row(enum effect_kind k);
const struct def_row *input_row(enum input_kind k);

// One JSON object: {"effect":"alert","id":...}; for replay output and tests.
void effect_print(struct buf *out, const struct effect *e);
void input_print(struct buf *out, const struct input *in);

#endif
