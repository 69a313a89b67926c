#!/usr/bin/python3
"""kill [--build DIR] [--seed N] [--runs N] [--kills N] [--recordings N] [--jobs N] [--keep] - kills leave no trace.

SPDX-License-Identifier: Apache-2.0

The service follows files to which the test appends, persons ask at barriers, a playbook is planned, approved,
started, signed, carried out by an agent at a broker and verified. Then all of it again with SIGKILL to
gate, intake, detect 0, detect 1, engine, sign and the agent's two halves, each in turn and two at once, at
seeded positions strictly inside. After each run the columns of columns.py equal those of the undisturbed
run, the audit chain is whole, every record was counted once, and the broker was told once to end the session.
Every position is printed.

What may have happened is never repeated by itself (DESIGN.md, the way of an action). So there is one death
after which a run must not look like the undisturbed one: the exec half's, between the begin of an act and
its effect. It has a run of its own, which must come to *indeterminate* and stay there without another act,
whoever dies and comes back, until a person says what happened.

A shorter part does the same over a recording, without an agent. Runs wait for ticks most of the time, so
several go side by side, each on a cluster of its own.
"""
import argparse
import itertools
import os
import queue
import random
import signal
import sys
import threading

import columns
import follow
import replay
from service import Failure, House, Tap, build_dir

# Two at once. Both detects at once could not be told apart afterwards; the recording does that, as its last.
PAIRS = [p for p in itertools.combinations(follow.VICTIMS, 2) if p != ("detect 0", "detect 1")]
# Of a run that ended otherwise: incidents and what is told of them hold the run's end.
WITHOUT_RUN = ["alerts", "groups", "members", "entities", "agents", "tools", "sessions", "windows", "sources", "status"]


class Job:
    """One run and what came of it."""

    acts = None  # how often the far end was told to act, how often it must have been

    def __init__(self, name, kills=0):
        self.name, self.kills = name, kills
        self.notes, self.fault = [], None
        self.tables, self.whole, self.inside, self.exit, self.total = None, False, 0, None, 0

    def play(self, house):
        house.fresh_database()
        self.run(house)
        self.tables = columns.take(house, self.recorded)
        self.whole, sentence = house.chain()
        self.notes.append(sentence)


class Recording(Job):
    recorded = True

    def __init__(self, name, rng=None, kills=0):
        super().__init__(name, kills)
        self.rng = rng

    def run(self, house):
        story = house.path("story")
        if not os.path.exists(story):
            replay.with_barriers(house)
        self.total = replay.records_in(story)
        r = replay.Replay(house, self.total, self.notes.append)
        # Small blocks and a short lead of the recording: many positions to be killed at.
        conf = house.configure(story=story, intake={"block_kib": 4, "ahead": 16}, state="state " + self.name)
        self.exit = r.play(conf, self.rng, self.kills)
        self.inside = r.inside


class Files(Job):
    recorded = False

    def __init__(self, name, start, rng=None, plan=None):
        super().__init__(name, len(plan or {}))
        self.start, self.rng, self.plan = start, rng, plan

    def run(self, house):
        f = follow.Follow(house, self.notes.append, self.start, self.name)
        self.total = f.total
        self.exit = f.play(self.rng, self.plan, self.carry_out(f))
        self.inside = f.inside
        self.acts = (f.yard.acts(), 1)

    def carry_out(self, f):
        return f.carry_out


