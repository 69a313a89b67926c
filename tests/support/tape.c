// tape.c - the hour.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tape.h"

#include <stdio.h>
#include <stdlib.h>

enum { SENSOR = 1, AGENT = 2, PAM = 3, FACTORY = 4, OS = 5, PROBE = 6 };

static void sources(struct rig *r)
{
    rig_source(r, SENSOR, "suricata-eve", "sensor", 0);
    rig_source(r, AGENT, "wazuh", "agent", 0);
    rig_source(r, PAM, "teleport", "pam", 0);
    rig_source(r, FACTORY, "fab-tool", "fab", 0);
    rig_source(r, OS, "sshd", "os", 0);
    rig_source(r, PROBE, "probe-7", "sensor", 300);
}

static void factory(struct rig *r, int t)
{
    char lot[16];

    if (t == 20) {
        rig_say(r, &(struct rig_event){.source = FACTORY,
                                       .at = t,
                                       .kind = KIND_PM_WINDOW,
                                       .product = "fab",
                                       .service = "pm",
                                       .field = {{FIELD_TICKET, "PM-1"},
                                                 {FIELD_ASSET, "LITHO-01"},
                                                 {FIELD_VENDOR, "optarix"},
                                                 {FIELD_WINDOW_START, "2026-11-02T08:00:00Z"},
                                                 {FIELD_WINDOW_END, "2026-11-02T08:10:00Z"},
                                                 {FIELD_EVENT_ACTION, "approved"}}});
    }
    if (t % 90 == 10) {
        rig_say(r, &(struct rig_event){
                       .source = FACTORY,
                       .at = t,
                       .kind = KIND_TOOL_STATE,
                       .product = "fab",
                       .service = "tool",
                       .field = {{FIELD_ASSET, "LITHO-01"},
                                 {FIELD_TOOL_STATE, t % 180 == 10 ? "productive" : "standby"}}});
    }
    if (t % 40 == 5) {
        (void)snprintf(lot, sizeof(lot), "L-%d", t / 80);
        rig_say(r, &(struct rig_event){
                       .source = FACTORY,
                       .at = t,
                       .kind = KIND_LOT,
                       .product = "fab",
                       .service = "lot",
                       .field = {{FIELD_ASSET, "LITHO-02"},
                                 {FIELD_LOT_ID, lot},
                                 {FIELD_LOT_WAFERS, "25"},
                                 {FIELD_QTIME_END, "2026-11-02T08:20:00Z"},
                                 {FIELD_LOT_STATE, t % 80 == 5 ? "in_process" : "moved_out"}}});
    }
}

static void people(struct rig *r, int t)
{
    if (t == 30) {
        rig_say(r, &(struct rig_event){.source = PAM,
                                       .at = t,
                                       .kind = KIND_SESSION_START,
                                       .product = "teleport",
                                       .service = "audit",
                                       .field = {{FIELD_SESSION_ID, "s-1"},
                                                 {FIELD_DESTINATION_DOMAIN, "litho-01"},
                                                 {FIELD_USER_NAME, "v.mori"},
                                                 {FIELD_VENDOR, "optarix"},
                                                 {FIELD_ACCOUNT, "service"}}});
    }
    if (t % 200 == 50) { // said a second before it is ticked over: it waits for the watermark
        rig_say(r, &(struct rig_event){.source = OS,
                                       .at = t,
                                       .kind = KIND_LOGON,
                                       .product = "linux",
                                       .service = "sshd",
                                       .field = {{FIELD_HOST_NAME, "mes-1"},
                                                 {FIELD_USER_NAME, "svc_mes"},
                                                 {FIELD_SOURCE_IP, "10.20.40.77"}}});
    }
}

static void sensors(struct rig *r, int t)
{
    char ip[24];

    if (t % 60 == 31) {
        (void)snprintf(ip, sizeof(ip), "10.20.3.%d", 13 + t / 60 % 3);
        rig_say(r, &(struct rig_event){.source = SENSOR,
                                       .at = t,
                                       .kind = KIND_ALERT,
                                       .flags = EVENT_IS_ALERT,
                                       .product = "suricata",
                                       .service = "alert",
                                       .field = {{FIELD_SOURCE_IP, "10.99.1.1"},
                                                 {FIELD_DESTINATION_IP, ip},
                                                 {FIELD_EVENT_SEVERITY, "60"},
                                                 {FIELD_RULE_ID, "2100001"},
                                                 {FIELD_RULE_NAME, "odd transfer"}}});
    }
    if (t % 110 == 32) {
        rig_say(r, &(struct rig_event){.source = AGENT,
                                       .at = t - 1,
                                       .kind = KIND_ALERT,
                                       .flags = EVENT_IS_ALERT,
                                       .product = "wazuh",
                                       .field = {{FIELD_HOST_NAME, "litho-01"},
                                                 {FIELD_EVENT_SEVERITY, "55"},
                                                 {FIELD_RULE_ID, "554"},
                                                 {FIELD_RULE_NAME, "new program"}}});
    }
}

void tape_second(struct rig *r, int t)
{
    if (t == 0) {
        sources(r);
    }
    factory(r, t);
    people(r, t);
    sensors(r, t);
    rig_tick(r, t);
}

static struct span cut(struct rig *r)
{
    char *p;

    if (result_end(&r->result) || (p = malloc(r->result.len)) == NULL) {
        abort();
    }
    memcpy(p, r->result.p, r->result.len);
    r->open = false;
    return span_of(p, r->result.len);
}

void tape_record(struct tape *t, struct rig *r, size_t per)
{
    memset(t, 0, sizeof(*t));
    for (int s = 0; s < TAPE_SECONDS; s++) {
        tape_second(r, s);
        if ((size_t)(s + 1) % per == 0 || s + 1 == TAPE_SECONDS) {
            if (t->n == TAPE_MAX) {
                abort();
            }
            t->result[t->n++] = cut(r);
        }
        if (s == 31) {
            t->waits = t->n;
        }
    }
}

void tape_free(struct tape *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free((void *)(uintptr_t)t->result[i].p);
    }
    t->n = 0;
}

void tape_play(struct rig *r, size_t per)
{
    for (int s = 0; s < TAPE_SECONDS; s++) {
        tape_second(r, s);
        if ((size_t)(s + 1) % per == 0 || s + 1 == TAPE_SECONDS) {
            rig_block(r);
        }
    }
}
