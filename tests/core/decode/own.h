// own.h - the project's own sources and a decoder of them, for a whole group of tests.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_DECODE_OWN_H
#define TESTS_CORE_DECODE_OWN_H

#include "tests/core/decode/files.h"

static struct sourceset *set;
static struct decoder *dec;

static inline int own_begin(void **state)
{
    struct faults faults = {0};

    (void)state;
    set = own_sources(&faults);
    dec = set ? decoder_new(set) : NULL;
    return dec && faults.count == 0 ? 0 : -1;
}

static inline int own_end(void **state)
{
    (void)state;
    decoder_free(dec);
    sourceset_free(set);
    return 0;
}

#endif
