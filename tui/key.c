// key.c - sequences, characters, names.
// SPDX-License-Identifier: Apache-2.0
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"

static const struct {
    const char *seq; // behind ESC
    int32_t key;
} sequences[] = {
    {"[A", K_UP},      {"[B", K_DOWN},  {"[C", K_RIGHT}, {"[D", K_LEFT},    {"OA", K_UP},
    {"OB", K_DOWN},    {"OC", K_RIGHT}, {"OD", K_LEFT},  {"[H", K_HOME},    {"[F", K_END},
    {"OH", K_HOME},    {"OF", K_END},   {"[1~", K_HOME}, {"[4~", K_END},    {"[7~", K_HOME},
    {"[8~", K_END},    {"[5~", K_PGUP}, {"[6~", K_PGDN}, {"[2~", K_INSERT}, {"[3~", K_DELETE},
    {"[Z", K_BACKTAB}, {"OP", K_F1},    {"OQ", K_F2},    {"OR", K_F3},      {"OS", K_F4},
    {"[11~", K_F1},    {"[12~", K_F2},  {"[13~", K_F3},  {"[14~", K_F4},    {"[[A", K_F1},
    {"[[B", K_F2},     {"[[C", K_F3},   {"[[D", K_F4},
};

static int32_t lookup(const struct key_decoder *d)
{
    for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
        if (span_eq_str(span_of(d->seq + 1, d->n - 1), sequences[i].seq)) {
            return sequences[i].key;
        }
    }
    return K_NONE;
}

// Whether the bytes behind ESC are a whole sequence (ECMA-48: CSI ends with 0x40-0x7e, SS3 takes one
// byte). "[[" is the Linux console's own F1-F5: one more byte.
static bool sequence_ends(const struct key_decoder *d)
{
    unsigned char last = (unsigned char)d->seq[d->n - 1];

    if (d->n < 3) {
        return d->n == 2 && d->seq[1] != '[' && d->seq[1] != 'O';
    }
    if (d->seq[1] == 'O' || d->seq[2] == '[') {
        return d->n == (d->seq[1] == 'O' ? 3 : 4);
    }
    return last >= 0x40 && last <= 0x7e;
}

static int32_t feed_sequence(struct key_decoder *d, unsigned char byte)
{
    int32_t key = K_NONE;

    if (byte == K_ESC) { // a new sequence; what came before was none
        d->n = 1;
        d->swallow = false;
        return K_NONE;
    }
    if (d->swallow) {
        d->swallow = byte < 0x40 || byte > 0x7e;
        return K_NONE;
    }
    d->seq[d->n++] = (char)byte;
    if (sequence_ends(d)) {
        key = lookup(d);
        d->n = 0;
    } else if (d->n == KEY_SEQ_MAX) {
        d->n = 0;
        d->swallow = true;
    }
    return key;
}

static size_t utf8_need(unsigned char first)
{
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

int32_t key_feed(struct key_decoder *d, unsigned char byte)
{
    struct span s;
    int32_t cp;

    if (d->swallow || (d->n && d->seq[0] == K_ESC)) {
        return feed_sequence(d, byte);
    }
    if (byte < 0x80) {
        d->n = 0; // an interrupted character is dropped
        if (byte == K_ESC) {
            d->seq[d->n++] = K_ESC;
            return K_NONE;
        }
        return byte == '\n' ? K_ENTER : byte == 8 ? K_BACKSPACE : byte;
    }
    d->seq[d->n++] = (char)byte;
    if (d->n < utf8_need((unsigned char)d->seq[0])) {
        return K_NONE;
    }
    s = span_of(d->seq, d->n);
    d->n = 0;
    cp = utf8_next(&s);
    return cp < 0 || s.n || utf8_width((uint32_t)cp) < 0 ? K_NONE : cp;
}

int32_t key_timeout(struct key_decoder *d)
{
    bool esc = d->n == 1 && d->seq[0] == K_ESC;

    *d = (struct key_decoder){0};
    return esc ? K_ESC : K_NONE;
}

static const struct {
    const char *name;
    int32_t key;
} names[] = {
    {"Enter", K_ENTER},         {"Esc", K_ESC}, {"Tab", K_TAB}, {"Space", K_SPACE},
    {"Backspace", K_BACKSPACE},
#define KEYNAME(NAME, name) {name, K_##NAME},
#include "tui/key.def"
#undef KEYNAME
};

int32_t key_parse(struct span name)
{
    struct span rest = name;
    int32_t cp;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_eq_str(name, names[i].name)) {
            return names[i].key;
        }
    }
    if (name.n == 6 && span_starts(name, SPAN_LIT("Ctrl-")) && name.p[5] >= 'A' &&
        name.p[5] <= 'Z') {
        return name.p[5] - 'A' + 1;
    }
    if (!name.n) {
        return K_NONE;
    }
    cp = utf8_next(&rest);
    return cp > K_SPACE && !rest.n && utf8_width((uint32_t)cp) > 0 ? cp : K_NONE;
}

char *key_text(int32_t key, char out[KEY_TEXT])
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].key == key) {
            snprintf(out, KEY_TEXT, "%s", names[i].name);
            return out;
        }
    }
    if (key > 0 && key < K_SPACE) {
        snprintf(out, KEY_TEXT, "Ctrl-%c", (char)(key + 'A' - 1));
    } else {
        size_t n = key >= 0 && key < K_FIRST ? utf8_put((uint32_t)key, out) : 0;

        out[n] = '\0';
    }
    return out;
}
