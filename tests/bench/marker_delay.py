#!/usr/bin/python3
"""marker_delay - how long after a valid event was sent its alert can be read from the database.

SPDX-License-Identifier: Apache-2.0

    tests/bench/marker_delay.py [BUILD] [N]      one row an intake and load; `make bench`

Quiet: the marker alone. Behind bad input: sent right after 2,000 records of random bytes and a line of
10 MB (datagrams: 200 records, so that the socket holds them), on the same way. The clock runs from the
call that sends the marker until a SELECT sees its alert; asking again takes about a millisecond.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

import bad_cases  # noqa: E402
import bad_house  # noqa: E402
import bad_send  # noqa: E402
import service  # noqa: E402

PATIENCE = 60.0


def delay(h, sender):
    """Seconds from sending to seeing."""
    word = h.word()
    begun = time.monotonic()
    sender.send([bad_cases.marker(word)])
    while h.one("select 1 from soc.alert where position('%s' in summary) > 0" % word) is None:
        if time.monotonic() - begun > PATIENCE:
            raise service.Failure(f"{sender.name}: no alert of {word} within {PATIENCE:.0f} s")
        time.sleep(0.0005)
    return time.monotonic() - begun


def row(way, load, values):
    values = sorted(1000 * v for v in values)
    n = len(values)
    print(f"marker delay  {way:18} {load:17} n {n:4}  median {values[n // 2]:7.1f} ms  "
          f"95% {values[min(n - 1, n * 95 // 100)]:7.1f} ms  worst {values[-1]:7.1f} ms", flush=True)


def main():
    build, n = service.build_dir(*sys.argv[1:2]), int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with bad_house.BadHouse(build) as h:
        h.start_sources()
        for way, sender in h.intakes.items():
            small = isinstance(sender, bad_send.Udp)
            bad = bad_cases.random_lines(7, 200 if small else 2000)
            bad += [] if small else [bad_cases.padded(10 * 1000 * 1000)]
            row(way, "quiet", [delay(h, sender) for _ in range(n)])
            behind = []
            for _ in range(max(3, n // 8)):
                sender.send(bad)
                behind.append(delay(h, sender))
            row(way, "behind bad input", behind)
    return 0


if __name__ == "__main__":
    sys.exit(main())
