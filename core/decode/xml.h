// xml.h - one XML document (XML 1.0, as far as logs use it) to flat fields.
// SPDX-License-Identifier: Apache-2.0
//
// <Event><System><EventID Qualifiers="0">4624</EventID></System></Event> gives System.EventID = 4624 and
// System.EventID.Qualifiers = 0: the outermost element gives no name, attributes stand under their
// element, prefixes of name spaces are left out, equal elements make lists. <Data Name="X">v</Data> gives
// X in place of Data (Windows events). Text beside child elements is not kept. Character and the five
// predefined entities are undone; document types, other entities and processing instructions are
// passed over, never expanded. At most XML_DEPTH levels.
#ifndef CORE_DECODE_XML_H
#define CORE_DECODE_XML_H

#include "core/decode/fields.h"

enum { XML_DEPTH = 64 };

const char *xml_flatten(struct span s, struct span prefix, struct fields *out);

#endif
