"""story - changed copies of a recorded story, by plain text, as share/doc/STORY.md says.

SPDX-License-Identifier: Apache-2.0

    with Story("share/demo/story") as s:      # a copy in a folder of its own, removed at the end
        s.delete("moreau", "203.0.113.77")    # lines of feeds
        s.edit("windows.rec", "PM-4410", '"end":"...01:20', '"end":"...05:00')
        names = s.rename(7, assets=["LITHO-03"], words=["moreau"])    # seeded; old -> new
        day = s.move_day(7)                   # the date that 2026-11-02 became
        demo --story s.dir

Nothing here knows a record's format: bytes in, bytes out. A change that changes nothing is a fault of
the test and is raised.
"""
import calendar
import datetime
import os
import random
import re
import shutil
import tempfile

FIRST_DAY = datetime.date(2026, 11, 2)


class Unchanged(Exception):
    """The text that was to be changed is not there."""


class Story:
    def __init__(self, source):
        self.top = tempfile.mkdtemp(prefix="fs story-", dir="/tmp")
        self.dir = os.path.join(self.top, "story")
        shutil.copytree(source, self.dir)
        os.chmod(self.top, 0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    def files(self):
        return sorted(os.path.join(folder, f) for folder, _, files in os.walk(self.dir) for f in files)

    def feeds(self):
        return [f for f in self.files() if f.endswith(".rec")]

    @staticmethod
    def _read(path):
        with open(path, "rb") as f:
            return f.read()

    @staticmethod
    def _write(path, data):
        with open(path, "wb") as f:
            f.write(data)

    def _each(self, paths, change, what):
        changed = 0
        for path in paths:
            old = self._read(path)
            new = change(old)
            if new != old:
                self._write(path, new)
                changed += 1
        if not changed:
            raise Unchanged(what)

    def delete(self, *words):
        """Every line of a feed that holds one of the words."""
        for word in words:
            w = word.encode()
            self._each(self.feeds(), lambda data, w=w: b"".join(
                line for line in data.splitlines(keepends=True) if w not in line), word)

    def edit(self, name, line_with, old, new):
        """In the lines of one file that hold `line_with`, old becomes new. A bare *.rec is a feed."""
        path = os.path.join(self.dir, "feeds", name) if name.endswith(".rec") else os.path.join(self.dir, name)
        mark, a, b = line_with.encode(), old.encode(), new.encode()
        self._each([path], lambda data: b"".join(line.replace(a, b) if mark in line else line
                                                 for line in data.splitlines(keepends=True)), f"{name}: {old}")

    def replace(self, old, new):
        """The word everywhere, in the case it is written in; never a part of a longer word."""
        def change(data):
            for a, b in {(old, new), (old.upper(), new.upper()), (old.lower(), new.lower())}:
                data = re.sub(rb"(?<![A-Za-z0-9])" + re.escape(a.encode()) + rb"(?![A-Za-z0-9])", b.encode(), data)
            return data
        self._each(self.files(), change, old)

    def rename(self, seed, assets=(), words=()):
        """New names without any form; the same seed gives the same names."""
        rng = random.Random(seed)
        names = {}
        for old in list(assets) + list(words):
            while True:
                new = "".join(rng.choice("bdfgklmnprstvz" if i % 2 == 0 else "aeiou") for i in range(rng.randint(6, 9)))
                if new not in str(names):
                    break
            if old in assets:
                new = f"{new[:6].upper()}-{rng.randint(10, 99)}"
            names[old] = new
        for old, new in names.items():
            self.replace(old, new)
        return names

    def move_day(self, seed):
        """The recording's day becomes another one of the same two years before; the date it became."""
        day = FIRST_DAY - datetime.timedelta(days=random.Random(seed).randint(40, 600))
        before = day - datetime.timedelta(days=1)
        pairs = [("2026-11-02T", f"{day}T"), ("2026-11-01T", f"{before}T"),
                 ("Nov  2", f"{calendar.month_abbr[day.month]} {day.day:2d}")]
        for old, new in pairs:
            self._each(self.files(), lambda data, a=old, b=new: data.replace(a.encode(), b.encode()), old)
        return day
