#!/usr/bin/python3
"""badinput - bad input to every intake: all of it counted, nothing dies, what is valid behind it is seen.

SPDX-License-Identifier: Apache-2.0

    tests/e2e/badinput.py [BUILD]

After each case a valid event goes the same way and must become an alert whose kept bytes are those
sent; the counters of soc.source must be exactly those of bad_model.py. Nothing waits for a fixed time.
"""
import os
import sys

import bad_cases
import bad_house
import bad_model
import bad_rough
import service


def case(h, tap, title, sender, count, verdicts=None, free=(), mark=True):
    """Books what was sent, sends the marker, compares."""
    h.expect(sender.name, count, verdicts)
    why = h.mark(sender) if mark else ""
    why = why or h.wrong(sender.name, free)
    if not tap.ok(not why, title):
        tap.note(why)
        h.wrong(sender.name, free=bad_house.ALL)  # the next case begins with right books


def every_record_to_every_intake(h, tap):
    for way, sender in h.intakes.items():
        for name, pairs in bad_cases.records(sender.largest):
            if sender is h.lf:
                pairs = [(r, v) for r, v in pairs if b"\0" not in r]
            count = sender.send([r for r, _ in pairs])
            case(h, tap, f"{way}: {name}", sender, count, bad_cases.verdicts(pairs))


def framing(h, tap):
    a, b = bad_cases.header() + b"first", bad_cases.header() + b"second"
    nul = bad_cases.header() + b"before\0behind"
    broken = (b"12x hello\n", b"0 text\n", b"1234567890 text\n", b"007 text\n" + bytes(range(256)) * 500)

    case(h, tap, "TCP: two records in one segment", h.lf, h.lf.raw(h.lf.frame([a, b])))
    case(h, tap, "TCP: two counted records in one segment", h.counted, h.counted.raw(h.counted.frame([a, b])))
    case(h, tap, "TCP: both framings on one connection", h.lf,
         h.lf.raw(h.lf.frame([a]) + h.counted.frame([b, a]) + b + b"\n"))
    for s, way in ((h.lf, "lines"), (h.counted, "counts")):
        data = s.frame([a, b])
        case(h, tap, f"TCP: one byte a segment, {way}", s, s.pieces([data[i:i + 1] for i in range(len(data))]))
    case(h, tap, "TCP: CRLF, empty lines, NUL as an end", h.lf, h.lf.raw(a + b"\r\n\r\n\n\n\0\0" + b + b"\0\n" + a))
    case(h, tap, "TCP: NUL inside a counted record", h.counted, h.counted.send([nul]))
    case(h, tap, "TCP: an octet count longer than what comes", h.counted, h.counted.raw(b"4711 " + a))
    case(h, tap, "TCP: an octet count of 999999999", h.counted, h.counted.raw(b"999999999 " + a))
    case(h, tap, "TCP: a number and no more", h.counted, h.counted.raw(b"123"), {"unknown": 1})
    for data in broken:
        case(h, tap, f"TCP: broken octet count {data[:12]!r}", h.counted, h.counted.raw(h.counted.frame([a]) + data))
    case(h, tap, "UDP: empty datagrams, line ends alone, two lines in one", h.udp,
         h.udp.send([b"", b"\n", b"\r\n\0", a + b"\n" + b + b"\n", nul + b"\0"]))
    for s, way in ((h.file, "file"), (h.stdin, "standard input")):
        case(h, tap, f"{way}: CRLF, empty lines, NUL inside", s, s.raw(a + b"\r\n\r\n\n\n" + nul + b"\n\r\n"))
        case(h, tap, f"{way}: one byte a write", s, one_by_one(s, a + b"\n" + b + b"\n"))


def one_by_one(sender, data):
    for i in range(len(data)):
        sender.raw(data[i:i + 1])
    return bad_model.lines(data)


