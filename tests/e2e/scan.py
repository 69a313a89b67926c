#!/usr/bin/python3
"""scan [--build DIR] - what `fabsocctl scan` finds in the story's files is what the engine found in the stream.

SPDX-License-Identifier: Apache-2.0

The matches of rules that need no context are equal as multisets of (rule, source, ordinal in its file);
the rules that need context are named by scan, and are rules the engine has.
"""
import argparse
import collections
import glob
import json
import os
import subprocess
import sys

import yaml

from service import House, Tap, build_dir

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STORY = os.path.join(TOP, "share", "demo", "story")


def scanned(build):
    feeds = sorted(glob.glob(os.path.join(STORY, "feeds", "*.rec")))
    p = subprocess.run([os.path.join(build, "fabsocctl"), "scan", "--stats", *feeds], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    with open(os.path.join(STORY, "story.yaml"), encoding="utf-8") as f:
        name = {x["file"]: x["name"] for x in yaml.safe_load(f)["feeds"]}
    found = collections.Counter()
    for line in p.stdout.splitlines():
        m = json.loads(line)
        found[m["rule_id"], name[os.path.basename(m["file"])], m["seq"]] += 1
    return p.returncode, found, json.loads(p.stderr.splitlines()[-1])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default=None)
    a = ap.parse_args()
    build = build_dir(a.build)
    tap = Tap()
    rc, found, stats = scanned(build)
    tap.ok(rc == 0 and found, f"scan finds something in the story and refuses nothing: {sum(found.values())} matches")
    with House(build) as h:
        h.start(h.configure(story=h.story(STORY)))
        h.wait("the recording's end", lambda: h.rows("select 1 from soc.status where recording_over"))
        rows = h.rows("select a.rule_id, s.name, a.seq from soc.alert a join soc.source s on s.number = a.source"
                      " where a.seq > 0 and a.rule_id ~ '^[0-9a-f]{8}-'")
        h.stop()
    engine = collections.Counter((r[0], r[1], int(r[2])) for r in rows)
    context = set(stats["needs_context"])
    free = collections.Counter({k: n for k, n in engine.items() if k[0] not in context})
    tap.ok(free == found, "scan and engine agree on rule, source and ordinal")
    for key in (free - found) + (found - free):
        tap.note(f"differs: {key}")
    asked = {k[0] for k in engine} & context
    tap.ok(asked and not {k[0] for k in found} & context, f"rules that need context are the engine's alone: {len(asked)}")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
