// key_file.h - a secret of 32 bytes in a file of its owner alone.
// SPDX-License-Identifier: Apache-2.0
//
// The key of the digests of recipes: 64 hexadecimal digits and a line end, mode 0600. With another key the
// same recipe has other digests: it stays the same as long as they are to be compared.
#ifndef CONNECTORS_OS_KEY_FILE_H
#define CONNECTORS_OS_KEY_FILE_H

#include "core/base/err.h"
#include "core/base/span.h"

enum { KEY_FILE_BYTES = 32 };

struct key_file {
    unsigned char b[KEY_FILE_BYTES];
};

// E_INPUT: not of this form, or others may read it; E_SYSTEM: not there.
int key_file_read(int dirfd, const char *path, struct key_file *ret, struct err *err);
// The same from an open descriptor, which stays the caller's.
int key_file_read_fd(int fd, struct key_file *ret, struct err *err);
// Makes one by the kernel's random numbers where there is none.
int key_file_make(int dirfd, const char *path, struct err *err);

static inline struct span key_file_span(const struct key_file *k)
{
    static const struct key_file none;

    return memcmp(k, &none, sizeof(none)) == 0 ? SPAN_NONE
                                               : span_of((const char *)k->b, sizeof(k->b));
}

#endif
