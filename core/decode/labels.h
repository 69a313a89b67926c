// labels.h - "Label: value" in a text that has no "=".
// SPDX-License-Identifier: Apache-2.0
//
// Forms, mails and many appliances write what others write as key=value with a colon: one a line, or with ", "
// "; " between them ("SrcIP: 10.0.0.1, DstIP: 10.0.0.2", "action:\"Drop\"; origin:\"10.0.0.1\""). A label is up
// to LABEL_MAX bytes of letters, digits, blanks and "_-./()" that begins with a letter, at the beginning or
// behind the separator; the value goes on to the next separator that a label follows, or to its quote.
#ifndef CORE_DECODE_LABELS_H
#define CORE_DECODE_LABELS_H

#include "core/decode/fields.h"

enum { LABEL_MAX = 40 };

// Adds the labelled values when the text begins with a label and has at least `least` of them; how many
// were added.
size_t labels_flatten(struct span s, size_t least, struct fields *out);

#endif
