// key.h - from the bytes of a terminal to key codes.
// SPDX-License-Identifier: Apache-2.0
//
// A key code is the Unicode character typed, a control character (Enter 13, Tab 9, Esc 27,
// Backspace 127, Ctrl-L 12 ...) or one of K_* above the last character.
//
// The decoder is a machine of its own rather than terminfo's: F7 is not in vt100's terminfo, so its
// ESC was taken for the Esc key by a program that then asked to quit. Here an ESC is the Esc key
// only when nothing follows within KEY_ESC_MS; a sequence that is not known is swallowed whole. The
// table holds what linux, vt100-vt220, xterm, screen and tmux send (ECMA-48 CSI and SS3 forms).
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/span.h"

enum {
    K_NONE = -1,
    K_CTRL_G = 7,
    K_TAB = 9,
    K_CTRL_L = 12,
    K_ENTER = 13,
    K_ESC = 27,
    K_SPACE = 32,
    K_BACKSPACE = 127,
    K_FIRST = 0x110000,
#define KEYNAME(NAME, name) K_##NAME,
#include "tui/key.def"
#undef KEYNAME
    K_END_OF_LIST
};

enum { KEY_ESC_MS = 25, KEY_SEQ_MAX = 32, KEY_TEXT = 12 };

struct key_decoder {
    char seq[KEY_SEQ_MAX]; // bytes of the sequence or character under way
    size_t n;
    bool swallow; // the sequence was longer than any we know: drop up to its final byte
};

// Takes one byte. Returns a key, or K_NONE while more is needed or nothing is meant.
int32_t key_feed(struct key_decoder *d, unsigned char byte);
// True while bytes are held back: the caller waits KEY_ESC_MS for the next one, then calls
// key_timeout(), which gives Esc for a lone ESC and K_NONE for a sequence cut short.
static inline bool key_pending(const struct key_decoder *d)
{
    return d->n > 0 || d->swallow;
}
int32_t key_timeout(struct key_decoder *d);

// Names as in keys.conf: one character, or Enter Esc Tab Space Backspace Ctrl-X and key.def.
// K_NONE when unknown.
int32_t key_parse(struct span name);
char *key_text(int32_t key, char out[KEY_TEXT]);

#endif
