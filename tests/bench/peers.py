#!/usr/bin/python3
"""peers [BUILD] - the same rules over the same lines by other engines and by us, in turn, CPU seconds as ratios.

SPDX-License-Identifier: Apache-2.0

`../shared/bench/compare.sh` runs each; its rules, its configurations, its check of the answers. A peer is taken from PATH or
from the folder FABSOC_PEERS into which its packages were unpacked (dpkg -x: installed together they conflict); what is
missing says so. LINES (1,000,000) for the quick ones, SLOW_LINES (20,000) for SEC, RULES (500), RUNS (3).

Columns: engine, lines, its CPU seconds (median), ours on the same lines, ratio ours / its round by round (median), how many
times less, the limit, and whether its answers and ours were right. Ours has loading in it and begins with the documents'
cache filled; making the check's lines out of our JSON lines is in it too.
"""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import side  # noqa: E402

# name in compare.sh, program, lines, times less CPU that we are to need
PEERS = (("syslog-ng", "syslog-ng", "LINES", 4), ("rsyslog", "rsyslogd", "LINES", 20),
         ("sec-jump", "sec", "SLOW_LINES", 300), ("sec", "sec", "SLOW_LINES", None))
NOT_HERE = {
    "ossec": "OSSEC analysisd (limit: 200 times less): compare.sh has no row for it and Debian no package; "
             "its rules are made (fab_rules.xml, fab_tree.xml), feed a build of it with unixfeed.c under peer_run.py",
}
DEFAULT = {"LINES": 1000000, "SLOW_LINES": 20000}
CPU = (re.compile(r"user=([0-9.]+)\tsys=([0-9.]+)"), re.compile(r'"cpu": ([0-9.]+)'))
# What the check reads, out of our lines. (sed needed more CPU for these than the rules for all lines.)
WORDS = ('{t = substr($2, 1, index($2, "\\"") - 1); if (t != "brute") {print t " x"; next} '
         'ip = substr($2, index($2, "\\"source.ip\\":\\"") + 13); print "brute " substr(ip, 1, index(ip, "\\"") - 1)}')


def where(root):
    """The environment in which the unpacked peers run."""
    env = dict(os.environ, ROOT=root)
    if root:
        env.update(PATH=os.pathsep.join([f"{root}/usr/sbin", f"{root}/usr/bin", env["PATH"]]),
                   RSYSLOG_MODDIR=f"{root}/usr/lib/x86_64-linux-gnu/rsyslog")
    else:
        env["PATH"] += os.pathsep + "/usr/sbin"
    return env


def seconds(row):
    m = CPU[0].search(row)
    if m:
        return float(m[1]) + float(m[2])
    m = CPU[1].search(row)
    return float(m[1]) if m else None


def answers(row):
    """Right when every rule and every burst is; rsyslog has no correlation."""
    m = re.search(r"wrong-rules (\d+).*bursts expected (\d+) got (\d+) distinct (\d+)", row)
    if not m:
        return "no answer"
    rules, bursts, got, distinct = map(int, m.groups())
    said = [] if rules == 0 else [f"{rules} rules wrong"]
    if got == 0 and bursts:
        said.append("no bursts")
    elif got != bursts or distinct != bursts:
        said.append(f"{got} bursts for {bursts}")
    return ", ".join(said) or "right"


def rounds(peer, lines, env, program, folder):
    """[(its seconds, its answers, our seconds, our answers)]"""
    rules = os.path.join(folder, f"r{env['RULES']}", "sigma")
    ours = (f"'{program}' scan --rules '{rules}' - | awk -F '\"rule_title\":\"' '{WORDS}' > "
            f"'{folder}/ours.out'")
    out = subprocess.run([os.path.join(side.MAKERS, "compare.sh"), peer], stdout=subprocess.PIPE, text=True, check=True,
                         env=dict(env, D=folder, LINES=str(lines), OURS=ours)).stdout
    rows = [r.split("\t", 1) for r in out.splitlines()]
    theirs, mine = ([r for n, r in rows if n == name] for name in (peer, "ours"))
    return [(seconds(a), answers(a), seconds(b), answers(b)) for a, b in zip(theirs, mine)]


def main():
    side.need_makers()
    program, folder = side.place(sys.argv, "peers")
    env = where(os.environ.get("FABSOC_PEERS", ""))
    env.setdefault("RULES", "500")
    env.setdefault("RUNS", "3")
    print("engine       lines      its_s   ours_s   ratio   less   limit  its answers / ours")
    for peer, binary, size, limit in PEERS:
        if not shutil.which(binary, path=env["PATH"]):
            print(f"{peer:11}  not run: no {binary} in PATH or FABSOC_PEERS (apt-get download, dpkg -x into one folder)")
            continue
        lines = int(os.environ.get(size, DEFAULT[size]))
        got = [r for r in rounds(peer, lines, env, program, folder) if r[0] and r[2]]
        if not got:
            print(f"{peer:11}  not run: it ended early, see {folder}")
            continue
        ratio = side.median([r[2] / r[0] for r in got])
        print(f"{peer:11}  {lines:7}  {side.median([r[0] for r in got]):8.3f}  {side.median([r[2] for r in got]):7.3f}  "
              f"{ratio:6.3f}  {1 / ratio:5.1f}  {f'{limit} x' if limit else '-':>6}  {got[-1][1]} / {got[-1][3]}", flush=True)
    for name, why in NOT_HERE.items():
        print(f"{name:11}  not run: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
