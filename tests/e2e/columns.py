"""columns - what two runs over the same input must have in common, as rows of text.

SPDX-License-Identifier: Apache-2.0

Ids are replaced by ranks in (event time, source, seq): two runs cut their blocks at other places, and an
id is made of the block. Wall time, hashes and positions are left out. `fab` columns are times of the
recording's clock: the same in every replay of a recording, but not where files are followed and the
clock is the wall's.
"""
import hashlib

RANKS = """
create temp table if not exists rank_alert as select id, group_id, row_number() over
    (order by event_time, source, seq, rule_id, asset) as rank from soc.alert;
create temp table if not exists rank_group as select group_id as id, row_number() over (order by min(rank)) as rank
    from rank_alert group by group_id;
create temp table if not exists rank_incident as select m.incident_id as id, row_number() over (order by min(a.rank)) as rank
    from soc.member m join rank_alert a on a.id = m.alert_id where m.incident_id is not null group by m.incident_id;
"""
DROP = "drop table if exists rank_alert, rank_group, rank_incident"
CLEAN = r"regexp_replace(regexp_replace({0}, '[0-9a-f]{{64}}', 'HASH', 'g'), '[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}', 'ID', 'g')"

# Groups are numbered as their first alerts arrive, which two followed files decide between them: where a
# person names one by its number, the rank stands for it.
GROUP = ("coalesce((select {1} || 'group ' || g.rank from soc.alert_group x join rank_group g on g.id = x.id"
         " where {2} and x.number::text = substring({0} from '[0-9]+$')), {0})")
ASKED = GROUP.format("t.subject", "regexp_replace(t.subject, '[0-9]+$', '')", "t.subject ~ '^[a-z]+_group [0-9]+$'")
DECIDED = GROUP.format("t.subject", "''", "t.kind ~ '^[a-z]+_group$'")

# A connection that a newer one of the same agent replaced is audited, for it may be a stolen key. It also is
# what an agent's death looks like while the gate reads nothing, its intake or engine being dead as well:
# whether there is such a row depends on the kill and on nothing else.
SUPERSEDED = "{0}kind = 'control' and {0}text like '%: superseded'"

