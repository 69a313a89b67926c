#!/usr/bin/python3
"""reload [--build DIR] [--keep] - rules change while the service runs; a set that cannot be used changes nothing.

SPDX-License-Identifier: Apache-2.0

A followed file is written to while the rule's title is changed and fabsocd gets SIGHUP: each alert bears the
digest and the title of the set in force at its record. The same with intake and engine killed at the reload,
with a policy that cannot be read, and with files that changed while the service was down. In the end all is
stepped again from the journal's first block; the engine compares its digest and refuses to go on if it differs.
"""
import argparse
import datetime
import json
import os
import re
import shutil
import signal
import sys

import columns
from service import House, SHARE, Tap, build_dir

EACH = 5
RULE = ("title: {0}\nid: 0f0e7c0e-0000-4000-8000-000000000003\nlevel: high\nlogsource:\n  product: linux\n"
        "  service: sshd\ndetection:\n  keywords:\n    - Failed password\n  condition: keywords\n")


class Scene:
    def __init__(self, house):
        self.house, self.n, self.digest = house, 0, {}
        for folder in ("logs", "rules", "set"):
            os.mkdir(house.path(folder), 0o755)
        for name in ("fab", "policy", "roster"):
            shutil.copy(os.path.join(SHARE, "demo", "story", name + ".yaml"), house.path("set"))
        house.open_to_all(house.path("set"))
        self.rule("First")
        self.write(0)
        self.conf = house.configure(intake={"sources": [
            {"name": "hosts", "input": "follow", "path": house.path("logs", "hosts.log"), "format": "sshd", "kind": "os"}]},
                                    documents=house.path("set"))
        with open(self.conf, encoding="utf-8") as f:
            text = json.load(f)
        text["set"]["rules"] = house.path("rules")
        with open(self.conf, "w", encoding="utf-8") as f:
            json.dump(text, f)

    def rule(self, title):
        with open(self.house.path("rules", "r.yml"), "w", encoding="ascii") as f:
            f.write(RULE.format(title))
        self.house.open_to_all(self.house.path("rules"))

    def write(self, lines):
        now = datetime.datetime.now(datetime.timezone.utc)
        with open(self.house.path("logs", "hosts.log"), "a", encoding="ascii") as f:
            os.fchmod(f.fileno(), 0o644)
            for _ in range(lines):
                self.n += 1
                f.write(f"<38>{now:%b} {now.day:2d} {now:%H:%M:%S} tool07 sshd[{self.n}]: Failed password for invalid user"
                        f" u{self.n} from 192.0.2.7 port {1024 + self.n} ssh2\n")

    def sense_recipes(self, unseen):
        """Says of the first of these tools that recipes come to it by SECS, at an address; its name."""
        path, name = self.house.path("set", "fab.yaml"), sorted(unseen)[0]
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub(rf"(- id: {name}\n)((?:    (?!ips:).*\n)*)(?:    ips:.*\n)?",
                           r"\1\2    recipes: secs\n    ips: [10.99.1.1]\n", text, count=1))
        return name

    def hang_up(self):
        os.kill(self.house.service.pid, signal.SIGHUP)

    def in_force(self):
        return self.house.one("select encode(set_digest, 'hex') from soc.status")

    def switched(self, title):
        """Waits for a set never seen before."""
        got = self.house.wait("the set " + title, lambda: self.in_force() not in (None, "", *self.digest.values()) and self.in_force())
        self.digest[title] = got

    def alerts(self):
        """Writes lines and gives (title, digest) of what came of them."""
        self.write(EACH)
        self.house.wait("the alerts", lambda: int(self.house.one("select count(*) from soc.alert")) >= self.n)
        return self.house.rows("select distinct rule_title, encode(set_digest, 'hex') from soc.alert where seq >"
                               f" {self.n - EACH} order by 1")


def expect(tap, s, title, what):
    got = s.alerts()
    tap.ok(got == [[title, s.digest[title]]], f"{what}: {EACH} alerts of the set {title}: {got}")


