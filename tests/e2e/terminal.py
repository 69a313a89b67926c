# terminal.py - a program on a pseudo-terminal: keys in, screen out, every byte kept.
# SPDX-License-Identifier: Apache-2.0
"""A Terminal waits for what the screen shows, never for a time; what it waited for in vain it prints
with the screen. The emulator is wider than the terminal that the program is told about, so that
whatever is written past the last column is seen."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

PATIENCE_S = 30  # longest wait for a marker; a machine under load is slow, not wrong
MARGIN = 24      # columns of the emulator behind the terminal's last one


class Failed(Exception):
    """A promise that was not kept."""


def check(holds, what):
    if not holds:
        raise Failed(what)


class Terminal:
    def __init__(self, argv, cols=80, rows=24, **env):
        self.cols, self.rows = cols, rows
        self.screen = pyte.Screen(cols + MARGIN, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.modes = termios.tcgetattr(self.slave)
        settings = {"TERM": "linux", "LC_ALL": "C.UTF-8", "NCURSES_NO_UTF8_ACS": "1",
                    "PATH": os.environ["PATH"], "HOME": "/nonexistent", **env}
        settings.update((k, v) for k, v in os.environ.items() if k in ("ASAN_OPTIONS", "UBSAN_OPTIONS"))
        self.program = subprocess.Popen(argv, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        env=settings, start_new_session=True)

    def pump(self, seconds):
        """Feeds what comes within the time; False when nothing came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 65536)
        self.raw += data
        self.stream.feed(data)
        return True

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines())

    def wait(self, want, what=None):
        """Until a regular expression or a function of this terminal holds; gives what held."""
        holds = want if callable(want) else lambda t: re.search(want, t.text(), re.M)
        end = time.monotonic() + PATIENCE_S
        while True:
            got = holds(self)
            fault = self.frame_fault() if got else None
            if got and not fault and not self.pump(0):
                return got
            if time.monotonic() > end:
                raise Failed(f"{fault or f'waited in vain for {what or want}'}:\n{self.text()}")
            if not self.pump(0.2) and self.program.poll() is not None:
                raise Failed(f"ended with {self.program.returncode} before {what or want}:\n{self.text()}")

    def frame_fault(self):
        """What must hold on every screen: the fab's state, the way to help, no cell past the edge."""
        lines = self.lines()
        if not re.match(r"\S+ +T0:\d+!? T1:\d+!? T2:\d+ T3:\d+ T4:\d+ \|", lines[0]):
            return "row 1 does not say how the fab is"
        if not lines[-1][:self.cols].endswith("?Help"):
            return "?Help is not whole"
        if any(len(line) > self.cols for line in lines):
            return f"a line is longer than {self.cols} cells"
        return None

    def type(self, text):
        os.write(self.master, text.encode())

    def command(self, line):
        self.type(":")
        self.wait(lambda t: t.lines()[-2].startswith(":"), "the command line")
        self.type(line + "\r")

    def selected(self):
        """The row under the cursor, as text; the hardware cursor must stand on it."""
        at = [n for n, line in enumerate(self.lines()) if line.startswith(">")]
        return self.lines()[at[0]] if at and self.screen.cursor.y in at else None

    def on_row(self, want, limit=80):
        """Moves down until the selected row matches."""
        self.type("g")
        self.wait(lambda t: t.selected(), "a selected row")
        for _ in range(limit):
            row = self.selected()
            if re.search(want, row):
                return row
            y, before = self.screen.cursor.y, self.text()
            self.type("j")
            self.wait(lambda t, y=y, b=before: t.selected() and (t.screen.cursor.y != y or t.text() != b),
                      "the next row")
        raise Failed(f"no row has {want}:\n{self.text()}")

    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.modes

    def leave(self):
        """By keys, as a person does; gives the exit status."""
        for _ in range(6):
            if self.text().find("leave the console?") >= 0:
                break
            before = self.text()
            self.type("q")
            self.wait(lambda t, b=before: t.text() != b, "the screen before, or the question")
        self.type("yes\r")
        end = time.monotonic() + PATIENCE_S
        while self.program.poll() is None and time.monotonic() < end:
            self.pump(0.1)
        while self.pump(0):
            pass
        return self.program.poll()

    def end(self):
        if self.program.poll() is None:
            self.program.send_signal(signal.SIGTERM)
            try:
                self.program.wait(5)
            except subprocess.TimeoutExpired:
                self.program.kill()
                self.program.wait()
        os.close(self.master)
        os.close(self.slave)
