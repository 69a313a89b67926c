// actuator.c - the table of actuators and the grammars they share.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/actuator.h"

#include "core/base/attr.h"

static const struct actuator *const rows[] = {
    &actuator_net_quarantine,
    &actuator_net_release,
    &actuator_pam_terminate,
};

const struct actuator *actuator_find(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (span_eq_str(name, rows[i]->name)) {
            return rows[i];
        }
    }
    return NULL;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool act_is_name(struct span v)
{
    if (v.n == 0 || !is_alnum(v.p[0])) {
        return false;
    }
    for (size_t i = 1; i < v.n; i++) {
        if (!is_alnum(v.p[i]) && !memchr("._:/@+-", v.p[i], 7)) {
            return false;
        }
    }
    return true;
}

bool act_is_vlan(struct span v)
{
    uint64_t n;

    return v.n && v.p[0] != '0' && v.p[0] != '+' && span_u64(v, &n) && n >= 1 && n <= 4094;
}
