// xml_cut.c - where an XML document ends in a stream.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/xml_cut.h"

enum state {
    TEXT,
    LESS,      // "<"
    OPEN,      // "<name ..."
    QUOTE,     // a value in it
    SLASH,     // "<name/"
    CLOSE,     // "</..."
    PI,        // "<?..."
    PI_END,    // "<?...?"
    BANG,      // "<!"
    DASH,      // "<!-"
    COMMENT,   // "<!--..."
    COMMENT_1, // "-"
    COMMENT_2, // "--"
    CDATA,     // "<![..."
    CDATA_1,   // "]"
    CDATA_2,   // "]]"
    DOCTYPE,   // "<!X..."
    DOCTYPE_IN // between its brackets
};

// The states of tags: the next one; `closed` when an element has ended.
static enum state in_tag(struct xml_cut *x, char c, bool *closed)
{
    switch (x->state) {
    case LESS: return c == '?' ? PI : c == '!' ? BANG : c == '/' ? CLOSE : OPEN;
    case QUOTE: return c == x->quote ? OPEN : QUOTE;
    case SLASH:
        if (c == '>') {
            *closed = true;
            x->depth++; // it was opened too
            return TEXT;
        }
        break;
    case CLOSE: *closed = c == '>'; return c == '>' ? TEXT : CLOSE;
    default: break;
    }
    if (c == '"' || c == '\'') {
        x->quote = c;
        return QUOTE;
    }
    if (c == '>') {
        x->depth += x->depth < UINT32_MAX;
        return TEXT;
    }
    return c == '/' ? SLASH : OPEN;
}

// The states of what is no element.
static enum state in_aside(enum state s, char c)
{
    switch (s) {
    case PI: return c == '?' ? PI_END : PI;
    case PI_END: return c == '>' ? TEXT : c == '?' ? PI_END : PI;
    case BANG: return c == '-' ? DASH : c == '[' ? CDATA : c == '>' ? TEXT : DOCTYPE;
    case DASH: return c == '-' ? COMMENT : DOCTYPE;
    case COMMENT: return c == '-' ? COMMENT_1 : COMMENT;
    case COMMENT_1: return c == '-' ? COMMENT_2 : COMMENT;
    case COMMENT_2: return c == '>' ? TEXT : c == '-' ? COMMENT_2 : COMMENT;
    case CDATA: return c == ']' ? CDATA_1 : CDATA;
    case CDATA_1: return c == ']' ? CDATA_2 : CDATA;
    case CDATA_2: return c == '>' ? TEXT : c == ']' ? CDATA_2 : CDATA;
    case DOCTYPE: return c == '[' ? DOCTYPE_IN : c == '>' ? TEXT : DOCTYPE;
    default: return c == ']' ? DOCTYPE : DOCTYPE_IN;
    }
}

bool xml_cut_run(struct xml_cut *x, struct span s, size_t *ret)
{
    for (size_t i = 0; i < s.n; i++) {
        bool closed = false;
        enum state state;

        if (x->state == TEXT) {
            i += span_find(span_sub(s, i, s.n), '<');
            x->state = (uint8_t)(i < s.n ? LESS : TEXT);
            continue;
        }
        state =
            x->state <= CLOSE ? in_tag(x, s.p[i], &closed) : in_aside((enum state)x->state, s.p[i]);
        x->state = (uint8_t)state;
        if (closed && x->depth && --x->depth == 0) {
            *ret = i + 1;
            return true;
        }
    }
    *ret = s.n;
    return false;
}
