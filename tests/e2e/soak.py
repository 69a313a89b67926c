#!/usr/bin/python3
"""soak [--build DIR] [--seed N] - kill.py with one seed after the other, for SOAK_MINUTES (30).

SPDX-License-Identifier: Apache-2.0

Each round takes the next seed and prints it; `kill.py --seed N --runs 6 --kills 8 --recordings 2` plays that round again.
The first round that fails is the last: its notes say what differs.
"""
import argparse
import os
import signal
import sys
import time

import kill
from service import Tap, build_dir

RUNS, KILLS, RECORDINGS, JOBS = 6, 8, 2, 4


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--seed", type=int, default=int(os.environ.get("FABSOC_SEED", "1000")))
    a = ap.parse_args()
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, lambda *_: sys.exit(130))
    tap = Tap()
    begun = time.monotonic()
    end = begun + 60 * float(os.environ.get("SOAK_MINUTES", "30"))
    rounds = 0
    while rounds == 0 or (time.monotonic() < end and not tap.failed):
        kill.play_all(tap, build_dir(a.build), a.seed + rounds, RUNS, KILLS, RECORDINGS, JOBS)
        rounds += 1
    tap.note(f"{rounds} rounds, {rounds * (RUNS + RECORDINGS) * KILLS} kills in {(time.monotonic() - begun) / 60:.1f} minutes")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
