#!/usr/bin/python3
"""demo BUILD - the demo from the outside: what it prints, leaves, tells of changed stories, and refuses.

SPDX-License-Identifier: Apache-2.0

What must come out stands in tests/e2e/expected.yaml; this file knows no name of the story but through
it. Runs are made two at a time. No time is waited for but until a condition holds.
"""
import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import service  # noqa: E402
from demorun import TOP, Run, stop_all, together  # noqa: E402 (the folder is known only now)
from story import Story  # noqa: E402

STORY = os.path.join(TOP, "share", "demo", "story")
NOBODY = 65534
SEED = 20261102
STATUS = {
    "": {"events": int, "alerts": int, "groups": int, "incidents": list, "runs": list, "sources": int,
         "agents": int, "engine": dict},
    "incidents": {"incident_id": str, "tier": str, "axes": dict, "state": str, "alert_count": int,
                  "source_kinds": list, "asset": str},
    "runs": {"run_id": str, "incident_id": str, "state": str, "steps": int, "actions": int, "verified_steps": int},
    "engine": {"watermark": str, "lag_seconds": (int, float), "evicted": int, "refused": int, "dead": int},
}


class Tap:
    """Test Anything Protocol: a line a promise, the plan at the end."""

    def __init__(self):
        self.n = self.failed = 0

    def ok(self, holds, what, *why):
        self.n += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.n} - {what}", flush=True)
        if not holds:
            for text in why:
                self.note(text)
        return bool(holds)

    def equal(self, got, want, what):
        return self.ok(got == want, what, f"got  {got!r}", f"want {want!r}")

    def skip(self, what, reason):
        self.n += 1
        print(f"ok {self.n} - {what} # SKIP {reason}", flush=True)

    @staticmethod
    def note(text):
        for line in str(text).splitlines()[-40:]:
            print(f"# {line}", flush=True)

    def end(self):
        print(f"1..{self.n}", flush=True)
        return 1 if self.failed else 0


TAP = Tap()


def expected():
    with open(os.path.join(HERE, "expected.yaml"), encoding="utf-8") as f:
        return yaml.safe_load(f)


def git_status():
    p = subprocess.run(["git", "status", "--porcelain"], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                       text=True, check=False)
    return p.stdout if p.returncode == 0 else None


def listing(top):
    return sorted((os.path.join(folder, f), os.lstat(os.path.join(folder, f)).st_mtime_ns)
                  for folder, _, files in os.walk(top) for f in files)


# ---- what every run promises


def keys_fault(status):
    """The first difference from share/doc's list of keys and types, or None."""
    places = [("", status)] + [(k, x) for k in ("incidents", "runs") for x in status.get(k, [])] + \
        [("engine", status.get("engine", {}))]
    for place, thing in places:
        for key, kind in STATUS[place].items():
            if not isinstance(thing.get(key), kind) or isinstance(thing.get(key), bool):
                return f"{place or 'status'}.{key} is {thing.get(key)!r}"
    return None


def check_output(run, what):
    """Exit, last line, joined incident, verified run, nothing refused, screens as text."""
    if not TAP.ok(run.p.returncode == 0 and run.status, f"{what}: ends with 0, its last line is one JSON object", run.why()):
        return
    s = run.status
    TAP.equal(keys_fault(s), None, f"{what}: status has every key with its type")
    TAP.equal((s["engine"]["refused"], s["engine"]["evicted"]), (0, 0), f"{what}: nothing refused, nothing evicted")
    joined = [i for i in s["incidents"] if i["tier"] in ("T0", "T1", "T2") and
              {"sensor", "agent", "pam"} <= set(i["source_kinds"])]
    TAP.ok(joined, f"{what}: an incident of T2 or graver joins sensor, agent and pam", s["incidents"])
    ids = {i["incident_id"] for i in joined}
    done = [r for r in s["runs"] if r["incident_id"] in ids and r["state"] == "finished" and
            r["verified_steps"] == r["actions"] >= 1]
    TAP.ok(done, f"{what}: a run of it is finished, every action verified", s["runs"])
    check_screens(run, done[0] if done else None, what)


