// pairs.h - CEF, LEEF and plain key=value to fields.
// SPDX-License-Identifier: Apache-2.0
//
// CEF    "CEF:0|Vendor|Product|DeviceVersion|SignatureID|Name|Severity|key=value ..." (ArcSight Common
//        Event Format, revision 25). Escapes: \| \\ in the header, \= \\ \n \r in values. Header parts
//        become CEFVersion DeviceVendor DeviceProduct DeviceVersion DeviceEventClassID Name Severity. A
//        pair cs1Label=Safe cs1=X also gives the field Safe = X.
// LEEF   1.0 and 2.0 (IBM QRadar). Header parts: LEEFVersion Vendor Product Version EventID.
// pairs  key=value or key="quoted value", separated by one character or, when it is 0, by blanks.
//
// Every function adds what it could read and returns NULL, or what was wrong.
#ifndef CORE_DECODE_PAIRS_H
#define CORE_DECODE_PAIRS_H

#include "core/decode/fields.h"

const char *cef_flatten(struct span s, struct fields *out);
const char *leef_flatten(struct span s, struct fields *out);
const char *pairs_flatten(struct span s, char separator, struct span prefix, struct fields *out);

#endif
