"""bad_house - a service with one source of every kind, and the books that are kept about what it got.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess

import bad_cases
import bad_send
import service

# Columns of soc.source that must be exact after every case, beside those the framing model counts.
DECODED = ("unknown", "undecoded")
NEVER = ("shed", "dead", "clock_faults")
ALL = ("records", "bytes", "oversize", "skipped_bytes") + DECODED + NEVER
ROLES = ["detect", "detect", "engine", "intake"]


class BadHouse(service.House):
    """House with bound sources on free ports, a followed file and a pipe as standard input."""

    def __init__(self, build):
        super().__init__(build)
        self.feed = self.path("feed")
        os.mkdir(self.feed)
        self.open_to_all(self.feed)
        self.pipe = None
        self.books = {}
        self.nmarker = 0

    def start_sources(self, state="state", **intake):
        def source(name, kind, **more):
            return {"name": name, "input": kind, "kind": "os", **more}

        listen = "127.0.0.1:0"
        intake["sources"] = [source("udp", "udp", listen=listen), source("tcp", "tcp", listen=listen),
                             source("file", "follow", path=os.path.join(self.feed, "log")),
                             source("json", "follow", path=os.path.join(self.feed, "json"), json=True),
                             source("pipe", "stdin")]
        self.conf = self.configure(state=state, intake=intake)
        self.books = {s["name"]: dict.fromkeys(ALL, 0) for s in intake["sources"]}
        self.start(self.conf)
        self.wait("the sources are known", lambda: self.one("select count(*) from soc.source") == "5")
        self.wait("all roles are up", lambda: sorted(n for n, _ in self.roles()) == ROLES)
        ports = self.ports(state)
        self.udp = bad_send.Udp("udp", ports["udp"])
        self.lf = bad_send.Tcp("tcp", ports["tcp"], False)
        self.counted = bad_send.Tcp("tcp", ports["tcp"], True)
        self.file = bad_send.Follow("file", os.path.join(self.feed, "log"))
        self.json = bad_send.Follow("json", os.path.join(self.feed, "json"))
        self.stdin = bad_send.Stdin("pipe", self.pipe)
        self.intakes = {"UDP": self.udp, "TCP, line ends": self.lf, "TCP, octet counts": self.counted,
                        "a followed file": self.file, "standard input": self.stdin}

    def start(self, conf):
        if self.pipe is not None:
            os.close(self.pipe)
        r, self.pipe = os.pipe()
        self.service = subprocess.Popen([os.path.join(self.build, "fabsocd"), conf], stdin=r, stdout=self.log,
                                        stderr=self.log, env=self.env, start_new_session=True)
        os.close(r)

    def ports(self, state):
        with open(self.path(state, "run", "ports"), encoding="ascii") as f:
            return {w[0]: int(w[2].rsplit(":", 1)[1]) for w in map(str.split, f)}

    # ---- the books

    def expect(self, name, count, verdicts=None):
        book = self.books[name]
        for k in ("records", "bytes", "oversize", "skipped_bytes"):
            book[k] += count[k]
        for k, v in (verdicts or {}).items():
            book[k] += v

    def counters(self, name):
        row = self.rows(f"select {', '.join(ALL)} from soc.source where name = '{name}'")[0]
        return dict(zip(ALL, map(int, row)))

    def wrong(self, name, free=()):
        """What differs from the books, as a sentence; '' when nothing does. Waits for records and skips."""
        book = self.books[name]

        def arrived():
            now = self.counters(name)
            return now["records"] + now["shed"] >= book["records"] + book["shed"] and (
                now["skipped_bytes"] >= book["skipped_bytes"] or "skipped_bytes" in free)
        try:
            self.wait(f"{book['records']} records of {name}", arrived, 30)
        except service.Failure:
            pass  # the comparison says what is missing
        now = self.counters(name)
        for k in free:
            book[k] = now[k]
        return ", ".join(f"{k} {now[k]}, must be {book[k]}" for k in ALL if now[k] != book[k])

    # ---- markers

    def alert_of(self, word):
        """(summary, bytes) of the alert whose record holds the word, or None."""
        rows = self.rows("select a.summary, encode(r.bytes, 'hex') from soc.alert a join soc.raw r on r.alert_id = a.id"
                         f" where position('{word}'::bytea in r.bytes) > 0")
        return (rows[0][0], bytes.fromhex(rows[0][1])) if rows else None

    def word(self):
        self.nmarker += 1
        return f"mark-{self.nmarker:04d}-end"

    def mark(self, sender, make=None, seconds=30):
        """Sends a valid event and waits until it is an alert; '' or why it is none."""
        word = self.word()
        record = (make or bad_cases.marker)(word)
        self.expect(sender.name, sender.send([record]))
        try:
            got = self.wait(f"the alert of {word}", lambda: self.alert_of(word), seconds)
        except service.Failure as e:
            return str(e)
        return "" if got[1] == record else f"the bytes kept of {word} are not those that were sent"
