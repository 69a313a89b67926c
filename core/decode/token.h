// token.h - a text in words, as people and programs write log lines.
// SPDX-License-Identifier: Apache-2.0
//
// Blanks, ',' ';' '|' '=' and brackets stand between words; what is in quotes is one word. A ':' or '.' at a
// word's end is no part of it, one inside is. Of their own are "->", addresses with their port
// (address.h), URLs, and both halves of "name:1.2.3.4" and "user@1.2.3.4". At most TOKENS_MAX words of
// the first TOKENS_REACH bytes are taken; more are passed over. Nothing is copied.
#ifndef CORE_DECODE_TOKEN_H
#define CORE_DECODE_TOKEN_H

#include "core/decode/address.h"

enum { TOKENS_MAX = 256, TOKENS_REACH = 2048 };

enum token_kind {
    TOKEN_WORD,
    TOKEN_QUOTED,  // what stands between the quotes, or in round brackets if nothing else does
    TOKEN_EMPTY,   // a cell of a table without a value: ",,"
    TOKEN_ARROW,   // "->" "=>" "-->"
    TOKEN_URL,     // scheme://...
    TOKEN_ADDRESS, // `address` is set
};

struct token {
    enum token_kind kind;
    bool cell;  // a ',' ';' '|' or tab stands beside it: one of a row of values
    bool colon; // a ':' stands behind it
    bool back;  // WORD: it has a backslash
    bool host;  // ADDRESS: "user@" stands before it, which is the word before
    struct span s;
    struct address address; // ADDRESS
};

struct tokens {
    size_t n, cells;
    struct token v[TOKENS_MAX];
};

void tokens_read(struct span text, struct tokens *ret);

#endif
