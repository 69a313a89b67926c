// audit_chain.h - recomputing the audit chain from its columns, without PostgreSQL's help.
// SPDX-License-Identifier: Apache-2.0
//
// hash = SHA-256(prev || canonical); canonical = "fabsoc-audit-v1\n" and six netstrings (decimal length,
// colon, bytes, comma): seq, at, actor, kind, subject, text (sql/migrations/0005_audit.sql). The first prev is 32
// zero bytes, the first seq 1. Entries are given in order; the first break ends the check.
#ifndef CONNECTORS_CTL_AUDIT_CHAIN_H
#define CONNECTORS_CTL_AUDIT_CHAIN_H

#include "core/base/err.h"
#include "core/base/hash.h"

struct audit_entry {
    uint64_t seq;
    struct span at, actor, kind, subject, text;
    struct digest prev, hash;
};

struct audit_chain { // zeroed = at the beginning
    uint64_t seq;
    struct digest head;
};

// 0, or E_INPUT: "audit.gap", "audit.prev", "audit.hash".
int audit_chain_add(struct audit_chain *c, const struct audit_entry *e, struct err *err);
// Whether the chain ends where its head says; E_INPUT "audit.tail".
int audit_chain_end(const struct audit_chain *c, uint64_t seq, const struct digest *head,
                    struct err *err);

#endif
