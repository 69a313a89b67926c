#!/usr/bin/python3
"""rules_load [BUILD] [RUNS] - loading and compiling the public rules, cold and from the cache of documents.

SPDX-License-Identifier: Apache-2.0

`fabsocctl scan` with ../shared/data/sigma-rules and no line, against the same with no rule at all, in turn. Columns: way,
CPU ms of the whole process, of that for the rules (difference of the round), ratio of it to the limit (cold 1,000 ms, cache
100 ms), MiB resident, ratio to the limit (150 MiB); medians, the least in brackets.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import side  # noqa: E402

RULES = os.path.join(side.SHARED, "data", "sigma-rules")
LIMIT = {"cold": 1000.0, "cache": 100.0}
RESIDENT = 150.0


def main():
    if not os.path.isdir(RULES):
        print(f"cannot be run: {RULES} is not there", file=sys.stderr)
        return 2
    program, folder = side.place(sys.argv, "load")
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    env = {"cold": dict(os.environ, FABSOC_CACHE="off"), "cache": dict(os.environ)}
    whole, rules, resident = ({w: [] for w in env} for _ in range(3))
    for _ in range(runs + 1):  # the first fills the cache
        for way in env:
            bare = side.run([program, "scan", "--rules", "none", os.devnull], env=env[way])[0]
            cpu, kib, status = side.run([program, "scan", "--rules", RULES, os.devnull], env=env[way])
            if status not in (0, 1):
                print(f"{way}: exit {status}", file=sys.stderr)
                return 1
            whole[way].append(1000 * cpu)
            rules[way].append(1000 * (cpu - bare))
            resident[way].append(kib / 1024)
    print("way     whole_ms         rules_ms         ratio  MiB   ratio")
    for way in env:
        w, r, m = whole[way][1:], rules[way][1:], max(resident[way])
        print(f"{way:6}  {side.median(w):6.1f} ({min(w):6.1f})  {side.median(r):6.1f} ({min(r):6.1f})  "
              f"{side.median(r) / LIMIT[way]:5.2f}  {m:5.1f} {m / RESIDENT:5.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