def check_screens(run, done, what):
    over, queue, shown = (run.screen(n) for n in ("overview", "queue", "run"))
    fits = all(len(line) <= 80 for line in over + queue + shown)
    TAP.ok(len(over) == len(queue) == len(shown) == 24 and fits, f"{what}: overview, queue and run are 24 lines of 80",
           [len(x) for x in (over, queue, shown)])
    gravest = min(i["tier"] for i in run.status["incidents"])
    counts = re.findall(r"(T\d):(\d+)", over[0]) if over else []
    want = [(f"T{t}", str(sum(i["tier"] == f"T{t}" for i in run.status["incidents"]))) for t in range(5)]
    TAP.equal(counts, want, f"{what}: the overview counts the status's incidents by tier")
    named = [i["asset"] for i in run.status["incidents"] if i["tier"] == gravest]
    TAP.ok(any(a in line for a in named for line in queue if line.lstrip("> ").startswith(gravest)),
           f"{what}: the queue names an asset of the gravest incident", "\n".join(queue))
    text = "\n".join(shown)
    TAP.ok(done and done["run_id"] in text and "FINISHED" in text and
           f"{done['verified_steps']} of {done['actions']} actions verified" in text,
           f"{what}: the run's screen says finished and verified", text)


def check_nothing_left(run, what):
    left = run.family.left()
    TAP.ok(run.dir and len(run.family.known) > 15 and not left,
           f"{what}: leaves none of its {len(run.family.known)} processes", "\n".join(left), run.dir)
    TAP.ok(run.dir and not os.path.exists(run.dir), f"{what}: removes its state directory", run.dir)


# ---- against expected.yaml, from the kept database


class House:
    """A kept demo: its database, and its end."""

    def __init__(self, build, run):
        said = re.search(r"^kept: state (\S+), database: (.+)$", run.said, re.M)
        self.build = build
        self.dir, self.conninfo = said.groups() if said else (None, None)

    def ctl(self, *words):
        return subprocess.run([os.path.join(self.build, "fabsocctl"), *words, "--state", self.dir],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)

    def rows(self, query):
        p = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo, "-c",
                            "set timezone to 'UTC'", "-c", query], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True, check=False)
        if p.returncode:
            raise RuntimeError(f"{query}: {p.stderr}")
        return [line.split("\t") for line in p.stdout.splitlines() if line != "SET"]

    def close(self):
        if self.dir:
            self.ctl("db", "stop")
            shutil.rmtree(self.dir, ignore_errors=True)


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def check_incident(house, want, feeds):
    act = want["act"]
    row = house.rows("select id, tier, source_kinds, axis_a, axis_c, axis_q, to_char(opened, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
                     f" from soc.incident where asset = {quoted(want['asset'])} and tier < 4")
    if not TAP.equal(len(row), 1, f"{act}: one incident above T4 on its asset"):
        return
    ident, tier, kinds, a, c, q, opened = row[0]
    tier = f"T{tier}"
    TAP.ok(tier == want["tier"] and tier <= want["tier_at_least"], f"{act}: has its tier", tier)
    TAP.equal(sorted(re.findall(r"\w+", kinds)), want["source_kinds"], f"{act}: has exactly its kinds of sources")
    axes = {"A": int(a), "C": int(c), "Q": int(q)}
    if "axes" in want:
        TAP.equal({k: axes[k] for k in want["axes"]}, want["axes"], f"{act}: what is at stake")
    for line in want.get("lines", []):
        n = house.rows("select count(distinct (a.source, a.seq)) from soc.member m join soc.alert a on a.id = m.alert_id"
                       f" join soc.raw r on r.alert_id = a.id join soc.source s on s.number = a.source"
                       f" where m.incident_id = '{ident}' and s.name = {quoted(feeds[line['feed']])}"
                       f" and position(convert_to({quoted(line['holds'])}, 'UTF8') in r.bytes) > 0")[0][0]
        TAP.equal(int(n), line["count"], f"{act}: members of {line['feed']} with {line['holds']}")
    for rule in want.get("own_alerts", []):
        n = house.rows("select count(*) from soc.member m join soc.alert a on a.id = m.alert_id"
                       f" where m.incident_id = '{ident}' and a.rule_id = {quoted(rule)}")[0][0]
        TAP.equal(int(n), 1, f"{act}: one alert of the product's own {rule}")
    for kind in ("person", "session"):
        if kind in want:
            found = house.rows(f"select count(*) from soc.entity where incident_id = '{ident}'"
                               f" and kind = '{kind}' and value = {quoted(want[kind])}")[0][0]
            TAP.equal(int(found), 1, f"{act}: names its {kind}")
    if "opened" in want:
        TAP.equal(opened, stamp(want["opened"]), f"{act}: opened at its minute")
    if "silent_from" in want:
        TAP.ok(stamp(want["silent_from"]) < opened < stamp(want["silent_to"]), f"{act}: seen while it is silent", opened)


