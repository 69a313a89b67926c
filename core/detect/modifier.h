// modifier.h - the modifiers of Sigma 2.1 and which may stand together.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DETECT_MODIFIER_H
#define CORE_DETECT_MODIFIER_H

#include "core/detect/set.h"

enum modifier {
#define MODIFIER(NAME, word, shape, with) MOD_##NAME,
#include "core/detect/modifier.def"
#undef MODIFIER
    MOD_COUNT
};

// What a field test compares with; a test has exactly one shape.
enum shape {
    SHAPE_TEXT = 1,
    SHAPE_REGEX = 2,
    SHAPE_CIDR = 4,
    SHAPE_EXISTS = 8,
    SHAPE_NUMBER = 16,
    SHAPE_FIELD = 32,
    SHAPE_ANY = 63,
};

enum { MODS_MAX = 8, VARIANTS_MAX = 10000, VALUE_MAX = 4096 };

struct modifiers {
    struct span field; // "" = keywords
    enum shape shape;
    enum modifier mod[MODS_MAX]; // in the order written
    size_t n;
    bool all, neq, cased;
    unsigned regex; // enum regex_flag
    enum cmp cmp;
    enum time_part part;
};

// Takes a key ("CommandLine|contains|all") apart. `at` is the key's place, for the fault.
int modifiers_read(struct build *b, struct span key, const struct ynode *at, struct modifiers *ret);

// What one value of a rule becomes: alternatives, at most VARIANTS_MAX, until the next value is begun.
struct variants {
    struct units *at; // in s->value, as its units are
    size_t n, cap;
};

bool variants_add(struct build *b, struct variants *v, struct units u); // false: the fault is said

// A text value through the modifiers from left to right; base64offset makes three of one, expand one for
// each entry of a list of the site. False with the fault said.
bool modifiers_apply(struct build *b, const struct modifiers *m, const struct ynode *value,
                     struct variants *ret);

// Every placeholder %name% of `v` filled from the fab model's lists; entries are taken literally.
bool placeholders_fill(struct build *b, const struct ynode *value, struct units v,
                       struct variants *ret);

#endif
