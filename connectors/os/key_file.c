// key_file.c - reading and making a key.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "core/base/hash.h"

enum { TEXT = 2 * KEY_FILE_BYTES + 1 };

int key_file_read_fd(int fd, struct key_file *ret, struct err *err)
{
    char text[TEXT + 1];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) < 0 || (n = pread(fd, text, sizeof(text), 0)) < 0) {
        return err_sys(err, errno, "key.read", "the key could not be read");
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        return err_set(err, E_INPUT, "key.mode", "others may read the key: its mode must be 0600");
    }
    if (n == TEXT && text[TEXT - 1] == '\n') {
        n--;
    }
    return n == TEXT - 1 && hex_get(span_of(text, TEXT - 1), ret->b, sizeof(ret->b))
               ? 0
               : err_set(err, E_INPUT, "key.form", "a key is %d hexadecimal digits", TEXT - 1);
}

int key_file_read(int dirfd, const char *path, struct key_file *ret, struct err *err)
{
    int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;

    err_at(err, path, 0, 0);
    if (fd < 0) {
        return err_sys(err, errno, "key.open", "the key could not be opened");
    }
    rc = key_file_read_fd(fd, ret, err);
    close(fd);
    return rc;
}

int key_file_make(int dirfd, const char *path, struct err *err)
{
    unsigned char b[KEY_FILE_BYTES];
    char text[TEXT + 1];

    if (faccessat(dirfd, path, F_OK, 0) == 0) {
        return 0;
    }
    if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b)) {
        return err_sys(err, errno, "key.random", "no random numbers");
    }
    hex_put(span_of((const char *)b, sizeof(b)), text);
    text[TEXT - 1] = '\n';
    return file_write_atomic(dirfd, path, span_of(text, TEXT), 0600, err);
}
