#!/usr/bin/python3
"""corpora [--build DIR] - what the shared data folders say of themselves, asked of the printed events.

SPDX-License-Identifier: Apache-2.0

suricata-eve: the 1,915 checks of its expected.json over the decoded events. wazuh: every log line is a record, kept as
it is; those of what a fab has are known by a source; alerts made of the sections are ordered as their levels. Beside them
an alerts.json of a Wazuh manager, rsyslog's Windows events, Vault's audit records.
"""
import argparse
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

from service import TOP, Tap, build_dir

DATA = os.path.join(TOP, "..", "shared", "data")
# The files of wazuh/ whose product the fab has, and the source that is to know every line of them.
WAZUH = {"sshd": {"sshd"}, "sudo": {"sudo"}, "auditd": {"auditd"}, "cisco_asa": {"cisco-asa"}, "cisco_ftd": {"cisco-asa"},
         "sysmon": {"windows-wazuh", "windows-ossec"}, "sysmon_eid_1": {"windows-wazuh", "windows-ossec"},
         "sysmon_eid_3": {"windows-wazuh"}, "sysmon_eid_7": {"windows-wazuh"},
         "sysmon_eid_8": {"windows-wazuh"}, "sysmon_eid_10": {"windows-wazuh"}, "sysmon_eid_11": {"windows-wazuh"},
         "sysmon_eid_13": {"windows-wazuh"}, "powershell": {"windows-wazuh"}, "win_security": {"windows-wazuh", "windows-ossec"},
         "windows_baseline_intrusion_detection": {"windows-wazuh"}, "owlh": {"zeek-json"}}
NONE = object()


class Ctl:
    def __init__(self, build):
        self.program = os.path.join(build, "fabsocctl")

    def decode(self, *files):
        p = subprocess.run([self.program, "decode", *files], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                           encoding="utf-8", check=True)
        return [json.loads(line) for line in p.stdout.splitlines()]


# ---- suricata-eve

def value_at(path, event):
    """A dotted path with [n] and, at its end, one of the operations of suricata-verify; NONE = not there."""
    at = event
    for part in path.split("."):
        index = re.fullmatch(r"(.*)\[(\d+)\]", part)
        if part == "__len":
            at = len(at)
            continue
        name = index[1] if index else part
        if not isinstance(at, dict) or name not in at:
            return NONE
        at = at[name]
        if index:
            if not isinstance(at, list) or int(index[2]) >= len(at):
                return NONE
            at = at[int(index[2])]
    return at


def holds(path, want, event):
    if path == "has-key":
        return value_at(want, event) is not NONE
    if path == "not-has-key":
        return value_at(want, event) is NONE
    for word, test in (("__find", lambda v: want in v), ("__contains", lambda v: want in v),
                       ("__startswith", lambda v: v.startswith(want)), ("__endswith", lambda v: v.endswith(want))):
        if path.endswith("." + word):
            v = value_at(path[:-len(word) - 1], event)
            return v is not NONE and test(v)
    v = value_at(path, event)
    return v is not NONE and type(v) is type(want) and v == want


def suricata(tap, ctl):
    checks, wrong, events, by_file = 0, [], 0, {}
    tests = sorted(glob.glob(os.path.join(DATA, "suricata-eve", "*", "expected.json")))
    for e in ctl.decode(*[os.path.join(os.path.dirname(path), "eve.json") for path in tests]):
        by_file.setdefault(os.path.dirname(e["file"]), []).append(e)
    for path in tests:
        with open(path, encoding="utf-8") as f:
            want = json.load(f)
        got = by_file.get(os.path.dirname(path), [])
        events += len(got)
        if len(got) != want["events"] or {e["source"] for e in got} - {"suricata-eve"}:
            wrong.append(f"{want['test']}: {len(got)} events, of {sorted({e['source'] for e in got})}")
        for c in want["checks"]:
            n = sum(all(holds(k, v, e["event"]) for k, v in c["match"].items()) for e in got)
            checks += 1
            if n != c["count"]:
                wrong.append(f"{want['test']}: {c['match']}: {n}, not {c['count']}")
    tap.ok(checks > 500 and not wrong, f"suricata-eve: {checks} checks hold over {events} events: {wrong[:5]}")


# ---- wazuh

def sections(path):
    """[(level, log line)]."""
    level, lines = None, []
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for line in f.read().split("\n"):
            m = re.match(r"log \d+ pass = (.+)", line)
            if line.startswith("["):
                yield from ((level, t) for t in lines)
                level, lines = None, []
            elif m:
                lines.append(m[1].rstrip("\r"))
            elif line.startswith("alert ="):
                level = int(line.split("=")[1])
    yield from ((level, t) for t in lines)


