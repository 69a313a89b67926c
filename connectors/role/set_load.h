// set_load.h - a set of rules, sources, playbooks, fab model, policy and roster under its digest.
// SPDX-License-Identifier: Apache-2.0
//
// STATE/sets/<sha256>/ holds rules/, sources/ and playbooks/ (as installed, paths kept), fab.yaml,
// policy.yaml and roster.yaml. The digest is that of all files by file_tree_digest() under these
// names. A set is never changed; a directory appears whole (made as .new, synced, renamed).
#ifndef CONNECTORS_ROLE_SET_LOAD_H
#define CONNECTORS_ROLE_SET_LOAD_H

#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/base/textfile.h"

enum set_part {
    SET_RULES,     // *.yml *.yaml
    SET_SOURCES,   // *.yml *.yaml
    SET_PLAYBOOKS, // *.json
    SET_FAB,       // one file each, from here on
    SET_POLICY,
    SET_ROSTER,
    SET_PARTS
};

const char *set_part_name(enum set_part p); // "rules" ... "fab.yaml": also the keys' stems

struct set {
    struct arena arena;
    struct digest digest;
    struct textfile *file; // all of them, sorted by path ("rules/x.yml", "fab.yaml")
    size_t n;
    struct {
        const struct textfile *file; // n = 0: the part is not there
        size_t n;
    } part[SET_PARTS];
};

// Reads the administrator's files (NULL = part not given) into a set.
int set_read(const char *const path[SET_PARTS], struct set *ret, struct err *err);
// Keeps it under `sets_dir`; nothing happens when it is there already. With gid != (gid_t)-1 the files
// belong to that group, so that the roles can read them.
int set_install(int sets_dir, const struct set *s, gid_t gid, struct err *err);
// Loads an installed set and checks its digest.
int set_load(int sets_dir, const struct digest *digest, struct set *ret, struct err *err);
void set_free(struct set *s);

#endif
