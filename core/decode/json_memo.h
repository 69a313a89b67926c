// json_memo.h - keys of JSON objects as earlier texts had them; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// Records of one source have the same keys in the same order. A place is a key with what it leads to
// in the set of wanted names, and with the places that came next before. So a key is mostly known by
// one compare with the bytes that stand there; what the memo says is a guess and never taken unseen.
// A key that came elsewhere than guessed is found by its hash, and one without a place is looked up
// (wants_child()). A table of fixed size: a new place takes the slot of another one. One memo is for one
// set of names and one thread.
#ifndef CORE_DECODE_JSON_MEMO_H
#define CORE_DECODE_JSON_MEMO_H

#include "core/model/wants.h"

enum {
    JSON_PLACES = 512,    // a power of two
    JSON_PLACE_NEAR = 4,  // slots in which a place may stand
    JSON_PLACE_TEXT = 32, // bytes of a key with quotes and colon; longer ones have no place
    JSON_PLACE_NEXT = 2,  // guesses
};

// What is wanted of a value.
struct json_aim {
    struct span name; // of `id`
    uint32_t id;      // the name that ends here, or WANTS_NONE
    uint32_t node;    // WANTS_NONE: nothing in it either
    bool inner;       // names go on below `node`
};

struct json_place {
    char text[JSON_PLACE_TEXT]; // `"key":`, NUL behind
    uint32_t mask;              // one bit a byte of it
    uint32_t n;
    uint32_t parent; // node of the object that the key stands in
    struct json_aim aim;
    struct json_place *behind[JSON_PLACE_NEXT]; // guesses at the next key of the same object
    struct json_place *below[JSON_PLACE_NEXT];  // and at the first key of the object that it names
};

struct json_memo {
    const struct wants *want;
    struct json_place *place; // JSON_PLACES, then these three
};

enum {
    JSON_PLACE_ROOT = JSON_PLACES, // of the whole text
    JSON_PLACE_ODD,                // a key that has no place
    JSON_PLACE_NOTHING,            // fits no key
    JSON_PLACES_ALL
};

// False without memory, or when this processor cannot (json_string_able()); json_take() then refuses.
bool json_memo_init(struct json_memo *m, const struct wants *want);
void json_memo_free(struct json_memo *m);

// The place of a key without escapes in an object at node `parent`; never NULL. What was at another
// place before may be gone: copy its `aim`.
struct json_place *json_memo_find(struct json_memo *m, uint32_t parent, struct span key);
// The same for a key that must not be remembered; valid until the next one.
struct json_place *json_memo_odd(struct json_memo *m, uint32_t parent, struct span key);

// Enters what has come next, for the next time.
static inline void json_memo_learn(struct json_place **guess, struct json_place *came)
{
    guess[1] = guess[0];
    guess[0] = came;
}

#endif
