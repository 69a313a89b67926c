// proof.h - an agent's signed report as it is stored, and the check of it.
// SPDX-License-Identifier: Apache-2.0
//
// The `proof` of an engine input: blob report bytes, blob signature (buf.h). The gate makes it from
// a REPORT without looking inside; whoever makes the engine's input of it verifies it first with
// the agent's result key.
#ifndef CONNECTORS_ACT_PROOF_H
#define CONNECTORS_ACT_PROOF_H

#include "core/base/buf.h"
#include "core/play/command.h"
#include "core/wire/sig.h"

enum { PROOF_MAX = 8 * 1024 };

void proof_put(struct buf *b, struct span report, struct span signature);

// Right signature of `key` over the report, and the report is about `agent` itself (the id from the
// certificate). Codes: "report.form", "report.signature", "report.agent". Spans into `proof`.
int report_verify(const struct sig_key *key, struct span agent, struct span proof,
                  struct command_report *ret, struct err *err);
// The report without the check, for the gate: what it claims.
int proof_claim(struct span proof, struct command_report *ret, struct err *err);

#endif
