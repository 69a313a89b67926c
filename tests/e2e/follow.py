"""follow - the demo's sources as files that grow: the test appends, intake follows.

SPDX-License-Identifier: Apache-2.0

Each file gets its lines of one half hour at a time, closed by a harmless line of the same source, so that
the watermark comes to the same place in every run whatever was killed. Lines are torn: a first part
ends anywhere inside a line, the rest comes after the kill. Times are moved by whole hours to soon after
now: a record more than a day away from its receipt would count as a clock fault, one before the wall's
time as late, since the watermark stands there before anything was heard.
"""
import datetime
import os
import re

from service import SHARE

STEPS = 8
MINUTES = 30  # of a step
EVE = '{{"timestamp":"{iso}000+0000","event_type":"stats","host":"{name}","stats":{{"uptime":1}}}}'
WAZUH = ('{{"timestamp":"{iso}+0000","rule":{{"level":3,"description":"Wazuh agent event queue normal","id":"205",'
         '"groups":["wazuh"]}},"agent":{{"id":"000","name":"wazuh-f1"}},"manager":{{"name":"wazuh-f1"}},"id":"f1.{iso}",'
         '"decoder":{{"name":"wazuh"}},"full_log":"queue normal"}}')
SSHD = "<86>{short} rms-1 sshd[1]: Server listening on 0.0.0.0 port 22."
# file, format, kind, area, the harmless line
FILES = [
    ("sensor-litho", "suricata-eve", "sensor", "litho", EVE),
    ("sensor-etch", "suricata-eve", "sensor", "etch", EVE),
    ("agents", "wazuh", "agent", "systems", WAZUH),
    ("sshd", "sshd", "os", "systems", SSHD),
]
# Behind which step who asks for what; the numbers of incidents do not depend on the order of arrival.
ACTS = {
    5: [("tanaka", "take_incident", ("1",)), ("watanabe", "note", ("1", "seen on the floor")),
        ("kubo", "note", ("1", "auditors do not write"), "refused")],
    6: [("sato", "record_call", ("1", "ack", "abe", "on the way")),
        ("tanaka", "move_incident", ("1", "contain", "port is watched"))],
}


def choose_start():
    """The whole hour that stands for the story's midnight: one to two hours ahead."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return now.replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=2)


def short_of(t):
    return f"{t:%b} {t.day:2d} {t:%H:%M:%S}"


class Follow:
    def __init__(self, house, say, start, name):
        self.house, self.say, self.midnight = house, say, start
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
        return self.midnight + datetime.timedelta(minutes=(k + 1) * MINUTES, seconds=5)

    def read(self, name):
        """Lines by step; the first begins and each ends with the harmless line."""
        row = next(f for f in FILES if f[0] == name)
        steps = [[] for _ in range(STEPS)]
        with open(os.path.join(SHARE, "demo", "story", "feeds", name + ".rec"), "rb") as f:
            for line in f:
                m = re.match(rb"@2026-11-02T(\d\d):(\d\d):\S+ (.*)", line, re.S)
                if m:
                    minute = int(m[1]) * 60 + int(m[2])
                    steps[min(minute // MINUTES, STEPS - 1)].append(self.moved(m[3]))
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
        sources = [{"name": name, "input": "follow", "path": os.path.join(self.folder, name + ".log"), "format": fmt,
                    "kind": kind, "area": area} for name, fmt, kind, area, _ in FILES]
        return self.house.configure(intake={"block_kib": 4, "sources": sources}, state=self.state)

    def counted(self, n):
        return self.house.wait(f"{n} lines to be counted", lambda: self.house.position()[2] >= n)

    def begin(self):
        for row in FILES:
            first = self.lines[row[0]][0].pop(0)
            self.append(row[0], first)
            self.sent += 1
        self.counted(self.sent)

    def step(self, k, rng, names, roles):
        """Appends one half hour; with names, in two torn parts and a kill between. True: strictly inside."""
        parts = {name: b"".join(steps[k]) for name, steps in self.lines.items()}
        inside = False
        if names:
            cut = {name: int(len(b) * rng.uniform(0.1, 0.9)) for name, b in parts.items()}
            whole = sum(b[:cut[name]].count(b"\n") for name, b in parts.items())
            for name, b in parts.items():
                self.append(name, b[:cut[name]])
            self.counted(self.sent + int(whole * rng.uniform(0.0, 0.9)))
            epoch, block, events, _ = self.house.position()
            roles.kill(names)
            inside = 0 < events < self.total
            self.say(f"killed {' and '.join(names)} at epoch {epoch} block {block}, {events} of {self.total} lines,"
                          f" in step {k + 1} of {STEPS}")
            parts = {name: b[cut[name]:] for name, b in parts.items()}
        for name, b in parts.items():
            self.append(name, b)
        self.sent += sum(len(steps[k]) for steps in self.lines.values())
        self.counted(self.sent)
        due = (self.end_of(k) - datetime.timedelta(seconds=3)).isoformat()
        self.house.wait("the watermark", lambda: self.house.one(
            f"select watermark >= '{due}Z' from soc.status") == "t")
        return inside

    def ask(self, acts, act):
        """The persons' intents behind a step, until they are applied."""
        before = int(self.house.one("select count(*) from soc.intent"))
        act(self.house, acts)
        due = before + sum(len(a) == 3 for a in acts)
        self.house.wait("the intents to be applied", lambda: self.house.one(
            f"select count(*) >= {due} from soc.intent_done") == "t")

    def play(self, rng, names, roles, act):
        """(exit status, kills strictly inside)."""
        chosen = sorted(rng.sample(range(STEPS), len(names))) if names else []
        inside = 0
        self.house.start(self.configure())
        self.house.wait("the roles", lambda: roles.ready(["intake", "detect 0", "detect 1", "engine"]))
        self.begin()
        for k in range(STEPS):
            inside += self.step(k, rng, names[chosen.index(k)] if k in chosen else None, roles)
            if k in ACTS:
                self.ask(ACTS[k], act)
        return self.house.stop(), inside
