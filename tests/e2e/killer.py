#!/usr/bin/python3
"""killer [--build DIR] [--keep] - a record that kills detect is found, kept as a dead letter, and kills once only.

SPDX-License-Identifier: Apache-2.0

The service runs with a detect that dies of marked records of a real SEGV or ILL (tests/support/mortal.c). It
goes on; the killers and nothing else are dead letters, counted by source and told by status; everything else
is as with the detect that is shipped. Then the whole service is started again from its last snapshot, and
again from the journal's first block: no process dies any more and the engine reaches the same digest, which
it compares itself and refuses to go on when it differs.
"""
import argparse
import json
import os
import re
import sys

import columns
from service import House, SHARE, Tap, build_dir

LINES = 1600
# Two beside each other, so that they fall into one block; others far apart, whichever detect has them.
KILLERS = {300: "segv", 301: "trap", 777: "segv", 1201: "segv"}
DIED = b'msg="a role has died" role="detect"'


def line(n):
    second = n // 4
    text = f"<38>Nov 20 02:{second // 60:02d}:{second % 60:02d} tool07 sshd[{n}]: "
    if n in KILLERS:
        return text + f"mortal: {KILLERS[n]} {n}"
    if n % 100 == 50:
        return text + f"Failed password for invalid user x{n} from 192.0.2.{n % 250} port 4711 ssh2"
    return text + f"Connection closed by 192.0.2.{n % 250} port 4711"


def write_story(house, name, killers):
    folder = house.path(name)
    os.makedirs(os.path.join(folder, "feeds"))
    with open(os.path.join(folder, "story.yaml"), "w", encoding="ascii") as f:
        f.write("feeds:\n  - {name: tool, file: tool.rec, kind: os, format: sshd}\n")
    with open(os.path.join(folder, "feeds", "tool.rec"), "w", encoding="ascii") as f:
        for n in range(LINES):
            if killers or n not in KILLERS:
                second = n // 4
                f.write(f"@2026-11-20T02:{second // 60:02d}:{second % 60:02d}.{n % 4 * 250:03d}Z {line(n)}\n")
    house.open_to_all(folder)
    return folder


def programs(house, build):
    """The shipped roles, but detect, which is the test's."""
    folder = house.path("libexec")
    os.mkdir(folder, 0o755)
    for role in ("intake", "engine"):
        os.symlink(os.path.join(build, "libexec", role), os.path.join(folder, role))
    os.symlink(os.path.join(build, "tests", "libexec", "detect"), os.path.join(folder, "detect"))
    return folder


def configure(house, name, libexec, killers=True):
    rules = house.path("rules")
    if not os.path.exists(rules):
        os.mkdir(rules, 0o755)
        with open(os.path.join(rules, "r.yml"), "w", encoding="ascii") as f:
            f.write("title: Failed\nid: 0f0e7c0e-0000-4000-8000-000000000002\nlevel: high\nlogsource:\n"
                    "  product: linux\n  service: sshd\ndetection:\n  keywords:\n    - Failed password\n  condition: keywords\n")
        house.open_to_all(rules)
    conf = house.configure(story=write_story(house, "story " + name, killers), intake={"block_kib": 4, "ahead": 16},
                           state="state " + name, documents=os.path.join(SHARE, "demo", "story"))
    with open(conf, encoding="utf-8") as f:
        text = json.load(f)
    text["set"]["rules"] = rules
    if libexec:
        text["libexec"] = libexec
    with open(conf, "w", encoding="utf-8") as f:
        json.dump(text, f)
    return conf


def log(house):
    with open(house.path("service.log"), "rb") as f:
        return f.read()


def deaths(house):
    return log(house).count(DIED)


def deaths_due(house):
    """Two that may be chance and a named one for the first killer of a block, a named one for each other."""
    blocks = re.findall(rb'what="block=(\d+) rec=', log(house))
    return 2 * len(set(blocks)) + len(blocks)


def over(house, records):
    return house.one("select recording_over from soc.status") == "t" and house.position()[2] == records


def alerts(house):
    return house.rows("select summary, event_time, received from soc.alert order by event_time, seq")


def first_time(tap, house, conf):
    house.start(conf)
    house.wait("the recording's end", lambda: over(house, LINES))
    dead = house.rows("select source, convert_from(bytes, 'UTF8'), reason from soc.dead_letter order by received")
    tap.ok([row[1] for row in dead] == [line(n) for n in sorted(KILLERS)],
           f"{len(dead)} dead letters are the {len(KILLERS)} killers, whole and in order")
    tap.ok(house.rows("select records, dead from soc.source") == [[str(LINES), str(len(KILLERS))]],
           "the source counts every record, and its dead ones")
    status = json.loads(house.ctl("status", "--json"))
    tap.ok(status["engine"].get("dead") == len(KILLERS), f"status tells of {status['engine'].get('dead')} dead letters")
    n, due = deaths(house), deaths_due(house)
    tap.ok(n == due, f"detect died {n} times of {due} that it takes to be sure")
    tap.ok(house.one("select count(*) from soc.input where kind = 'notice' and encode(body, 'escape')"
                     " like '%killer%'") == str(len(KILLERS)), "each verdict is one recorded input")
    tap.ok(house.stop() == 0, "the service stops as it should")
    return dead


def again(tap, house, conf, what):
    """Starts the service anew: it must step what is behind the snapshot again, and live on without a death."""
    before = deaths(house)
    block = house.position()[1]
    tables = columns.take(house, False)
    house.start(conf)
    house.wait("the service to go on", lambda: house.position()[1] > block + 1)
    tap.ok(deaths(house) == before, f"{what}: no record kills again")
    now = columns.take(house, False)
    for tables_of in (tables, now):
        tables_of.pop("status")  # ticks go on
    if not tap.ok(columns.digest(now) == columns.digest(tables), f"{what}: the same rows"):
        tap.note("\n".join(columns.differences(tables, now)))
    tap.ok(house.stop() == 0, f"{what}: the service stops as it should")


def play(tap, house, build):
    calm = configure(house, "calm", None, killers=False)
    house.start(calm)
    house.wait("the recording's end", lambda: over(house, LINES - len(KILLERS)))
    tap.ok(house.stop() == 0 and house.one("select count(*) from soc.dead_letter") == "0", "without killers none is dead")
    want = alerts(house)
    house.fresh_database()
    conf = configure(house, "mortal", programs(house, build))
    first_time(tap, house, conf)
    got = alerts(house)
    tap.ok(want and got == want, f"{len(got)} alerts, as without the killers")
    again(tap, house, conf, "from the snapshot")
    house.rows("delete from soc.snapshot")
    again(tap, house, conf, "from the first block")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    build, tap = build_dir(a.build), Tap()
    with House(build, keep=a.keep) as house:
        # A sanitizer must not turn the signal into an exit status.
        house.env["ASAN_OPTIONS"] = house.env["UBSAN_OPTIONS"] = "handle_segv=0:handle_sigill=0"
        try:
            play(tap, house, build)
        except Exception as e:  # pylint: disable=broad-except - whatever it is, the test has failed
            tap.ok(False, f"the service goes on: {type(e).__name__}: {e}")
            tap.note(house.log_tail())
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
