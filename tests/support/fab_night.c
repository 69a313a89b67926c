// fab_night.c - the rows of one night.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fab_night.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/key.h"
#include "views/actions.h"

#define DAY     "2026-11-21T"
#define AT(hms) DAY hms "Z"

static void build_state(struct desk_fake *f)
{
    desk_fake_row(f, DESK_STATE, "site", "FAB2", "fab_time", AT("23:41:10"), "watermark",
                  AT("23:41:08"), "commit_age", "1", "t0", "0", "t1", "1", "t2", "2", "t3", "3",
                  "t4", "9", "unacked", "4", "load_10m", "3", "late", "1", "next_incident", "207",
                  "next_phase", "contain", "next_due", AT("23:45:22"), "person", "sato", "roles",
                  "operator", "agents_up", "412", "agents", "414", "sources", "8", "silent", "1",
                  "refused", "0", "evicted", "0", "barrier", "", "recording_over", "f", "approvals",
                  "1", NULL);
    desk_fake_row(f, DESK_TIERS, "tier", "T0", "open", "0", "new_hour", "0", "late", "0",
                  "due_soon", "0", "wph", "0", NULL);
    desk_fake_row(f, DESK_TIERS, "tier", "T1", "open", "1", "new_hour", "1", "oldest", "2580",
                  "late", "0", "due_soon", "1", "wph", "180", "worst_incident", "207",
                  "worst_asset", "LITHO-03", NULL);
    desk_fake_row(f, DESK_TIERS, "tier", "T2", "open", "2", "new_hour", "2", "oldest", "11400",
                  "late", "1", "due_soon", "0", "wph", "60", "worst_incident", "203", "worst_asset",
                  "CMP-02", NULL);
    desk_fake_row(f, DESK_TIERS, "tier", "T3", "open", "3", "new_hour", "1", "oldest", "172800",
                  "late", "0", "due_soon", "0", "wph", "0", "worst_incident", "199", "worst_asset",
                  "EDA-LIC-2", NULL);
    desk_fake_row(f, DESK_TIERS, "tier", "T4", "open", "9", "new_hour", "0", "oldest", "300",
                  "late", "0", "due_soon", "0", "wph", "0", NULL);
    desk_fake_row(f, DESK_LATE, "incident", "203", "phase", "triage", "tier", "T2", "due",
                  AT("23:29:00"), "overdue", "730", "asset", "CMP-02", "call_function", "cmp owner",
                  "call_name", "木村 Kimura", "call_number", "4420", "deputy_name", "Mori",
                  "deputy_number", "4421", "last_call", "23:31 Kimura: on the way", NULL);
    desk_fake_row(f, DESK_LATE, "incident", "207", "phase", "contain", "tier", "T1", "due",
                  AT("23:45:22"), "overdue", "", "asset", "LITHO-03", "call_function", "litho lead",
                  "call_name", "Tanaka", "call_number", "4411", "deputy_name", "Ito",
                  "deputy_number", "4412", NULL);
    desk_fake_row(f, DESK_BAYS, "id", "LITHO", "area", "north", "tools", "12", "productive", "11",
                  "down", "0", "incidents", "1", "worst_tier", "T1", NULL);
    desk_fake_row(f, DESK_BAYS, "id", "ETCH", "tools", "30", "productive", "30", "incidents", "0",
                  NULL);
    desk_fake_row(f, DESK_BAYS, "id", "CMP", "tools", "9", "productive", "8", "incidents", "1",
                  "worst_tier", "T3", NULL);
    desk_fake_row(f, DESK_SOURCES, "name", "eve-north", "kind", "sensor", "records", "43120",
                  "undecoded", "0", "newest", AT("23:41:08"), "silent", "f", NULL);
    desk_fake_row(f, DESK_SOURCES, "name", "pam-vault", "kind", "pam", "records", "812",
                  "undecoded", "2", "newest", AT("22:58:00"), "silent", "t", NULL);
    desk_fake_row(f, DESK_TABLES, "id", "groups", "rows", "38", "bound", "100000", "evicted", "0",
                  "expired", "12", NULL);
}

