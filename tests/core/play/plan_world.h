// plan_world.h - a small fab, a policy and our three playbooks, for tests of plans and runs.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_PLAY_PLAN_WORLD_H
#define TESTS_CORE_PLAY_PLAN_WORLD_H

#include "core/play/plan.h"
#include "tests/core/play/playtest.h"

static const char fab_text[] =
    "fab: {site: F1, number: 1, name: Test fab, timezone: UTC}\n"
    "areas: [{id: litho, name: Lithography}]\n"
    "bays: [{id: BAY-1, area: litho, networks: [10.1.1.0/24]}]\n"
    "assets:\n"
    "  - {id: SCAN-1, kind: scanner, bay: BAY-1, tier: T2, names: [scan-1], ips: [10.1.1.11],\n"
    "     wph: 180, spares: [SCAN-2, SCAN-3], port: sw-9/gi1/0/1}\n"
    "  - {id: SCAN-2, kind: scanner, bay: BAY-1, tier: T3, ips: [10.1.1.12], wph: 180,\n"
    "     spares: [SCAN-1], port: sw-9/gi1/0/2}\n"
    "  - {id: SCAN-3, kind: scanner, bay: BAY-1, tier: T3, ips: [10.1.1.13], wph: 180,\n"
    "     spares: [SCAN-1, SCAN-2], port: sw-9/gi1/0/3}\n"
    "  - {id: PC-1, kind: laptop, bay: BAY-1, tier: T4, ips: [10.1.1.50], port: sw-9/gi1/0/9}\n"
    "  - {id: GAS-1, kind: gas-cabinet, bay: BAY-1, tier: T0, ips: [10.1.1.60]}\n"
    "  - {id: VMB-1, kind: valve-box, bay: BAY-1, tier: T3, ips: [10.1.1.61],\n"
    "     port: sw-9/gi1/0/8, never_touch: true}\n"
    "qtime_loops: [{id: LOOP, tools: [SCAN-3], limit: 4h, restore: 2h}]\n";

struct world {
    struct fab *fab;
    struct policy *policy;
    struct cacao *terminate, *quarantine, *release;
    struct live live; // of every asset
    bool known;
    struct plan_env env;
};

static inline bool world_live(void *ctx, int asset, struct span name, struct live *ret)
{
    const struct world *w = ctx;

    (void)asset;
    (void)name;
    *ret = w->live;
    return w->known;
}

static inline void print_fault(void *ctx, const struct err *err)
{
    char text[1200];

    (void)ctx;
    print_message("%s\n", err_text(err, text, sizeof(text)));
}

static inline struct cacao *world_playbook(const char *path)
{
    struct faults faults = {print_fault, NULL, 0};
    struct textfile file = {path, slurp(path)};
    struct cacao *c = cacao_load(&file, &faults);

    assert_non_null(c);
    unslurp(file.text);
    return c;
}

static inline void world_open(struct world *w)
{
    struct faults faults = {print_fault, NULL, 0};
    struct textfile fab = {"fab", span_str(fab_text)};
    struct textfile policy = {"policy", slurp("share/policy/policy.yaml")};

    *w = (struct world){.known = true};
    w->fab = fab_load(&fab, 1, &faults);
    w->policy = policy_load(&policy, 1, &faults);
    assert_non_null(w->fab);
    assert_non_null(w->policy);
    unslurp(policy.text);
    w->terminate = world_playbook("share/playbooks/terminate-vendor-session.json");
    w->quarantine = world_playbook("share/playbooks/quarantine-rogue-host.json");
    w->release = world_playbook("share/playbooks/release-quarantined-port.json");
    w->live = (struct live){
        .state = E10_STANDBY, .lots_known = true, .qtime_known = true, .qtime_left = UTIME_NONE};
    w->env = (struct plan_env){w->fab, w->policy, world_live, w, 1795312767000000};
}

static inline void world_close(struct world *w)
{
    cacao_free(w->terminate);
    cacao_free(w->quarantine);
    cacao_free(w->release);
    policy_free(w->policy);
    fab_free(w->fab);
}

#define PAIR(n, v) ((struct plan_pair){SPAN_LIT(n), span_str(v)})

// The plan to end session S-77 on `asset`; NULL and the fault when refused.
static inline struct plan *plan_terminate(struct world *w, const char *asset, const char *session,
                                          struct err *err)
{
    struct plan_pair scope[] = {PAIR("__asset__", asset), PAIR("__session__", session),
                                PAIR("__pam_agent__", "agent-pam"), PAIR("__unused__", "x")};
    struct plan *p;

    plan_build(w->terminate, "I-1", scope, ARRAY_LEN(scope), &w->env, &p, err);
    return p;
}

static inline struct plan *plan_quarantine(struct world *w, const char *ip, const char *port,
                                           struct err *err)
{
    struct plan_pair scope[] = {PAIR("__source_ip__", ip), PAIR("__switch_port__", port),
                                PAIR("__net_agent__", "agent-net")};
    struct plan *p;

    plan_build(w->quarantine, "I-1", scope, ARRAY_LEN(scope), &w->env, &p, err);
    return p;
}

#endif
