"""follow - the demo's sources as files that grow: the test appends, intake follows, persons act.

SPDX-License-Identifier: Apache-2.0

Each file gets its lines of one half hour at a time, closed by a harmless line of the same source, so that
the watermark comes to the same place in every run whatever was killed. Lines are torn: a first part
ends anywhere inside a line, the rest comes after the kill. Times are moved by whole hours to soon after
now, and the sources are said to be that far ahead: before the wall's time the watermark would depend on how
long a run pauses, since it stands there while no source is active.

Behind some steps persons ask, and behind one of them a playbook is planned, approved, started, signed,
carried out by an agent at a broker and verified (yard.py). A kill falls into a *slot*: into the lines of a
step, or at a barrier, where everything asked or done so far waits for the killed.
"""
import datetime
import os
import re

from replay import Roles, VENDOR_PLAYBOOK, act, plan_of
from service import SHARE, Failure
from yard import Yard

STEPS = 8
MINUTES = 30  # of a step
OVER = 5      # seconds that a step takes of the next half hour, so that its last line closes it
VICTIMS = ["gate", "intake", "detect 0", "detect 1", "engine", "sign", "net", "exec"]  # the last two: of the agent
EVE = '{{"timestamp":"{iso}000+0000","event_type":"stats","host":"{name}","stats":{{"uptime":1}}}}'
WAZUH = ('{{"timestamp":"{iso}+0000","rule":{{"level":3,"description":"Wazuh agent event queue normal","id":"205",'
         '"groups":["wazuh"]}},"agent":{{"id":"000","name":"wazuh-f1"}},"manager":{{"name":"wazuh-f1"}},"id":"f1.{iso}",'
         '"decoder":{{"name":"wazuh"}},"full_log":"queue normal"}}')
SSHD = "<86>{short} rms-1 sshd[1]: Server listening on 0.0.0.0 port 22."
TELEPORT = '{{"event":"cert.create","code":"TC000I","time":"{iso}Z","uid":"{iso}","cluster_name":"f1-pam","user":"pam-1"}}'
TOOL = '{{"time":"{iso}Z","type":"tool.state","tool":"OVL-01","state":"standby","previous":"standby","user":"eap-metro"}}'
PM = '{{"time":"{iso}Z","type":"pm.closed","window":"PM-0","tool":"OVL-01"}}'
# file, format, kind, area, the harmless line
FILES = [
    ("sensor-litho", "suricata-eve", "sensor", "litho", EVE),
    ("sensor-etch", "suricata-eve", "sensor", "etch", EVE),
    ("agents", "wazuh", "agent", "systems", WAZUH),
    ("sshd", "sshd", "os", "systems", SSHD),
    ("teleport", "teleport", "pam", "dmz", TELEPORT),
    ("tools", "fab-tool", "fab", "systems", TOOL),
    ("windows", "fab-pm", "fab", "systems", PM),
]
def group(house, n):
    """The number of the n-th group by its first event: numbers themselves go by order of arrival."""
    return house.rows("select number from soc.alert_group order by first, rule_id, asset, actor")[n][0]


# Behind which step who asks for what: lists of what is asked together. The numbers of incidents do not
# depend on the order of arrival.
VENDOR_ASSET = "LITHO-03"  # the incident whose vendor session is ended behind step RUN_AT
RUN_AT = 4
ACTS = {
    1: [("intents at first light", [
        ("sato", "ack_group", lambda h: (group(h, 0), "seen")),
        ("suzuki", "shelve_group", lambda h: (group(h, 1), "45", "known noise"))])],
    3: [("intents of two", [("tanaka", "take_incident", ("1",)), ("watanabe", "note", ("1", "seen on the floor")),
                            ("kubo", "note", ("1", "auditors do not write"), "refused")])],
    6: [("intents at the end", [("sato", "record_call", ("1", "ack", "abe", "on the way")),
                                ("tanaka", "move_incident", ("1", "contain", "port is watched"))])],
}
# Slots at barriers; behind each stands what the killed owed when they fell.
ACTING = "the act has begun"        # journalled and started, its effect not yet there
ACTED = "the act has had effect"    # the broker did it, the agent has not said so
ISSUED = "a command waits"          # written into the outbox, perhaps signed
BARRIERS = ["intents at first light", "intents of two", "intents at the end", "a plan is asked", "approvals are asked",
            "a run is asked", ISSUED, ACTING, ACTED]
