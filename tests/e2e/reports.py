#!/usr/bin/python3
# reports.py - what a sanitizer says of any process fails the check, also when the process is replaced at once.
# SPDX-License-Identifier: Apache-2.0
"""Usage: tests/e2e/reports.py [BUILD]

First share/tools/check itself, over a program that passes while a process of its own leaves a report.
Then the service with an agent: every process gets SIGSEGV, which in a sanitized build is a report that
it must be able to write from inside its sandbox. In every build the service goes on. Prints TAP."""
import glob
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import console  # noqa: E402
import service  # noqa: E402

TOP = service.TOP
PASSES = """#!/bin/sh
# In a process of its own, with nothing that is heard.
path=${ASAN_OPTIONS##*log_path=}
(%s) > /dev/null 2>&1
echo 1..1
echo ok 1 - all is well
"""
REPORT = 'echo "==$$==ERROR: AddressSanitizer: heap-use-after-free" > "${path%%:*}.$$"'


def check_of(program):
    """Exit status and output of share/tools/check over a build whose one test program is this."""
    with tempfile.TemporaryDirectory(prefix="fs check-", dir="/tmp") as build:
        path = os.path.join(build, "tests/views/test_shell")
        os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as f:
            f.write(program)
        os.chmod(path, 0o755)
        with open(os.path.join(build, "tests/list"), "w", encoding="utf-8") as f:
            f.write(path + "\n")
        env = {k: v for k, v in os.environ.items() if k != "FABSOC_CHECK_ONLY"}
        p = subprocess.run([os.path.join(TOP, "share/tools/check"), build, "golden"], cwd=TOP, env=env, text=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return p.returncode, p.stdout


def reports_fail_the_check(tap):
    status, said = check_of(PASSES % "true")
    tap.ok(status == 0 and "\n1 passed, 0 failed" in said, "a program without a report passes") or tap.note(said)
    status, said = check_of(PASSES % REPORT)
    tap.ok(status == 1 and "\n1 passed, 1 failed" in said and "heap-use-after-free" in said,
           "a report of a process whose output nobody reads fails its program") or tap.note(said)


class Small(console.demo_module.Demo):
    """A service with one agent, and every process of both."""

    def say(self, text):
        pass

    def up(self):
        self.ctl("init", "--embedded")
        self.ctl("fab", "import", os.path.join(self.story, "roster.yaml"))
        switches, _ = self.far_ends()
        self.name = switches[0]
        conf = self.configure([self.name])
        self.daemon = self.start("fabsocd", os.path.join(self.build, "fabsocd"), conf)
        self.agent(self.name, "switch", self.wait("the gate", self.gate_port))
        self.settled()

    def settled(self):
        self.wait("the agent", lambda: self.status()["agents"] == 1)
        self.wait("every role", lambda: len(children(self.daemon.pid)) == 6)

    def agent_process(self):
        return next(c for c in self.children if c[0].startswith("agent "))

    def agent_again(self):
        """Behind an agent that ended."""
        name, p = entry = self.agent_process()
        p.wait(60)
        self.children.remove(entry)
        self.start(name, os.path.join(self.build, "fabsoc-agent"), "--config",
                   self.path("pki", "agents", self.name, "agent.yaml"))
        self.settled()


def children(pid):
    """{pid: name}"""
    out = {}
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        for child in f.read().split():
            try:
                with open(f"/proc/{child}/cmdline", "rb") as line:
                    out[int(child)] = os.path.basename(line.read().split(b"\0")[0]).decode()
            except OSError:
                pass
    return out


def is_sanitized(build):
    with open(os.path.join(build, "fabsocd"), "rb") as f:
        return b"__asan_init" in f.read()


def has_told(build, pid, folder):
    """In a sanitized build: waits for the whole report of the process."""
    end = time.monotonic() + service.PATIENCE
    while is_sanitized(build):
        for path in glob.glob(os.path.join(folder, f"*.{pid}")):
            with open(path, encoding="utf-8", errors="replace") as f:
                if "SUMMARY: AddressSanitizer: SEGV" in f.read():
                    return True
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def every_process_can_report(tap, demo, folder):
    """Gives the numbers of those who had to."""
    killed = []
    what = "is replaced behind SIGSEGV" + (", which it reported" if is_sanitized(demo.build) else "")
    for pid, name in children(demo.daemon.pid).items():
        os.kill(pid, signal.SIGSEGV)
        killed.append(pid)
        told = has_told(demo.build, pid, folder)
        demo.wait(f"the end of {name}", lambda p=pid: p not in children(demo.daemon.pid))
        demo.settled()
        tap.ok(told, f"{name} {what}")
    halves = (("exec", lambda p: next(iter(children(p)))), ("net", lambda p: p))
    for name, pid_of in halves:
        pid = pid_of(demo.agent_process()[1].pid)
        os.kill(pid, signal.SIGSEGV)
        killed.append(pid)
        told = has_told(demo.build, pid, folder)
        demo.agent_again()
        tap.ok(told, f"the agent's {name} half {what}")
    return killed


def nobody_else_reports(tap, folder, killed):
    """The others ended as they should: they had nothing to say, leaks included."""
    others = [path for path in glob.glob(os.path.join(folder, "*")) if int(path.rpartition(".")[2]) not in killed]
    if not tap.ok(not others, "no other process reports anything until its end"):
        for path in others:
            with open(path, encoding="utf-8", errors="replace") as f:
                tap.note(f.read()[:3000])


def main():
    tap = service.Tap()
    reports_fail_the_check(tap)
    with tempfile.TemporaryDirectory(prefix="fabsoc-reports-", dir="/tmp") as folder:
        os.chmod(folder, 0o1777)
        # These are wanted: they go elsewhere.
        os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + f":log_path={folder}/report"
        killed = []
        demo = Small(service.build_dir(*sys.argv[1:2]), os.path.join(TOP, "share", "demo", "story"), False)
        try:
            demo.up()
            killed = every_process_can_report(tap, demo, folder)
        except (Exception, SystemExit) as e:
            tap.ok(False, f"the test could be carried out: {e}")
        finally:
            demo.down()
        nobody_else_reports(tap, folder, killed)
    return tap.end()


if __name__ == "__main__":
    for s in (signal.SIGTERM, signal.SIGHUP):  # what was started is stopped on the way out
        signal.signal(s, lambda *_: sys.exit(130))
    sys.exit(main())
