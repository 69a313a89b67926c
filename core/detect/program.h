// program.h - a compiled rule: leaves, and the condition over them in three values.
// SPDX-License-Identifier: Apache-2.0
//
// A leaf asks one field for one or more values (`any` of them, or `all`). The condition is a tree of
// AND, OR and NOT over leaves, evaluated in Kleene's three-valued logic: a leaf over a context field
// is unknown in detect, and so is a leaf whose expression passed its match limit.
// Everything is immutable after loading and lives in the set's arena.
#ifndef CORE_DETECT_PROGRAM_H
#define CORE_DETECT_PROGRAM_H

#include "core/base/arena.h"
#include "core/detect/context_ops.h"
#include "core/detect/netaddr.h"
#include "core/detect/pattern.h"
#include "core/detect/ruleset.h"

enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

static inline enum tri tri_not(enum tri t)
{
    return t == TRI_UNKNOWN ? t : t == TRI_YES ? TRI_NO : TRI_YES;
}

// A number as rules compare it: integers exactly, everything else as a double.
struct number {
    bool whole;
    __int128 i;
    double d;
};

bool number_read(struct span s, struct number *ret);

// A part of a time that stands in a field; UTC. Weeks are those of ISO 8601.
enum time_part { PART_NONE, PART_MINUTE, PART_HOUR, PART_DAY, PART_WEEK, PART_MONTH, PART_YEAR };

// The field may be a time of ISO 8601 (without a zone: UTC) or seconds, milli-, micro- or nanoseconds
// since 1970, told by their size. False when it is neither.
bool time_part_of(struct span text, enum time_part part, struct number *ret);

enum test_kind {
    TEST_NULL,   // absent, or null
    TEST_EXISTS, // present (even null), or not
    TEST_TEXT,
    TEST_REGEX,
    TEST_CIDR,
    TEST_NUMBER,
    TEST_FIELD, // another field of the event
};

struct test {
    enum test_kind kind;
    bool more; // an alternative of the test before it (one value, several encodings)
    union {
        bool exists;
        struct {
            struct pattern text;
            bool whole; // the rule wrote an integer: 1.0 of an event equals 1
            int64_t i;
        };
        const struct regex *re;
        struct cidr cidr;
        struct {
            enum cmp cmp;
            enum time_part part;
            struct number num;
        };
        struct {
            uint32_t other;          // name
            bool cased, front, back; // front: anything may stand before it
        };
    };
};

// Of no field: all texts of the event, what only the engine knows, the record as it came.
enum { NAME_KEYWORD = UINT32_MAX, NAME_CONTEXT = UINT32_MAX - 1, NAME_RECORD = UINT32_MAX - 3 };

struct leaf {
    uint32_t name; // of the set's names, or NAME_*
    enum ctx ctx;  // with NAME_CONTEXT
    bool all;
    uint32_t ntests;
    const struct test *test;
    const struct leaf_texts *texts; // of a long list (leaf_texts.h), else NULL
};

enum node_op { NODE_LEAF, NODE_AND, NODE_OR, NODE_NOT };

struct node {
    enum node_op op;
    uint32_t leaf;
    size_t n;
    const struct node **child;
};

// The tree is shallow, so evaluation may recurse: 12 brackets of or, and, not; 4 levels of a selection;
// 8 filters. Any loader of trees keeps below NODE_DEPTH_MAX.
enum { NODE_DEPTH_MAX = 48, CONTEXT_LEAVES_MAX = 64 };

struct program {
    const struct node *root;
    size_t nleaves, ncontext;
    struct leaf *leaf;
};

struct leaf_env {
    enum tri (*leaf)(void *ctx, uint32_t index);
    void *ctx;
};

enum tri node_eval(const struct node *n, const struct leaf_env *env);

// A value of the event under evaluation; `low` is made on first use.
struct value {
    struct fval v;
    struct span low;
    bool ascii; // known once `low` is made
};

struct values {
    struct value *at;
    size_t n;
};

// What testing a leaf needs besides its values. `scratch` holds folded copies; `field` finds the
// values of another name (NULL where the program has no TEST_FIELD).
struct leaf_tools {
    struct arena *scratch;
    struct regex_scratch *regex;
    struct values (*field)(void *ctx, uint32_t name);
    void *ctx;
    uint64_t *faults;
};

enum tri leaf_eval(const struct leaf *l, struct values v, const struct leaf_tools *t);

// The text of a value in lower case, made once; VALUE_PAD bytes of zero stand behind it.
enum { VALUE_PAD = 48 };
struct span value_fold(struct value *v, const struct leaf_tools *t); // the first time

static inline struct span value_low(struct value *v, const struct leaf_tools *t)
{
    return v->low.p || v->v.s.n == 0 ? v->low : value_fold(v, t);
}

// What the leaf says about an event that has no fields at all.
enum tri leaf_on_nothing(const struct leaf *l);

#endif