static void build_queue(struct desk_fake *f)
{
    desk_fake_row(f, DESK_QUEUE, "number", "88", "tier", "T1", "severity", "95", "alerts", "112",
                  "source_kind", "sensor", "asset", "LITHO-03", "title", "S2F41 from unlisted host",
                  "actor", "10.20.7.44", "owner", "tanaka", "state", "acknowledged", "first",
                  AT("22:58:04"), "last", AT("23:41:10"), "ack_due", AT("23:45:22"), "incident",
                  "207", "expected", "f", NULL);
    desk_fake_row(f, DESK_QUEUE, "number", "90", "tier", "T2", "severity", "75", "alerts", "7",
                  "source_kind", "agent", "asset", "CMP-02", "title",
                  "未署名レシピ unsigned recipe", "actor", "svc_recipe", "state", "new", "first",
                  AT("23:23:00"), "ack_due", AT("23:53:50"), "incident", "203", NULL);
    desk_fake_row(f, DESK_QUEUE, "number", "91", "tier", "T2", "severity", "75", "alerts", "2",
                  "source_kind", "pam", "asset", "MES-DB-1", "title",
                  "root outside grant \x1b[31mG-4471\x1b]0;pwned\x07", "actor", "ito", "state",
                  "new", "first", AT("23:32:00"), "ack_due", AT("23:29:00"), NULL);
    desk_fake_row(f, DESK_QUEUE, "number", "92", "tier", "T3", "severity", "50", "alerts", "61",
                  "source_kind", "agent", "asset", "EDA-LIC-2", "title",
                  "licence\xe2\x80\xae scrape e\xcc\x81\xcc\x81\xcc\x81", "actor", "", "owner",
                  "ito", "state", "acknowledged", "first", AT("21:40:00"), "ack_due", "",
                  "incident", "199", NULL);
    desk_fake_row(f, DESK_QUEUE, "number", "93", "tier", "T4", "severity", "10", "alerts", "12040",
                  "source_kind", "agent", "asset", "HMI-4", "title", "usb storage inserted",
                  "state", "shelved", "first", "2026-11-19T23:00:00Z", "expected", "t", NULL);
}

static void build_group(struct desk_fake *f)
{
    desk_fake_row(
        f, DESK_GROUP, "number", "88", "tier", "T1", "base_tier", "T2", "axes", "A2 C0 Q2",
        "severity", "95", "level", "critical", "rule_id", "7c1a2b30-0412-4d6c-9f00-3a5b7c9d1e2f",
        "title", "S2F41 from unlisted host", "asset", "LITHO-03", "area", "north", "actor",
        "10.20.7.44", "source_kind", "sensor", "alerts", "112", "first", AT("22:58:04"), "last",
        AT("23:41:10"), "state", "acknowledged", "owner", "tanaka", "incident", "207", "ack_due",
        AT("23:03:00"), "acked", AT("23:02:10"), "why",
        "constraint tool with 4 lots in process and a write function", "cause",
        "likely an engineering laptop on the tool VLAN; no grant, no work order", "consequence",
        "a recipe select can scrap lot W81 within about 20 minutes", "action",
        "call the litho lead, then isolate the port (the tool keeps running)", "call_function",
        "litho lead", "call_name", "Tanaka", "call_number", "4411", NULL);
    desk_fake_row(f, DESK_ALERTS, "number", "88121", "event_time", AT("23:41:08"), "tier", "T1",
                  "asset", "LITHO-03", "actor", "", "source_ip", "10.20.7.44", "source",
                  "eve-north", "seq", "43118", "summary", "S2F41 PP-SELECT", "matched",
                  "fab.secs.stream=2 fab.secs.function=41 source.ip=10.20.7.44", NULL);
    desk_fake_row(f, DESK_ALERTS, "number", "88090", "event_time", AT("23:38:08"), "tier", "T1",
                  "asset", "LITHO-03", "source_ip", "10.20.7.44", "source", "eve-north", "seq",
                  "42990", "summary", "S2F41 PP-SELECT\n\x1b[2Jcleared?", "matched", "the same",
                  NULL);
    snprintf(f->raw_hex, sizeof(f->raw_hex), "%s",
             "7b227473223a22323331303822"
             "2c2273726322"
             "3a221b5b324a"
             "227d0a000180ff");
}