def storms(h, tap):
    """Plain random bytes: how each record is judged is open, what is kept and what is skipped is not."""
    for i, (way, s) in enumerate(h.intakes.items()):
        end = b"" if s in (h.udp, h.lf, h.counted) else b"\n"
        count = s.raw(bad_cases.storm(10 + i, 200000) + end)
        case(h, tap, f"{way}: a storm of random bytes", s, count, free=("unknown", "undecoded"))


def followed_files(h, tap):
    a, b, c = (bad_cases.header() + w for w in (b"old", b"late", b"new"))

    case(h, tap, "file: rotated, written to after the renaming", h.file, joined(
        h.file.raw(a + b"\n"), h.file.rotate(b + b"\n" + c)))
    old = h.file.rotate(b"", keep=True)
    second = h.one("select fab_time from soc.status")
    h.wait("intake had time to look", lambda: h.one("select fab_time from soc.status") > second)
    os.write(old, b + b"\n" + c)  # the logger has not reopened yet
    os.close(old)
    case(h, tap, "file: rotated, the old one written to while the new one is empty", h.file,
         bad_model.lines(b + b"\n" + c))
    case(h, tap, "file: the new one is followed", h.file, h.file.send([a, b, c]))
    h.file.truncate()
    case(h, tap, "file: truncated and begun anew", h.file, h.file.send([a]))
    count = h.file.raw(b"a line without its end")
    h.file.rotate(b"")
    case(h, tap, "file: a last line without its end is kept when it is rotated", h.file, count, {"unknown": 1})


def joined(*counts):
    total = counts[0]
    for c in counts[1:]:
        for k in total:
            total[k] += c[k]
    return total


def json_texts(h, tap):
    """Texts over several lines; what never closes must not take in what comes behind it."""
    def event(word):
        return bad_cases.eve(word, "marker")

    for title, bad, verdict in (
            ("100,000 brackets that never close", b"[" * 100000, {"unknown": 1}),
            # the line end is inside what never closes, and skipped with the rest of it
            ("100,000 objects that never close", b'{"a":' * 100000, {"unknown": 1, "undecoded": 1, "skipped_bytes": 1}),
            ("a string that never closes", b'{"a":"', {"unknown": 1, "undecoded": 1}),
            ("an object cut short", b'{"a":{"b":1}', {"unknown": 1, "undecoded": 1})):
        count = h.json.send([bad])
        h.expect("json", count, verdict)
        why = h.mark(h.json, event) or h.wrong("json")
        if not tap.ok(not why, f"JSON texts: {title}"):
            tap.note(why)
            h.wrong("json", free=bad_house.ALL)


def hostile_alerts(h, tap):
    """Records that become alerts and carry what a terminal must never get: kept as sent, shown clean."""
    tails = [b" " + b"".join(bad_cases.ESCAPES), b" \xff\xfe\xc0\xaf\xed\xa0\x80", b" a\tb\x01\x02"]
    for way, s in h.intakes.items():
        why = ""
        for tail in tails:
            why = why or h.mark(s, lambda word, t=tail: bad_cases.marker(word, t))
        why = why or h.mark(s, lambda word: bad_cases.eve(word, "\0\x1b]0;owned\x07\x9b31m\u202e\ud800 end"))
        why = why or h.wrong(s.name)
        if not tap.ok(not why, f"{way}: alerts with escapes, bad UTF-8 and NUL keep their bytes"):
            tap.note(why)
            h.wrong(s.name, free=bad_house.ALL)
    why = h.mark(h.counted, lambda w: bad_cases.marker(w, b" \0 nul")) or h.wrong("tcp")
    if not tap.ok(not why, "an alert with NUL inside keeps its bytes"):
        tap.note(why)


# Control characters, and those that turn the direction of text.
DIRTY = ("('[' || chr(1) || '-' || chr(31) || chr(127) || '-' || chr(159) || chr(8206) || chr(8207) || chr(8234) || '-'"
         " || chr(8238) || ']')")


