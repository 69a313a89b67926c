// cover_guess.c - which of two texts is rarer in logs: letters, lengths, and what is everywhere.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/cover.h"
#include "core/detect/usual.h"

// What one more byte of a text tells, in halves of a bit; those not named tell 3.5 bits.
static const uint8_t half_bits[256] = {
    ['0'] = 5, ['1'] = 5, ['2'] = 5, ['3'] = 5, ['4'] = 5, ['5'] = 5,  ['6'] = 5,
    ['7'] = 5, ['8'] = 5, ['9'] = 5, ['a'] = 4, ['b'] = 6, ['c'] = 6,  ['d'] = 6,
    ['e'] = 4, ['f'] = 6, ['g'] = 6, ['h'] = 6, ['i'] = 4, ['j'] = 6,  ['k'] = 6,
    ['l'] = 4, ['m'] = 6, ['n'] = 4, ['o'] = 4, ['p'] = 6, ['q'] = 6,  ['r'] = 4,
    ['s'] = 4, ['t'] = 4, ['u'] = 6, ['v'] = 6, ['w'] = 6, ['x'] = 6,  ['y'] = 6,
    ['z'] = 6, [' '] = 3, ['.'] = 3, ['/'] = 3, [':'] = 3, ['\\'] = 3, ['-'] = 3};

static double bits_of(char c)
{
    unsigned halves = half_bits[(unsigned char)c];

    return halves ? halves / 2.0 : 3.5;
}

static double bits(struct span text)
{
    double sum = 0;

    for (size_t i = 0; i < text.n && sum < 40; i++) {
        sum += bits_of(text.p[i]);
    }
    return sum;
}

double cover_guess(const struct cover_key *k)
{
    double rare = 1000.0 / (double)(UINT64_C(1) << (int)bits(k->text));

    switch (k->kind) {
    case COVER_THERE: return 500;
    case COVER_WIDE: return 1;
    case COVER_WIDER: return 0.5;
    case COVER_WHOLE: return k->text.n < 6 || usual_text(k->text) ? 60 : 4 + rare;
    case COVER_TAIL: return usual_text(k->text) ? 100 : 4 + rare;
    case COVER_FRONT:
    case COVER_BACK: return usual_text(k->text) ? 150 : 1 + 2 * rare;
    case COVER_PART: return usual_text(k->text) ? 300 : 0.5 + 50 * rare;
    case COVER_KINDS: break;
    }
    return 1000;
}
