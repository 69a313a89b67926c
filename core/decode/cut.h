// cut.h - taking values apart that hold more than one.
// SPDX-License-Identifier: Apache-2.0
//
// A record is taken apart once by its own form; a source file may name values inside it that are JSON,
// CEF, key=value, columns or XML in turn, to any depth that the file writes down.
#ifndef CORE_DECODE_CUT_H
#define CORE_DECODE_CUT_H

#include "core/decode/apply.h"

// Does the steps of `s` whose conditions hold, one after the other. NULL, or what was wrong with the last
// value that was not of its form (it then stays as it is).
const char *cut_steps(struct work *w, const struct source *s);

// JSON under a prefix; false when the text is broken.
bool cut_json(struct work *w, struct span text, struct span prefix, const char **ret_why);

#endif
