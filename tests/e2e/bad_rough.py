"""bad_rough - rough treatment: stopped processes, floods, crowds, slow connections, a full disk.

SPDX-License-Identifier: Apache-2.0
"""
import os
import selectors
import signal
import socket
import subprocess
import time

import bad_cases
import bad_model
import bad_send
import service

CONNS_MAX = 64  # share/doc/CONFIG.md
CROWD, AT_ONCE = 1000, 250
STOPPED_S = 3  # how long detect stands still: the treatment itself, nothing is waited for


def verdict(h, tap, name, why, title, free=()):
    why = why or h.wrong(name, free)
    if not tap.ok(not why, title):
        tap.note(why)
        h.wrong(name, free=h.books[name].keys())


def pid_of(h, role):
    return [p for n, p in h.roles() if n == role]


def held(port):
    """Connections that were accepted at this port: one still in the listener's queue has no inode yet. (The
    descriptors of a role are nobody's to list, not even its own user's.)"""
    with open("/proc/net/tcp", encoding="ascii") as f:
        return sum(w[1].endswith(f":{port:04X}") and w[3] != "0A" and w[9] != "0" for w in map(str.split, f))


def detect_stands_still(h, tap):
    pids = pid_of(h, "detect")
    words = {}
    for p in pids:
        os.kill(p, signal.SIGSTOP)
    try:
        for s in (h.udp, h.lf, h.counted, h.file, h.stdin):
            words[s] = h.word()
            lines = [bad_cases.header() + b"%d" % i for i in range(300)] + [bad_cases.marker(words[s])]
            h.expect(s.name, s.send(lines))
        end = time.monotonic() + STOPPED_S
        while time.monotonic() < end:
            time.sleep(0.1)
        quiet = not any(h.alert_of(w) for w in words.values())
    finally:
        for p in pids:
            os.kill(p, signal.SIGCONT)
    tap.ok(quiet, "while detect stands still there is no alert")
    for s, word in words.items():
        try:
            h.wait(word, lambda w=word: h.alert_of(w), 30)
            why = ""
        except service.Failure as e:
            why = str(e)
        verdict(h, tap, s.name, why, f"{s.name}: nothing is lost while detect stands still")


def waiting_in(port):
    """Bytes in the receive queue of the UDP socket at this port."""
    with open("/proc/net/udp", encoding="ascii") as f:
        for w in map(str.split, f):
            if w[1].endswith(f":{port:04X}"):
                return int(w[4].split(":")[1], 16)
    return 0


def flood(h, tap):
    """More datagrams than the socket holds while intake stands still: the lost ones are counted as shed."""
    pid = pid_of(h, "intake")[0]
    sent, record = 600, b"\x80" * 60000
    book, before = h.books["udp"], h.counters("udp")
    os.kill(pid, signal.SIGSTOP)
    try:
        h.udp.send([record] * sent)
    finally:
        os.kill(pid, signal.SIGCONT)
    h.wait("the queue is read", lambda: waiting_in(h.udp.to[1]) == 0)
    why = h.mark(h.udp)
    now = h.counters("udp")
    shed = now["shed"] - before["shed"]
    read = now["records"] - before["records"] - 1
    book["shed"] += shed
    book["records"] += read
    book["bytes"] += read * len(record)
    book["unknown"] += read
    if shed == 0:
        why = "the socket held all of it: this test shows nothing"
    elif shed + read != sent:
        why = f"{sent} sent, {read} read, {shed} shed"
    verdict(h, tap, "udp", why, f"UDP: of {sent} datagrams into a full socket each is read or counted as shed")