class InDoubt(Files):
    """The exec half dies in the act, before its effect; then whoever could send or do it again."""

    BACK = [("engine", "gate"), ("sign", "net"), ("gate", "exec")]

    def __init__(self, name, start):
        super().__init__(name, start, plan={follow.ACTING: ("exec",)})
        self.kills += len(self.BACK)

    def run(self, house):
        super().run(house)
        self.acts = (self.acts[0], 0)

    def carry_out(self, f):
        return lambda: self.doubt(f)

    def doubt(self, f):
        f.start_run()
        f.house.wait("the act to begin", f.yard.began)
        f.strike(follow.ACTING, f"at a barrier: {follow.ACTING}")
        f.house.wait("the doubt", lambda: f.state_of_run() == "indeterminate")
        f.yard.let_act()
        f.yard.let_end()
        for names in self.BACK:
            f.strike("in doubt", "while an act is in doubt", names)
            f.come_back()
        if f.state_of_run() != "indeterminate" or f.yard.acts():
            raise Failure(f"an act in doubt became {f.state_of_run()}, {f.yard.acts()} acts")
        f.ask("a person says what happened", [("tanaka", "resume_run", ("2", "not done: the broker still lists it"))])
        f.house.wait("the run's end", lambda: f.state_of_run() == "failed")


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
    for note in job.notes:
        tap.note(f"{job.name}: {note}")
    counted = sum(int(row[2]) for row in job.tables["sources"])
    tap.ok(counted == job.total, f"{job.name}: {counted} of {job.total} records counted, each once")
    tap.ok(job.whole and job.exit == 0, f"{job.name}: the audit chain is whole, the service ended with {job.exit}")
    if job.acts:
        tap.ok(job.acts[0] == job.acts[1],
               f"{job.name}: the broker was told {job.acts[0]} times to end the session, {job.acts[1]} is right")
    if job is calm:
        judge_calm(tap, job)
        return
    tap.ok(job.inside == job.kills, f"{job.name}: {job.inside} kills strictly inside")
    names = WITHOUT_RUN if isinstance(job, InDoubt) else list(job.tables)
    mine, its = ({n: t[n] for n in names} for t in (job.tables, calm.tables or job.tables))
    same = calm.tables is not None and columns.digest(mine) == columns.digest(its)
    what = " without the run's" if isinstance(job, InDoubt) else ""
    if not tap.ok(same, f"{job.name}: digest {columns.digest(mine)[:16]}{what} is that of {calm.name}") and calm.tables:
        tap.note("\n".join(columns.differences(its, mine)))


def judge_calm(tap, job):
    """The undisturbed run has something to be compared with in every table that a kill could touch."""
    must = ["alerts", "groups", "incidents", "members", "timeline", "asked", "decided", "intents", "plans"]
    must += [] if job.recorded else ["approvals", "runs", "steps", "commands", "agents", "sessions", "tools"]
    sizes = ", ".join(f"{len(job.tables[t])} {t}" for t in must)
    tap.ok(all(job.tables[t] for t in must), f"{job.name}: digest {columns.digest(job.tables)[:16]} of {sizes}")


def deal(rng, runs, kills):
    """[{slot: roles}], one a run: each role in turn first, then again and two at once, in seeded places."""
    total = runs * kills
    singles = [(v,) for v in follow.VICTIMS] + [(v,) for v in rng.sample(follow.VICTIMS, len(follow.VICTIMS))]
    names = singles[:max(len(follow.VICTIMS), total - total // 2)][:total]
    names += rng.sample(PAIRS, min(len(PAIRS), total - len(names)))
    names += [rng.choice(PAIRS) for _ in range(total - len(names))]
    rng.shuffle(names)
    slots, barriers = [], []
    for _ in range(runs):
        barriers += rng.sample(follow.BARRIERS, len(follow.BARRIERS))
        mine = list(dict.fromkeys(barriers))[:kills // 2]
        for slot in mine:
            barriers.remove(slot)
        slots.append(mine + rng.sample(range(follow.STEPS), min(follow.STEPS, kills - len(mine))))
    out = []
    for mine in slots:
        plan = {}
        for slot in mine:
            fits = next(n for n in names if "exec" not in n or slot not in follow.NOT_FOR_EXEC)
            names.remove(fits)
            plan[slot] = fits
        out.append(plan)
    return out


def make_jobs(seed, runs, kills, recordings):
    """[(job, the undisturbed one)]; each run has its own numbers, whatever the order of work is."""
    start = follow.choose_start()
    calm, calm_files = Recording("recording, undisturbed"), Files("files, undisturbed", start)
    out = [(calm_files, calm_files)]
    for n, plan in enumerate(deal(random.Random(f"{seed} files"), runs, kills), 1):
        out.append((Files(f"files, run {n}", start, random.Random(f"{seed} files {n}"), plan), calm_files))
    out.append((InDoubt("files, an act in doubt", start), calm_files))
    if recordings:
        out.append((calm, calm))
    for n in range(1, recordings + 1):
        out.append((Recording(f"recording, run {n}", random.Random(f"{seed} recording {n}"), kills), calm))
    return out


def play_all(tap, build, seed, runs, kills, recordings, jobs, keep=False):
    """Plays and judges them all."""
    tap.note(f"kill: seed {seed}, {runs} runs over files and {recordings} over the recording with {kills} kills each")
    pairs = make_jobs(seed, runs, kills, recordings)
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
    ap.add_argument("--recordings", type=int, default=1)
    ap.add_argument("--jobs", type=int, default=4)
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, lambda *_: sys.exit(130))
    tap = Tap()
    play_all(tap, build_dir(a.build), a.seed, a.runs, a.kills, a.recordings, a.jobs, a.keep)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