def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(t, "strftime") else str(t)


def check_database(house, want):
    with open(os.path.join(STORY, "story.yaml"), encoding="utf-8") as f:
        feeds = {x["file"]: x["name"] for x in yaml.safe_load(f)["feeds"]}
    got = house.rows("select sum(records), count(*), sum(unknown), sum(undecoded) from soc.source")[0]
    lines = 0
    for name in feeds:
        with open(os.path.join(STORY, "feeds", name), "rb") as f:
            lines += sum(1 for line in f if line.startswith(b"@"))
    TAP.equal([int(x) for x in got], [lines, want["sources"], want["unknown"], want["undecoded"]],
              "every line of every feed is a record, known and decoded")
    TAP.equal(lines, want["records"], "the story has as many records as expected")
    assets = sorted(r[0] for r in house.rows("select asset from soc.incident where tier < 4"))
    TAP.equal(assets, sorted(i["asset"] for i in want["incidents"]), "incidents above T4 are those expected, no other")
    for i in want["incidents"]:
        check_incident(house, i, feeds)


def check_chain(house):
    p = house.ctl("verify")
    n = int(house.rows("select count(*) from audit.entry")[0][0])
    TAP.ok(p.returncode == 0 and n >= 12, "the audit chain verifies, with the entries of plan, approvals and run",
           p.stdout, n)
    house.rows("alter table audit.entry disable trigger user; "
               "update audit.entry set text = text || ' ' where seq = (select max(seq) / 2 from audit.entry)")
    p = house.ctl("verify")
    TAP.ok(p.returncode == 1, "with one blank more in one entry it does not", f"exit {p.returncode}", p.stdout)


def check_against_status(house, status):
    p = house.ctl("status", "--json")
    now = json.loads(p.stdout)
    for s in (now, status):
        s["engine"].pop("lag_seconds", None)
    TAP.equal({k: now[k] for k in ("events", "alerts", "groups", "incidents", "runs", "sources")},
              {k: status[k] for k in ("events", "alerts", "groups", "incidents", "runs", "sources")},
              "the last line is what the database says")


def copy_of_tree(build, top):
    """A checkout in a path with blanks: what a demo needs of it, readable by everybody."""
    to = os.path.join(top, "check out")
    shutil.copytree(os.path.join(TOP, "share"), os.path.join(to, "share"), symlinks=True)
    built = os.path.join(to, "build", "some mode")
    os.makedirs(built)
    for name in ("fabsoc", "fabsocd", "fabsocctl", "fabsoc-agent"):
        shutil.copy2(os.path.join(build, name), built)
    shutil.copytree(os.path.join(build, "libexec"), os.path.join(built, "libexec"),
                    ignore=shutil.ignore_patterns("*.o", "*.d"))
    for folder, _, files in os.walk(top):
        os.chmod(folder, 0o755)
        for f in files:
            path = os.path.join(folder, f)
            os.chmod(path, os.stat(path).st_mode | 0o444 | (0o111 if os.access(path, os.X_OK) else 0))
    return to, built


def test_two_at_once(build, top, built):
    """One from a path with blanks under umask 077 with LANG=C, one kept: the same story, the same answers."""
    want = expected()
    before, files = git_status(), listing(top)
    one, kept = together(
        lambda: Run(built, top=top, umask=0o077, lang="C"),
        lambda: Run(build, options=["--keep"]))
    house = House(build, kept)
    try:
        check_output(one, "path with blanks, umask 077, LANG=C, another demo beside")
        check_nothing_left(one, "a demo")
        TAP.equal(listing(top), files, "a demo writes nothing into its checkout")
        if before is None:
            TAP.skip("git status is as before", "the tree is no git checkout")
        else:
            TAP.equal(git_status(), before, "git status is as before")
        check_output(kept, "kept")
        if house.dir:
            check_against_status(house, kept.status)
            check_database(house, want)
            check_chain(house)
    finally:
        house.close()
    TAP.equal(kept.family.left(), [], "a kept demo leaves only its cluster, and that ends when told")
    TAP.equal(one.assets(), kept.assets(), "two demos at once say the same")


# ---- changed stories


