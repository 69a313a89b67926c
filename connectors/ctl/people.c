// people.c - fabsocctl person, fab import, api: logins, the roster, and what a person may call.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "connectors/ctl/ctl_db.h"
#include "connectors/ctl/fab_show.h"
#include "connectors/os/files.h"
#include "connectors/pg/migrate.h"
#include "core/base/attr.h"
#include "core/base/ydoc.h"
#include "core/desk.h"
#include "core/model/roster.h"

int ctl_person(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct ctl_db db;
    int rc = ctl_db_options(&db, argc, argv, &err);

    if (rc < 0 || argc - db.rest != 2 || strcmp(argv[db.rest], "add") != 0 || !db.role) {
        return ctl_usage("person", NULL);
    }
    if ((rc = place_load(db.state, &db.place, &err)) == 0) {
        rc = migrate_person(db.place.admin, db.state, argv[db.rest + 1], db.role,
                            db.area ? db.area : "", &err);
    }
    return rc < 0 ? ctl_fail(&err) : CTL_DONE;
}

// ---- the roster

static void say(void *ctx, const struct err *err)
{
    (void)ctx;
    err_print(stderr, err);
}

// Rosters are told by their keys, whatever the file is called.
static bool is_roster(const struct textfile *f)
{
    struct err err = ERR_INIT;
    struct ydocs docs;
    struct arena a;
    bool yes;

    arena_init(&a, 64 << 20);
    yes = ydoc_load(&a, f->text, f->path, &docs, &err) == 0 && docs.n == 1 &&
          docs.doc[0]->type == Y_MAP && y_get(docs.doc[0], "persons") != NULL;
    arena_free(&a);
    return yes;
}

// Of what the paths hold, the rosters come first in `file`; the rest is named and counted.
static int rosters_read(int n, char **path, struct arena *a, struct textfile *file, size_t max,
                        size_t *ret_n, struct faults *faults, struct err *err)
{
    static const char *const ends[] = {".yaml", ".yml", NULL};

    *ret_n = 0;
    for (int i = 0; i < n; i++) {
        struct file_tree tree;
        int rc = file_read_tree(AT_FDCWD, path[i], path[i], ends, a, &tree, err);

        for (size_t k = 0; rc == 0 && k < tree.n; k++) {
            if (!is_roster(&tree.file[k])) {
                struct err other = ERR_INIT;

                err_at(&other, tree.file[k].path, 1, 0);
                (void)err_set(&other, E_INPUT, "fab.kind",
                              "not a roster: fab model and policy are read from the set in force");
                faults_say(faults, &other);
            } else if (*ret_n < max) {
                file[(*ret_n)++] = tree.file[k];
            }
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

enum { ROSTER_FILES = 16 };

static int import(struct ctl_db *db, int n, char **path, struct faults *faults, struct err *err)
{
    struct textfile file[ROSTER_FILES];
    struct roster *r = NULL;
    struct arena a;
    size_t files;
    int rc;

    arena_init(&a, 128 << 20);
    rc = rosters_read(n, path, &a, file, ROSTER_FILES, &files, faults, err);
    if (rc == 0 && files > 0 && (r = roster_load(file, files, faults))) {
        rc = place_load(db->state, &db->place, err);
        rc = rc < 0 ? rc : migrate_roster(db->place.admin, db->state, r, err);
        if (rc == 0) {
            printf("%zu persons, %zu duties\n", roster_person_count(r), roster_duty_count(r));
        }
        roster_free(r);
    }
    arena_free(&a);
    return rc;
}

int ctl_fab(int argc, char **argv)
{
    struct faults faults = {.say = say};
    struct err err = ERR_INIT;
    struct ctl_db db;
    int rc = ctl_db_options(&db, argc, argv, &err);

    if (rc == 0 && db.rest < argc && strcmp(argv[db.rest], "show") == 0) {
        return fab_show(argc - db.rest, argv + db.rest);
    }
    if (rc < 0 || argc - db.rest < 2 || strcmp(argv[db.rest], "import") != 0) {
        return ctl_usage("fab", NULL);
    }
    rc = import(&db, argc - db.rest - 1, argv + db.rest + 1, &faults, &err);
    return rc < 0 ? ctl_fail(&err) : faults.count ? CTL_REFUSED : CTL_DONE;
}

// ---- one api function, as a person

static int call_find(const char *name)
{
    for (int c = 0; c < DESK_CALL_COUNT; c++) {
        if (strcmp(desk_call_def((enum desk_call)c)->name, name) == 0) {
            return c;
        }
    }
    return -1;
}

static int call(struct ctl_db *db, int c, const char *const *arg, int n, struct err *err)
{
    AUTO_RESULT *r = pg_exec_text(db->c, sql_call((enum desk_call)c), arg, n, err);
    struct span text;

    if (!r) {
        return err->rc;
    }
    text = span_of(PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0));
    ctl_print(text);
    return span_starts(text, SPAN_LIT("refused ")) ? 1 : 0;
}

int ctl_api(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct ctl_db db;
    int rc = ctl_db_options(&db, argc, argv, &err), n = argc - db.rest - 1;
    int c = rc == 0 && n >= 0 ? call_find(argv[db.rest]) : -1;

    if (c < 0 || !db.as || n != (int)desk_list_count(desk_call_def((enum desk_call)c)->params)) {
        return ctl_usage("api", c < 0 ? "no such function" : "--as LOGIN and all arguments");
    }
    if ((rc = ctl_db_open(&db, &err)) == 0) {
        rc = call(&db, c, (const char *const *)argv + db.rest + 1, n, &err);
    }
    ctl_db_close(&db);
    return rc < 0 ? ctl_fail(&err) : rc > 0 ? CTL_REFUSED : CTL_DONE;
}
