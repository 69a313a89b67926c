"""yard - a PAM broker and the agent beside it, for a service in a House.

SPDX-License-Identifier: Apache-2.0

    yard = Yard(house, "run 1")           # the far end of pam-1, without an agent yet
    house.configure(..., agents=Yard.NAMES)
    yard.start(port)                      # from here on an agent that ended is started again
    yard.hold(); ...; yard.began(); yard.let_act(); yard.acted(); yard.let_end()
    yard.acts()                           # how often the broker was told to end a session

The act is held open by a script of three lines between the agent and the broker: once before its
effect, once behind it, so that a kill can fall on either side. An agent that ended is started again by
whoever started it, as an init system does: its exec half ends with the net half, and the other way round.
"""
import json
import os
import shutil
import subprocess
import time

from service import SHARE

NAME = "pam-1"
# Says that it began, waits, acts, says that it did, waits. Files of the folder $1; the rest is the act.
ACT = """#!/bin/sh
cd "$1" || exit 1; shift
: > began; while [ -e hold-before ]; do sleep 0.02; done
"$@"; rc=$?
: > acted; while [ -e hold-behind ]; do sleep 0.02; done
exit $rc
"""
AGAIN = 0.2  # seconds between two starts of an agent


class Yard:
    NAMES = [NAME]

    def __init__(self, house, name):
        self.house = house
        self.top = house.path("yard " + name)
        self.act_dir = os.path.join(self.top, "act")
        self.socket = os.path.join(self.top, NAME + ".sock")
        self.farend = os.path.join(house.build, "libexec", "fabsoc-farend")
        self.broker = self.agent = self.conf = None
        self.started = 0.0
        self.starts = 0
        shutil.rmtree(self.top, ignore_errors=True)
        os.makedirs(self.act_dir)
        with open(os.path.join(self.top, "act.sh"), "w", encoding="ascii") as f:
            f.write(ACT)
        self.broker = self.spawn(self.farend, "broker", "--state", os.path.join(self.top, "far"), "--socket", self.socket)
        house.wait("the broker", lambda: os.path.exists(self.socket + ".ro") and os.path.exists(self.socket))

    def spawn(self, *argv):
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.house.log, stderr=self.house.log,
                                env=self.house.env, start_new_session=True)

    # ---- the agent

    def configure(self, port):
        ctl = [self.farend, "ctl", "--socket"]
        conf = {"agent": NAME,
                "gate": {"host": "localhost", "address": "127.0.0.1", "port": port, "ca": "ca.pem",
                         "certificate": "agent.pem", "key": "agent.key"},
                "result_key": "result.key", "command_keys": ["command.pub"], "state": os.path.join(self.top, "agent"),
                "never_touch": [],
                "actions": {"pam.terminate": {
                    "act": ["/bin/sh", os.path.join(self.top, "act.sh"), self.act_dir,
                            *ctl, self.socket, "terminate", "{session}"],
                    "probe": [*ctl, self.socket + ".ro", "show", "{session}"],
                    "expect": "session terminated", "timeout": "30s"}}}
        os.makedirs(conf["state"])
        self.conf = self.house.path("pki", "agents", NAME, "agent.yaml")
        with open(self.conf, "w", encoding="utf-8") as f:
            json.dump(conf, f)

    def start(self, port):
        self.configure(port)
        self.house.minders.append(self.mind)
        self.mind()

    def mind(self):
        """Whoever ended is started again."""
        if self.agent and self.agent.poll() is None or time.monotonic() - self.started < AGAIN:
            return
        self.started = time.monotonic()
        self.starts += 1
        self.agent = self.spawn(os.path.join(self.house.build, "fabsoc-agent"), "--config", self.conf)

    def halves(self):
        """{"net": pid, "exec": pid} of those that live."""
        if not self.agent or self.agent.poll() is not None:
            return {}
        out = {"net": self.agent.pid}
        try:
            with open(f"/proc/{self.agent.pid}/task/{self.agent.pid}/children", encoding="ascii") as f:
                out.update({"exec": int(pid) for pid in f.read().split()[:1]})
        except OSError:
            pass
        return out

    def close(self):
        if self.mind in self.house.minders:
            self.house.minders.remove(self.mind)
        self.let_act()
        self.let_end()
        for p in (self.agent, self.broker):
            if p and p.poll() is None:
                p.terminate()
                p.wait(20)

    # ---- the far end and the act

    def open_session(self, session):
        self.house.run(self.farend, "ctl", "--socket", self.socket, "open", session)

    def acts(self):
        """How often the broker was told to end a session."""
        try:
            with open(os.path.join(self.top, "far", "changes"), encoding="utf-8") as f:
                return sum(line.endswith("-> terminated\n") for line in f)
        except FileNotFoundError:
            return 0

    def _file(self, name):
        return os.path.join(self.act_dir, name)

    def hold(self):
        for name in ("hold-before", "hold-behind"):
            with open(self._file(name), "w", encoding="ascii"):
                pass

    def began(self):
        return os.path.exists(self._file("began"))

    def acted(self):
        return os.path.exists(self._file("acted"))

    def _let(self, name):
        if os.path.exists(self._file(name)):
            os.unlink(self._file(name))

    def let_act(self):
        self._let("hold-before")

    def let_end(self):
        self._let("hold-behind")
