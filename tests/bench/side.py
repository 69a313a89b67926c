"""side.py - what the benches that run side by side share: made input, rounds in turn, CPU seconds, the check of the answers.

SPDX-License-Identifier: Apache-2.0

CPU seconds are user + system of the whole process; wall time says little on a machine that does other work. Peers and
sizes run in turn inside each round, so that a ratio compares neighbours. `../shared/bench` makes lines and rules.
"""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.path.join(TOP, "..", "shared")
MAKERS = os.path.join(SHARED, "bench")


def place(argv, name):
    """The program under test and a folder for what the bench makes."""
    build = os.path.abspath(argv[1] if len(argv) > 1 else os.path.join(TOP, "build", "release"))
    folder = os.path.join(build, "bench", name)
    os.makedirs(folder, exist_ok=True)
    # a cache of documents of its own, whatever the caller has
    os.environ.update(XDG_CACHE_HOME=os.path.join(folder, "cache"), XDG_STATE_HOME=os.path.join(folder, "state"))
    os.environ.pop("FABSOC_CACHE", None)
    return os.path.join(build, "fabsocctl"), folder


def need_makers():
    if not os.path.exists(os.path.join(MAKERS, "gen.c")):
        print(f"cannot be run: {MAKERS} is not there", file=sys.stderr)
        sys.exit(2)


def made_rules(folder, count):
    at = os.path.join(folder, f"r{count}")
    if not os.path.isdir(at):
        subprocess.run([sys.executable, os.path.join(MAKERS, "mksigma.py"), str(count), at], check=True)
    return at


def made_lines(folder, lines, seed=20261121):
    """(log, truth)"""
    gen, log, truth = (os.path.join(folder, n) for n in ("gen", f"in.{lines}.{seed}", f"truth.{lines}.{seed}"))
    if not os.path.exists(gen):
        subprocess.run(["cc", "-O2", "-w", "-o", gen, os.path.join(MAKERS, "gen.c")], check=True)
    if not os.path.exists(log):
        with open(log + ".new", "wb") as f:
            subprocess.run([gen, "-n", str(lines), "-s", str(seed), "-t", truth], stdout=f, check=True)
        os.rename(log + ".new", log)
    return log, truth


def run(command, out=subprocess.DEVNULL, env=None):
    """(CPU seconds, KiB resident, exit status)"""
    child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=env)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss, child.returncode


def median(values):
    values = sorted(values)
    n = len(values)
    return (values[n // 2] + values[(n - 1) // 2]) / 2


def checked(matches, truth, count):
    """What is wrong with the matches (a file of JSON lines) against the generator's truth; "" = nothing."""
    import collections
    import json
    want, bursts, got, addresses = {}, 0, collections.Counter(), []
    with open(truth, encoding="ascii") as f:
        for line in f:
            key, value = line.split("\t")
            if key == "burst":
                bursts = int(value)
            elif int(key) < count:
                want[int(key)] = int(value)
    with open(matches, encoding="utf-8") as f:
        for line in f:
            m = json.loads(line)
            if m["rule_title"] == "brute":
                addresses.append(m["fields"]["source.ip"])
            elif m["rule_title"].startswith("rule "):
                got[int(m["rule_title"][5:])] += 1
    wrong = [r for r in want if want[r] != got[r]]
    said = [f"{len(wrong)} rules wrong, first {wrong[:3]}"] if wrong else []
    if len(addresses) != bursts or len(set(addresses)) != bursts:
        said.append(f"{len(addresses)} bursts for {bursts}")
    return "; ".join(said)
