"""service - a private cluster and the service over it, in a folder of their own, for end-to-end tests.

SPDX-License-Identifier: Apache-2.0

    with House(build) as h:               # cluster, database, roster; everything stopped at the end
        story = h.story("share/demo/story")
        h.start(h.configure(story=story))
        h.wait("the end", lambda: h.one("select recording_over from soc.status") == "t")
        h.kill("engine"); h.stop()

The folder's name holds a blank, files are made under umask 077 and programs run with LANG=C. Only
processes that were started here are signalled, by their number. Paths of sockets stay short.
"""
import atexit
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARE = os.path.join(TOP, "share")
PATIENCE = 60.0  # seconds until a condition counts as never coming
MARK = "-- end of answer --"


class Failure(Exception):
    """The test cannot go on; what it says is for people."""


class Sql:
    """One psql that stays open: a query costs a round trip, no process."""

    def __init__(self, conninfo, env):
        self.p = subprocess.Popen(["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", conninfo],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                                  text=True, encoding="utf-8", errors="surrogateescape", start_new_session=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.p.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def rows(self, query):
        out = []
        try:
            self.p.stdin.write(query.rstrip("; \n") + f";\n\\echo {MARK}\n")
            self.p.stdin.flush()
            while True:
                line = self.lines.get(timeout=PATIENCE)
                if line == MARK:
                    return [row.split("\t") for row in out]
                if line is None:
                    break
                out.append(line)
        except (BrokenPipeError, queue.Empty):
            pass
        self.close()
        raise Failure(f"the database refused: {query[:200]}: {self.p.stderr.read()}")

    def close(self):
        if self.p.poll() is None:
            self.p.kill()
        self.p.wait()


class House:
    """Cluster, database and service in one folder."""

    def __init__(self, build, roster=None, keep=False):
        self.build = os.path.abspath(build)
        self.keep = keep
        self.service = None
        self.sql = None
        self.refusals = ''
        self.tail = ''  # the log's end, kept for who asks after close()
        self.minders = []  # called while something is waited for
        os.umask(0o077)
        self.dir = tempfile.mkdtemp(prefix="fs e2e-", dir="/tmp")
        os.chmod(self.dir, 0o711)  # roles and PostgreSQL run under users of their own
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "PG", "FABSOC_"))}
        self.env.update(LANG="C", LC_ALL="C")
        atexit.register(self.close)
        self.roster = roster or os.path.join(SHARE, "demo", "story", "roster.yaml")
        self.log = open(self.path("service.log"), "ab")

    def open(self):
        """Cluster, database, roster."""
        try:
            self.ctl("init", "--embedded")
            self.ctl("fab", "import", self.roster)
            self.conninfo = self.ctl("db", "conninfo")
            self.engine_conninfo = self.ctl("db", "conninfo", "soc_engine")
            self._admin("create database fabsoc_first template fabsoc")
        except BaseException:
            self.close()
            raise
        return self

    def __enter__(self):
        return self.open()

    def __exit__(self, *_):
        self.close()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    # ---- programs

    def run(self, *argv, check=True):
        p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           env=self.env, text=True, encoding="utf-8", timeout=120)
        if check and p.returncode:
            raise Failure(f"{os.path.basename(argv[0])} {' '.join(argv[1:3])} ended with {p.returncode}: {p.stderr}")
        return p

    def ctl(self, *words, check=True):
        return self.run(os.path.join(self.build, "fabsocctl"), *words, "--state", self.dir, check=check).stdout.strip()

    def api(self, person, function, *words):
        """What the api function answered: 'ok' or 'refused CODE sentence'."""
        return self.ctl("api", function, *[str(w) for w in words], "--as", person, check=False)

    def chain(self):
        """(True, sentence) when the audit chain is whole."""
        p = self.run(os.path.join(self.build, "fabsocctl"), "verify", "--state", self.dir, check=False)
        return p.returncode == 0, (p.stdout + p.stderr).strip()

    # ---- database

    def _admin(self, *statements):
        other = self.ctl("db", "conninfo").replace("dbname='fabsoc'", "dbname='postgres'")
        for s in statements:
            self.run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", other, "-c", s)

    def fresh_database(self):
        """The database as it was after init and roster."""
        self.close_sql()
        self._admin("drop database if exists fabsoc with (force)", "create database fabsoc template fabsoc_first")
        self.ctl("init", "--embedded")  # rights on the database are not part of a template

    def keep_database(self, name):
        self.close_sql()
        self._admin(f"drop database if exists {name} with (force)", f"create database {name} template fabsoc")

    def use_database(self, name):
        self.close_sql()
        self._admin("drop database if exists fabsoc with (force)", f"create database fabsoc template {name}")
        self.ctl("init", "--embedded")

    def rows(self, query):
        if not self.sql:
            self.sql = Sql(self.conninfo, self.env)
        return self.sql.rows(query)

    def one(self, query):
        """The only cell; None without a row."""
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def close_sql(self):
        if self.sql:
            self.sql.close()
            self.sql = None

    def position(self):
        """(epoch, block, events processed, name of the barrier or '')."""
        r = self.rows("select p.epoch, p.block, coalesce(s.events, 0), coalesce(s.barrier, '')"
                      " from soc.position p left join soc.status s on true")[0]
        return int(r[0]), int(r[1]), int(r[2]), r[3]

    # ---- service

    def story(self, source):
        """A copy of a story that every role may read; tests add to it."""
        to = self.path("story")
        shutil.copytree(source, to)
        self.open_to_all(to)
        return to

    def open_to_all(self, top):
        for folder, _, files in os.walk(top):
            os.chmod(folder, 0o755)
            for f in files:
                os.chmod(os.path.join(folder, f), 0o644)

    def configure(self, story=None, detects=2, intake=None, state="state", documents=None, agents=()):
        """Writes a configuration and returns its path. YAML holds JSON. With agents: gate and sign too."""
        documents = documents or story or os.path.join(SHARE, "demo", "story")
        conf = {
            "state": self.path(state), "detects": detects,
            "set": {"rules": os.path.join(SHARE, "rules"), "sources": os.path.join(SHARE, "sources"),
                    "playbooks": os.path.join(SHARE, "playbooks"),
                    **{k: os.path.join(documents, k + ".yaml") for k in ("fab", "policy", "roster")}},
            "roles": {"gate": False, "sign": False},
            "intake": intake or {},
            "engine": {"conninfo": self.engine_conninfo,
                       "credentials": {"passfile": self.path("cred", "soc_engine")}},
        }
        if story:
            conf["story"] = story
        if agents:
            self.configure_acting(conf, agents)
        file = self.path(f"{state}.yaml")
        with open(file, "w", encoding="utf-8") as f:
            json.dump(conf, f)
        return file

    def configure_acting(self, conf, agents):
        pki = self.path("pki")
        self.run(os.path.join(SHARE, "tools", "mkcerts"), pki, *[w for a in agents for w in ("--agent", a)])
        del conf["roles"]
        conf["gate"] = {"listen": "127.0.0.1:0", "credentials": {
            "ca": pki + "/ca.pem", "certificate": pki + "/gate.pem", "key": pki + "/gate.key"}}
        conf["engine"]["credentials"].update({"command.pub": pki + "/command.pub",
                                              **{f"agents/{a}.pub": f"{pki}/agents.pub/{a}.pub" for a in agents}})
        conf["sign"] = {"conninfo": self.ctl("db", "conninfo", "soc_sign"), "credentials": {
            "passfile": self.path("cred", "soc_sign"), "command_key": pki + "/command.key"}}

    def gate_port(self, state):
        """The port that the gate of a running service listens at; None before it is known."""
        try:
            with open(self.path(state, "run", "ports"), encoding="ascii") as f:
                return next((int(line.rsplit(":", 1)[1]) for line in f if line.startswith("gate ")), None)
        except FileNotFoundError:
            return None

    def start(self, conf):
        self.service = subprocess.Popen([os.path.join(self.build, "fabsocd"), conf], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env=self.env, start_new_session=True)

    def stop(self):
        """Ends the service as an administrator would; its exit status."""
        if not self.service:
            return 0
        p, self.service = self.service, None
        if p.poll() is None:
            p.terminate()
        try:
            return p.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)  # fabsocd and its children, and nobody else
            p.wait()
            raise Failure("fabsocd did not stop within 20 s")

    def roles(self):
        """[(name, pid)] of the service's children; 'detect' once a process, in order of birth."""
        out = []
        try:
            with open(f"/proc/{self.service.pid}/task/{self.service.pid}/children", encoding="ascii") as f:
                pids = [int(p) for p in f.read().split()]
        except OSError:
            return out
        for pid in pids:
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            out.append((os.path.basename(words[0]).decode(), pid))
        return out

    def wait(self, what, holds, seconds=PATIENCE):
        """Until holds() is true; gives its value."""
        end = time.monotonic() + seconds
        while True:
            for mind in self.minders:
                mind()
            got = holds()
            if got:
                return got
            if self.service and self.service.poll() is not None:
                raise Failure(f"fabsocd ended with {self.service.returncode} while waiting for {what}")
            if time.monotonic() > end:
                raise Failure(f"waited {seconds:.0f} s for {what}; epoch, block, events, barrier: {self.position()}")
            time.sleep(0.01)

    def log_tail(self, n=3000):
        try:
            with open(self.path("service.log"), "rb") as f:
                return f.read()[-n:].decode("utf-8", "replace")
        except OSError:
            return ""

    # ---- the end

    def close(self):
        if not self.dir:
            return
        try:
            self.stop()
        except Failure as e:
            print(f"# {e}", file=sys.stderr)
        self.tail = self.log_tail()
        if self.sql:
            try:
                self.refusals = "\n".join(" ".join(r) for r in self.rows(
                    "select intent, code, sentence from soc.intent_done where outcome <> 'applied'"))
            except Failure:
                pass
        self.close_sql()
        if os.path.exists(self.path("db")):
            self.ctl("db", "stop", check=False)
        self.log.close()
        if self.keep:
            print(f"# kept: {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        self.dir = None
        atexit.unregister(self.close)


class Tap:
    """Test Anything Protocol: a line a promise, the plan at the end."""

    def __init__(self):
        self.n = self.failed = 0

    def ok(self, holds, what):
        self.n += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.n} - {what}", flush=True)
        return bool(holds)

    def note(self, text):
        for line in str(text).splitlines():
            print(f"# {line}", flush=True)

    def end(self):
        print(f"1..{self.n}", flush=True)
        return 1 if self.failed else 0


def build_dir(argument=None):
    """The build that is tested: as given, else $FABSOC_BUILD, else build/release."""
    return os.path.abspath(argument or os.environ.get("FABSOC_BUILD") or os.path.join(TOP, "build", "release"))
