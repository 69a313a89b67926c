// verify.c - fabsocctl verify: the audit chain of the database, or of an export.
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/ctl/audit_chain.h"
#include "connectors/ctl/ctl_db.h"
#include "core/base/attr.h"

// ---- an export: lines of `fabsocctl audit --json`

static struct span text_of(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    return json_is_string(v) ? span_of(json_string_value(v), json_string_length(v)) : SPAN_NONE;
}

static int line_check(struct audit_chain *chain, const char *line, size_t n, struct err *err)
{
    json_error_t why;
    json_t *o = json_loadb(line, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    struct audit_entry e = {0};
    const json_t *seq = json_object_get(o, "seq");
    int rc;

    if (!o) {
        return err_set(err, E_INPUT, "json.syntax", "%s", why.text);
    }
    e.at = text_of(o, "at");
    e.actor = text_of(o, "actor");
    e.kind = text_of(o, "kind");
    e.subject = text_of(o, "subject");
    e.text = text_of(o, "text");
    e.seq = json_is_integer(seq) ? (uint64_t)json_integer_value(seq) : 0;
    if (!digest_from_hex(text_of(o, "prev"), &e.prev) ||
        !digest_from_hex(text_of(o, "hash"), &e.hash)) {
        rc = err_set(err, E_INPUT, "audit.form", "prev and hash are 64 hexadecimal digits each");
    } else {
        rc = audit_chain_add(chain, &e, err);
    }
    json_decref(o);
    return rc;
}

static int file_check(const char *path, struct audit_chain *chain, struct err *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;
    unsigned at = 0;
    ssize_t n;
    int rc = 0;

    if (!f) {
        return err_sys(err, errno, "file.open", "%s", path);
    }
    while (rc == 0 && (n = getline(&line, &cap, f)) > 0) {
        at++;
        if (n > 1) {
            err_at(err, path, at, 0);
            rc = line_check(chain, line, (size_t)n, err);
        }
    }
    if (rc == 0 && ferror(f)) {
        rc = err_sys(err, errno, "file.read", "%s", path);
    }
    free(line);
    if (f != stdin) {
        (void)fclose(f);
    }
    return rc;
}

// ---- the database

static struct span cell(const PGresult *r, int row, int col)
{
    return span_of(PQgetvalue(r, row, col), (size_t)PQgetlength(r, row, col));
}

static int row_check(struct audit_chain *chain, const PGresult *r, int i, struct err *err)
{
    struct audit_entry e = {.at = cell(r, i, 1),
                            .actor = cell(r, i, 2),
                            .kind = cell(r, i, 3),
                            .subject = cell(r, i, 4),
                            .text = cell(r, i, 5)};

    (void)span_u64(cell(r, i, 0), &e.seq);
    if (!digest_from_hex(cell(r, i, 7), &e.prev) || !digest_from_hex(cell(r, i, 8), &e.hash)) {
        return err_set(err, E_INPUT, "audit.form", "an entry without hashes");
    }
    return audit_chain_add(chain, &e, err);
}

static int head_check(struct ctl_db *db, const struct audit_chain *chain, struct err *err)
{
    AUTO_RESULT *r = pg_exec_text(db->c, sql_text(SQL_CTL_CHAIN_HEAD), NULL, 0, err);
    struct digest head;
    uint64_t seq = 0;

    if (!r) {
        return err->rc;
    }
    if (PQntuples(r) != 1 || !span_u64(cell(r, 0, 0), &seq) ||
        !digest_from_hex(cell(r, 0, 1), &head)) {
        return err_set(err, E_INPUT, "audit.tail", "the chain has no head");
    }
    return audit_chain_end(chain, seq, &head, err);
}

// Entries that are written meanwhile belong to the next page; the head is read last, under one snapshot.
static int database_check(struct ctl_db *db, struct audit_chain *chain, struct err *err)
{
    int rc = pg_do(db->c, sql_text(SQL_TX_SNAPSHOT), err), n = 1;

    while (rc == 0 && n > 0) {
        char last[24];
        const char *after[] = {last};

        (void)snprintf(last, sizeof(last), "%llu", (unsigned long long)chain->seq);
        AUTO_RESULT *r = pg_exec_text(db->c, sql_text(SQL_CTL_CHAIN), after, 1, err);
        if (!r) {
            return err->rc;
        }
        n = PQntuples(r);
        for (int i = 0; rc == 0 && i < n; i++) {
            rc = row_check(chain, r, i, err);
        }
    }
    return rc < 0 ? rc : head_check(db, chain, err);
}

int ctl_verify(int argc, char **argv)
{
    struct audit_chain chain = {0};
    struct err err = ERR_INIT;
    struct ctl_db db;
    char hex[2 * SHA256_LEN + 1];
    int rc = ctl_db_options(&db, argc, argv, &err);

    if (rc < 0 || argc - db.rest > 1) {
        return ctl_usage("verify", NULL);
    }
    if (db.rest < argc) {
        rc = file_check(argv[db.rest], &chain, &err);
    } else if ((rc = ctl_db_open(&db, &err)) == 0) {
        rc = database_check(&db, &chain, &err);
    }
    ctl_db_close(&db);
    if (rc < 0) {
        return ctl_fail(&err);
    }
    digest_hex(&chain.head, hex);
    printf("{\"entries\":%llu,\"head\":\"%s\"}\n", (unsigned long long)chain.seq, hex);
    return CTL_DONE;
}