def clean_database(h, tap):
    found = h.rows("select " + ", ".join(f"chr({c}) ~ {DIRTY}" for c in (1, 10, 27, 127, 155, 8238, 65)))[0]
    tap.ok(found == ["t"] * 6 + ["f"], "the pattern for control characters finds them")
    rows = h.rows("select table_schema || '.' || table_name, column_name from information_schema.columns"
                  " where table_schema in ('soc', 'fab', 'pam', 'play', 'audit', 'api') and data_type = 'text'")
    dirty = []
    for table, column in rows:
        n = h.one(f"select count(*) from {table} where \"{column}\" ~ {DIRTY}")
        if n != "0":
            dirty.append(f"{table}.{column}: {n} rows")
    if not tap.ok(len(rows) > 100 and not dirty, f"no control character in any of {len(rows)} text columns"):
        tap.note("\n".join(dirty))


def printable(text, also):
    """No control character, and no byte that is not UTF-8 (a lone surrogate here)."""
    return all((c >= " " and not "\x7f" <= c <= "\x9f" and not "\ud800" <= c <= "\udfff") or c in also for c in text)


def clean_output(h, tap):
    with open(h.path("service.log"), "rb") as f:
        log = f.read().decode("utf-8", "surrogateescape")
    tap.ok(log and printable(log, "\n"), "nothing raw in the log")
    for how in ("alerts", "incidents", "status"):
        for form, also in ((), "\n\t"), (("--json",), "\n"):  # tables are separated by tabs
            out = h.ctl(how, *form)
            if not tap.ok(out and printable(out, also), f"fabsocctl {' '.join((how, *form))}: no control character"):
                tap.note(ascii(next(line for line in out.split("\n") if not printable(line, also)))[:2000])


def read_as_a_person(h, tap):
    """The bytes of every tenth alert as an operator gets them, and the trace that reading leaves."""
    wrong = []
    rows = h.rows("select a.number, encode(r.bytes, 'hex') from soc.alert a join soc.raw r on r.alert_id = a.id"
                  " where a.number % 10 = 0 or a.summary ~ 'owned' order by 1")
    for number, raw in rows:
        got = h.api("sato", "read_raw", number)
        trace = h.one(f"select count(*) from audit.entry where kind = 'read' and subject = 'read_raw {number}'")
        if got != raw or trace == "0":
            wrong.append(f"A-{number}: {got[:100]}, {trace} traces")
    if not tap.ok(rows and not wrong, f"an operator reads the bytes of {len(rows)} alerts as they were sent"):
        tap.note("\n".join(wrong[:5]))
    whole, said = h.chain()
    tap.ok(whole, "the audit chain verifies")
    if not whole:
        tap.note(said)


def clean(h, tap, pids):
    """What is true at the end of everything."""
    tap.ok(h.roles() == pids, "no process died")
    clean_database(h, tap)
    clean_output(h, tap)
    read_as_a_person(h, tap)
    row = h.rows("select refused, evicted, dropped_keys from soc.status")[0]
    tap.ok(row == ["0", "0", "0"], "the engine refused no input and evicted nothing")


def main():
    tap = service.Tap()
    with bad_house.BadHouse(service.build_dir(*sys.argv[1:2])) as h:
        h.start_sources()
        pids = h.roles()
        try:
            every_record_to_every_intake(h, tap)
            framing(h, tap)
            storms(h, tap)
            followed_files(h, tap)
            json_texts(h, tap)
            hostile_alerts(h, tap)
            bad_rough.run(h, tap)
            clean(h, tap, pids)
            tap.ok(h.stop() == 0, "the service stops with exit 0")
            bad_rough.disk_full(h, tap)
        except service.Failure as e:
            tap.ok(False, "the test could be carried out")
            tap.note(e)
            tap.note(h.log_tail())
    return tap.end()


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.exit(main())
