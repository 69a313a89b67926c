// fuzz.h - what the targets of `make fuzz` share.
// SPDX-License-Identifier: Apache-2.0
//
// A target is one function of libFuzzer's; it begins with what it keeps between inputs. The input is
// copied into a piece of memory of exactly its size, so that a byte read behind it is found.
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FUZZ_CHECK(x)                                                                              \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x);           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

// To be freed by the caller; never NULL.
static inline struct span fuzz_copy(const void *data, size_t n)
{
    char *p = malloc(n ? n : 1);

    FUZZ_CHECK(p);
    if (n) {
        memcpy(p, data, n);
    }
    return span_of(p, n);
}

#endif
