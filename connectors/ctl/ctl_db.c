// ctl_db.c - options, connection, printing.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/ctl_db.h"

#include <stdio.h>

#include "core/base/utf8.h"

int ctl_db_options(struct ctl_db *db, int argc, char **argv, struct err *err)
{
    static const struct option options[] = {
        CTL_STATE_OPTION,
        {"as", required_argument, NULL, 'a'},
        {"json", no_argument, NULL, 'j'},
        {"role", required_argument, NULL, 'r'},
        {"area", required_argument, NULL, 'A'},
        {NULL, 0, NULL, 0},
    };
    const char *state = NULL;
    int o;

    *db = (struct ctl_db){0};
    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (o) {
        case 's': state = optarg; break;
        case 'a': db->as = optarg; break;
        case 'j': db->json = true; break;
        case 'r': db->role = optarg; break;
        case 'A': db->area = optarg; break;
        default: return E_USAGE;
        }
    }
    db->rest = optind;
    return ctl_state(state, db->state, sizeof(db->state), err);
}

int ctl_db_open(struct ctl_db *db, struct err *err)
{
    char conninfo[PLACE_CONN_MAX];
    int rc = place_load(db->state, &db->place, err);

    if (rc == 0 && db->as) {
        rc = place_conninfo(&db->place, db->as, conninfo, err);
    }
    return rc < 0 ? rc : pg_open(db->as ? conninfo : db->place.admin, "fabsocctl", &db->c, err);
}

void ctl_db_close(struct ctl_db *db)
{
    PQfinish(db->c);
    db->c = NULL;
}

void ctl_print(struct span text)
{
    AUTO_BUF b;

    buf_init(&b, 64 << 20);
    for (struct span rest = text;
         rest.n;) { // a tab separates columns; everything else is sanitised
        (void)utf8_sanitise(&b, span_cut(&rest, '\t'), SIZE_MAX);
        if (rest.n) {
            buf_u8(&b, '\t');
        }
    }
    buf_u8(&b, '\n');
    (void)fwrite(b.p, 1, b.len, stdout);
}
