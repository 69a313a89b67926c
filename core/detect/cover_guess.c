// cover_guess.c - which of two texts is rarer in logs: letters, lengths, and what is everywhere.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/grams.h"
#include "core/detect/usual.h"

// What one more byte of a text tells, in halves of a bit; those not named tell 3.5 bits.
static const uint8_t half_bits[256] = {
    ['0'] = 5, ['1'] = 5, ['2'] = 5, ['3'] = 5, ['4'] = 5, ['5'] = 5,  ['6'] = 5,
    ['7'] = 5, ['8'] = 5, ['9'] = 5, ['a'] = 4, ['b'] = 6, ['c'] = 6,  ['d'] = 6,
    ['e'] = 4, ['f'] = 6, ['g'] = 6, ['h'] = 6, ['i'] = 4, ['j'] = 6,  ['k'] = 6,
    ['l'] = 4, ['m'] = 6, ['n'] = 4, ['o'] = 4, ['p'] = 6, ['q'] = 6,  ['r'] = 4,
    ['s'] = 4, ['t'] = 4, ['u'] = 6, ['v'] = 6, ['w'] = 6, ['x'] = 6,  ['y'] = 6,
    ['z'] = 6, [' '] = 3, ['.'] = 3, ['/'] = 3, [':'] = 3, ['\\'] = 3, ['-'] = 3};

// RARE_SIGN: quarters of a bit.
enum { RARE_SIGN = 26 };

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

// What is everywhere; what is in many values. A text of a field says more than that the field is there.
enum { USUAL = 300, OFTEN = 60 };
static const double there = 500;

// `n` times as often as a whole value is that text.
static double of_text(struct span text, double n)
{
    return usual_text(text) ? USUAL : n * 1000.0 / (double)(UINT64_C(1) << (int)bits(text));
}

double cover_guess(const struct cover_key *k)
{
    switch (k->kind) {
    case COVER_THERE: return there;
    case COVER_WIDE: return 1;
    case COVER_WIDER: return 0.5;
    case COVER_WHOLE: return k->text.n < 6 || usual_text(k->text) ? OFTEN : 4 + of_text(k->text, 1);
    case COVER_TAIL: return 4 + of_text(k->text, 1);
    case COVER_FRONT:
    case COVER_BACK: return 1 + of_text(k->text, 2);
    case COVER_PART: return 0.5 + of_text(k->text, 50);
    case COVER_KINDS: break;
    }
    return 1000;
}

double cover_guess_field(double sum)
{
    return sum < there ? sum : there;
}

// One byte must be a sign that few values have.
bool cover_tells(struct span text)
{
    unsigned char c = text.n ? (unsigned char)text.p[0] : 'a';
    bool word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;

    return text.n >= COVER_LEAST || (!word && gram_rarity(c) >= RARE_SIGN);
}
