// attr.h - compiler attributes under short names, so that contracts stand in the prototypes.
// SPDX-License-Identifier: Apache-2.0
//
// gcc 12 and clang 14 in gnu17 mode agree on the GNU spelling only; the bracket syntax is an error
// in clang there.
#ifndef CORE_BASE_ATTR_H
#define CORE_BASE_ATTR_H

#define ATTR_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define ATTR_NODISCARD          __attribute__((warn_unused_result))
#define ATTR_NORETURN           __attribute__((noreturn))
#define ATTR_NONNULL            __attribute__((returns_nonnull))
#define ATTR_UNUSED             __attribute__((unused))
#define ATTR_CLEANUP(fn)        __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
