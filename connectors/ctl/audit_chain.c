// audit_chain.c - canonical bytes, hash, order.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/audit_chain.h"

#include "core/base/buf.h"

static void net(struct buf *b, struct span s)
{
    buf_printf(b, "%zu:", s.n);
    buf_put_span(b, s);
    buf_u8(b, ',');
}

static bool hash_of(const struct audit_entry *e, struct digest *ret)
{
    char seq[24];
    AUTO_BUF b;

    (void)snprintf(seq, sizeof(seq), "%llu", (unsigned long long)e->seq);
    buf_init(&b, 16 << 20);
    buf_str(&b, "fabsoc-audit-v1\n");
    net(&b, span_str(seq));
    net(&b, e->at);
    net(&b, e->actor);
    net(&b, e->kind);
    net(&b, e->subject);
    net(&b, e->text);
    *ret = digest_of2(span_of((const char *)e->prev.b, SHA256_LEN), buf_span(&b));
    return buf_ok(&b);
}

int audit_chain_add(struct audit_chain *c, const struct audit_entry *e, struct err *err)
{
    struct digest hash;

    if (e->seq != c->seq + 1) {
        return err_set(err, E_INPUT, "audit.gap", "entry %llu is missing: %llu follows",
                       (unsigned long long)c->seq + 1, (unsigned long long)e->seq);
    }
    if (!digest_eq(&e->prev, &c->head)) {
        return err_set(err, E_INPUT, "audit.prev",
                       "entry %llu does not carry the hash of the one before it",
                       (unsigned long long)e->seq);
    }
    if (!hash_of(e, &hash) || !digest_eq(&hash, &e->hash)) {
        return err_set(err, E_INPUT, "audit.hash", "entry %llu was changed: its hash is another",
                       (unsigned long long)e->seq);
    }
    c->seq = e->seq;
    c->head = e->hash;
    return 0;
}

int audit_chain_end(const struct audit_chain *c, uint64_t seq, const struct digest *head,
                    struct err *err)
{
    if (c->seq != seq || !digest_eq(&c->head, head)) {
        return err_set(err, E_INPUT, "audit.tail",
                       "the chain ends at entry %llu, its head says %llu",
                       (unsigned long long)c->seq, (unsigned long long)seq);
    }
    return 0;
}
