// recipe.h - what is kept of a recipe: keyed digests, never a value.
// SPDX-License-Identifier: Apache-2.0
//
// A recipe is cut into items and each gets a mark, so that "items 14 and 15 of 212 changed" is told while
// nobody can read or try out what they hold. A formatted recipe (S7F23, S7F26) has its SECS-II items; a
// text of one item has its lines, any other one blocks of RECIPE_BLOCK bytes. A mark is the first 8 bytes of
// HMAC-SHA256 under the site's key over (its number, format, content): equal values at two places have
// different marks. Masks (share/doc/FAB.md, `recipe_masks`) leave out what changes by itself, such as the
// time at which a tool has saved the recipe.
//
// A book remembers the marks of the recipes seen last by (tool, name): RECIPE_BOOK of them, the one unused
// for longest makes room, counted. RECIPE_MARKS marks a recipe; the last one then covers all the rest.
#ifndef CORE_DECODE_RECIPE_H
#define CORE_DECODE_RECIPE_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/decode/secs2.h"
#include "core/model/fab.h"

enum { RECIPE_MARKS = 1024, RECIPE_BLOCK = 256, RECIPE_BOOK = 1024, RECIPE_NAMED = 64 };

struct recipe_marks {
    struct span key;
    const struct fab_mask *mask; // those of the tool's kind
    size_t nmasks;
    size_t items;   // all of them
    size_t n;       // marks, at most RECIPE_MARKS
    uint64_t bytes; // of content
    uint64_t mark[RECIPE_MARKS];
};

void recipe_begin(struct recipe_marks *r, struct span key, const struct fab_mask *mask,
                  size_t nmasks);
// An item of a formatted recipe, in order; or the only item of another one.
void recipe_item(struct recipe_marks *r, const struct secs2_item *it);
void recipe_single(struct recipe_marks *r, const struct secs2_item *it);
// Of all marks: what is compared with the digest of an approved recipe.
struct digest recipe_digest(const struct recipe_marks *r);

struct recipe_change {
    bool known;                  // the recipe was seen before
    size_t items_before;         // then
    size_t n;                    // how many items differ, those that came or went included
    uint32_t item[RECIPE_NAMED]; // the first of them, from 1
};

struct recipe_book;

struct recipe_book *recipe_book_new(void);
void recipe_book_free(struct recipe_book *b);
// Compares with what was seen last under this name on this tool, and remembers it. False without memory.
bool recipe_book_take(struct recipe_book *b, struct span tool, struct span name,
                      const struct recipe_marks *r, struct recipe_change *ret);
// Recipes that were forgotten for want of room: their next change is not known.
uint64_t recipe_book_evicted(const struct recipe_book *b);

#endif