def test_no_story(build, top):
    """A folder that is no story, or is not there: one line says so, and the state directory goes again."""
    empty, none = os.path.join(top, "empty"), os.path.join(top, "none")
    os.mkdir(empty)
    module, made = demo_tool(), []
    make = tempfile.mkdtemp
    for story, named in ((empty, os.path.join(empty, "roster.yaml")), (none, none)):
        module.tempfile.mkdtemp = lambda **how: made.append(make(**how)) or made[-1]
        try:
            module.Demo(build, story, False)
            said = ""
        except SystemExit as why:
            said = str(why)
        finally:
            module.tempfile.mkdtemp = make
        TAP.ok(named in said and "\n" not in said, f"{os.path.basename(story)} for a story: one line names what is missing",
               said)
        TAP.ok(made and not os.path.exists(made[-1]), f"{os.path.basename(story)} for a story: nothing is left", made)


def changed(change):
    s = Story(STORY)
    s.delete(*change.get("delete", []))
    if "edit" in change:
        e = change["edit"]
        s.edit(e["file"], e["line_with"], e["from"], e["to"])
    return s


def check_change(run, change):
    what = change["change"]
    if not TAP.ok(run.p.returncode == 0 and run.status, f"{what}: the demo ends well", run.why()):
        return
    TAP.equal(run.assets(), sorted(change["incidents"]), f"{what}: the other incidents remain")
    for asset, kind in change.get("without_kind", {}).items():
        kinds = [set(i["source_kinds"]) for i in run.status["incidents"] if i["asset"] == asset]
        TAP.ok(kinds and all(kind not in k for k in kinds), f"{what}: {asset} is without {kind}", kinds)
    joins = any({"sensor", "agent", "pam"} <= set(i["source_kinds"]) and i["tier"] < "T3" for i in run.status["incidents"])
    runs = [r["state"] for r in run.status["runs"]]
    TAP.equal((runs, len(run.screen("run"))), (["finished"], 24) if joins else ([], 0),
              f"{what}: {'the playbook runs' if joins else 'there is nothing to run'}")


def test_changes(build):
    want = expected()
    stories = [(c, changed(c)) for c in want["changes"]]
    try:
        for i in range(0, len(stories), 2):
            pair = stories[i:i + 2]
            runs = together(*[lambda s=s: Run(build, story=s.dir) for _, s in pair])
            for run, (change, _) in zip(runs, pair):
                check_change(run, change)
    finally:
        for _, s in stories:
            s.__exit__()


def start_renamed(build):
    want = expected()
    s = Story(STORY)
    assets = [i["asset"] for i in want["incidents"] if re.fullmatch(r"[A-Z]+-\d+", i["asset"])]
    with open(os.path.join(STORY, "roster.yaml"), encoding="utf-8") as f:
        people = [p["id"] for p in yaml.safe_load(f)["persons"] if p["role"] in ("responder", "approver")]
    words = sorted({w for c in want["changes"] for w in c.get("delete", []) if re.fullmatch(r"[a-z_]+", w)})
    names = s.rename(SEED, assets=assets, words=words + people)
    names["day"] = str(s.move_day(SEED))
    return s, names


def check_renamed(run, names):
    what = "renamed story of another day"
    TAP.note(f"seed {SEED}: {names}")
    check_output(run, what)
    want = expected()["incidents"]
    got = {i["asset"]: i for i in run.status.get("incidents", []) if i["tier"] != "T4"}
    TAP.equal(sorted(got), sorted(names.get(i["asset"], i["asset"]) for i in want), f"{what}: the same incidents, renamed")
    same = [(i["asset"], i["tier"], i["source_kinds"]) for i in want]
    TAP.equal([(a, got[names.get(a, a)]["tier"], got[names.get(a, a)]["source_kinds"]) for a, _, _ in same
               if names.get(a, a) in got], same, f"{what}: with the same tiers and kinds")
    TAP.ok(run.status.get("engine", {}).get("watermark", "").startswith(names["day"]), f"{what}: its clock is that day's",
           run.status.get("engine"))
    text = "\n".join(run.lines)
    old = [n for n in names if n != "day" and re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text)]
    TAP.equal(old, [], f"{what}: no old name is on any screen")


def check_frozen(run):
    what = "far ends that answer ok and do nothing"
    if not TAP.ok(run.p.returncode == 0 and run.status, f"{what}: the demo ends well", run.why()):
        return
    runs = run.status["runs"]
    TAP.equal([r["state"] for r in runs], ["failed"], f"{what}: the run is failed, not finished")
    TAP.ok(runs and all(r["verified_steps"] < r["actions"] for r in runs), f"{what}: its action is not verified", runs)