def wazuh(tap, ctl, top):
    alerts, total = [], 0
    for path in sorted(glob.glob(os.path.join(DATA, "wazuh", "*.ini"))):
        name = os.path.basename(path)[:-4]
        rows = list(sections(path))
        rows.sort(key=lambda r: r[1].startswith("{"))  # a file is of one form: texts, or JSON
        texts = sum(not line.startswith("{") for _, line in rows)
        got = {}
        for first, last in ((0, texts), (texts, len(rows))):
            log = os.path.join(top, f"{name}{first}.log")
            with open(log, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as f:
                f.writelines(line + "\n" for _, line in rows[first:last])
            got.update({e["line"] + first: e for e in ctl.decode(log)})
        total += len(rows)
        lost = [n for n, (_, line) in enumerate(rows, 1) if line.strip() and got.get(n, {}).get("raw") != line]
        if lost:
            tap.ok(False, f"wazuh/{name}: every line is a record, kept as it is: {[rows[n - 1][1][:100] for n in lost[:3]]}")
        if name in WAZUH:
            others = sorted({e["source"] for e in got.values()} - WAZUH[name])
            tap.ok(got and not others, f"wazuh/{name}: its {len(got)} lines are known, not as {others}")
        alerts += [(level, line) for level, line in rows if level is not None]
    tap.ok(total > 300, f"wazuh: {total} lines in all")
    order(tap, ctl, top, alerts)


def order(tap, ctl, top, alerts):
    """Each section as the alert that the manager makes of it: a higher level is a higher severity, an equal one equal."""
    path = os.path.join(top, "alerts.json")
    with open(path, "w", encoding="utf-8") as f:
        for n, (level, line) in enumerate(alerts):
            f.write(json.dumps({"timestamp": "2026-11-20T02:00:00.000+0000", "id": str(n), "manager": {"name": "m"}, "location": "l",
                                "rule": {"level": level, "id": "1", "description": "d", "groups": ["g"]},
                                "agent": {"id": "001", "name": "h"}, "full_log": line.encode("utf-8", "replace").decode()}) + "\n")
    got = ctl.decode(path)
    severity = {}
    for (level, _), e in zip(alerts, got):
        severity.setdefault(level, set()).add(e["ecs"].get("event.severity"))
    steps = [severity[level] for level in sorted(severity)]
    tap.ok(len(got) == len(alerts) and {e["source"] for e in got} == {"wazuh"} and {e["kind"] for e in got} == {"alert"},
           f"wazuh: {len(got)} alerts are alerts")
    tap.ok(len(steps) > 5 and all(len(s) == 1 and None not in s for s in steps) and sorted(min(s) for s in steps) == [min(s) for s in steps]
           and len({min(s) for s in steps}) == len(steps), f"wazuh: severity rises with the level: {dict(sorted(severity.items()))}")


def manager(tap, ctl):
    """An alerts.json: own alerts and Suricata's said once more, told apart, the latter with its flow and signature."""
    path = os.path.join(DATA, "alerts-labelled", "ossec_spiral.json.gz")
    with gzip.open(path, "rt", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f if line.strip()]
    got = ctl.decode(path)
    again = [(r, e) for r, e in zip(rows, got) if "signature_id" in (r.get("data", {}).get("alert") or {})]
    tap.ok(len(got) == len(rows) and len(again) > 50 and all(e["source"] == "wazuh-suricata" and e["ecs"]["event.id"] == str(r["data"]["flow_id"])
                                                               and e["ecs"]["rule.id"] == str(r["data"]["alert"]["signature_id"]) for r, e in again),
           f"alerts.json: {len(again)} of {len(rows)} are Suricata's, with flow and signature")
    tap.ok(all(e["source"] == "wazuh" for r, e in zip(rows, got) if "alert" not in r.get("data", {})), "the others are Wazuh's own")


# ---- others

def others(tap, ctl):
    for name, n in (("sample-events.data", 3), ("sample-windows2025-security.data", 20)):
        got = ctl.decode(os.path.join(DATA, "syslog", "rsyslog", name))
        tap.ok(len(got) >= n and all(e["source"] == "windows-snare" and e["ecs"].get("host.name") and e["ecs"].get("event.code", "").isdigit()
                                     for e in got), f"rsyslog/{name}: {len(got)} Windows events by way of Snare, host and event known")
    path = os.path.join(DATA, "pam-elastic", "hashicorp_vault-audit-sample.log")
    with open(path, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    got = ctl.decode(path)
    tap.ok([e["source"] for e in got] == ["hashicorp-vault"] * len(rows) and [e["event"] for e in got] == rows
           and all(e["@timestamp"][:23] == r["time"][:23] for e, r in zip(got, rows)), f"pam-elastic: {len(rows)} records of Vault, time and values kept")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    a = ap.parse_args()
    tap, ctl = Tap(), Ctl(build_dir(a.build))
    if not os.path.isdir(DATA):
        tap.ok(False, f"{DATA} is there")
        return tap.end()
    suricata(tap, ctl)
    with tempfile.TemporaryDirectory(prefix="fs corpora-", dir="/tmp") as top:
        wazuh(tap, ctl, top)
    manager(tap, ctl)
    others(tap, ctl)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