def crowd(h, tap):
    """Many connections at once, a record each; intake never holds more than its limit."""
    most, begun, done = 0, 0, 0
    chosen = selectors.DefaultSelector()
    count = bad_model.Count()
    record = bad_cases.header() + b"one of many"
    end = time.monotonic() + 60
    while done < CROWD and time.monotonic() < end:
        while begun < CROWD and begun - done < AT_ONCE:
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(h.lf.to)
            chosen.register(s, selectors.EVENT_WRITE)
            begun += 1
        for key, _ in chosen.select(0.2):
            s = key.fileobj
            if key.events == selectors.EVENT_WRITE:
                if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    chosen.unregister(s)
                    s.close()
                    begun -= 1
                    continue
                s.send(record + b"\n")
                s.shutdown(socket.SHUT_WR)
                count.record(len(record), record)
                chosen.modify(s, selectors.EVENT_READ)
            else:  # closed by the service
                chosen.unregister(s)
                s.close()
                done += 1
        most = max(most, held(h.lf.to[1]))
    h.expect("tcp", count)
    why = "" if done == CROWD else f"only {done} were served"
    why = why or ("" if most <= CONNS_MAX else f"intake held {most} connections")
    why = why or h.mark(h.lf)
    verdict(h, tap, "tcp", why, f"TCP: {CROWD} connections, {AT_ONCE} at once, at most {CONNS_MAX} held")
    tap.note(f"intake held at most {most} connections")


def slow_connections(h, tap):
    """Every place taken by one that sends a byte now and then: a new one is let in all the same."""
    slow = bad_send.Trickle(h.lf.to, CONNS_MAX)
    try:
        h.wait("all places are taken", lambda: held(h.lf.to[1]) >= CONNS_MAX)
        begun = time.monotonic()
        why = h.mark(h.lf, seconds=40)
        tap.note(f"let in after {time.monotonic() - begun:.1f} s")
    finally:
        slow.end()
    h.books["tcp"]["records"] += CONNS_MAX  # what each had sent becomes a record when it ends
    h.books["tcp"]["unknown"] += CONNS_MAX
    verdict(h, tap, "tcp", why, f"TCP: {CONNS_MAX} connections that never end a record keep nobody out",
            free=("bytes",))


def run(h, tap):
    detect_stands_still(h, tap)
    flood(h, tap)
    crowd(h, tap)
    slow_connections(h, tap)


# ---- a full disk

def mount(*argv):
    p = subprocess.run(["mount", *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       check=False, text=True)
    return p.stdout.strip() if p.returncode else ""


def fill_and_free(h, tap, where):
    h.fresh_database()
    for name in os.listdir(h.feed):  # a new journal would read them from their beginning
        os.unlink(os.path.join(h.feed, name))
    h.start_sources(state="full", segment_mib=1)
    pids = h.roles()
    lines = [bad_cases.padded(100000) for _ in range(160)]
    h.expect("file", h.file.send(lines))
    word = h.word()
    h.expect("file", h.file.send([bad_cases.marker(word)]))
    h.wait("the journal is full", lambda: "the journal takes no more" in h.log_tail(1 << 20))
    tap.ok(h.alert_of(word) is None and h.counters("file")["records"] < len(lines),
           "a full disk stops the sources, and it is said")
    why = mount("-o", "remount,size=200m", where)
    if not why:
        try:
            h.wait("the marker", lambda: h.alert_of(word), 60)
        except service.Failure as e:
            why = str(e)
    verdict(h, tap, "file", why, "with room again everything is read, nothing twice")
    verdict(h, tap, "tcp", h.mark(h.lf), "and the other sources work")
    tap.ok(h.roles() == pids, "no process died of a full disk")


def disk_full(h, tap):
    where = h.path("full")
    os.mkdir(where)
    os.chmod(where, 0o711)
    why = "only root may mount" if os.geteuid() else mount("-t", "tmpfs", "-o", "size=8m,mode=0711", "tmpfs", where)
    if why:
        os.rmdir(where)
        tap.ok(True, f"a full disk # SKIP {why}")
        return
    try:
        fill_and_free(h, tap, where)
    finally:
        h.stop()
        subprocess.run(["umount", where], check=False)
