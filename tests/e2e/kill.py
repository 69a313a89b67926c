#!/usr/bin/python3
"""kill [--build DIR] [--seed N] [--runs N] [--kills N] [--jobs N] [--keep] - kills inside a replay leave no trace.

SPDX-License-Identifier: Apache-2.0

The demo's recording is played with barriers at which persons call api functions, then again with SIGKILL
to intake, detect 0, detect 1 and engine, each in turn and two at once, at seeded positions strictly
inside; then the same over followed files to which the test appends. After each run the columns of
columns.py equal those of the undisturbed run, the audit chain is whole, every record was counted once.
Runs wait for ticks most of the time, so several go side by side, each on a cluster of its own.
"""
import argparse
import os
import queue
import random
import signal
import sys
import threading

import columns
import follow
import replay
from service import House, Tap, build_dir


class Job:
    """One run and what came of it."""

    def __init__(self, name, rng=None, kills=0, start=None):
        self.name, self.rng, self.kills, self.start = name, rng, kills, start
        self.notes, self.fault = [], None
        self.tables, self.whole, self.inside, self.exit, self.total = None, False, 0, None, 0

    def play(self, house):
        house.fresh_database()
        (self.play_files if self.start else self.play_recording)(house)
        self.tables = columns.take(house, not self.start)
        self.whole, sentence = house.chain()
        self.notes.append(sentence)

    def play_recording(self, house):
        story = house.path("story")
        if not os.path.exists(story):
            replay.with_barriers(house)
        self.total = replay.records_in(story)
        r = replay.Replay(house, self.total, self.notes.append)
        # Small blocks and a short lead of the recording: many positions to be killed at.
        conf = house.configure(story=story, intake={"block_kib": 4, "ahead": 16}, state="state " + self.name)
        self.exit = r.play(conf, self.rng, self.kills)
        self.inside = r.inside

    def play_files(self, house):
        f = follow.Follow(house, self.notes.append, self.start, self.name)
        names = replay.victims(self.rng, self.kills) if self.kills else []
        self.total = f.total
        self.exit, self.inside = f.play(self.rng, names, replay.Roles(house), replay.act)


def work(build, keep, todo):
    """One worker: a house, and jobs until none is left."""
    house = None
    while True:
        try:
            job = todo.get_nowait()
        except queue.Empty:
            break
        try:
            house = house or House(build, keep=keep).open()
            job.play(house)
        except Exception as e:  # pylint: disable=broad-except - whatever it is, the run has failed
            job.fault = f"{type(e).__name__}: {e}"
            if house:
                house.close()
                job.notes += [house.refusals, house.tail]
                house = None
    if house:
        house.close()


def judge(tap, job, calm):
    if job.fault or not job.tables:
        tap.ok(False, f"{job.name}: the service goes on: {job.fault}")
        for note in job.notes:
            tap.note(note)
        return
    seen = columns.digest(job.tables)[:16]
    for note in job.notes:
        tap.note(f"{job.name}: {note}")
    counted = sum(int(row[2]) for row in job.tables["sources"])
    tap.ok(counted == job.total, f"{job.name}: {counted} of {job.total} records counted, each once")
    tap.ok(job.whole and job.exit == 0, f"{job.name}: the audit chain is whole, the service ended with {job.exit}")
    if job is calm:
        sizes = ", ".join(f"{len(job.tables[t])} {t}" for t in ("alerts", "groups", "incidents", "members", "timeline",
                                                                "asked", "decided", "intents", "plans"))
        tap.ok(all(job.tables[t] for t in ("alerts", "groups", "incidents", "members", "timeline", "decided", "intents")),
               f"{job.name}: digest {seen} of {sizes}")
        return
    tap.ok(job.inside == job.kills, f"{job.name}: {job.inside} kills strictly inside")
    same = calm.tables is not None and seen == columns.digest(calm.tables)[:16]
    if not tap.ok(same, f"{job.name}: digest {seen} is that of {calm.name}") and calm.tables:
        tap.note("\n".join(columns.differences(calm.tables, job.tables)))


def make_jobs(seed, runs, kills, files):
    """[(job, the undisturbed one)]; each run has its own numbers, whatever the order of work is."""
    start = follow.choose_start()
    calm, calm_files = Job("recording, undisturbed"), Job("files, undisturbed", start=start)
    out = [(calm, calm)]
    for n in range(1, runs + 1):
        out.append((Job(f"recording, run {n}", random.Random(f"{seed} recording {n}"), kills), calm))
    out.append((calm_files, calm_files))
    for n in range(1, files + 1):
        out.append((Job(f"files, run {n}", random.Random(f"{seed} files {n}"), kills, start), calm_files))
    return out


def play_all(tap, build, seed, runs, kills, files, jobs, keep=False):
    """Plays and judges them all."""
    tap.note(f"kill: seed {seed}, {runs} runs over the recording and {files} over files with {kills} kills each")
    pairs = make_jobs(seed, runs, kills, files)
    todo = queue.Queue()
    for job, _ in pairs:
        todo.put(job)
    workers = [threading.Thread(target=work, args=(build, keep, todo)) for _ in range(max(1, min(jobs, len(pairs))))]
    try:
        for w in workers:
            w.start()
    finally:
        while any(w.is_alive() for w in workers):
            try:
                for w in workers:
                    w.join()
            except (KeyboardInterrupt, SystemExit):
                while not todo.empty():  # those under way end by themselves, and clean up
                    todo.get()
    for job, calm in pairs:
        judge(tap, job, calm)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--seed", default=os.environ.get("FABSOC_SEED", "7"))
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("--kills", type=int, default=6)
    ap.add_argument("--files", type=int, default=1)
    ap.add_argument("--jobs", type=int, default=3)
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, lambda *_: sys.exit(130))
    tap = Tap()
    play_all(tap, build_dir(a.build), a.seed, a.runs, a.kills, a.files, a.jobs, a.keep)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
