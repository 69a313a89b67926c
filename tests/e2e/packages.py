#!/usr/bin/python3
"""packages - missing packages: root gets them installed, anybody else the exact commands, and make stops there.

SPDX-License-Identifier: Apache-2.0

dpkg-query, id and apt-get are stand-ins, first on the PATH: they say what they are told and write down
what they were asked, so that nothing is installed here.
"""
import os
import signal
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NEED = os.path.join(TOP, "share", "tools", "need")
LIST = os.path.join(TOP, "share", "make", "packages")
CLUSTER = "/etc/postgresql-common/createcluster.conf"
STAND_INS = {
    "dpkg-query": 'for p; do :; done; case " $MISSING " in *" $p "*) exit 1 ;; esac; echo install ok installed',
    "id": 'echo "$USER_ID"',
    "apt-get": 'echo "$DEBIAN_FRONTEND|$*" >>"$ASKED"; exit "${APT_ENDS:-0}"',
}


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def ok(self, holds, what, *why):
        self.n += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.n} - {what}")
        for line in [] if holds else "\n".join(map(str, why)).splitlines():
            print(f"# {line}")


class Machine:
    """A folder with the stand-ins and a tree whose parts are those of the real one, but with no build."""

    def __init__(self, top):
        self.top, self.asked_file = top, os.path.join(top, "asked")
        self.bin, self.tree = os.path.join(top, "bin"), os.path.join(top, "tree")
        os.mkdir(self.bin)
        os.mkdir(self.tree)
        for name, text in STAND_INS.items():
            path = os.path.join(self.bin, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write("#!/bin/sh\n" + text + "\n")
            os.chmod(path, 0o755)
        for name in os.listdir(TOP):
            if not name.startswith(".") and name not in ("build", "config.mk"):
                os.symlink(os.path.join(TOP, name), os.path.join(self.tree, name))

    def run(self, *argv, missing=(), uid=1000, apt_ends=0):
        open(self.asked_file, "w", encoding="utf-8").close()
        env = dict(os.environ, PATH=self.bin + ":" + os.environ["PATH"], MISSING=" ".join(missing), USER_ID=str(uid),
                   ASKED=self.asked_file, APT_ENDS=str(apt_ends))
        env.pop("DEBIAN_FRONTEND", None)
        return subprocess.run(argv, cwd=self.tree, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)

    def asked(self):
        with open(self.asked_file, encoding="utf-8") as f:
            return f.read().splitlines()


def cluster_is_told():
    """Whether this machine says already whether a package may make a cluster."""
    try:
        with open(CLUSTER, encoding="utf-8") as f:
            return any(line.startswith("create_main_cluster") for line in f)
    except OSError:
        return False


def as_root(m, tap):
    p = m.run(NEED, LIST, uid=0)
    tap.ok((p.returncode, m.asked()) == (0, []), "nothing missing: apt-get is not called", p, m.asked())
    p = m.run(NEED, LIST, missing=("libyaml-dev", "gettext"), uid=0)
    want = ["|update -q", "noninteractive|install -y -q --no-install-recommends libyaml-dev gettext"]
    tap.ok((p.returncode, m.asked()) == (0, want), "root: exactly what is missing is installed, without questions",
           p, m.asked())
    p = m.run(NEED, LIST, missing=("gettext",), uid=0, apt_ends=100)
    tap.ok((p.returncode, len(m.asked())) == (100, 1), "root: a failed update is the end, with its status", p, m.asked())


def as_user(m, tap):
    p = m.run(NEED, LIST, missing=("libyaml-dev", "gettext"))
    want = ["  apt-get update -q",
            "  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends libyaml-dev gettext"]
    tap.ok(p.returncode == 1 and p.stderr.splitlines()[1:] == want and not m.asked(),
           "a user: the exact commands are printed, apt-get is not called", p, m.asked())
    p = m.run(NEED, LIST, missing=("postgresql-15",))
    said = p.stderr.splitlines()
    told = any("create_main_cluster = false" in line and CLUSTER in line for line in said[:-2])
    tap.ok(p.returncode == 1 and told != cluster_is_told(),
           "a user: PostgreSQL is told beforehand not to make a cluster of its own", p)


def make_stops(m, tap):
    for goal in ("demo", "check", "all"):
        p = m.run("make", goal, missing=("libyaml-dev",))
        said = p.stderr.splitlines()
        tap.ok(p.returncode == 2 and not p.stdout and len(said) == 4 and
               said[2].endswith("install -y -q --no-install-recommends libyaml-dev") and said[3].startswith("make: ***"),
               f"make {goal}: prints the commands and stops before it compiles anything", p)
    p = m.run("make", "help", missing=("libyaml-dev",))
    tap.ok(p.returncode == 0 and "make demo" in p.stdout, "make help: needs no package", p)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the folder goes away then too
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="fabsoc-packages-", dir="/tmp") as top:
        m = Machine(top)
        as_root(m, tap)
        as_user(m, tap)
        make_stops(m, tap)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
