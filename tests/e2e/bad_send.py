"""bad_send - one class an intake: puts records on its way and says what must be counted for them.

SPDX-License-Identifier: Apache-2.0

send(records) and raw(bytes) answer a Count of bad_model. Whoever sends bytes as they are chooses the
framing himself.
"""
import errno
import os
import socket
import threading

import bad_model

BIG = 1 << 30


class Udp:
    largest = 60000

    def __init__(self, name, port):
        self.name, self.to = name, ("127.0.0.1", port)
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, records):
        for r in records:
            self.s.sendto(r, self.to)
        return bad_model.datagrams(records)

    def raw(self, data):
        return self.send([data[i:i + 1400] for i in range(0, len(data), 1400)])


class Tcp:
    """LF-ended or octet-counted; a connection a call."""
    largest = BIG

    def __init__(self, name, port, counted):
        self.name, self.to, self.counted = name, ("127.0.0.1", port), counted

    def connect(self):
        s = socket.create_connection(self.to, 30)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def frame(self, records):
        if self.counted:
            return b"".join(b"%d %s" % (len(r), r) for r in records)
        return b"".join(r + b"\n" for r in records)

    def send(self, records):
        return self.raw(self.frame(records))

    def raw(self, data):
        return self.pieces([data])

    def pieces(self, pieces):
        with self.connect() as s:
            try:
                for p in pieces:
                    s.sendall(p)
                s.shutdown(socket.SHUT_WR)
                while s.recv(4096):  # until the service has read everything and closed
                    pass
            except OSError as e:
                # a broken octet count: the service ends the connection, before the next write or before this end of it
                if e.errno not in (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN):
                    raise
        return bad_model.syslog(b"".join(pieces))


class Follow:
    largest = BIG

    def __init__(self, name, path):
        self.name, self.path = name, path

    def send(self, records):
        return self.raw(b"".join(r + b"\n" for r in records))

    def raw(self, data):
        with open(self.path, "ab", buffering=0) as f:
            os.fchmod(f.fileno(), 0o644)
            f.write(data)
        return bad_model.lines(data)

    def rotate(self, last, keep=False):
        """Writes `last` into the old file after it was renamed, as a logger does until it reopens. With `keep`
        the answer is the old file's descriptor."""
        old = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        os.rename(self.path, self.path + ".1")
        os.write(old, last)
        open(self.path, "wb").close()
        os.chmod(self.path, 0o644)
        if keep:
            return old
        os.close(old)
        return bad_model.lines(last)

    def truncate(self):
        os.truncate(self.path, 0)


class Stdin:
    largest = BIG

    def __init__(self, name, fd):
        self.name, self.fd = name, fd

    def send(self, records):
        return self.raw(b"".join(r + b"\n" for r in records))

    def raw(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.fd, view):]
        return bad_model.lines(data)


class Trickle:
    """Connections that send a byte every quarter of a second and never a whole record."""

    def __init__(self, to, n):
        self.conns = [socket.create_connection(to, 30) for _ in range(n)]
        self.over = threading.Event()
        self.sent = 0
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.over.wait(0.25):
            for s in self.conns:
                try:
                    s.send(b"y", socket.MSG_DONTWAIT)
                except OSError:
                    pass

    def end(self):
        self.over.set()
        self.thread.join()
        for s in self.conns:
            s.close()