# name -> (columns, fab columns, from, order); the order of rows is that of `order`.
TABLES = {
    "alerts": ("a.rank, g.rank, t.rule_id, t.rule_title, t.level, t.severity, t.event_time, t.source, t.seq, t.tier,"
               " t.axis_a, t.axis_c, t.axis_q, t.asset, t.area, t.actor, t.source_ip, t.session, t.source_kind,"
               " t.summary, t.matched, sha256((select bytes from soc.raw r where r.alert_id = t.id))", "t.found, t.number",
               "soc.alert t join rank_alert a on a.id = t.id left join rank_group g on g.id = t.group_id", "a.rank"),
    "groups": ("g.rank, i.rank, t.rule_id, t.rule_title, t.level, t.severity, t.asset, t.area, t.actor, t.source_kind,"
               " t.first, t.last, t.alerts, t.base_tier, t.tier, t.axis_a, t.axis_c, t.axis_q, t.why, t.state, t.owner,"
               " t.expected, t.cause, t.consequence, t.action, t.call_function",
               "t.found, t.number, t.ack_due, t.acked, t.shelved_until",
               "soc.alert_group t join rank_group g on g.id = t.id left join rank_incident i on i.id = t.incident_id",
               "g.rank"),
    "incidents": ("i.rank, t.title, t.asset, t.area, t.base_tier, t.tier, t.hazard, t.axis_a, t.axis_c, t.axis_q, t.state,"
                  " t.owner, t.first, t.last, t.alerts, t.source_kinds, t.why, t.score, t.review, t.wph, t.lots, m.rank",
                  "t.opened, t.number",
                  "soc.incident t left join rank_incident i on i.id = t.id"
                  " left join rank_incident m on m.id = t.merged_into", "i.rank, t.first, t.number"),
    "members": ("a.rank, i.rank, g.rank, t.area", "",
                "soc.member t join rank_alert a on a.id = t.alert_id left join rank_incident i on i.id = t.incident_id"
                " left join rank_group g on g.id = t.group_id", "a.rank"),
    "entities": ("i.rank, t.kind, t.value, t.area, t.first, t.last, t.alerts", "",
                 "soc.entity t left join rank_incident i on i.id = t.incident_id", "i.rank, t.kind, t.value"),
    "timeline": ("i.rank, t.area, t.kind, t.actor, " + CLEAN.format("t.text") + ", a.rank", "t.event_time, t.found",
                 "soc.timeline t left join rank_incident i on i.id = t.incident_id"
                 " left join rank_alert a on a.id = t.alert_id",
                 "i.rank, a.rank, t.kind, t.actor, t.text, t.event_time"),
    "clocks": ("i.rank, t.phase, t.area, t.tier, t.breached, t.call_function, t.call_name, t.call_number,"
               " t.deputy_name, t.deputy_number", "t.started, t.due, t.met",
               "soc.clock t left join rank_incident i on i.id = t.incident_id", "i.rank, t.phase"),
    # What persons asked and what the engine decided: each in the chain's order.
    "asked": ("t.actor, t.kind, " + ASKED + ", " + CLEAN.format("t.text"), "", "audit.entry t where t.kind in"
              " ('intent', 'refused', 'read_raw')", "t.seq"),
    "decided": ("t.actor, t.kind, " + DECIDED + ", " + CLEAN.format("t.text"), "", "audit.entry t where t.kind not in"
                " ('intent', 'refused', 'read_raw') and not (" + SUPERSEDED.format("t.") + ")", "t.seq"),
    "intents": ("t.intent, t.outcome, t.code, t.sentence", "t.applied", "soc.intent_done t", "t.intent"),
    "plans": ("t.number, i.rank, t.area, t.playbook_id, t.approval_rule, t.hazard, t.state, t.planned_by",
              "t.planned, t.expires", "play.plan t left join rank_incident i on i.id = t.incident_id", "t.number"),
    "approvals": ("p.number, t.person, t.function, t.verdict, t.hash = p.hash", "",
                  "play.approval t join play.plan p on p.id = t.plan_id", "p.number, t.function"),
    "runs": ("t.number, p.number, i.rank, t.area, t.state, t.reason, t.dry, t.started_by, t.steps, t.actions, t.verified,"
             " t.token", "t.started, t.ended", "play.run t join play.plan p on p.id = t.plan_id"
             " left join rank_incident i on i.id = t.incident_id", "t.number"),
    "steps": ("r.number, t.n, t.step_id, t.name, t.kind, t.target, t.state, t.text", "t.started, t.ended",
              "play.step t join play.run r on r.id = t.run_id", "r.number, t.n"),
    # What an agent was told: once, with the counter that follows the last one.
    "commands": ("r.number, t.step, t.agent, t.counter, t.state, t.code, t.result, t.proof <> '',"
                 " (select count(*) from play.signature s where s.command = t.id)", "t.issued",
                 "play.command t join play.run r on r.id = t.run_id", "r.number, t.step, t.counter"),
    "agents": ("t.id, t.state, regexp_replace(t.version, ' boot .*', ''), t.counter", "", "play.agent t", "t.id"),
    "tools": ("t.asset, t.tier, t.state, t.lots_in_process, t.lots_queued, t.wph", "t.since, t.qtime_end", "fab.tool t",
              "t.asset"),
    "sessions": ("t.id, t.person, t.account, t.asset, t.ticket, t.state", "t.started, t.ended, t.allowed_until",
                 "pam.session t", "t.id"),
    "windows": ("t.id, t.asset, t.person, t.actions, t.opens, t.closes, t.state", "", "fab.pm_window t", "t.id"),
    "sources": ("t.number, t.name, t.records, t.bytes, t.unknown, t.undecoded, t.clock_faults, t.oversize,"
                " t.skipped_bytes, t.shed, t.late, t.dead, t.asks, t.newest, t.silent", "t.received", "soc.source t",
                "t.number"),
    "rules": ("t.id, t.title, t.kind, t.state, t.reason, t.faults, t.dropped, t.evicted", "t.since, t.last_fault",
              "soc.rule t", "t.id"),
    "status": ("t.events, t.alerts, t.groups, t.incidents, t.late, t.dropped_keys, t.evicted,"
               " t.refused - (select count(*) from audit.entry where " + SUPERSEDED.format("") + "), t.expected",
               "t.watermark, t.fab_time", "soc.status t", "1"),
}


def take(house, fab):
    """{name: [row]}; `fab`: with the times of the recording's clock."""
    house.rows(DROP)
    house.rows(RANKS)
    out = {}
    for name, (columns, times, origin, order) in TABLES.items():
        what = columns + (", " + times if fab and times else "")
        out[name] = house.rows(f"select {what} from {origin} order by {order}")
    house.rows(DROP)
    return out


def digest(tables):
    return hashlib.sha256(repr(sorted(tables.items())).encode("utf-8", "surrogateescape")).hexdigest()


def differences(a, b, most=6):
    """Sentences: which tables differ, and their first rows that do."""
    out = []
    for name in a:
        if a[name] == b[name]:
            continue
        out.append(f"{name}: {len(a[name])} and {len(b[name])} rows")
        pairs = [(x, y) for x, y in zip(a[name], b[name]) if x != y]
        for x, y in pairs[:most]:
            only = [f"column {i}: {p!r} and {q!r}" for i, (p, q) in enumerate(zip(x, y)) if p != q]
            out.append(f"  {' | '.join(x[:4])}: {'; '.join(only)[:400]}")
        if not pairs:
            longer = a[name] if len(a[name]) > len(b[name]) else b[name]
            out.append(f"  only one has {longer[min(len(a[name]), len(b[name]))]}")
    return out
