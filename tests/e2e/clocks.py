#!/usr/bin/python3
"""clocks [--build DIR] [--keep] - a source whose clock is 19 hours off is found out, and set right by the line that is told.

SPDX-License-Identifier: Apache-2.0

One host's events and Zeek's logs of its network, of a recorded campaign (../shared/data/campaigns): the sensor's clock
was 19 hours ahead. Played as they would have come, each record when the host's clock had the time at which it
was written: `status` tells the gap and the line of configuration, and that line makes it right. `fabsocctl clocks` finds the
same 19 hours in the files themselves, where nobody knows when a record came.
"""
import argparse
import datetime
import glob
import gzip
import json
import os
import sys

from service import House, SHARE, TOP, Tap, build_dir

CAMPAIGN = os.path.join(TOP, "..", "shared", "data", "campaigns", "LSASS_campaign_04")
AHEAD = 19 * 3600
HOST = glob.glob(os.path.join(CAMPAIGN, "*.json.gz"))
ZEEK = [os.path.join(CAMPAIGN, "zeek", f"{name}.log") for name in ("conn", "dns")]


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def host_lines():
    """Every tenth of the host's events, each on its way for 0.4 s."""
    with gzip.open(HOST[0], "rt", encoding="utf-8") as f:
        for line in list(f)[::10]:
            t = datetime.datetime.fromisoformat(json.loads(line)["TimeCreated"].replace("Z", "+00:00")).timestamp()
            yield t + 0.4, line.rstrip("\n")


def zeek_lines():
    """Zeek writes a connection when it is over, a query when it was answered."""
    for path in ZEEK:
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.startswith("#fields"):
                    names = line.rstrip("\n").split("\t")[1:]
                elif line[0] != "#":
                    row = {k: v for k, v in zip(names, line.rstrip("\n").split("\t")) if v != "-"}
                    took = float(row.get("duration") or row.get("rtt") or 0)
                    row["ts"] = float(row["ts"])
                    row["_path"] = os.path.basename(path)[:-4]
                    yield row["ts"] - AHEAD + took + 1, json.dumps(row)


def write_story(top, offset):
    os.makedirs(os.path.join(top, "feeds"), exist_ok=True)
    feeds = {"host": sorted(host_lines()), "zeek": sorted(zeek_lines())}
    for name, lines in feeds.items():
        with open(os.path.join(top, "feeds", name + ".rec"), "w", encoding="utf-8") as f:
            f.writelines(f"@{rfc3339(t)} {text}\n" for t, text in lines)
    with open(os.path.join(top, "story.yaml"), "w", encoding="utf-8") as f:
        f.write(f"name: Two clocks\nstart: {rfc3339(min(t[0][0] for t in feeds.values()) - 1)}\nfeeds:\n"
                "  - {file: host.rec, name: host, format: auto, kind: os}\n"
                f"  - {{file: zeek.rec, name: zeek, format: auto, kind: sensor{offset}}}\n")
    for name in ("fab", "policy", "roster"):
        with open(os.path.join(SHARE, "demo", "story", name + ".yaml"), encoding="utf-8") as f:
            text = f.read()
        with open(os.path.join(top, name + ".yaml"), "w", encoding="utf-8") as f:
            f.write(text)


def play(h, n, offset):
    top = h.path(f"story{n}")
    write_story(top, offset)
    h.open_to_all(top)
    h.fresh_database()
    h.start(h.configure(story=top, state=f"state{n}"))
    h.wait("the end of the recording", lambda: h.one("select recording_over from soc.status") == "t")
    return json.loads(h.ctl("status", "--json")), h.ctl("status")


def source(h, name):
    """(newest event time, clock faults, records)."""
    r = h.rows("select extract(epoch from newest), clock_faults, records, extract(epoch from received)"
               f" from soc.source where name = '{name}'")[0]
    return float(r[0]), int(r[1]), int(r[2]), float(r[3])


def compare(tap, h):
    p = h.run(os.path.join(h.build, "fabsocctl"), "clocks", HOST[0], *ZEEK)
    rows = [json.loads(line) for line in p.stdout.splitlines()]
    tap.ok(len(rows) == 3 and rows[0].get("reference") and all(r.get("ahead_seconds") == AHEAD and r["suggested"] == "offset: -19h"
                                                               for r in rows[1:]), f"the files: Zeek's clock is 19 h ahead: {rows[1:]}")
    p = h.run(os.path.join(h.build, "fabsocctl"), "clocks", ZEEK[1], HOST[0])
    tap.ok(json.loads(p.stdout.splitlines()[1])["suggested"] == "offset: 19h", "the other way round the host's is 19 h behind")
    tap.ok(h.run(os.path.join(h.build, "fabsocctl"), "clocks", HOST[0], check=False).returncode == 64, "one file is no comparison")


def run(tap, h):
    compare(tap, h)
    status, words = play(h, 1, "")
    told = status["clocks"]
    tap.ok([(c["source"], c["ahead_seconds"], c["suggested"]) for c in told] == [("zeek", AHEAD, "offset: -19h")],
           f"status tells it: {told}")
    tap.ok('zeek: its clock is 19 h ahead of receipt; set right by "offset: -19h"' in words, "and says so to people")
    newest, faults, records, received = source(h, "zeek")
    tap.ok(faults == records > 100 and newest == received, f"until then each of its {records} times is a clock fault: {faults}")
    tap.ok(source(h, "host")[1] == 0, "the host's clock is right")
    h.stop()

    status, words = play(h, 2, ", " + told[0]["suggested"])
    zeek, host = source(h, "zeek"), source(h, "host")
    tap.ok(zeek[1] == 0, "with that line no time of the sensor is a fault")
    tap.ok(abs(zeek[0] - host[0]) < 600 and zeek[0] != zeek[3], f"both feeds stand on one line of time: {zeek[0] - host[0]:.1f} s apart")
    tap.ok(status["clocks"] == [{"source": "zeek", "ahead_seconds": 0, "configured_seconds": -AHEAD, "suggested": "", "clock_faults": 0}]
           and "its clock is" not in words, f"and nothing is left to be told but the offset in force: {status['clocks']}")
    tap.ok(h.stop() == 0, "the service stops as it should")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    tap = Tap()
    if not HOST:
        tap.ok(False, f"{CAMPAIGN} is there")
        return tap.end()
    with House(build_dir(a.build), keep=a.keep) as house:
        try:
            run(tap, house)
        except Exception as e:  # pylint: disable=broad-except - whatever it is, the test has failed
            tap.ok(False, f"the service goes on: {type(e).__name__}: {e}")
            tap.note(house.log_tail())
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
