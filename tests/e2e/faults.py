#!/usr/bin/python3
"""faults [--build DIR] [--keep] - a rule whose expression passes its limit: counted, three times, then in quarantine.

SPDX-License-Identifier: Apache-2.0

Two rules over a recording in which some lines make one of them run into its match limit. It speaks up to the
third such line and not behind it; the other is not disturbed. That is loud: dead letters, an audit entry, an
alert, lines of status and of `rules list`. The rows are the same for N = 1, 2 and 3 detects and for a run
whose roles are killed before, at and behind the third fault; stepped again from the first block the engine
compares its digest. A changed set of rules lifts the quarantine, and the next three faults bring it back.
"""
import argparse
import json
import os
import signal
import sys

import columns
import order
from service import Failure, House, SHARE, Tap, build_dir

SECONDS = 700
EACH = 4
HOSTILE = {230, 261, 262, 900, 2700}
THIRD = 262
TOLD = 256  # so many blocks behind the third fault detect stops asking; PAD makes blocks enough
PAD = " " + "." * 480
SLOW = "0f0e7c0e-0000-4000-8000-00000000000a"
RULES = """title: {0}
id: {1}
level: high
logsource: {{product: linux, service: sshd}}
detection:
  s:
    '|re': '(x+x+)+y!'
  t:
    - Failed password
  condition: s or t
---
title: Failed quickly
id: 0f0e7c0e-0000-4000-8000-00000000000b
level: high
logsource: {{product: linux, service: sshd}}
detection:
  t:
    - Failed password
  condition: t
"""


def line(n):
    text = f"<38>Nov 20 02:{n // EACH // 60:02d}:{n // EACH % 60:02d} tool07 sshd[{n}]: "
    if n in HOSTILE:
        return text + f"Connection closed by {'x' * 60} port 4711 y!" + PAD
    if n % 100 in (50, 99):
        return text + f"Failed password for invalid user u{n} from 192.0.2.{n % 250} port 4711 ssh2"
    return text + f"Connection closed by 192.0.2.{n % 250} port 4711" + PAD


def write_rules(house, title):
    with open(os.path.join(house.path("rules"), "r.yml"), "w", encoding="ascii") as f:
        f.write(RULES.format(title, SLOW))
    house.open_to_all(house.path("rules"))


def write_story(house):
    folder = house.path("story")
    os.makedirs(os.path.join(folder, "feeds"))
    os.mkdir(house.path("rules"), 0o755)
    write_rules(house, "Slow")
    with open(os.path.join(folder, "story.yaml"), "w", encoding="ascii") as f:
        f.write("feeds:\n  - {name: tool, file: tool.rec, kind: os, format: sshd}\n")
    with open(os.path.join(folder, "feeds", "tool.rec"), "w", encoding="ascii") as f:
        for n in range(SECONDS * EACH):
            s = n // EACH
            f.write(f"@2026-11-20T02:{s // 60:02d}:{s % 60:02d}.{n % EACH * 250:03d}Z {line(n)}\n")
    house.open_to_all(folder)
    return folder


def configure(house, story, state, detects=2):
    conf = house.configure(story=story, detects=detects, intake={"block_kib": 4, "ahead": 16}, state=state,
                           documents=os.path.join(SHARE, "demo", "story"))
    with open(conf, encoding="utf-8") as f:
        text = json.load(f)
    text["set"]["rules"] = house.path("rules")
    with open(conf, "w", encoding="utf-8") as f:
        json.dump(text, f)
    return conf


def over(house):
    return house.one("select recording_over from soc.status") == "t" and house.position()[2] == SECONDS * EACH


def rule(house):
    """(state, faults) of the slow rule, None before it was ever at fault."""
    rows = house.rows(f"select state, faults from soc.rule where id = '{SLOW}'")
    return tuple(rows[0]) if rows else None


def seqs(house, title):
    return [int(r[0]) - 1 for r in house.rows(f"select seq from soc.alert where rule_title = '{title}' order by seq")]


