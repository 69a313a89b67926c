// fields.h - the original fields of one record while it is taken apart.
// SPDX-License-Identifier: Apache-2.0
//
// Names and values are spans into the record, into constants or into the decoder's arena. The array is
// kept between records, so the steady state allocates nothing; FIELDS_MAX bounds a record's fields.
//
// Each field has the number of its name (wants.h) in `code`; fields_name() finds those of fields that were
// added without. fields_index() makes `at` and `next` right: by the index of the record's shape (shape.h),
// or, when it has none, by entering field by field. Names must not change behind either.
#ifndef CORE_DECODE_FIELDS_H
#define CORE_DECODE_FIELDS_H

#include "core/base/arena.h"
#include "core/base/ends.h"
#include "core/decode/shape.h"
#include "core/model/event.h"

enum { FIELDS_MAX = 65536 };

// By number: first and last field of the name, plus one; by field: the next one of its name, plus one.
// 0 = none. Of `n` fields.
struct field_index {
    uint32_t *at, *last, *next;
    uint32_t *touched; // numbers whose at[] is not 0
    size_t ntouched, n;
};

// Names that stand together in every record of a form, and their numbers.
enum { NAMES_KNOWN = 8 };
struct names_known {
    const struct span *name; // constant; NULL: none yet
    uint32_t id[NAMES_KNOWN];
};

struct fields {
    struct okv *v;
    uint32_t *code; // by field, as a step of shape.h
    size_t n, cap;
    size_t named;             // the first so many have their codes
    const struct wants *want; // borrowed; NULL: the fields are only listed
    struct shapes shapes;
    uint32_t shape; // of the named fields
    // behind fields_index(): as in struct field_index, of the first `indexed` fields
    const uint32_t *at, *next, *touched;
    size_t ntouched, indexed;
    struct field_index own; // of a record whose shape has none
    struct name_seen *seen; // NAMES_SEEN of them, by hash, and one for the begin
    struct name_seen *prev; // the last field's
    struct names_known known[2];
    struct arena *arena; // borrowed
};

// A name that was looked up, and where in `seen` the one is that stood behind it last time.
enum { NAMES_SEEN = 1024 };
struct name_seen {
    struct ends ends;
    uint32_t n, id, then; // n = 0: free
    bool key;             // all its bytes are such as keys are made of (pairs_text.h)
};

bool fields_init(struct fields *f, const struct wants *want, struct arena *arena);
void fields_clear(struct fields *f);
// The number of the name that stands behind the one asked for last. Names stand in the same order in
// record after record, so the one that stood here last time is asked first.
uint32_t fields_number_slow(struct fields *f, struct span name, struct ends e);
static inline uint32_t fields_number(struct fields *f, struct span name)
{
    struct name_seen *g = &f->seen[f->prev->then];
    struct ends e = ends_of(name);

    if (g->n == name.n && g->ends.head == e.head && g->ends.tail == e.tail && g->n &&
        g->n <= ENDS_ALL) {
        f->prev = g;
        return g->id;
    }
    return fields_number_slow(f, name, e);
}

// Whether the key that is expected now ends before `end`, of at most `most` bytes: its length and number.
static inline size_t fields_guess(struct fields *f, const char *end, size_t most, uint32_t *ret)
{
    struct name_seen *g = &f->seen[f->prev->then];
    struct ends e;

    if (!g->key || g->n > most) {
        return 0;
    }
    e = ends_of(span_of(end - g->n, g->n));
    if (g->ends.head != e.head || g->ends.tail != e.tail) {
        return 0;
    }
    f->prev = g;
    *ret = g->id;
    return g->n;
}

void fields_name_rest(struct fields *f);
static inline void fields_name(struct fields *f)
{
    if (f->named < f->n) {
        fields_name_rest(f);
    }
}

// The numbers of `n` constant names, at most NAMES_KNOWN; they are looked up once.
const uint32_t *fields_known(struct fields *f, const struct span *name, size_t n);

void fields_index_anew(struct fields *f);
static inline void fields_index(struct fields *f)
{
    if (f->indexed != f->n) {
        fields_index_anew(f);
    }
}

// The names of the fields from the n-th on were changed.
void fields_renamed(struct fields *f, size_t n);
void fields_cut(struct fields *f, size_t n); // takes away the fields from the n-th on

bool fields_grow(struct fields *f);

// False when FIELDS_MAX is reached or no memory is left; the field is then not there. (Member by member: a
// value put together in memory only to be copied stalls the processor.)
static inline bool fields_add(struct fields *f, struct span name, struct fval v)
{
    struct okv *o;

    if (f->n == f->cap && !fields_grow(f)) {
        return false;
    }
    o = &f->v[f->n++];
    o->name = name;
    o->v.type = v.type;
    o->v.s = v.s;
    o->v.i = v.i;
    return true;
}

// The first field that has no code gets it.
static inline void fields_enter(struct fields *f, uint32_t id)
{
    uint32_t code = id & SHAPE_UNWANTED;

    f->code[f->named++] = code;
    f->shape = shape_step(&f->shapes, f->shape, code);
}

// The same for a name whose number is known (or WANTS_NONE); what was added before must have its codes.
static inline bool fields_put(struct fields *f, uint32_t id, struct span name, struct fval v)
{
    if (!fields_add(f, name, v)) {
        return false;
    }
    fields_enter(f, id);
    return true;
}

// The same, as the first of its name: what a source file computes stands for what the record says.
bool fields_lead(struct fields *f, uint32_t id, struct span name, struct fval v);
static inline bool fields_add_str(struct fields *f, struct span name, struct span s)
{
    return fields_add(f, name, (struct fval){.type = V_STR, .s = s});
}
bool fields_add_int(struct fields *f, struct span name, int64_t v);
void fields_free(struct fields *f);

static inline struct fval fval_str(struct span s)
{
    return (struct fval){.type = V_STR, .s = s};
}

// Numbers from 0 to NUMBER_KNOWN - 1 have a constant text: priorities, severities.
enum { NUMBER_KNOWN = 200 };
struct span number_text(unsigned v);

// A number and its decimal text, in the arena when it has no constant one.
struct fval fval_int(struct arena *a, int64_t v);

// "a" and "b" to "a.b" in the arena; `b` alone when `a` is empty.
struct span fields_join(struct fields *f, struct span a, struct span b);

#endif
