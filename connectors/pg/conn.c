// conn.c - libpq behind our faults.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/conn.h"

#include "core/base/attr.h"

#define PG_EPOCH_US 946684800000000LL

static void no_notice(void *ctx, const PGresult *r)
{
    (void)ctx;
    (void)r;
}

// The server's text without its severity and line ends.
static void message(const char *from, char *out, size_t size)
{
    size_t n = 0;

    for (; *from && n + 1 < size; from++) {
        out[n++] = *from == '\n' || *from == '\t' ? ' ' : *from;
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

int pg_open(const char *conninfo, const char *who, PGconn **ret, struct err *err)
{
    const char *key[] = {"dbname", "application_name", "client_encoding", "connect_timeout", NULL};
    const char *value[] = {conninfo, who, "UTF8", "10", NULL};
    PGconn *c = PQconnectdbParams(key, value, 1);
    char text[500];

    *ret = NULL;
    if (!c || PQstatus(c) != CONNECTION_OK) {
        message(c ? PQerrorMessage(c) : "no memory", text, sizeof(text));
        PQfinish(c);
        return err_set(err, E_SYSTEM, "pg.lost", "no database: %s", text);
    }
    (void)PQsetNoticeReceiver(c, no_notice, NULL);
    *ret = c;
    return 0;
}

struct class
{
    const char *prefix;
    int rc;
    const char *code;
};

// Appendix A of the manual; longer prefixes first.
static const struct class classes[] = {
    {"42501", E_STATE, "pg.denied"},  {"28", E_STATE, "pg.denied"},
    {"23", E_INPUT, "pg.constraint"}, {"22", E_INPUT, "pg.data"},
    {"54", E_INPUT, "pg.data"},       {"40", E_SYSTEM, "pg.busy"},
    {"53", E_SYSTEM, "pg.busy"},      {"55P03", E_SYSTEM, "pg.lock"},
    {"57", E_SYSTEM, "pg.lost"},      {"08", E_SYSTEM, "pg.lost"},
    {"", E_SYSTEM, "pg.fault"},
};

int pg_fault(PGconn *c, const PGresult *r, struct err *err, const char *what)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const struct class *k = classes;
    char text[500];

    message(primary ? primary : PQerrorMessage(c), text, sizeof(text));
    if (PQstatus(c) != CONNECTION_OK) {
        return err_set(err, E_SYSTEM, "pg.lost", "%s: %s", what, text);
    }
    while (!span_starts(span_str(state ? state : ""), span_str(k->prefix))) {
        k++;
    }
    return err_set(err, k->rc, k->code, "%s: %s", what, text);
}

void pg_result_free(PGresult **r)
{
    PQclear(*r);
}

static const char *first_words(const char *text, char out[40])
{
    size_t n = 0;

    for (; text[n] && text[n] != '\n' && n < 39; n++) {
        out[n] = text[n];
    }
    out[n] = '\0';
    return out;
}

static PGresult *checked(PGconn *c, PGresult *r, const char *what, struct err *err)
{
    ExecStatusType s = PQresultStatus(r);

    if (s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK) {
        return r;
    }
    (void)pg_fault(c, r, err, what);
    PQclear(r);
    return NULL;
}

PGresult *pg_exec(PGconn *c, const char *text, struct args *a, struct err *err)
{
    struct args none = {0};
    char what[40];

    if (!a) {
        a = &none;
    }
    args_end(a);
    if (!args_ok(a)) {
        (void)err_set(err, E_INPUT, "pg.data", "a parameter has no form in the database");
        return NULL;
    }
    return checked(c, PQexecParams(c, text, a->n, a->type, a->value, a->length, a->format, 1),
                   first_words(text, what), err);
}

PGresult *pg_exec_text(PGconn *c, const char *text, const char *const *value, int n,
                       struct err *err)
{
    char what[40];

    return checked(c, PQexecParams(c, text, n, NULL, value, NULL, NULL, 0), first_words(text, what),
                   err);
}

int pg_do(PGconn *c, const char *text, struct err *err)
{
    AUTO_RESULT *r = pg_exec(c, text, NULL, err);

    return r ? 0 : err->rc;
}

int pg_prepare(PGconn *c, const char *name, const char *text, struct args *a, struct err *err)
{
    AUTO_RESULT *r = checked(c, PQprepare(c, name, text, a->n, a->type), name, err);

    return r ? 0 : err->rc;
}

PGresult *pg_exec_prepared(PGconn *c, const char *name, struct args *a, struct err *err)
{
    args_end(a);
    if (!args_ok(a)) {
        (void)err_set(err, E_INPUT, "pg.data", "%s: a value has no form in the database", name);
        return NULL;
    }
    return checked(c, PQexecPrepared(c, name, a->n, a->value, a->length, a->format, 1), name, err);
}

// ---- cells

int64_t pg_i64(const PGresult *r, int row, int col)
{
    int n = PQgetlength(r, row, col);
    const unsigned char *p = (const unsigned char *)PQgetvalue(r, row, col);
    uint64_t v = n > 0 && (p[0] & 0x80) ? UINT64_MAX : 0;

    for (int i = 0; i < n && i < 8; i++) {
        v = v << 8 | p[i];
    }
    return (int64_t)v;
}

bool pg_bool(const PGresult *r, int row, int col)
{
    return PQgetlength(r, row, col) == 1 && *PQgetvalue(r, row, col) != 0;
}

utime_t pg_time(const PGresult *r, int row, int col)
{
    return PQgetisnull(r, row, col) ? UTIME_NONE : pg_i64(r, row, col) + PG_EPOCH_US;
}

struct span pg_span(const PGresult *r, int row, int col)
{
    return span_of(PQgetvalue(r, row, col), (size_t)PQgetlength(r, row, col));
}
