// xml_cut.h - where an XML document ends in a stream; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
//
// Only what tells a document's end is read (XML 1.0, 2.1-2.7): tags and their nesting, quoted attribute
// values, comments, CDATA sections, processing instructions and the document type. Nothing is checked: what
// is broken goes on until elements are closed or the framer ends it. All zero before the first byte.
#ifndef CORE_FRAME_XML_CUT_H
#define CORE_FRAME_XML_CUT_H

#include "core/base/span.h"

struct xml_cut {
    uint8_t state;
    char quote;
    uint32_t depth; // elements that are open
};

// Reads on. True when the root element was closed: `ret` bytes were read with its '>', the next document
// begins behind them. False: all were read.
bool xml_cut_run(struct xml_cut *x, struct span s, size_t *ret);

#endif
