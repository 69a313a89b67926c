"""bad_model - what must be counted for bytes sent: the framing rules of intake once more, written apart.

SPDX-License-Identifier: Apache-2.0

Sources: RFC 6587 (both framings), RFC 5426 (datagrams), share/doc/CONFIG.md (limits). Counts are those
of soc.source. What decode makes of a record is no matter of framing: cases say it themselves.
"""

RECORD_MAX = 128 * 1024
TRIM_MAX = RECORD_MAX + 65  # a longer octet-counted message is cut before its end is looked at
COUNT_DIGITS = 9
COUNTERS = ("records", "bytes", "oversize", "skipped_bytes")


class Count(dict):
    def __init__(self):
        super().__init__({k: 0 for k in COUNTERS})
        self.kept = []

    def record(self, total, raw):
        """A record of `total` bytes that begins with `raw`; empty ones are none."""
        if not total:
            return
        self["records"] += 1
        self["bytes"] += min(total, RECORD_MAX)
        if total > RECORD_MAX:
            self["oversize"] += 1
            self["skipped_bytes"] += total - RECORD_MAX
        self.kept.append(raw[:RECORD_MAX])


def lines(stream):
    c = Count()
    for line in stream.split(b"\n"):
        line = line[:-1] if line.endswith(b"\r") else line
        c.record(len(line), line)
    return c


def datagrams(pieces):
    c = Count()
    for p in pieces:
        p = p.rstrip(b"\n\r\0")
        c.record(len(p), p)
    return c


def read_count(stream, at):
    """(length, place behind "LEN SP"), or None when it is none, or "short" when the stream ends in it."""
    end = at
    while end < len(stream) and 0x30 <= stream[end] <= 0x39 and end - at < COUNT_DIGITS:
        end += 1
    if end == len(stream):
        return "short"
    if stream[end:end + 1] != b" " or stream[at:at + 1] == b"0":
        return None
    return int(stream[at:end]), end + 1


def syslog(stream):
    """One TCP connection from its first byte to its end."""
    c = Count()
    at = 0
    while at < len(stream):
        if 0x30 <= stream[at] <= 0x39:
            got = read_count(stream, at)
            if got is None:
                c["skipped_bytes"] += len(stream) - at
                break
            if got == "short":
                c.record(len(stream) - at, stream[at:])
                break
            n, at = got
            raw = stream[at:at + n]
            at += n
            raw = raw.rstrip(b"\n\r\0") if len(raw) <= TRIM_MAX else raw
            c.record(len(raw), raw)
        else:
            ends = [e for e in (stream.find(b"\n", at), stream.find(b"\0", at)) if e >= 0]
            end = min(ends) if ends else len(stream)
            raw = stream[at:end]
            raw = raw[:-1] if raw.endswith(b"\r") else raw
            c.record(len(raw), raw)
            at = end + 1
    return c
