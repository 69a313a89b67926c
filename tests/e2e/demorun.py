"""demorun - runs of share/tools/demo, and every process they start.

SPDX-License-Identifier: Apache-2.0

    one, two = together(lambda: Run(build), lambda: Run(build, options=["--keep"]))
    one.status["incidents"]; one.screen("queue"); one.family.left()

A run is ended by its own number only. stop_all() at the end of a test ends what still runs.
"""
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT = 150  # seconds until a demo counts as never ending


# ---- processes


def processes(known):
    """{pid: (parent, time of birth, command line)}; command lines are read once a process."""
    out = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as f:
                fields = f.read().rpartition(b")")[2].split()
            pid, born = int(name), fields[19]
            old = known.get(pid)
            if old and old[1] == born and old[3] > 1:
                line, seen = old[2], old[3]
            else:  # twice: the first time may be before its exec
                with open(f"/proc/{name}/cmdline", "rb") as f:
                    line, seen = f.read().replace(b"\0", b" ").decode("utf-8", "replace"), old[3] if old else 0
        except OSError:
            continue
        if fields[0] != b"Z":
            out[pid] = (int(fields[1]), born, line, seen + 1)
    return out


class Watch:
    """One look at all processes now and then, for every family together."""

    def __init__(self):
        self.families, self.now = [], {}
        self.lock = threading.Lock()
        threading.Thread(target=self.watch, daemon=True).start()

    def look(self):
        with self.lock:
            self.now = processes(self.now)
            for family in self.families:
                family.grow(self.now)
            return self.now

    def watch(self):
        while True:
            time.sleep(0.5)  # of the watching thread; nothing waits for it
            self.look()


class Family:
    """Everything a process started, remembered also when its parent has ended."""

    def __init__(self, pid):
        self.known = {pid: None}
        self.mark = None  # a folder in the command line, for what became a daemon
        WATCH.families.append(self)

    def grow(self, now):
        grown = True
        while grown:
            grown = False
            for pid, (parent, born, line, _) in now.items():
                if pid not in self.known and (parent in self.known or self.mark and self.mark in line):
                    grown = self.known[pid] = (born, line)

    def left(self):
        """Who of them lives."""
        now = WATCH.look()
        return [f"{pid} {known[1]}" for pid, known in self.known.items()
                if known and pid in now and now[pid][1] == known[0]]


WATCH = Watch()


class Run:
    """One `demo BUILD`, started at once; end() waits for it."""

    def __init__(self, build, top=TOP, story=None, options=(), umask=None, user=None, lang=None):
        argv = [os.path.join(top, "share", "tools", "demo"), build, *options]
        argv += ["--story", story] if story else []
        env = dict(os.environ)
        env.pop("FABSOC_STATE", None)
        if lang:
            env = {k: v for k, v in env.items() if not k.startswith("LC_")}
            env.update(LANG=lang)
        who = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.err = tempfile.TemporaryFile("w+")
        self.lines, self.dir, self.late = [], None, False
        self.p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.err, cwd="/",
                                  env=env, text=True, encoding="utf-8", errors="replace", start_new_session=True,
                                  umask=-1 if umask is None else umask, **who)
        LIVE.append(self)
        self.family = Family(self.p.pid)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.p.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"in (/tmp/fabsoc-\w+) \.\.\.", line)
            if found:
                self.dir = self.family.mark = found.group(1)

    def end(self):
        try:
            self.p.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.late = True
            self.stop()
        self.reader.join(10)
        self.err.seek(0)
        self.said = self.err.read()
        try:
            self.status = json.loads(self.lines[-1])
        except (IndexError, ValueError):
            self.status = {}
        return self

    def stop(self):
        """As ^C in a terminal would: the demo stops what it started."""
        if self.p.poll() is None:
            self.p.terminate()
            try:
                self.p.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.p.pid, signal.SIGKILL)
                self.p.wait()

    def screen(self, name):
        """The lines of one printed screen; [] without it."""
        out, on = [], False
        for line in self.lines:
            if line.startswith("--- ") and not line.startswith("----"):
                on = line[4:].split(" ")[0] == name
            elif on and not line.startswith("{"):
                out.append(line)
        return out

    def assets(self):
        return sorted(i["asset"] for i in self.status.get("incidents", []) if i["tier"] != "T4")

    def why(self):
        return f"exit {self.p.returncode}{', stopped by the test' if self.late else ''}\n" + \
            "\n".join(self.lines[-3:]) + "\n" + self.said[-3000:]


LIVE = []


def together(*starts):
    """Starts all, waits for all."""
    runs = [s() for s in starts]
    return [r.end() for r in runs]


def stop_all():
    for run in LIVE:
        run.stop()