static void build_incident(struct desk_fake *f)
{
    desk_fake_row(f, DESK_INCIDENTS, "number", "207", "tier", "T1", "state", "contain", "title",
                  "HSMS from a host that is not listed", "asset", "LITHO-03", "owner", "tanaka",
                  "alerts", "131", "source_kinds", "sensor agent pam", "axes", "A2 C0 Q2", "phase",
                  "contain", "due", AT("23:45:22"), "wph", "180", "first", AT("22:58:04"),
                  "run_state", "waiting", NULL);
    desk_fake_row(f, DESK_INCIDENTS, "number", "203", "tier", "T2", "state", "triage", "title",
                  "未署名レシピ on CMP-02", "asset", "CMP-02", "alerts", "7", "phase", "triage",
                  "due", AT("23:29:00"), "wph", "60", "first", AT("20:31:00"), NULL);
    desk_fake_row(f, DESK_INCIDENTS, "number", "201", "tier", "T2", "state", "eradicate", "title",
                  "PLC RUN to PROG", "asset", "ETCH-07", "owner", "ito", "alerts", "4", "phase", "",
                  "wph", "0", "first", AT("21:30:00"), "run_state", "finished", NULL);
    desk_fake_row(f, DESK_INCIDENTS, "number", "199", "tier", "T3", "state", "recover", "title",
                  "licence scrape", "asset", "EDA-LIC-2", "owner", "ito", "first",
                  "2026-11-19T22:00:00Z", NULL);
    desk_fake_row(f, DESK_INCIDENT, "number", "207", "title", "HSMS from a host that is not listed",
                  "tier", "T1", "base_tier", "T2", "hazard", "T2", "axes", "A2 C0 Q2", "state",
                  "contain", "owner", "tanaka", "asset", "LITHO-03", "area", "north", "first",
                  AT("22:58:04"), "alerts", "131", "source_kinds", "sensor agent pam", "why",
                  "T2 -> T1 because LITHO-03 is the constraint and 4 lots are in process", "wph",
                  "180", "lots", "W81 W82 W83 W84", NULL);
    desk_fake_row(f, DESK_CLOCKS, "phase", "ack", "due", AT("23:03:00"), "met", AT("23:02:10"),
                  "breached", "f", "call_name", "Tanaka", "call_number", "4411", NULL);
    desk_fake_row(f, DESK_CLOCKS, "phase", "contain", "due", AT("23:45:22"), "breached", "f",
                  "call_function", "litho lead", "call_name", "Tanaka", "call_number", "4411",
                  "deputy_name", "Ito", "deputy_number", "4412", "last_call",
                  "23:40 Tanaka: agrees, lot W81 held (電話済)", NULL);
    desk_fake_row(f, DESK_TIMELINE, "event_time", AT("22:58:04"), "found", AT("22:58:05"), "kind",
                  "alert", "actor", "", "text", "A-88010 first of 112: S2F41 from unlisted host",
                  NULL);
    desk_fake_row(f, DESK_TIMELINE, "event_time", AT("23:02:10"), "kind", "ack", "actor", "tanaka",
                  "text", "group G-88 acknowledged", NULL);
    desk_fake_row(f, DESK_TIMELINE, "event_time", AT("23:05:31"), "kind", "tier", "text",
                  "T2 -> T1 because LITHO-03 is the constraint", NULL);
    desk_fake_row(f, DESK_TIMELINE, "event_time", AT("23:40:15"), "kind", "note", "actor", "sato",
                  "text", "litho lead agrees, lot W81 held (電話済) \x1b]52;c;eA==\x07", NULL);
    desk_fake_row(f, DESK_ENTITIES, "kind", "address", "value", "10.20.7.44", "alerts", "112",
                  "first", AT("22:58:04"), "last", AT("23:41:10"), NULL);
    desk_fake_row(f, DESK_PLANS, "number", "7", "playbook", "isolate tool port", "state", "planned",
                  "hazard", "T2", "planned_by", "tanaka", "expires", AT("23:51:10"),
                  "approval_rule", "fab_ops AND process_owner", "approved_functions", "fab_ops",
                  NULL);
    desk_fake_row(f, DESK_RUNS, "number", "3", "plan", "7", "state", "waiting", "reason",
                  "outside its limits: 3 lots in process", "dry", "f", "started_by", "tanaka",
                  "started", AT("23:39:40"), "steps", "5", "actions", "2", "verified", "1", NULL);
    desk_fake_row(f, DESK_RUNS, "number", "2", "plan", "7", "state", "finished", "dry", "t",
                  "started_by", "tanaka", "started", AT("23:30:00"), "ended", AT("23:30:02"),
                  "actions", "2", "verified", "0", NULL);
}

