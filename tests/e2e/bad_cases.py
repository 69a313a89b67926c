"""bad_cases - the bad records that every intake gets, and valid ones that must become alerts.

SPDX-License-Identifier: Apache-2.0

A case is a list of records and, of each, what decode must make of it: `unknown` (no source file knows
it), `undecoded` (it claims a form and breaks it). No record holds a line end; senders add framing.
"""
import json
import random
import time

from bad_model import RECORD_MAX

UNKNOWN, UNDECODED = 1, 2


def stamp():
    return time.strftime("%b %e %H:%M:%S", time.gmtime()).encode()


def header(app=b"app"):
    return b"<13>" + stamp() + b" host-1 " + app + b": "


def padded(n):
    """A syslog line of exactly n bytes."""
    head = header()
    return head + b"x" * (n - len(head))


def marker(word, tail=b""):
    """share/rules/sudo_shell_service_account.yml: a service account opens a root shell."""
    return (b"<86>" + stamp() + b" host-1 sudo: svc_etch : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh "
            + word.encode() + tail)


def eve(word, signature):
    """share/rules/suricata_high.yml; `signature` goes through JSON's own escapes."""
    return json.dumps({
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000000+0000", time.gmtime()), "event_type": "alert",
        "src_ip": "192.0.2.7", "src_port": 40001, "dest_ip": "192.0.2.9", "dest_port": 5000, "proto": "TCP",
        "host": word,
        "alert": {"action": "allowed", "gid": 1, "signature_id": 1, "rev": 1, "category": "c", "severity": 1,
                  "signature": signature}}).encode()


def random_lines(seed, n, longest=400):
    r = random.Random(seed)
    out = []
    for _ in range(n):
        # the first byte keeps it from claiming a form: those have cases of their own
        line = bytes([r.randrange(0x80, 0x100)]) + bytes(
            b for b in r.randbytes(r.randrange(longest)) if b not in b"\n\0\r")
        out.append(line)
    return out


def storm(seed, n):
    """Plain random bytes, line ends and digits included."""
    return random.Random(seed).randbytes(n)


ESCAPES = (b"\x1b]0;owned\x07", b"\x1b[2J\x1b[31m", b"\x9b31m", b"\xc2\x9b31m",
           b"\xc2\x9d0;owned\xc2\x9c", b"\x08\x08\x7f", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81", b"\x0b\x0c\x05")


def records(largest):
    """[(name, [(raw, verdict)])] of records of at most `largest` bytes."""
    deep = b'{"a":' * min(100000, largest // 5)
    cases = [
        ("random bytes", [(r, UNKNOWN) for r in random_lines(1, 60)]),
        ("invalid UTF-8", [(header() + b"\xff\xfe\x80 \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 end", 0),
                           (b'{"a":"\xff\xfe"}', UNKNOWN)]),
        ("escape sequences", [(header() + e + b" text", 0) for e in ESCAPES]),
        ("broken syslog headers", [(b"<999>" + stamp() + b" host app: text", UNDECODED),
                                   (b"<13>1 not-a-time host app - - - text", UNDECODED)]),
        ("broken JSON", [(b'{"a":', UNKNOWN | UNDECODED), (b'{"a":1}}', UNKNOWN | UNDECODED),
                         (b'{"a":"\\u12"}', UNKNOWN | UNDECODED), (b'{' + b'"' * 3, UNKNOWN | UNDECODED)]),
        ("JSON %d deep" % (len(deep) // 5), [(deep, UNKNOWN | UNDECODED)]),
        ("brackets %d deep" % min(100000, largest), [(b"[" * min(100000, largest), UNKNOWN)]),
        ("blanks and one-byte records", [(b" ", UNKNOWN), (b"x", UNKNOWN), (b"<", UNKNOWN), (b"\t \t", UNKNOWN)]),
    ]
    if largest > RECORD_MAX:
        cases += [
            ("exactly 128 KiB", [(padded(RECORD_MAX), 0)]),
            ("one byte over 128 KiB", [(padded(RECORD_MAX + 1), 0)]),
            ("a line of 10 MB", [(padded(10 * 1000 * 1000), 0)]),
            ("10 MB of random bytes without a line end", [(b"\x80" + storm(2, 10 * 1000 * 1000).translate(
                None, b"\n\0\r"), UNKNOWN)]),
        ]
    return cases


def verdicts(pairs):
    return {"unknown": sum(bool(v & UNKNOWN) for _, v in pairs),
            "undecoded": sum(bool(v & UNDECODED) for _, v in pairs)}
