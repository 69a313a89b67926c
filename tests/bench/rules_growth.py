#!/usr/bin/python3
"""rules_growth [BUILD] [LINES [RUNS]] - what ten times the rules cost over the same lines (limit: 1.5 x).

SPDX-License-Identifier: Apache-2.0

Mixed lines of `../shared/bench/gen.c` through `fabsocctl scan` with 10, 500, 5,000 and 10,000 rules, in turn, RUNS times.
Columns: rules, CPU seconds (median), of that to load them (the same with no line), us an event without loading,
ratio to 500 rules of the same round (median), answers. The truth knows 500 rules; more of them may match what they name.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import side  # noqa: E402

SIZES, BASE = (10, 500, 5000, 10000), 500


def main():
    side.need_makers()
    program, folder = side.place(sys.argv, "growth")
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    log, truth = side.made_lines(folder, lines)
    cpu, load, said = {n: [] for n in SIZES}, {n: [] for n in SIZES}, {}
    for _ in range(runs + 1):  # the first fills the cache of documents and is left out
        for n in SIZES:
            rules, matches = side.made_rules(folder, n), os.path.join(folder, f"out.{n}")
            load[n].append(side.run([program, "scan", "--rules", rules, os.devnull])[0])
            with open(matches, "wb") as out:
                cpu[n].append(side.run([program, "scan", "--rules", rules, log], out)[0])
            said[n] = side.checked(matches, truth, min(n, 500))
    bad = False
    print(f"{lines} lines, {runs} rounds\n rules   cpu_s  load_s  us/event  ratio  answers")
    for n in SIZES:
        ratio = side.median([a / b for a, b in zip(cpu[n][1:], cpu[BASE][1:])])
        event = side.median([(a - b) / lines * 1e6 for a, b in zip(cpu[n][1:], load[n][1:])])
        print(f"{n:6}  {side.median(cpu[n][1:]):6.3f}  {side.median(load[n][1:]):6.3f}  {event:8.3f}  {ratio:5.2f}  "
              f"{said[n] or 'right'}")
        bad = bad or bool(said[n])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