def kill(house, *names):
    """SIGKILL to roles; a new one of each must have come."""
    old = {pid for name, pid in house.roles() if name in names}
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    house.wait("new roles", lambda: len([1 for name, pid in house.roles() if name in names and pid not in old]) == len(names))


def blind(house):
    return [t["asset"] for t in json.loads(house.ctl("status", "--json"))["recipes_not_visible"]]


def refused(house):
    return int(house.one("select count(*) from audit.entry where kind = 'set-refused'"))


def play(tap, h):
    s = Scene(h)
    h.start(s.conf)
    s.switched("First")
    expect(tap, s, "First", "at the start")
    unseen = blind(h)
    told = [line for line in h.run(os.path.join(h.build, "fabsocctl"), "fab", "show", h.path("set", "fab.yaml")).stdout.splitlines()
            if "recipe writes not visible" in line]
    tap.ok(len(told) > 3 and sorted(line.split()[0] for line in told) == sorted(unseen),
           f"status tells the {len(unseen)} tools whose recipe writes nobody sees, as the model says")
    seen = s.sense_recipes(unseen)
    s.rule("Second")
    s.hang_up()
    s.switched("Second")
    h.wait("its row to be empty", lambda: seen not in blind(h))
    tap.ok(sorted(blind(h) + [seen]) == sorted(unseen), f"{seen} is seen under the next set's model, the others are not")
    expect(tap, s, "Second", "after SIGHUP")

    policy = h.path("set", "policy.yaml")
    shutil.copy(policy, h.path("policy.kept"))
    with open(policy, "a", encoding="ascii") as f:
        f.write("\n]: not a policy\n")
    s.rule("Never")
    s.hang_up()
    h.wait("the refusal", lambda: refused(h) == 1)
    expect(tap, s, "Second", "a set without a policy is refused")
    kill(h, "engine")
    expect(tap, s, "Second", "a new engine does not need it")

    shutil.copy(h.path("policy.kept"), policy)
    s.rule("Third")
    s.hang_up()
    kill(h, "intake", "engine")
    s.switched("Third")
    expect(tap, s, "Third", "intake and engine killed at the reload")
    tap.ok(h.stop() == 0, "the service stops as it should")

    s.rule("Fourth")
    h.start(s.conf)
    s.switched("Fourth")
    expect(tap, s, "Fourth", "changed while the service was down")
    tap.ok(h.stop() == 0, "the service stops as it should")
    again(tap, h, s)


def again(tap, h, s):
    block, tables = h.position()[1], columns.take(h, False)
    epochs = h.rows("select rule_title, encode(set_digest, 'hex'), count(*) from soc.alert group by 1, 2 order by min(seq)")
    tap.ok([r[0] for r in epochs] == ["First", "Second", "Third", "Fourth"] and len({r[1] for r in epochs}) == 4,
           f"each set's alerts bear its title: {[(r[0], r[2]) for r in epochs]}")
    h.rows("delete from soc.snapshot")
    h.start(s.conf)
    h.wait("the service to go on", lambda: h.position()[1] > block + 1)
    tap.ok(h.stop() == 0, "stepped again from the first block: the service goes on")
    now = columns.take(h, False)
    for t in (tables, now):
        t.pop("status")  # ticks go on
    if not tap.ok(columns.digest(now) == columns.digest(tables), "stepped again from the first block: the same rows"):
        tap.note("\n".join(columns.differences(tables, now)))
    tap.ok(s.in_force() == s.digest["Fourth"], "the last set is in force")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    tap = Tap()
    with House(build_dir(a.build), keep=a.keep) as house:
        try:
            play(tap, house)
        except Exception as e:  # pylint: disable=broad-except - whatever it is, the test has failed
            tap.ok(False, f"the service goes on: {type(e).__name__}: {e}")
            tap.note(house.log_tail())
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
