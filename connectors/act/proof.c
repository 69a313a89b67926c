// proof.c - signed reports.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/proof.h"

#include "core/base/rd.h"

void proof_put(struct buf *b, struct span report, struct span signature)
{
    buf_blob(b, report);
    buf_blob(b, signature);
}

static int open_proof(struct span proof, struct span *ret_bytes, struct span *ret_sig,
                      struct err *err)
{
    struct rd r = rd_of(proof);

    *ret_bytes = rd_blob(&r);
    *ret_sig = rd_blob(&r);
    return rd_done(&r) ? 0 : err_set(err, E_INPUT, "report.form", "not a report and a signature");
}

int proof_claim(struct span proof, struct command_report *ret, struct err *err)
{
    struct span bytes, sig;
    int rc = open_proof(proof, &bytes, &sig, err);

    return rc ? rc : report_get(bytes, ret, err);
}

int report_verify(const struct sig_key *key, struct span agent, struct span proof,
                  struct command_report *ret, struct err *err)
{
    struct span bytes, sig;
    int rc = open_proof(proof, &bytes, &sig, err);

    if (rc == 0 && !sig_verify(key, RESULT_CONTEXT, bytes, sig)) {
        return err_set(err, E_INPUT, "report.signature", "the agent's signature is wrong");
    }
    rc = rc ? rc : report_get(bytes, ret, err);
    if (rc == 0 && !span_eq(ret->agent, agent)) {
        return err_set(err, E_INPUT, "report.agent", "a report in the name of another agent");
    }
    return rc;
}
