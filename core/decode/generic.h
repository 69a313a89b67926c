// generic.h - what a record that no source file knows still says.
// SPDX-License-Identifier: Apache-2.0
//
// share/sources/_generic.yaml lists the usual names of each core field in order of preference. Names
// are compared without case and without '_', '-', '.', ' ' and '@', so SrcIP, src_ip and src.ip are one;
// a nested name counts whole ("client.ip") or, behind the others, by its last part. What a word in the
// record's text lets one guess (a logon, a refusal) is a second list. A file that knows the source
// always wins: nothing here is used then.
#ifndef CORE_DECODE_GENERIC_H
#define CORE_DECODE_GENERIC_H

#include "core/decode/apply.h"

int generic_read(struct loader *l, const struct ynode *root); // "_*.yaml": tables, aliases, guesses
void generic_apply(struct work *w, const struct sourceset *set, struct event *ev);

#endif
