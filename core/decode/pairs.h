// pairs.h - CEF, LEEF and plain key=value to fields.
// SPDX-License-Identifier: Apache-2.0
//
// CEF    "CEF:0|Vendor|Product|DeviceVersion|SignatureID|Name|Severity|key=value ..." (ArcSight Common
//        Event Format, revision 25). Escapes: \| \\ in the header, \= \\ \n \r in values. Header parts
//        become CEFVersion DeviceVendor DeviceProduct DeviceVersion DeviceEventClassID Name Severity. A
//        pair cs1Label=Safe cs1=X also gives the field Safe = X.
// LEEF   1.0 and 2.0 (IBM QRadar). Header parts: LEEFVersion Vendor Product Version EventID.
//        Both are also read without their first word ("0|Vendor|...", "1.0|Vendor|..."), which some
//        syslog relays take for the tag.
// pairs  key=value in a dialect: what stands between pairs, between key and value; values in '"' or "'"
//        end at their quote, with `brackets` those in [] {} () at theirs; with `runs` a value goes on to
//        the next key ("a=one two b=3"). Keys may stand in quotes. A word that is no pair is passed over.
//
// Every function adds what it could read and returns NULL, or what was wrong.
#ifndef CORE_DECODE_PAIRS_H
#define CORE_DECODE_PAIRS_H

#include "core/decode/fields.h"

struct dialect {
    struct span separator; // between pairs; empty: blanks
    struct span assign;    // between key and value
    bool runs, brackets;
};

const char *cef_flatten(struct span s, struct fields *out);
const char *leef_flatten(struct span s, struct fields *out);
const char *pairs_flatten(struct span s, const struct dialect *d, struct span prefix,
                          struct fields *out);

// Whether a text looks like pairs ("=" behind at least `least` keys), and in which dialect.
bool pairs_guess(struct span s, size_t least, struct dialect *ret);

#endif
