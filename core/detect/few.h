// few.h - whether one of a few texts stands in a long one, letters of any case.
// SPDX-License-Identifier: Apache-2.0
//
// Two rare bytes of each text are looked for at their distance, 32 places at a time where the machine can
// (AVX2, asked once), and the text is compared where both are. Nothing is folded before, nothing is read
// beyond the end: so a whole record can be asked where it lies.
// Immutable once made; shared by threads.
#ifndef CORE_DETECT_FEW_H
#define CORE_DETECT_FEW_H

#include "core/base/span.h"

// FEW_MAX: texts. FEW_STEP: places at once. FEW_REACH: where in a text the bytes are.
enum { FEW_MAX = 6, FEW_STEP = 32, FEW_REACH = 32 };

struct few {
    size_t n; // 0: none was made
    struct few_text {
        struct span text; // in lower case, borrowed
        uint8_t at[2];    // of the two bytes, below FEW_REACH
        uint8_t byte[2];  // bit 0x20 set
    } text[FEW_MAX];
};

// Texts in lower case, none of them empty. False: they are too many.
bool few_make(struct few *f, const struct span *text, size_t n);

bool few_any(const struct few *f, struct span s);

void few_plainly(bool plainly); // for tests: one place at a time; while nothing runs

#endif
