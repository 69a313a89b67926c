// logins.c - services, persons and duties as the database knows them.
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "connectors/pg/conn.h"
#include "connectors/pg/migrate.h"
#include "connectors/pg/place.h"
#include "core/base/attr.h"
#include "core/model/roster.h"

struct logins {
    PGconn *c;
    const char *state;
    struct args args;
};

static int begin(struct logins *d, const char *conninfo, const char *state, struct err *err)
{
    int rc = pg_open(conninfo, "fabsocctl", &d->c, err);

    d->state = state;
    args_init(&d->args, 1 << 20);
    return rc < 0 ? rc : pg_do(d->c, sql_text(SQL_TX_BEGIN), err);
}

// Commits when `rc` is 0; a connection that ends without takes everything back.
static int end(struct logins *d, int rc, struct err *err)
{
    if (rc == 0) {
        rc = pg_do(d->c, sql_text(SQL_TX_COMMIT), err);
    }
    PQfinish(d->c);
    args_free(&d->args);
    return rc;
}

static int run(struct logins *d, enum sql_query q, struct err *err)
{
    AUTO_RESULT *r = pg_exec(d->c, sql_text(q), &d->args, err);

    args_reset(&d->args);
    return r ? 0 : err->rc;
}

static int password_set(struct logins *d, const char *login, struct err *err)
{
    char password[PLACE_PASSWORD], *verifier;
    int rc = place_password(d->state, login, password, err);

    if (rc < 0) {
        return rc;
    }
    verifier = PQencryptPasswordConn(d->c, password, login, "scram-sha-256");
    explicit_bzero(password, sizeof(password));
    if (!verifier) {
        return pg_fault(d->c, NULL, err, "a password");
    }
    args_str(&d->args, span_str(login));
    args_str(&d->args, span_str(verifier));
    rc = run(d, SQL_MIGRATE_PASSWORD, err);
    explicit_bzero(verifier, strlen(verifier));
    PQfreemem(verifier);
    return rc;
}

static int person_set(struct logins *d, const char *person, const char *roles, const char *areas,
                      struct err *err)
{
    int rc;

    if (!place_login_ok(person)) {
        return err_set(err, E_INPUT, "db.login", "\"%s\" cannot be a login", person);
    }
    args_str(&d->args, span_str(person));
    args_str(&d->args, span_str(roles));
    args_str(&d->args, span_str(areas));
    rc = run(d, SQL_PERSON_ADD, err);
    return rc < 0 ? rc : password_set(d, person, err);
}

static int duty_set(struct logins *d, const struct roster_duty *duty,
                    const struct roster_person *who, bool deputy, struct err *err)
{
    if (!who) {
        return 0;
    }
    args_str(&d->args, span_str(who->id));
    args_str(&d->args, span_str(duty->function));
    args_str(&d->args, span_str(duty->area ? duty->area : ""));
    args_time(&d->args, duty->from);
    args_time(&d->args, duty->to);
    args_value(&d->args, DEF_bool, &deputy);
    return run(d, SQL_ROSTER_DUTY, err);
}

static int roster_person_set(struct logins *d, const struct roster_person *p, struct err *err)
{
    bool vendor = strcmp(p->role, "vendor") == 0;
    int rc = person_set(d, p->id, p->role, vendor ? "" : "*", err);

    if (rc < 0) {
        return rc;
    }
    args_str(&d->args, span_str(p->id));
    args_str(&d->args, span_str(p->name));
    args_str(&d->args, span_str(p->number));
    return run(d, SQL_ROSTER_PERSON, err);
}

static int roster_set(struct logins *d, const struct roster *r, struct err *err)
{
    int rc = run(d, SQL_ROSTER_CLEAR, err);

    for (size_t i = 0; rc == 0 && i < roster_person_count(r); i++) {
        rc = roster_person_set(d, roster_person(r, i), err);
    }
    for (size_t i = 0; rc == 0 && i < roster_duty_count(r); i++) {
        const struct roster_duty *duty = roster_duty(r, i);

        rc = duty_set(d, duty, duty->person, false, err);
        rc = rc < 0 ? rc : duty_set(d, duty, duty->deputy, true, err);
    }
    return rc;
}

int migrate_login(const char *conninfo, const char *state, const char *login, struct err *err)
{
    struct logins d;
    int rc = begin(&d, conninfo, state, err);

    return end(&d, rc < 0 ? rc : password_set(&d, login, err), err);
}

int migrate_person(const char *conninfo, const char *state, const char *person, const char *roles,
                   const char *areas, struct err *err)
{
    struct logins d;
    int rc = begin(&d, conninfo, state, err);

    return end(&d, rc < 0 ? rc : person_set(&d, person, roles, areas, err), err);
}

int migrate_roster(const char *conninfo, const char *state, const struct roster *r, struct err *err)
{
    struct logins d;
    int rc = begin(&d, conninfo, state, err);

    return end(&d, rc < 0 ? rc : roster_set(&d, r, err), err);
}
