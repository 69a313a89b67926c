// usual.h - texts that every other value of their kind holds: to look for them tells little.
// SPDX-License-Identifier: Apache-2.0
//
// Rough knowledge of what logs hold, not a measure of some file; where it is wrong matching costs time and
// nothing else.
#ifndef CORE_DETECT_USUAL_H
#define CORE_DETECT_USUAL_H

#include "core/base/span.h"

enum { USUAL_RUN = 4 };

bool usual_run(const char *p);     // whether these USUAL_RUN bytes may stand in such a text
bool usual_text(struct span text); // whether the text, lower case, stands in one

#endif