def test_renamed_and_frozen(build):
    s, names = start_renamed(build)
    house = None
    try:
        renamed, frozen = together(lambda: Run(build, story=s.dir),
                                   lambda: Run(build, options=["--keep", "--frozen-far-ends"]))
        house = House(build, frozen)
        check_renamed(renamed, names)
        check_frozen(frozen)
        if house.dir:
            TAP.equal(house.rows("select state, count(*) from play.command group by 1"), [["disproved", "1"]],
                      "far ends that answer ok and do nothing: the probe disproves the command")
    finally:
        s.__exit__()
        if house:
            house.close()


def start_ordinary(top, built):
    if os.getuid() != 0:
        TAP.skip("as an ordinary user", "the caller is one, so every run above was")
        return []
    return [lambda: Run(built, top=top, user=NOBODY)]


# ---- refusals, on a living demo


def demo_tool():
    """share/tools/demo as a module."""
    loader = importlib.machinery.SourceFileLoader("demo_tool", os.path.join(TOP, "share", "tools", "demo"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo_tool", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class Live:
    """A demo that goes on after its recording: persons call, its engine answers."""

    def __init__(self, build, story):
        self.demo = demo_tool().Demo(build, story, False)
        self.demo.say = TAP.note
        self.rows = self.demo.rows

    def call(self, who, *words):
        return self.demo.ctl("api", *map(str, words), "--as", who, check=False)

    def top(self):
        return int(self.rows("select coalesce(max(seq), 0) from audit.entry")[0][0])

    def refused(self, who, words, code, what):
        seq, intents = self.top(), self.rows("select count(*) from soc.intent")
        said = self.call(who, *words)
        audited = self.rows(f"select actor, kind, subject, split_part(text, ' ', 1) from audit.entry where seq > {seq}")
        TAP.ok(said.startswith(f"refused {code} "), f"{what}: refused with {code}", said)
        TAP.equal(audited, [[who, "refused", f"{words[0]} {words[1]}", code]], f"{what}: the refusal is in the chain")
        TAP.equal(self.rows("select count(*) from soc.intent"), intents, f"{what}: the engine is not asked")

    def accepted(self, who, words, what):
        seq = self.top()
        try:
            self.demo.ask(who, *map(str, words))
            said = ""
        except SystemExit as e:
            said = str(e)
        TAP.equal(said, "", f"{what}: the same call unmutated is accepted")
        audited = self.rows(f"select actor, kind from audit.entry where seq > {seq} order by seq")
        TAP.ok([who, "intent"] in audited and [who, words[0]] in audited, f"{what}: which is in the chain too", audited)

    def past_the_gate(self, who, verb, subject, args, code, what):
        """As if the database had let it through: the engine decides by itself."""
        intent = self.rows("insert into soc.intent (person, functions, verb, subject, args, area)"
                           f" values ({quoted(who)}, 'security,fab-operations', '{verb}', '{subject}', {quoted(args)}, 'litho')"
                           " returning id")[0][0]
        self.rows("select pg_notify('soc_intent', '')")
        done = self.demo.wait("the engine's answer", lambda: self.rows(
            f"select outcome, code from soc.intent_done where intent = {intent}"))
        TAP.equal((done[0][0] != "applied", done[0][1]), (True, code), f"{what}: the engine refuses it itself")

    def propose(self, who, incident, playbook):
        self.demo.ask(who, "plan", incident, playbook)
        return self.rows("select number, encode(hash, 'hex') from play.plan order by number desc limit 1")[0]


def other(digest):
    return ("0" if digest[0] != "0" else "1") + digest[1:]


def session_state(live, incident):
    session = live.rows("select value from soc.entity e join soc.incident i on i.id = e.incident_id"
                        f" where i.number = {incident} and kind = 'session'")[0][0]
    tables = [live.demo.path("far", f, "table") for f in os.listdir(live.demo.path("far"))
              if os.path.isfile(live.demo.path("far", f, "table"))]
    for path in tables:
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.startswith(session + " "):
                    return line.split()[1]
    return None


def approvals_refused(live, planner, both, other_one, n, h):
    live.refused(planner, ["approve", n, h], "approve.self", "approval of one's own plan")
    live.past_the_gate(planner, "approve", n, h + "\tsecurity", "approve.self", "approval of one's own plan, past the gate")
    live.refused(both, ["approve", n, other(h)], "approve.hash", "approval of another hash")
    live.accepted(both, ["approve", n, h], "approval by another person, of this hash")
    live.refused(both, ["approve", n, h], "approve.twice", "one person for two functions")
    live.past_the_gate(both, "approve", n, h + "\tsecurity", "approve.twice", "one person for two functions, past the gate")
    live.refused(planner, ["start_run", n, h], "fsm.plan", "a run before the last approval")
    live.accepted(other_one, ["approve", n, h], "the second function by a second person")


def test_refusals(live):
    """Two plans: of the first the approval runs out, the second is carried out."""
    planner, both, other_one = "watanabe", "kimura", "ito"
    live.demo.bring_up()
    live.demo.ctl("person", "add", planner, "--role", "responder,approver", "--area", "*")
    with open(os.path.join(TOP, "share", "playbooks", "terminate-vendor-session.json"), encoding="utf-8") as f:
        playbook = json.load(f)["id"]
    incident = next(i for i in live.demo.status()["incidents"] if {"sensor", "agent", "pam"} <= set(i["source_kinds"]))
    number = incident["incident_id"].split("-")[1]
    live.demo.ask(planner, "take_incident", number)

    n, h = live.propose(planner, number, playbook)
    approvals_refused(live, planner, both, other_one, n, h)
    live.demo.wait("the approvals' end", lambda: live.rows(
        f"select 1 from play.plan where number = {n} and expires <= soc.fab_now()"))
    live.refused(planner, ["start_run", n, h], "plan.expired", "a run on approvals that have run out")
    TAP.equal(session_state(live, number), "active", "none of that touched the far end")

    n, h = live.propose(planner, number, playbook)
    live.demo.ask(both, "approve", n, h)
    check_frozen_scope(live, n)
    live.demo.ask(other_one, "approve", n, h)
    live.refused(planner, ["start_run", n, other(h)], "run.hash", "a run of another scope than was approved")
    live.accepted(planner, ["start_run", n, h], "a run of what was approved, in time")
    state = live.demo.wait("the run's end", lambda: live.rows(
        "select state, verified, actions from play.run where not dry and state not in ('running', 'waiting')"))
    TAP.equal(state, [["finished", "1", "1"]], "and it is finished and verified")
    TAP.equal(session_state(live, number), "terminated", "and the far end has changed")
    try:
        said = live.demo.ctl("verify")
    except SystemExit as e:
        said = str(e)
    TAP.ok(not said.startswith("demo:"), "the chain with all refusals verifies", said)


def check_frozen_scope(live, n):
    """Whoever may write to the tables cannot give an approved plan another hash."""
    p = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", live.demo.ctl("db", "conninfo"), "-c",
                        f"update play.plan set document = 'other', hash = sha256('other') where number = {n}"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    TAP.ok(p.returncode and "approval_of_this_plan" in p.stderr, "an approved plan's hash cannot be changed even by the database's owner", p.stderr)


def refusals_story():
    s = Story(STORY)
    s.edit("roster.yaml", "id: kimura,", "functions: [", "functions: [security, ")
    s.edit("roster.yaml", "function: security, person: ito", "deputy: watanabe", "deputy: kimura")
    s.edit("policy.yaml", "approvals:", "expire: 10m, plan", "expire: 20s, plan")
    return s


def test_refusals_and_ordinary(build, top, built):
    s = refusals_story()
    live = Live(build, s.dir)
    beside = [start() for start in start_ordinary(top, built)]
    try:
        test_refusals(live)
    except (SystemExit, Exception) as e:  # one failed test, and the others go on
        TAP.ok(False, "refusals: the demo holds until the end", repr(e))
    finally:
        live.demo.down()
        s.__exit__()
    TAP.ok(not os.path.exists(live.demo.dir), "refusals: nothing is left")
    for run in beside:
        check_output(run.end(), "as an ordinary user")
        check_nothing_left(run, "as an ordinary user")


# ----


def main():
    build = service.build_dir(*sys.argv[1:2])
    top = tempfile.mkdtemp(prefix="fs demo-", dir="/tmp")
    os.chmod(top, 0o755)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    only = sys.argv[2:]
    try:
        tree, built = copy_of_tree(build, top)
        parts = {"nostory": lambda: test_no_story(build, top),
                 "two": lambda: test_two_at_once(build, tree, built), "changes": lambda: test_changes(build),
                 "renamed": lambda: test_renamed_and_frozen(build),
                 "refusals": lambda: test_refusals_and_ordinary(build, tree, built)}
        for name, part in parts.items():
            if not only or name in only:
                began = time.monotonic()
                part()
                TAP.note(f"{name}: {time.monotonic() - began:.0f} s")
    finally:
        stop_all()
        shutil.rmtree(top, ignore_errors=True)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
