// sign_check.c - is this row's command the one that was approved?
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/check.h"
#include "connectors/role/sign.h"

static int differs(struct err *err, const char *what)
{
    return err_set(err, E_INPUT, "sign.differs", "%s in the bytes is not the approved one", what);
}

int sign_check(const struct sign_row *row, const struct sig_key *key, utime_t now, struct err *err)
{
    struct command c;
    int rc = command_get(row->bytes, &c, err);

    if (rc) {
        return rc;
    }
    if (!eid_eq(&c.id, &row->id)) {
        return differs(err, "the id");
    }
    if (!eid_eq(&c.run, &row->run) || c.step != row->step) {
        return differs(err, "the run's step");
    }
    if (!span_eq(c.agent, row->agent) || c.counter != row->counter) {
        return differs(err, "agent or counter");
    }
    if (!span_eq(span_of((const char *)c.plan_hash.b, SHA256_LEN), row->plan_hash)) {
        return differs(err, "the plan's hash");
    }
    if (c.alg != 1 || !span_eq(c.key_id, span_of((const char *)key->id, SIG_KEY_ID_LEN))) {
        return err_set(err, E_INPUT, "sign.key", "the command names another key");
    }
    if (c.not_after < c.not_before || c.not_after - c.not_before > CHECK_WINDOW_MAX) {
        return err_set(err, E_INPUT, "sign.window", "the window is not one of at most 120 s");
    }
    if (now > c.not_after) {
        return err_set(err, E_STATE, "sign.expired", "the window is closed");
    }
    return 0;
}
