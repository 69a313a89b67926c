// scanned.h - three rules, and what scan found with them.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CONNECTORS_CTL_SCANNED_H
#define TESTS_CONNECTORS_CTL_SCANNED_H

#include "core/base/buf.h"
#include "tests/connectors/ctl/ran.h"

#define FEEDS "share/demo/story/feeds/"

static const char rules_text[] =
    "title: refused\nid: 11111111-1111-4111-8111-111111111111\nname: refused\n"
    "logsource: {product: linux, service: sshd}\n"
    "detection: {a: {fab.kind: logon_failed}, condition: a}\nlevel: low\n"
    "---\n"
    "title: accepted\nid: 22222222-2222-4222-8222-222222222222\nname: accepted\n"
    "logsource: {product: linux, service: sshd}\n"
    "detection: {a: {fab.kind: logon}, condition: a}\nlevel: high\n"
    "---\n"
    "title: many refused\nid: 33333333-3333-4333-8333-333333333333\n"
    "correlation: {type: event_count, rules: [refused], group-by: [source.ip], timespan: 5m, "
    "condition: {gte: 3}, generate: true}\nlevel: high\n";

#define BAD(t) "<86>Nov  2 00:" t " h sshd[1]: Failed password for root from 10.0.0.9 port 2 ssh2\n"
#define GOOD(t)                                                                                    \
    "<86>Nov  2 00:" t " h sshd[1]: Accepted password for root from 10.0.0.9 port 2 ssh2\n"

static inline char *rules(void)
{
    return ran_file("rules.yml", span_str(rules_text));
}

static inline size_t count(const struct ran *r, const char *title)
{
    char text[200];
    size_t n = 0;

    (void)snprintf(text, sizeof(text), "\"rule_title\":\"%s\"", title);
    for (const char *at = r->out; (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    return n;
}

static inline json_t *stats(const struct ran *r)
{
    const char *at = strrchr(r->err, '{'), *line = r->err;
    json_t *v;

    assert_non_null(at);
    for (const char *p = r->err; (p = strchr(p, '\n')) != NULL && p[1]; p++) {
        line = p + 1;
    }
    v = json_loads(line, 0, NULL);
    assert_non_null(v);
    return v;
}

#endif
