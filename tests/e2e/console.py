#!/usr/bin/python3
# console.py - the console by keys alone, on the demo's real rows, in real terminals.
# SPDX-License-Identifier: Apache-2.0
"""Usage: tests/e2e/console.py BUILD

Brings the demo up as share/tools/demo does, with one live source more, and works through an incident
as three persons at three terminals would. Prints TAP. Needs a minute and no fixed port."""
import importlib.machinery
import importlib.util
import os
import re
import signal
import socket
import sys
import time
import traceback

sys.dont_write_bytecode = True

import yaml  # noqa: E402

import service  # noqa: E402
from terminal import PATIENCE_S, Failed, Terminal, check  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPECIAL = b"\x1b]0;owned\x07\x1b[6n\x9b31m\xe2\x80\xae"  # title, question, C1, turned text


def load_demo():
    loader = importlib.machinery.SourceFileLoader("demo", os.path.join(TOP, "share", "tools", "demo"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo", loader))
    loader.exec_module(module)
    return module


demo_module = load_demo()


class LiveDemo(demo_module.Demo):
    """The demo with one source that still speaks when the recording is over."""

    def say(self, text):
        print("# " + text, flush=True)

    def configure(self, agents):
        file = super().configure(agents)
        with open(file, encoding="utf-8") as f:
            conf = yaml.safe_load(f)
        conf["intake"] = {"sources": [{"name": "live", "input": "udp", "listen": "127.0.0.1:0", "kind": "os",
                                       "format": "sudo", "area": "systems"}]}
        with open(file, "w", encoding="utf-8") as f:
            yaml.safe_dump(conf, f, width=4096)
        return file

    def live_port(self):
        with open(self.path("state", "run", "ports"), encoding="utf-8") as f:
            for line in f:
                if line.startswith("live "):
                    return int(line.rsplit(":", 1)[1])
        raise Failed("the live source has no port")

    def root_shell(self, host, account, tail=b""):
        """One line of sudo that a rule of the project matches; each host makes a group of its own."""
        at = self.one("select to_char(soc.fab_now() at time zone 'UTC', 'Mon FMDD HH24:MI:SS')")
        line = f"<85>{at} {host} sudo: {account} : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/bash "
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(line.encode() + tail, ("127.0.0.1", self.live_port()))

    def one(self, query):
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def until(self, what, query):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.one(query) not in (None, "", "0", "f"):
                return self.one(query)
        raise Failed(f"the database never says: {what}")

    def console(self, who, cols=80, rows=24, **env):
        return Terminal([os.path.join(self.build, "fabsoc"), "--state", self.dir, "--as", who], cols, rows, **env)


class Suite:
    def __init__(self, demo):
        self.demo = demo
        self.open = []
        # The incident that several kinds of sources saw, as the demo itself picks it.
        self.incident = demo.one("select number from api.incident where open and review and source_kinds like"
                                 " '%agent%' and source_kinds like '%pam%' order by key limit 1")
        self.planner = demo.person("responder")
        self.desk = self.console(self.planner)
        self.plan = self.run = None

    def console(self, who, *size, **env):
        t = self.demo.console(who, *size, **env)
        self.open.append(t)
        return t

    # ---- the overview

    def overview_says_whom_to_call_on_every_late_row(self):
        t = self.desk
        t.wait(r"whom to call")
        late = self.demo.rows("select distinct on (incident, call_name) incident, call_name, call_number, deputy_name,"
                              " deputy_number from api.clock where running and due < soc.fab_now()")
        check(late, "nothing is late in the story")
        for incident, name, number, deputy, deputy_number in late:
            row = t.on_row(rf"I-{incident} .*{re.escape(name[:12])}")
            check(number in row and deputy_number in row and deputy[:9] in row, f"not whom to call: {row}")
            t.wait(rf"call +.*{re.escape(name)} {number}; deputy {re.escape(deputy)} {deputy_number}")
            check(re.search(r"LATE \w+ ", row), f"a deadline is cut: {row}")

    def one_key_records_a_call_and_it_is_what_was_said_last(self):
        t = self.desk
        t.on_row(rf"I-{self.incident} ")
        t.type("c")
        t.wait(r"^called")
        t.type("is on the way to the bay\r")
        t.wait(r"^said .*is on the way to the bay")
        text = self.demo.until("the call", f"select last_call from api.clock where incident = {self.incident}"
                                           " and last_call <> '' limit 1")
        check("is on the way to the bay" in text, f"recorded was: {text}")

    # ---- the queue

    def acknowledged_group_says_so_and_names_its_owner(self):
        t = self.desk
        t.type("2")
        t.wait(r"\[2Que\]")
        t.type("/")
        t.wait(r"^show \(all")
        t.type(f"I-{self.incident}\r")
        t.wait(rf"^show {self.incident} ")
        t.wait(lambda t: t.selected() and "NEW" in t.selected(), "a group that waits")
        t.type("a")
        t.wait(rf"^>.*{self.planner[:4]}.* ACK")
        check(self.demo.one(f"select count(*) from api.alert_group where incident = {self.incident}"
                            f" and state = 'acknowledged' and owner = '{self.planner}'") == "1",
              "the database does not agree")

    def incident_opens_from_its_group_and_is_taken(self):
        t = self.desk
        t.type("i")
        t.wait(rf"^I-{self.incident} T\d")
        t.type("o")
        t.wait(rf"owner {self.planner}")
        check(self.demo.one(f"select owner from api.incident where number = {self.incident}") == self.planner,
              "the database does not agree")

    # ---- plan, dry-run, approval, run

    def plan_binds_a_playbook_to_the_incident(self):
        t = self.desk
        t.type("p")
        t.wait(r"Enter binds a playbook")
        t.on_row("Terminate vendor session")
        t.type("\r")
        t.wait(r"\[Plans 1\]")
        t.wait(lambda t: t.selected() and "P-" in t.selected(), "the plan")
        self.plan = re.search(r"P-(\d+)", t.selected()).group(1)
        t.type("\r")
        t.wait(rf"^P-{self.plan} .*PLAN")
        t.wait(r"^needs +\S+")

    def dry_run_ends_and_changes_nothing(self):
        t = self.desk
        before = self.demo.one("select count(*) from play.approved_command")
        t.type("d")
        t.wait(r"R-\d+ +FINISHED +yes")
        check(self.demo.one("select count(*) from play.approved_command") == before, "a dry-run signed commands")

    def planner_may_not_approve_his_own_plan(self):
        t = self.desk
        t.type("A")
        t.wait(r"APPROVE this plan\?")
        t.type(f"P-{self.plan}\r")
        t.wait(r"^ERR ")
        check(self.demo.one(f"select count(*) from api.approval where plan = {self.plan}") == "0", "he did")

    def start_without_approvals_is_refused(self):
        t = self.desk
        t.type("S")
        t.wait(r"RUN this plan\?")
        t.type(f"P-{self.plan}\r")
        t.wait(r"^ERR ")
        check(self.demo.one("select count(*) from play.run where not dry") == "0", "it ran")

    def wrong_word_in_the_dialog_does_nothing(self):
        t = self.desk
        t.type("S")
        t.wait(r"RUN this plan\?")
        t.type("yes\r")
        t.wait(r"nothing was done")
        t.type("\x1b")
        t.wait(lambda t: "RUN this plan?" not in t.text(), "the plan again")

    def others_approve_at_their_own_consoles(self):
        rule = self.demo.one(f"select approval_rule from api.plan where number = {self.plan}")
        functions = [f for f in rule.split(" AND ") if f]
        check(len(functions) >= 2, f"one person is enough: {rule}")
        said, consoles = {self.planner}, []
        self.said = said
        for f in functions:
            who = self.demo.person("approver", f, said) or self.demo.person("manager", f, said)
            check(who, f"nobody may approve for {f}")
            said.add(who)
            consoles.append((who, f, self.console(who)))
        for who, _, t in consoles:  # all at once, then each in turn
            t.wait(r"whom to call")
            t.wait(r"\[\?\?\] 1 APPROVAL waits", f"{who} is told that an approval waits")
            t.command(f"plan {self.plan}")
            t.wait(r"^hash +[0-9a-f]{64}")  # what is said yes to
        for who, f, t in consoles:
            t.type("A")
            t.wait(r"APPROVE this plan\?")
            t.type(f"P-{self.plan}\r")
            t.wait(rf"{who} +{f} +(approve|yes)")
        self.desk.wait(rf"{consoles[-1][0]} +{consoles[-1][1]}", "the approvals at the planner's console")
        self.desk.wait(rf"^P-{self.plan} +APPROVED")

    def run_is_started_by_keys_and_is_verified_by_a_probe(self):
        t = self.desk
        t.type("S")
        t.wait(r"RUN this plan\?")
        t.type(f"P-{self.plan}\r")
        t.wait(r"R-\d+ +FINISHED +[1-9]")  # a dry-run says yes in the column between
        run = self.demo.until("the run", "select number from play.run where not dry")
        t.command(f"run {run}")
        t.wait(rf"^R-{run} +FINISHED +LIVE")
        t.wait(r"proof .* ([1-9]\d*) of \1 actions verified")
        state, actions, verified = self.demo.rows(f"select state, actions, verified from api.run where number = {run}")[0]
        check(state == "finished" and actions == verified != "0", f"the database says {state}, {verified}/{actions}")
        self.run = run

    def timeline_tells_what_was_done_and_by_whom(self):
        t = self.desk
        t.command(f"incident {self.incident}")
        t.wait(lambda t: "[Timeline" in t.text() and t.selected(), "the rows of the timeline")
        rows = self.demo.rows(f"select kind, actor, text from api.timeline where incident = {self.incident} order by key")
        for who in self.said:
            check(any(r[1] == who for r in rows), f"the timeline does not name {who}: {rows}")
        for kind in ("plan", "approv", "run"):
            check(any(kind in r[0] or kind in r[2] for r in rows), f"the timeline has no {kind}: {rows}")
        t.type("G")
        t.wait(lambda t: t.selected() and rows[-1][2][:20] in t.selected(), "the end of the story")

    # ---- a live list

    def frozen_queue_counts_what_is_new_and_keeps_its_selection(self):
        t = self.wide = self.console(self.planner, 132, 43)
        t.wait(r"whom to call")
        t.type("2")
        t.wait(r"\[2Que\].*\n.*LIVE$")
        t.wait(lambda t: t.selected(), "rows")
        t.type("jjj")
        t.wait(r"FROZEN")
        group = re.search(r"G-\d+", t.wait(lambda t: t.selected(), "a row")).group()
        top = t.lines()[3:20]
        self.demo.root_shell("eap-litho", "svc-eap", SPECIAL)
        t.wait(r"FROZEN \+1 new")
        check(t.lines()[3:20] == top or [r[:9] for r in t.lines()[3:20]] == [r[:9] for r in top], "the list moved")
        check(group in t.selected(), "the selection moved")
        t.type("f")
        t.wait(r"LIVE$")
        t.wait(lambda t: t.selected() and group in t.selected(), "the same group, live")

    def text_from_outside_is_shown_without_its_control_bytes(self):
        t = self.wide
        number = self.demo.until("the live group", "select g.number from api.alert_group g where g.source_kind = 'os'"
                                                   " and actor = 'svc-eap' limit 1")
        t.command(f"alert {number}")
        t.wait(rf"^G-{number} .*Service account opens a root shell")
        t.wait(r"^-- record of A-\d+")
        t.type("x")
        t.wait(r"COMMAND=/bin/bash.*owned")
        t.type("x")
        t.wait(r" 1b  .*\n +000060 +5d 30 3b 6f")  # the bytes themselves, as numbers
        for name, c in [("wide", t), ("desk", self.desk)]:
            for bad in (b"\x1b]", b"\x1b[6n", b"\xe2\x80\xae", b"\x9b31m", b"\xc2\x9b"):
                check(bad not in c.raw, f"{bad!r} reached the {name} terminal")

    # ---- every screen

    def screens(self):
        alert = self.demo.one("select number from api.alert_group where incident = " + self.incident + " limit 1")
        return [("overview", "whom to call"), ("queue", "^show "), ("incidents", "^show "), ("sessions", "sessions, open"),
                ("health", "engine table"), (f"alert {alert}", f"^G-{alert} "), (f"incident {self.incident}", "Timeline"),
                (f"plan {self.plan}", "who agreed"), (f"run {self.run}", "proof")]

    def walk(self, t):
        """Every screen and its help; wait() holds row 1, ?Help and the width of each."""
        t.wait(r"\[\dOvr\]|\[?\dOvr")
        for command, marker in self.screens():
            t.command(command)
            t.wait(marker)
            t.wait(lambda t: "asking" not in t.text(), f"the rows of {command}")
            t.type("?")
            t.wait(r"-- HELP: ")
            t.wait(r"Enter runs the key")
            t.type("\x1b")
            t.wait(lambda t: "HELP:" not in t.text(), "the screen behind the help")

    def every_screen_is_whole_for_every_role(self):
        for role in ("operator", "approver", "manager", "auditor"):
            self.walk(self.console(self.demo.person(role)))

    def every_screen_is_whole_on_a_wide_terminal(self):
        self.walk(self.wide)

    def vt100_without_a_locale_gets_ascii_and_no_colour(self):
        t = self.console(self.planner, TERM="vt100", LC_ALL="C")
        self.walk(t)
        check(all(b < 0x80 for b in t.raw), "bytes beyond ASCII were sent")
        check(not re.search(rb"\x1b\[[0-9;]*\b(3[0-9]|4[0-9])\b[0-9;]*m", t.raw), "colours were sent")

    def no_color_is_obeyed(self):
        t = self.console(self.planner, NO_COLOR="1")
        self.walk(t)
        check(not re.search(rb"\x1b\[[0-9;]*\b(3[0-9]|4[0-9]|9[0-7]|10[0-7])\b[0-9;]*m", t.raw), "colours were sent")

    def colour_is_used_where_the_terminal_has_it(self):
        check(re.search(rb"\x1b\[[0-9;]*\b(3[0-9]|4[0-9])\b[0-9;]*m", self.desk.raw), "no colour was sent")

    # ---- leaving, and losing the database

    def q_asks_and_no_stays(self):
        t = self.wide
        t.command("overview")
        t.wait(r"whom to call")
        t.type("q")
        t.wait(r"leave the console\? yes or no")
        t.type("no\r")
        t.wait(lambda t: "leave the console?" not in t.text(), "the overview again")
        check(t.program.poll() is None, "it left")

    def leaving_restores_the_terminal_and_stops_nothing_else(self):
        t = self.wide
        check(not t.is_restored(), "the test sees no change of the terminal's modes")
        check(t.leave() == 0, f"exit status {t.program.returncode}")
        check(t.is_restored(), "the terminal's modes were left changed")
        check(t.screen.cursor.attrs.bold is False and not t.screen.cursor.hidden, "attributes or cursor were left changed")
        for name, p in self.demo.children:
            check(p.poll() is None, f"{name} ended with the console")
        check(self.desk.program.poll() is None, "another console ended with it")

    def lost_database_is_said_and_the_console_comes_back(self):
        t = self.desk
        t.command("overview")
        t.wait(r"db ok")
        self.demo.ctl("db", "stop")
        t.wait(r"db AWAY")
        check("DATABASE AWAY since" in t.lines()[0], f"row 1 is quiet: {t.lines()[0]}")
        t.type("2")  # keys are taken meanwhile
        t.wait(r"\[2Que\]")
        self.demo.ctl("db", "start")
        t.wait(r"db ok")
        t.wait(lambda t: "AWAY" not in t.text() and "NOT WATCHING" not in t.text(), "somebody watches again")

    def end(self):
        for t in self.open:
            t.end()


TESTS = [name for name, f in vars(Suite).items() if callable(f) and name not in
         ("__init__", "console", "screens", "walk", "end")]


def run(suite):
    failed = 0
    for n, name in enumerate(TESTS, 1):
        began = time.monotonic()
        try:
            getattr(suite, name)()
            print(f"ok {n} - {name} # {time.monotonic() - began:.1f} s", flush=True)
        except (Exception, SystemExit) as e:  # one broken promise must not hide the others
            failed += 1
            print(f"not ok {n} - {name}", flush=True)
            text = str(e) if isinstance(e, (Failed, SystemExit)) else traceback.format_exc()
            print("\n".join("# " + line for line in text.split("\n")), flush=True)
    return failed


def main():
    if len(sys.argv) > 2:
        print("usage: tests/e2e/console.py [BUILD]", file=sys.stderr)
        return 64
    for s in (signal.SIGTERM, signal.SIGHUP):  # what was started is stopped on the way out
        signal.signal(s, lambda *_: sys.exit(130))
    demo = LiveDemo(service.build_dir(*sys.argv[1:2]), os.path.join(TOP, "share", "demo", "story"), False)
    print(f"1..{len(TESTS)}", flush=True)
    suite = None
    try:
        demo.bring_up()
        suite = Suite(demo)
        failed = run(suite)
    finally:
        if suite:
            suite.end()
        demo.down()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
