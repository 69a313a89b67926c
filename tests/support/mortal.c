// mortal.c - what makes the test's detect die of a record, as a fault of a decoder would.
// SPDX-License-Identifier: Apache-2.0
//
// Linked with --wrap=decode into tests/libexec/detect and into nothing else: the role's objects are
// those that are shipped, and the shipped program knows no such record.
#include <string.h>

#include "core/decode/decode.h"

void real_decode(struct decoder *d, const struct decode_in *in,
                 struct event *ret) __asm__("__real_decode");
void wrap_decode(struct decoder *d, const struct decode_in *in,
                 struct event *ret) __asm__("__wrap_decode");

static bool holds(struct span raw, const char *word)
{
    return memmem(raw.p, raw.n, word, strlen(word)) != NULL;
}

// A store to an address that is nobody's.
__attribute__((no_sanitize("address", "undefined"))) static void fall(void)
{
    volatile char *volatile nowhere = (char *)8;

    *nowhere = 1;
}

void wrap_decode(struct decoder *d, const struct decode_in *in, struct event *ret)
{
    if (holds(in->raw, "mortal: segv")) {
        fall();
    }
    if (holds(in->raw, "mortal: trap")) {
        __builtin_trap();
    }
    real_decode(d, in, ret);
}
