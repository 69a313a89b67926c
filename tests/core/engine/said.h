// said.h - what a fab says to the engine under test, and what persons and agents answer.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_ENGINE_SAID_H
#define TESTS_CORE_ENGINE_SAID_H

#include "tests/support/rig.h"

enum { SENSOR = 1, AGENT = 2, PAM = 3, FACTORY = 4, OS = 5 };

static inline void said_begin(struct rig *r)
{
    rig_init(r, NULL);
    rig_source(r, SENSOR, "suricata-eve", "sensor", 0);
    rig_source(r, AGENT, "wazuh", "agent", 0);
    rig_source(r, PAM, "teleport", "pam", 0);
    rig_source(r, FACTORY, "fab-tool", "fab", 0);
    rig_source(r, OS, "sshd", "os", 0);
    rig_tick(r, 0);
    rig_block(r);
}

// Ticks only; no block yet.
static inline void said_ticks(struct rig *r, int from, int to)
{
    for (int t = from; t <= to; t++) {
        rig_tick(r, t);
    }
}

static inline void said_sshd(struct rig *r, int at, enum kind kind, const char *host,
                             const char *user, const char *from)
{
    rig_say(r, &(struct rig_event){.source = OS,
                                   .at = at,
                                   .kind = kind,
                                   .product = "linux",
                                   .service = "sshd",
                                   .field = {{FIELD_HOST_NAME, host},
                                             {FIELD_USER_NAME, user},
                                             {FIELD_SOURCE_IP, from}}});
}

static inline void said_checkout(struct rig *r, int at, const char *host, const char *account)
{
    rig_say(r, &(struct rig_event){.source = PAM,
                                   .at = at,
                                   .kind = KIND_CHECKOUT,
                                   .product = "cyberark",
                                   .service = "vault",
                                   .field = {{FIELD_DESTINATION_DOMAIN, host},
                                             {FIELD_ACCOUNT, account},
                                             {FIELD_USER_NAME, "sato"}}});
}

static inline void said_session(struct rig *r, int at, const char *id, const char *tool,
                                enum kind kind)
{
    rig_say(r, &(struct rig_event){.source = PAM,
                                   .at = at,
                                   .kind = kind,
                                   .product = "teleport",
                                   .service = "audit",
                                   .field = {{FIELD_SESSION_ID, id},
                                             {FIELD_DESTINATION_DOMAIN, tool},
                                             {FIELD_USER_NAME, "v.mori"},
                                             {FIELD_VENDOR, "optarix"},
                                             {FIELD_ACCOUNT, "service"}}});
}

static inline void said_sensor(struct rig *r, int at, const char *from, const char *tool_ip,
                               const char *severity)
{
    rig_say(r, &(struct rig_event){.source = SENSOR,
                                   .at = at,
                                   .kind = KIND_ALERT,
                                   .flags = EVENT_IS_ALERT,
                                   .product = "suricata",
                                   .service = "alert",
                                   .field = {{FIELD_SOURCE_IP, from},
                                             {FIELD_DESTINATION_IP, tool_ip},
                                             {FIELD_EVENT_SEVERITY, severity},
                                             {FIELD_RULE_ID, "2100001"},
                                             {FIELD_RULE_NAME, "odd transfer"}}});
}

static inline void said_agent(struct rig *r, int at, const char *host)
{
    rig_say(r, &(struct rig_event){.source = AGENT,
                                   .at = at,
                                   .kind = KIND_ALERT,
                                   .flags = EVENT_IS_ALERT,
                                   .product = "wazuh",
                                   .field = {{FIELD_HOST_NAME, host},
                                             {FIELD_EVENT_SEVERITY, "55"},
                                             {FIELD_RULE_ID, "554"},
                                             {FIELD_RULE_NAME, "new program"}}});
}

static inline void said_window(struct rig *r, int at, const char *id, const char *tool,
                               const char *from, const char *to)
{
    rig_say(r, &(struct rig_event){.source = FACTORY,
                                   .at = at,
                                   .kind = KIND_PM_WINDOW,
                                   .product = "fab",
                                   .service = "pm",
                                   .field = {{FIELD_TICKET, id},
                                             {FIELD_ASSET, tool},
                                             {FIELD_VENDOR, "optarix"},
                                             {FIELD_WINDOW_START, from},
                                             {FIELD_WINDOW_END, to},
                                             {FIELD_EVENT_ACTION, "approved"}}});
}

static inline void said_tool(struct rig *r, int at, const char *tool, const char *state)
{
    rig_say(r, &(struct rig_event){.source = FACTORY,
                                   .at = at,
                                   .kind = KIND_TOOL_STATE,
                                   .product = "fab",
                                   .service = "tool",
                                   .field = {{FIELD_ASSET, tool}, {FIELD_TOOL_STATE, state}}});
}

// ---- persons and agents; i counts rows of commands

static inline void said_wall(struct rig *r, int second)
{
    struct input in = {.kind = INPUT_WALL};

    in.wall.at = rig_time(second);
    (void)rig_input(r, &in, NULL);
}

static inline int said_signature(struct rig *r, size_t i, struct err *err)
{
    struct input in = {.kind = INPUT_SIGNATURE};
    struct effect c;

    if (!store_mem_row(r->store, EFFECT_COMMAND, i, &c)) {
        return E_INPUT;
    }
    in.signature.command = c.command.id;
    in.signature.signature =
        SPAN_LIT("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    return rig_input(r, &in, err);
}

static inline int said_report(struct rig *r, size_t i, const char *agent, const char *kind,
                              struct err *err)
{
    struct input in = {.kind = INPUT_CONTROL};
    struct effect c;

    if (!store_mem_row(r->store, EFFECT_COMMAND, i, &c)) {
        return E_INPUT;
    }
    in.control = (struct input_control){.agent = span_str(agent),
                                        .kind = span_str(kind),
                                        .command = c.command.id,
                                        .text = span_str(kind)};
    return rig_input(r, &in, err);
}

static inline size_t said_alerts(struct rig *r, const char *title)
{
    return rig_count(r, EFFECT_ALERT, "rule_title", title, NULL);
}

#endif
