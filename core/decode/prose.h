// prose.h - what a text without names says: addresses, ports, people, commands, found by the words beside them.
// SPDX-License-Identifier: Apache-2.0
//
// The rows of `prose` in share/sources/_generic.yaml say which word announces what ("from" an address that
// is the source, "user" a name). A row's `as` is the kind of value that must stand there:
//   address   an IP address, up to three words behind the cue; its port is what stands with it, or
//             behind "port". Without any cue the first is the source and one directly behind it the
//             destination, as rows of values and "a -> b" have them
//   word      one word or a text in quotes, directly behind; without quotes, ':' or '=' only before a word
//             of `then` ("$": the end), with `address` and an address behind that: "user list updated"
//             names nobody. With `after` one of its words must stand before the cue ("for user x")
//   quoted    a text in quotes or round brackets
//   url       "scheme://..." anywhere; no cue
//   listed    a word out of `values` anywhere, or among the first `reach`, or (`cell`) as a value of its
//             own in a row of values
//   mnemonic  a message's name in capitals at the beginning: RT_FLOW_SESSION_CLOSE, DHCPREQUEST
//   code      letters and a number at the beginning, with a colon: "AUT23457:"
//   request   a request line of HTTP in quotes: its target
//   account   DOMAIN\name anywhere
// "name[pid]:" at the beginning needs no row: it is process.name and process.pid; nor do
// times (prose_time.h) and the user of a line in NCSA's common log format.
// Rows are tried in order; what is known already stays. Nothing is copied; spans point into the text.
#ifndef CORE_DECODE_PROSE_H
#define CORE_DECODE_PROSE_H

#include "core/decode/apply.h"

struct prose;

bool says_nothing(struct span v); // "-", "N/A", "null" and the like

int prose_read(struct loader *l, const struct ynode *n, struct prose **ret);
// `alone`: the text is all that there is; else names have said something, and an address without a cue
// says nothing. `zone_s`: of times that name none.
void prose_apply(const struct prose *p, struct work *w, struct span text, bool alone, int zone_s,
                 struct event *ev);

#endif
