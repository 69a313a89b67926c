"""replay - the demo's recording with barriers at which persons ask, played with or without kills.

SPDX-License-Identifier: Apache-2.0

A barrier holds the recording until the engine has applied what was asked there; a last one that never
opens lets the fab's time stand still behind the last record, so that two runs end at the same time.
"""
import os
import signal

from service import SHARE, Failure

END = "plans_999999"  # a condition that never holds: the fab's time stands still behind the last record
SINGLES = [("intake",), ("detect 0",), ("detect 1",), ("engine",)]
PAIRS = [("intake", "engine"), ("detect 0", "engine"), ("intake", "detect 1"), ("detect 1", "engine"),
         ("intake", "detect 0"), ("detect 0", "detect 1")]
VENDOR_PLAYBOOK = "playbook--2f1c3f0a-51d6-4b0e-9b5d-7a3d1f8e0a00"


def plan_of(h):
    h.wait("the plan", lambda: h.one("select count(*) >= 1 from play.plan") == "t", 10)
    return h.rows("select number, encode(hash, 'hex') from play.plan order by number desc limit 1")[0]


# At each barrier: its time, and (person, function, arguments or what gives them); refusals are marked.
SCRIPT = [
    ("01:35:00", [("sato", "ack_group", ("1", "seen")), ("suzuki", "shelve_group", ("2", "45", "known noise")),
                  ("tanaka", "close_group", ("3", "benign")), ("kubo", "ack_group", ("4", "not mine"), "refused")]),
    ("02:20:00", [("tanaka", "take_incident", ("1",)), ("watanabe", "note", ("1", "vendor called back")),
                  ("sato", "record_call", ("1", "ack", "abe", "on the way"))]),
    ("02:20:00", [("tanaka", "move_incident", ("1", "contain", "session goes on")), ("sato", "unack_group", ("1",))]),
    ("03:05:00", [("tanaka", "plan", ("1", VENDOR_PLAYBOOK))]),
    ("03:05:00", [("tanaka", "dry_run", lambda h: plan_of(h)[:1]), ("ito", "approve", plan_of),
                  ("tanaka", "approve", plan_of, "refused")]),
    ("03:45:00", [("watanabe", "take_incident", ("3",)), ("suzuki", "ack_group", ("34", "looking"))]),
]


class Roles:
    """Which process is which detect: the first two are 0 and 1, a new one stands in for the dead.

    With a yard the two halves of its agent count as well.
    """

    def __init__(self, house, yard=None):
        self.house, self.yard = house, yard
        self.detect = [None, None]

    def look(self):
        """{role: pid} of those that live."""
        alive = self.house.roles()
        detects = [pid for name, pid in alive if name == "detect"]
        for k in (0, 1):
            if self.detect[k] not in detects:
                self.detect[k] = None
        for pid in detects:
            if pid not in self.detect and None in self.detect:
                self.detect[self.detect.index(None)] = pid
        out = {name: pid for name, pid in alive if name != "detect"}
        out.update({f"detect {k}": pid for k, pid in enumerate(self.detect) if pid})
        if self.yard:
            out.update(self.yard.halves())
        return out

    def kill(self, names):
        """SIGKILL to all of them at once, as soon as all of them live."""
        alive = self.house.wait("the roles to be killed", lambda: self.ready(names))
        for name in names:
            os.kill(alive[name], signal.SIGKILL)

    def ready(self, names):
        alive = self.look()
        return alive if all(n in alive for n in names) else None


def victims(rng, kills):
    """Each role in turn, then two at once; both detects at once only as the last, to keep them apart."""
    out = [SINGLES[i % 4] for i in range(min(kills, 4))] + [rng.choice(PAIRS) for _ in range(max(kills - 4, 0))]
    rng.shuffle(out)
    return sorted(out, key=lambda names: names == ("detect 0", "detect 1"))


def with_barriers(house):
    story = house.story(os.path.join(SHARE, "demo", "story"))
    asked = 0
    with open(os.path.join(story, "feeds", "barriers.rec"), "w", encoding="ascii") as f:
        for at, acts in SCRIPT:
            asked += sum(len(a) == 3 for a in acts)
            f.write(f"!2026-11-02T{at}Z barrier intents_{asked}\n")
        f.write(f"!2026-11-02T04:01:00Z barrier {END}\n")
    house.open_to_all(story)
    return story


def records_in(story):
    total = 0
    feeds = os.path.join(story, "feeds")
    for name in os.listdir(feeds):
        with open(os.path.join(feeds, name), "rb") as f:
            total += sum(line.startswith(b"@") for line in f)
    return total


def act(house, acts):
    for person, function, args, *refused in acts:
        said = house.api(person, function, *(args(house) if callable(args) else args))
        if not said.startswith("refused" if refused else "ok"):
            raise Failure(f"{person} asked {function}: {said}")


class Replay:
    """One play of the recording, with or without kills; `say` gets a sentence a kill."""

    def __init__(self, house, total, say=print):
        self.house, self.total, self.say = house, total, say
        self.inside = self.killed = 0

    def strike(self, roles, names, where):
        epoch, block, events, barrier = self.house.position()
        roles.kill(names)
        self.killed += 1
        self.inside += 0 < events < self.total and barrier != END
        self.say(f"killed {' and '.join(names)} {where} epoch {epoch} block {block},"
                      f" {events} of {self.total} events")

    def play(self, conf, rng=None, kills=0):
        h, roles, at = self.house, Roles(self.house), 0
        names = victims(rng, kills) if kills else []
        targets = sorted(rng.uniform(0.02, 0.93) * self.total for _ in names)
        # One of them falls when persons have asked and nothing was applied yet.
        at_barrier = rng.randrange(len(SCRIPT)) if kills else -1
        h.start(conf)
        h.wait("the roles", lambda: roles.ready(["intake", "detect 0", "detect 1", "engine"]))
        while True:
            _, _, events, barrier = h.wait("the replay to go on", lambda: self.news(at, targets))
            if barrier == END and events == self.total:
                break
            if targets and events >= targets[0]:
                targets.pop(0)
                self.strike(roles, names.pop(0), "at")
            elif at < len(SCRIPT) and barrier == self.name(at):
                act(h, SCRIPT[at][1])
                if names and at == at_barrier:
                    targets.pop(0)
                    self.strike(roles, names.pop(0), f"at barrier {at + 1} with intents waiting,")
                at += 1
        return h.stop()

    @staticmethod
    def name(at):
        return f"intents_{sum(len(a) == 3 for _, acts in SCRIPT[:at + 1] for a in acts)}"

    def news(self, at, targets):
        p = self.house.position()
        due = targets and p[2] >= targets[0]
        return p if p[3] == END and p[2] == self.total or at < len(SCRIPT) and p[3] == self.name(at) or due else None
