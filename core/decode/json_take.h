// json_take.h - the wanted fields of one JSON text, and only those.
// SPDX-License-Identifier: Apache-2.0
//
// The same fields as json_flatten() (json.h) gives, less those whose names nobody wants: their values
// are checked and passed over. Names are those of the set of names, so nothing is joined or copied but
// wanted strings with escapes. One pass: a key is guessed from the texts before (json_memo.h) and
// compared, a string's end is found 32 bytes at a time (json_string.h).
#ifndef CORE_DECODE_JSON_TAKE_H
#define CORE_DECODE_JSON_TAKE_H

#include "core/decode/fields.h"
#include "core/decode/json_memo.h"

// False: the text is wrong in some way, is neither object nor list, goes beyond a bound, or this
// processor has no vector unit for it; then json_flatten() says what is so. Fields that were added
// before stay. `m` was made for the names of `out`, all of whose fields are indexed.
bool json_take(struct json_memo *m, struct span text, struct fields *out);

#endif
