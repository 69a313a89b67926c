#!/usr/bin/python3
"""order [--build DIR] [--keep] - one journal, any number of detects: the same bytes, ids included.

SPDX-License-Identifier: Apache-2.0

A journal is made once, with persons' intents. Then, for N = 1, 2 and 3 detects, on a copy of it:
  - a fresh database: every table but for wall times holds the same bytes, whatever N is;
  - the database as it was, its snapshots gone: the engine steps everything again from the first block and
    goes on only when the digest of all effects, ids included, is the committed one. The same with a
    digest that was changed by one bit must end the service, else the comparison proves nothing.
"""
import argparse
import hashlib
import os
import shutil
import sys

import replay
from service import Failure, House, Tap, build_dir

# Wall time, what is made of it, and what counts the ticks at the last barrier.
LEFT_OUT = {"soc.position": None, "soc.snapshot": None, "soc.migration": None, "soc.input": None, "audit.head": None,
            "audit.entry": {"at", "canonical", "prev", "hash"}, "soc.intent": {"at"},
            "soc.fsm_state": {"n"}}  # numbered anew by every init
SCHEMAS = "('soc', 'fab', 'pam', 'play', 'audit')"


def dump(h):
    """{table: [row as text]} of everything the service wrote."""
    columns = {}
    for schema, table, column in h.rows(
            "select n.nspname, c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            f" join pg_namespace n on n.oid = c.relnamespace where n.nspname in {SCHEMAS} and c.relkind in ('r', 'p')"
            " and not c.relispartition and a.attnum > 0 and not a.attisdropped order by 1, 2, a.attnum"):
        name = f"{schema}.{table}"
        left_out = LEFT_OUT.get(name, set())
        if left_out is not None and column not in left_out:
            columns.setdefault(name, []).append(f'"{column}"')
    return {name: h.rows(f"select {', '.join(c)} from {name} order by {', '.join(f'{i} nulls first' for i in range(1, len(c) + 1))}")
            for name, c in columns.items()}


def digest(tables):
    return hashlib.sha256(repr(sorted(tables.items())).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def explain(tap, a, b):
    for name in a:
        if a[name] != b.get(name):
            tap.note(f"{name}: {len(a[name])} and {len(b.get(name, []))} rows")
            for x, y in [(x, y) for x, y in zip(a[name], b.get(name, [])) if x != y][:3]:
                tap.note(f"  {x}\n  {y}")


def copy_of(h, journal, state):
    """A state directory that holds this journal; owners are kept, the roles run under their own users."""
    shutil.rmtree(h.path(state), ignore_errors=True)
    h.run("cp", "-a", journal, h.path(state))
    return state


def at_end(h, block):
    """Whether the whole journal was stepped and committed."""
    p = h.position()
    return p[1] > block and p[3] == replay.END


def fresh(h, tap, story, journal, block):
    first = None
    for n in (1, 2, 3):
        h.fresh_database()
        h.start(h.configure(story=story, detects=n, state=copy_of(h, journal, f"fresh {n}"), intake={"block_kib": 4}))
        h.wait("the journal's end", lambda: at_end(h, block))
        status = h.stop()
        got = dump(h)
        first = first or got
        rows = sum(len(r) for r in got.values())
        if not tap.ok(status == 0 and got == first and len(got["soc.alert"]) > 0,
                      f"N = {n}: {block} blocks, a fresh database: digest {digest(got)} of {rows} rows in"
                      f" {len(got)} tables, ids included"):
            explain(tap, first, got)


def again(h, tap, story, journal, told):
    for n in (1, 2, 3):
        h.use_database("fabsoc_told")
        h.rows("delete from soc.snapshot")
        _, block, _, _ = h.position()
        h.start(h.configure(story=story, detects=n, state=copy_of(h, journal, f"again {n}"), intake={"block_kib": 4}))
        h.wait("a commit behind the old position", lambda b=block: h.position()[1] > b)
        status = h.stop()
        got = dump(h)
        if not tap.ok(status == 0 and got == told, f"N = {n}: everything stepped again from block 1 with"
                      f" {h.one('select count(*) from soc.input')} inputs: the effects' digest is the committed one"):
            explain(tap, told, got)
    h.use_database("fabsoc_told")
    h.rows("delete from soc.snapshot")
    h.rows("update soc.position set digest = set_byte(digest, 0, get_byte(digest, 0) # 1)")
    h.start(h.configure(story=story, detects=2, state=copy_of(h, journal, "changed"), intake={"block_kib": 4}))
    try:
        status = h.service.wait(60)
    finally:
        h.stop()
    tap.ok(status == 2 and "gave other effects than were committed" in h.log_tail(20000),
           f"a committed digest of one other bit ends the service (exit {status}) with that sentence")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    ap.add_argument("--keep", action="store_true")
    a = ap.parse_args()
    tap = Tap()
    h = House(build_dir(a.build), keep=a.keep)
    try:
        with h:
            story = replay.with_barriers(h)
            r = replay.Replay(h, replay.records_in(story))
            status = r.play(h.configure(story=story, intake={"block_kib": 4}))
            told, block = dump(h), h.position()[1]
            h.keep_database("fabsoc_told")
            tap.ok(status == 0 and len(told["soc.intent_done"]) > 0, f"a journal of {block} blocks with"
                   f" {len(told['soc.intent_done'])} intents is made: digest {digest(told)}")
            journal = h.path("made")
            os.rename(h.path("state"), journal)
            fresh(h, tap, story, journal, block)
            again(h, tap, story, journal, told)
    except Failure as e:
        tap.ok(False, f"the service goes on: {e}")
        tap.note(h.refusals)
        tap.note(h.tail)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
