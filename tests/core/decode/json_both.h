// json_both.h - the fast reader of JSON beside the plain one: what they must agree in.
// SPDX-License-Identifier: Apache-2.0
//
// One pair of readers for one set of names reads text after text, as a decoder does: what the fast one
// remembers of the texts before must not change what it says of the next.
#ifndef TESTS_CORE_DECODE_JSON_BOTH_H
#define TESTS_CORE_DECODE_JSON_BOTH_H

#include "core/decode/json.h"
#include "core/decode/json_take.h"

struct json_both {
    struct wants *want;
    struct fields taken, flat;
    struct arena taken_arena, flat_arena;
    struct json_memo memo;
    bool able, right; // `right`: the plain reader's verdict of the last text
};

enum { JSON_BOTH_MEMORY = 64 << 20 };

// Takes `want`. False without memory, or when the fast reader takes nothing on a processor that it is
// made for: then nothing would be compared.
static inline bool json_both_init(struct json_both *b, struct wants *want)
{
    *b = (struct json_both){.want = want};
    arena_init(&b->taken_arena, JSON_BOTH_MEMORY);
    arena_init(&b->flat_arena, JSON_BOTH_MEMORY);
    if (!want || !fields_init(&b->taken, want, &b->taken_arena) ||
        !fields_init(&b->flat, want, &b->flat_arena)) {
        return false;
    }
    (void)json_memo_init(&b->memo, want);
    b->able = json_take(&b->memo, SPAN_LIT("{}"), &b->taken);
#ifdef __x86_64__
    return b->able || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
           !__builtin_cpu_supports("bmi2");
#else
    return true;
#endif
}

static inline void json_both_free(struct json_both *b)
{
    fields_free(&b->taken);
    fields_free(&b->flat);
    arena_free(&b->taken_arena);
    arena_free(&b->flat_arena);
    json_memo_free(&b->memo);
    wants_free(b->want);
}

// What the fast reader leaves to the plain one whether it is right or not: neither list nor object, or
// so long that it might have more fields than there may be.
static inline bool json_both_left(struct span s)
{
    s = span_trim(span_starts(s, SPAN_LIT("\xEF\xBB\xBF")) ? span_sub(s, 3, s.n) : s);
    return s.n == 0 || (s.p[0] != '{' && s.p[0] != '[') || s.n / 2 > FIELDS_MAX;
}

static inline bool json_both_same(const struct fval *a, const struct fval *b)
{
    return a->type == b->type && span_eq(a->s, b->s) && a->i == b->i;
}

// The fields of wanted names are the same ones in the same order, each entered under its number.
static inline const char *json_both_fields(struct json_both *b)
{
    size_t k = 0;

    for (size_t i = 0; i < b->flat.n; i++) {
        const struct okv *want = &b->flat.v[i];

        if (wants_find(b->want, want->name) == WANTS_NONE) {
            continue;
        }
        if (k == b->taken.n || !span_eq(b->taken.v[k].name, want->name)) {
            return "a field is missing";
        }
        if (!json_both_same(&b->taken.v[k].v, &want->v)) {
            return "another value";
        }
        if ((b->taken.next[k] != 0) != (b->flat.next[i] != 0)) {
            return "values of one name hang together in another way";
        }
        k++;
    }
    if (k != b->taken.n || b->taken.named != k) {
        return "fields that nobody wants";
    }
    for (uint32_t id = 0; id < wants_count(b->want); id++) {
        uint32_t t = b->taken.at[id], f = b->flat.at[id];

        if ((t != 0) != (f != 0) ||
            (t && !span_eq(b->taken.v[t - 1].name, b->flat.v[f - 1].name))) {
            return "another first field of a name";
        }
    }
    return NULL;
}

// Reads one text with both; NULL, or in what they differ. Should be a copy at the very end of its memory.
static inline const char *json_both_read(struct json_both *b, struct span text)
{
    struct json_fault fault;
    bool taken;

    fields_clear(&b->taken);
    fields_clear(&b->flat);
    arena_reset(&b->taken_arena);
    arena_reset(&b->flat_arena);
    taken = json_take(&b->memo, text, &b->taken);
    b->right = json_flatten(text, &b->flat, &fault);
    fields_index(&b->flat);
    fields_index(&b->taken);
    if (json_both_left(text) || !b->able) {
        return taken ? "taken, and should be left to the plain reader" : NULL;
    }
    if (!arena_ok(&b->flat_arena)) {
        return NULL; // joined names, which the fast reader does not make
    }
    if (taken != b->right) {
        return taken ? fault.why : "right, and refused";
    }
    return taken ? json_both_fields(b) : NULL;
}

#endif