def loud(tap, h):
    failed = [n for n in range(SECONDS * EACH) if n % 100 in (50, 99) and n not in HOSTILE]
    tap.ok(rule(h) == ("quarantine", "3"), f"three faults of {len(HOSTILE)} hostile lines are quarantine: {rule(h)}")
    got = seqs(h, "Slow")
    tap.ok(got == [n for n in failed if n < THIRD], f"it speaks up to line {THIRD} and not behind it: {len(got)} alerts")
    tap.ok(seqs(h, "Failed quickly") == failed, f"the other rule is not disturbed: {len(failed)} alerts")
    dead = h.rows("select seq, reason, convert_from(bytes, 'UTF8') from soc.dead_letter order by seq")
    tap.ok([(int(s) - 1, t) for s, _, t in dead] == [(n, line(n)) for n in sorted(HOSTILE)[:3]]
           and all(SLOW in reason for _, reason, _ in dead), f"{len(dead)} dead letters hold the records and name the rule")
    tap.ok(h.one("select count(*) from audit.entry where kind = 'quarantine' and subject = '" + SLOW + "'") == "1",
           "it is one audit entry")
    tap.ok(len(seqs(h, "A rule is in quarantine and sees nothing")) == 1, "it is one alert")
    engine = json.loads(h.ctl("status", "--json"))["engine"]
    tap.ok(engine["quarantined"] == 1 and [(r["rule_id"], r["state"], r["faults"]) for r in engine["rules"]] ==
           [(SLOW, "quarantine", 3)], f"status --json tells of it: {engine['rules']}")
    words = [w for w in h.ctl("status").splitlines() if w.startswith(f"rule {SLOW} quarantined: an expression passed")]
    tap.ok(len(words) == 1, f"status says so in words: {words}")
    listed = h.ctl("rules", "list", "--rules", h.path("rules"))
    tap.ok([SLOW in r and "in quarantine since 2026-11-20T02:01:0" in r for r in listed.splitlines()] == [True, False],
           f"rules list says so: {listed}")
    with open(h.path("service.log"), encoding="utf-8") as f:
        tap.ok(f.read().count("a rule is in quarantine") == 1, "the log says so once")


def by_detects(tap, h, story, journal, block):
    first = None
    for n in (1, 2, 3):
        h.fresh_database()
        h.start(configure(h, story, order.copy_of(h, journal, f"n {n}"), n))
        h.wait("the journal's end", lambda: h.position()[1] >= block)
        status = h.stop()
        h.rows("delete from soc.status")  # ticks go on
        h.rows("delete from soc.engine_table")
        got = order.dump(h)
        first = first or got
        if not tap.ok(status == 0 and got == first and rule(h) == ("quarantine", "3"),
                      f"N = {n}: digest {order.digest(got)}, ids included"):
            order.explain(tap, first, got)


def killed(tap, h, story, calm, n, roles, at):
    """A run whose roles are killed when `at` records are processed."""
    h.fresh_database()
    h.start(configure(h, story, f"killed {n}"))
    h.wait(f"{at} records", lambda: h.position()[2] >= at)
    for name, pid in h.roles():
        if name in roles:
            os.kill(pid, signal.SIGKILL)
    h.wait("the recording's end", lambda: over(h))
    same(tap, h, calm, f"{' and '.join(roles)} killed behind record {at}")


def same(tap, h, calm, what):
    status = h.stop()
    now = columns.take(h, False)
    now.pop("status")
    if not tap.ok(status == 0 and columns.digest(now) == columns.digest(calm), f"{what}: the same rows"):
        tap.note("\n".join(columns.differences(calm, now)))


def again(tap, h, conf, calm):
    block = h.position()[1]
    h.rows("delete from soc.snapshot")
    h.start(conf)
    h.wait("the service to go on", lambda: h.position()[1] > block + 1)
    same(tap, h, calm, "stepped again from the first block")


def lifted(tap, h, conf):
    """A changed set, and the same lines once more from a followed file would be another story: the rows say it."""
    h.start(conf)
    h.wait("the engine", lambda: json.loads(h.ctl("status", "--json")))
    write_rules(h, "Slow no more")
    os.kill(h.service.pid, signal.SIGHUP)
    h.wait("the quarantine to end", lambda: rule(h) == ("asked", "3"))
    tap.ok(h.one("select title from soc.rule where id = '" + SLOW + "'") == "Slow no more", "a changed set lifts it")
    tap.ok(h.one("select count(*) from audit.entry where kind = 'quarantine-over'") == "1", "which is an audit entry")
    tap.ok(" quarantined: " not in h.ctl("status"), "status says no more of quarantine")
    tap.ok(h.stop() == 0, "the service stops as it should")


def play(tap, h):
    story = write_story(h)
    conf = configure(h, story, "calm")
    h.start(conf)
    h.wait("the recording's end", lambda: over(h))
    h.wait("the alert", lambda: seqs(h, "A rule is in quarantine and sees nothing"))
    loud(tap, h)
    tap.ok(h.stop() == 0, "the service stops as it should")
    calm, block = columns.take(h, False), h.position()[1]
    third = int(h.one("select max(block) from soc.alert where rule_id = '" + SLOW + "'"))
    tap.ok(block > third + TOLD + 10, f"detect was told: {block} blocks, the third fault is behind block {third}")
    calm.pop("status")
    again(tap, h, conf, calm)
    h.keep_database("fabsoc_calm")
    by_detects(tap, h, story, h.path("calm"), block)
    for n, (roles, at) in enumerate([(("engine",), 200), (("detect",), 262), (("engine", "detect"), 900),
                                     (("engine", "intake"), 2600)]):
        killed(tap, h, story, calm, n, roles, at)
    h.use_database("fabsoc_calm")
    lifted(tap, h, conf)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    tap = Tap()
    with House(build_dir(a.build), keep=a.keep) as house:
        try:
            play(tap, house)
        except Failure as e:
            tap.ok(False, f"the service goes on: {e}")
            tap.note(house.log_tail())
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
