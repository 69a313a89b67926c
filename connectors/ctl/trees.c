// trees.c - finding, checking and keeping what was read of documents.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/trees.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "connectors/os/key_file.h"

enum { NAME_BYTES = 8, ARENA_MAX = 1 << 30 };

static bool wanted(const struct textfile *file, size_t n)
{
    const char *said = getenv("FABSOC_CACHE");
    size_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        bytes += file[i].text.n;
    }
    return bytes >= TREES_WORTH && !(said && strcmp(said, "off") == 0);
}

// A list of documents has its own file, so that two lists do not drive each other out.
static void name_of(const struct textfile *file, size_t n, const struct digest *reader,
                    char out[sizeof("trees-") + 2 * NAME_BYTES])
{
    struct digest_ctx *c = digest_begin();
    char *here = getcwd(NULL, 0);
    struct digest d;

    digest_add(c, span_of((const char *)reader->b, sizeof(reader->b)));
    digest_add(c, span_str(here));
    for (size_t i = 0; i < n; i++) {
        digest_add(c, span_of(file[i].path, strlen(file[i].path) + 1));
    }
    d = digest_end(c);
    free(here);
    memcpy(out, "trees-", 6);
    hex_put(span_of((const char *)d.b, NAME_BYTES), out + 6);
}

static bool get_key(struct key_file *ret)
{
    int dir = trees_home("XDG_STATE_HOME", ".local/state");
    struct err err = ERR_INIT;
    bool ok;

    if (dir < 0) {
        return false;
    }
    ok = key_file_make(dir, "cache.key", &err) == 0 &&
         key_file_read(dir, "cache.key", ret, &err) == 0;
    close(dir);
    if (!ok) {
        err_print(stderr, &err);
    }
    return ok;
}

static void say(const char *name, enum treecache_state state)
{
    struct err err = ERR_INIT;

    err_at(&err, name, 0, 0);
    (void)err_set(&err, E_INPUT, state == TREECACHE_FOREIGN ? "cache.foreign" : "cache.changed",
                  "the cache of documents %s: it is made anew",
                  state == TREECACHE_FOREIGN ? "is not of this program"
                                             : "is not as it was written");
    err_print(stderr, &err);
}

// Whoever else is writing now writes the same. A cache that cannot be written costs time only.
static void keep(const struct trees *t, struct arena *tmp, int dir, const char *name,
                 struct span key, const struct digest *reader)
{
    struct err err = ERR_INIT;
    AUTO_BUF out;

    buf_init(&out, TREECACHE_BYTES_MAX);
    if (flock(dir, LOCK_EX | LOCK_NB) == 0 && treelist_write(&t->list, tmp, key, reader, &out) &&
        file_write_atomic(dir, name, buf_span(&out), 0600, &err) == 0) {
        trees_prune(dir);
    }
}

static void use(struct trees *t, int dir, const struct textfile *file, size_t n,
                const struct key_file *key, struct span build)
{
    char name[sizeof("trees-") + 2 * NAME_BYTES];
    struct digest reader = treecache_reader(build);
    struct span secret = span_of((const char *)key->b, sizeof(key->b));
    struct treecache cache = {.file = SPAN_NONE};
    enum treecache_state state = TREECACHE_GOOD;

    name_of(file, n, &reader, name);
    if (trees_read(dir, name, &t->file)) {
        state = treecache_open(&cache, buf_span(&t->file), secret, &reader);
    }
    t->refused = state != TREECACHE_GOOD;
    if (t->refused) {
        say(name, state);
    }
    if (!treelist_make(&t->list, &t->arena, &cache, file, n)) {
        t->list = (struct treelist){.n = 0};
    } else if (t->list.made) {
        keep(t, &t->arena, dir, name, secret, &reader);
    }
}

void trees_open(struct trees *t, const struct textfile *file, size_t n)
{
    struct span build = trees_build();
    struct key_file key;
    int dir;

    *t = (struct trees){.refused = false};
    arena_init(&t->arena, ARENA_MAX);
    buf_init(&t->file, TREECACHE_BYTES_MAX);
    if (build.n == 0 || !wanted(file, n) || !get_key(&key)) {
        return;
    }
    dir = trees_home("XDG_CACHE_HOME", ".cache");
    if (dir >= 0) {
        use(t, dir, file, n, &key, build);
        close(dir);
    }
}

void trees_close(struct trees *t)
{
    buf_free(&t->file);
    arena_free(&t->arena);
    t->list = (struct treelist){.n = 0};
}
