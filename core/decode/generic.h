// generic.h - what a record that no source file knows still says.
// SPDX-License-Identifier: Apache-2.0
//
// share/sources/_generic.yaml lists the usual names of each core field in order of preference (alias.h), what
// texts say by the words beside a value (prose.h) or by labels (labels.h), what one value tells of
// another, and what words of the record let one guess (a logon, a refusal). A file that knows the source
// always wins: nothing here is used then.
#ifndef CORE_DECODE_GENERIC_H
#define CORE_DECODE_GENERIC_H

#include "core/decode/apply.h"

int generic_read(struct loader *l, const struct ynode *root); // "_*.yaml": tables, aliases, guesses
void generic_apply(struct work *w, const struct sourceset *set, struct event *ev);

#endif
