// rotate.c - which file of a rotation comes next.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/intake/rotate.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

ntime_t rotate_written(const struct stat *st)
{
    return (ntime_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

ntime_t rotate_made(int fd)
{
    struct statx x;

    return statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &x) == 0 && x.stx_mask & STATX_BTIME
               ? (ntime_t)x.stx_btime.tv_sec * 1000000000 + x.stx_btime.tv_nsec
               : 0;
}

// ".1", "-20261122", ".2026-11-22-03": a separator, then digits and separators.
static bool is_turn(struct span s)
{
    bool digit = false;

    if (s.n < 2 || !(s.p[0] == '.' || s.p[0] == '-' || s.p[0] == '_')) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        bool d = s.p[i] >= '0' && s.p[i] <= '9';

        if (!d && s.p[i] != '.' && s.p[i] != '-' && s.p[i] != '_') {
            return false;
        }
        digit = digit || d;
    }
    return digit;
}

bool rotate_of(struct span name, struct span sibling, bool *ret_packed)
{
    static const char *const ends[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
    size_t dot = name.n;

    *ret_packed = false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && !*ret_packed; i++) {
        if (span_ends(sibling, span_str(ends[i]))) {
            sibling = span_sub(sibling, 0, sibling.n - strlen(ends[i]));
            *ret_packed = true;
        }
    }
    if (span_starts(sibling, name) && is_turn(span_sub(sibling, name.n, sibling.n))) {
        return true;
    }
    while (dot && name.p[dot - 1] != '.') {
        dot--;
    }
    if (dot < 2) { // no extension, or nothing but one
        return false;
    }
    dot--;
    return sibling.n > name.n && span_starts(sibling, span_sub(name, 0, dot)) &&
           span_ends(sibling, span_sub(name, dot, name.n)) &&
           is_turn(span_sub(sibling, dot, sibling.n - name.n));
}

bool rotate_next(int dir, const char *name, ntime_t after, uint64_t but, struct rotated *ret)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    bool found = false, packed;
    struct dirent *e;

    while (d && (e = readdir(d)) != NULL) {
        size_t n = strlen(e->d_name);
        struct stat st;

        if (n < ROTATE_NAME && rotate_of(span_str(name), span_of(e->d_name, n), &packed) &&
            fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
            st.st_ino != but && rotate_written(&st) > after &&
            (!found || rotate_written(&st) < ret->written)) {
            *ret = (struct rotated){
                .written = rotate_written(&st), .size = (uint64_t)st.st_size, .packed = packed};
            memcpy(ret->name, e->d_name, n);
            found = true;
        }
    }
    if (d) {
        closedir(d);
    } else if (copy >= 0) {
        close(copy);
    }
    return found;
}
