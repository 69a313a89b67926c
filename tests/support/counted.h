// counted.h - a test program that counts its allocations: its own malloc in front of glibc's.
// SPDX-License-Identifier: Apache-2.0
//
// Included by the one file of a program, never twice. Under the address sanitiser, which has its own malloc,
// nothing is counted and COUNTED is 0.
#ifndef TESTS_SUPPORT_COUNTED_H
#define TESTS_SUPPORT_COUNTED_H

#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define COUNTED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTED 0
#endif
#endif
#ifndef COUNTED
#define COUNTED 1
#endif

static size_t allocations;

#if COUNTED
// glibc's own entry points; the sanitiser's build has them under other names.
extern void *__libc_malloc(size_t n);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_calloc(size_t a, size_t b);
extern void *__libc_memalign(size_t to, size_t n);

void *malloc(size_t n)
{
    allocations++;
    return __libc_malloc(n);
}

void *realloc(void *p, size_t n)
{
    allocations++;
    return __libc_realloc(p, n);
}

void *calloc(size_t a, size_t b)
{
    allocations++;
    return __libc_calloc(a, b);
}

void *aligned_alloc(size_t to, size_t n)
{
    allocations++;
    return __libc_memalign(to, n);
}
#endif

#endif