static void build_plays(struct desk_fake *f)
{
    desk_fake_row(f, DESK_PLAYBOOKS, "id", "playbook--11", "name", "isolate tool port",
                  "description", "moves a host to quarantine; the tool keeps its host link", NULL);
    desk_fake_row(f, DESK_PLAYBOOKS, "id", "playbook--12", "name", "end vendor session",
                  "description", "terminates a brokered session", NULL);
    desk_fake_row(
        f, DESK_PLAN, "number", "7", "incident", "207", "playbook", "isolate tool port", "state",
        "planned", "hazard", "T2", "hash",
        "9f3c2a7be1d04c55aa10b7c9d2e3f4050617283940a1b2c3d4e5f60718293a4b", "document",
        "{\"actions\":[{\"action\":\"contain\",\"target\":{\"port\":\"sw-litho-2 gi1/0/14\"}}]}",
        "approval_rule", "fab_ops AND process_owner", "impact",
        "ENG-114 loses all access; LITHO-03 keeps its host link; 0 wafers/h lost", "planned_by",
        "tanaka", "planned", AT("23:30:00"), "expires", AT("23:51:10"), NULL);
    desk_fake_row(f, DESK_APPROVALS, "person", "ito", "function", "fab_ops", "verdict", "approved",
                  "at", AT("23:35:00"), NULL);
    desk_fake_row(f, DESK_RUN, "number", "3", "plan", "7", "incident", "207", "state", "waiting",
                  "reason", "outside its limits: 3 lots in process", "dry", "f", "started_by",
                  "tanaka", "started", AT("23:39:40"), "steps", "5", "actions", "2", "verified",
                  "1", NULL);
    desk_fake_row(f, DESK_STEPS, "n", "1", "name", "end the session", "kind", "action", "target",
                  "S-5512", "state", "verified", "text", "session ended, broker lists 0", "before",
                  "open since 21:02", "after", "closed", "started", AT("23:39:41"), "ended",
                  AT("23:39:47"), NULL);
    desk_fake_row(f, DESK_STEPS, "n", "2", "name", "set quarantine vlan", "kind", "action",
                  "target", "sw-litho-2 gi1/0/14", "state", "waiting", "text",
                  "3 lots in process, limit is 2", "before", "vlan 212", NULL);
    desk_fake_row(f, DESK_STEPS, "n", "3", "name", "close", "kind", "end", "state", "planned",
                  NULL);
    desk_fake_row(f, DESK_SESSIONS, "id", "S-5512", "person", "vendor.a", "account", "service",
                  "vendor", "Vendor A", "asset", "LITHO-05", "source_ip", "203.0.113.9", "ticket",
                  "PM-77", "started", AT("21:02:00"), "allowed_until", AT("23:30:00"), "state",
                  "open", NULL);
}

void fab_night_build(struct desk_fake *f)
{
    build_state(f);
    build_queue(f);
    build_group(f);
    build_incident(f);
    build_plays(f);
}

static void fault(void *ctx, const struct err *err)
{
    (void)ctx;
    err_print(stderr, err);
    abort();
}

void fab_night_keys(struct keymap *km)
{
    static char text[32768];
    FILE *in = fopen("share/keys.conf", "r");
    struct faults faults = {fault, NULL, 0};
    struct textfile tf = {"share/keys.conf", {text, 0}};

    if (!in) {
        perror("share/keys.conf");
        abort();
    }
    tf.text.n = fread(text, 1, sizeof(text), in);
    fclose(in);
    keymap_init(km, view_actions, sizeof(view_actions) / sizeof(view_actions[0]));
    (void)keymap_parse(km, &tf, &faults);
}

void fab_night_type(struct console *c, const char *script)
{
    struct span s = span_str(script);

    console_answers(c);
    while (s.n) {
        size_t end = s.p[0] == '<' ? span_find(s, '>') : s.n;
        int32_t key = K_NONE;

        if (end > 1 && end < s.n) {
            key = key_parse(span_sub(s, 1, end - 1));
        }
        if (key == K_NONE) {
            key = (unsigned char)s.p[0];
            end = 0;
        }
        s = span_sub(s, end + 1, s.n);
        console_key(c, key);
        console_answers(c);
    }
}
