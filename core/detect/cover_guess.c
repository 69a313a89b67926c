// cover_guess.c - which of two texts is rarer in logs: letters, lengths, and what is everywhere.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/cover.h"
#include "core/detect/usual.h"

// What one more byte of a text tells, in bits.
static double bits_of(char c)
{
    if (c >= '0' && c <= '9') {
        return 2.5;
    }
    if (c >= 'a' && c <= 'z') {
        return strchr("etaoinsrl", c) ? 2.0 : 3.0;
    }
    return c && strchr(" .\\/-:", c) ? 1.5 : 3.5;
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
    case COVER_WHOLE: return k->text.n < 6 || usual_text(k->text) ? 60 : 4 + rare;
    case COVER_TAIL: return usual_text(k->text) ? 100 : 4 + rare;
    case COVER_FRONT:
    case COVER_BACK: return usual_text(k->text) ? 150 : 1 + 2 * rare;
    case COVER_PART: return usual_text(k->text) ? 300 : 0.5 + 50 * rare;
    case COVER_KINDS: break;
    }
    return 1000;
}