# An exec half that dies here leaves its command unbegun or in doubt: such a run does not end as the
# undisturbed one does (DESIGN.md, the way of an action), and kill.py has a run of its own for it.
NOT_FOR_EXEC = [ISSUED, ACTING]


def choose_start():
    """The whole hour that stands for the story's midnight: one to two hours ahead."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return now.replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=2)


def short_of(t):
    return f"{t:%b} {t.day:2d} {t:%H:%M:%S}"


class Follow:
    def __init__(self, house, say, start, name):
        self.house, self.say, self.midnight = house, say, start
        self.yard = Yard(house, name)
        self.roles = Roles(house, self.yard)
        self.plan = {}  # slot -> roles to be killed there
        self.killed, self.inside = 0, 0
        self.folder = house.path("logs " + name)
        self.state = "state " + name
        os.makedirs(self.folder)
        os.chmod(self.folder, 0o755)
        self.lines = {f[0]: self.read(f[0]) for f in FILES}
        self.total = sum(len(step) for steps in self.lines.values() for step in steps)
        self.sent = 0

    def marker(self, row, t):
        return row[4].format(iso=t.isoformat(timespec="milliseconds"), short=short_of(t), name=row[0]).encode() + b"\n"

    def moved(self, line):
        """The line with its times moved to this run's night."""
        def hour(m):
            return self.midnight + datetime.timedelta(hours=int(m[1]))
        line = re.sub(rb"2026-11-02T(\d\d):", lambda m: hour(m).strftime("%Y-%m-%dT%H:").encode(), line)
        return re.sub(rb"Nov  2 (\d\d):", lambda m: short_of(hour(m))[:10].encode(), line)

    def end_of(self, k):
        return self.midnight + datetime.timedelta(minutes=(k + 1) * MINUTES, seconds=OVER)

    def read(self, name):
        """Lines by step; the first begins and each ends with the harmless line."""
        row = next(f for f in FILES if f[0] == name)
        steps = [[] for _ in range(STEPS)]
        with open(os.path.join(SHARE, "demo", "story", "feeds", name + ".rec"), "rb") as f:
            for line in f:
                m = re.match(rb"@2026-11-02T(\d\d):(\d\d):(\d\d)\S+ (.*)", line, re.S)
                if m:
                    second = (int(m[1]) * 60 + int(m[2])) * 60 + int(m[3])
                    k = max(second - OVER, 0) // (MINUTES * 60)
                    steps[min(k, STEPS - 1)].append(self.moved(m[4]))
        steps[0].insert(0, self.marker(row, self.midnight))
        for k in range(STEPS):
            steps[k].append(self.marker(row, self.end_of(k)))
        return steps

    def append(self, name, data):
        path = os.path.join(self.folder, name + ".log")
        fresh = not os.path.exists(path)
        with open(path, "ab", buffering=0) as f:
            if fresh:
                os.chmod(path, 0o644)
            f.write(data)

    def configure(self):
        sources = [{"name": name, "input": "follow", "path": os.path.join(self.folder, name + ".log"), "format": fmt, "ahead": "12h",
                    "kind": kind, "area": area} for name, fmt, kind, area, _ in FILES]
        return self.house.configure(intake={"block_kib": 4, "sources": sources}, state=self.state, agents=Yard.NAMES)

    def counted(self, n):
        return self.house.wait(f"{n} lines to be counted", lambda: self.house.position()[2] >= n)

    # ---- killing

    def strike(self, slot, where, names=None):
        """The kill of this slot, if there is one."""
        names = names or self.plan.pop(slot, None)
        if not names:
            return
        epoch, block, events, _ = self.house.position()
        self.roles.kill(names)
        self.killed += 1
        self.inside += 0 < events < self.total
        self.say(f"killed {' and '.join(names)} at epoch {epoch} block {block}, {events} of {self.total} lines, {where}")

    def begin(self):
        for row in FILES:
            first = self.lines[row[0]][0].pop(0)
            self.append(row[0], first)
            self.sent += 1
        self.counted(self.sent)

    def step(self, k, rng):
        """Appends one half hour; with a kill in two torn parts and the kill between."""
        parts = {name: b"".join(steps[k]) for name, steps in self.lines.items()}
        if k in self.plan:
            cut = {name: int(len(b) * rng.uniform(0.1, 0.9)) for name, b in parts.items()}
            whole = sum(b[:cut[name]].count(b"\n") for name, b in parts.items())
            for name, b in parts.items():
                self.append(name, b[:cut[name]])
            self.counted(self.sent + int(whole * rng.uniform(0.0, 0.9)))
            self.strike(k, f"in the lines of step {k + 1} of {STEPS}")
            parts = {name: b[cut[name]:] for name, b in parts.items()}
        for name, b in parts.items():
            self.append(name, b)
        self.sent += sum(len(steps[k]) for steps in self.lines.values())
        self.counted(self.sent)
        due = (self.end_of(k) - datetime.timedelta(seconds=3)).isoformat()
        self.house.wait("the watermark", lambda: self.house.one(
            f"select watermark >= '{due}Z' from soc.status") == "t")

    # ---- persons

    def ask(self, slot, acts):
        """The persons' intents behind a step, until they are applied."""
        before = int(self.house.one("select count(*) from soc.intent"))
        act(self.house, acts)
        self.strike(slot, f"at a barrier: {slot}")
        due = before + sum(len(a) == 3 for a in acts)
        self.house.wait("the intents to be applied", lambda: self.house.one(
            f"select count(*) >= {due} from soc.intent_done") == "t")

    def approved_plan(self):
        """(number, hash) of a plan that may be started, for the vendor's session."""
        incident = self.house.one(f"select number from soc.incident where asset = '{VENDOR_ASSET}' order by number limit 1")
        if not incident:
            raise Failure(f"there is no incident of {VENDOR_ASSET}")
        for row in self.house.rows(f"select id from pam.session where asset = '{VENDOR_ASSET}' and ended is null"):
            self.yard.open_session(row[0])
        self.ask("a plan is asked", [("tanaka", "plan", (incident, VENDOR_PLAYBOOK))])
        plan = plan_of(self.house)
        self.ask("approvals are asked", [("tanaka", "dry_run", plan[:1]), ("ito", "approve", plan), ("kimura", "approve", plan)])
        return plan

    def state_of_run(self):
        return self.house.one("select state from play.run where not dry order by number desc limit 1")

    def start_run(self):
        plan = self.approved_plan()
        self.yard.hold()
        self.ask("a run is asked", [("tanaka", "start_run", plan)])

    def come_back(self):
        """All roles are there, the agent has been heard and the engine has committed some more."""
        self.house.wait("the roles", lambda: self.roles.ready(VICTIMS))
        _, block, _, _ = self.house.position()
        self.house.wait("the agent", lambda: self.house.one(
            "select count(*) from play.agent where state = 'up'") == str(len(Yard.NAMES))
            and self.house.position()[1] > block + 2)

    def carry_out(self):
        """The run up to its end, its act held open on both sides of its effect."""
        self.start_run()
        self.house.wait("the command", lambda: self.house.one("select count(*) from play.command") == "1")
        self.strike(ISSUED, f"at a barrier: {ISSUED}")
        self.house.wait("the act to begin", self.yard.began)
        self.strike(ACTING, f"at a barrier: {ACTING}")
        self.yard.let_act()
        self.house.wait("the act's effect", self.yard.acted)
        self.strike(ACTED, f"at a barrier: {ACTED}")
        self.yard.let_end()
        self.house.wait("the run's end", lambda: self.state_of_run() not in ("running", None))

    def play(self, rng, plan, carry_out):
        """The exit status; `plan` says who is killed where, `carry_out` what becomes of the run."""
        self.plan = dict(plan or {})
        self.house.start(self.configure())
        try:
            self.yard.start(self.house.wait("the gate", lambda: self.house.gate_port(self.state)))
            self.house.wait("the roles", lambda: self.roles.ready(VICTIMS))
            self.begin()
            for k in range(STEPS):
                self.step(k, rng)
                for slot, acts in ACTS.get(k, []):
                    self.ask(slot, acts)
                if k == RUN_AT:
                    carry_out()
            self.come_back()
            return self.house.stop()
        finally:
            self.yard.close()
