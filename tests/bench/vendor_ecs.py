#!/usr/bin/python3
"""vendor_ecs.py - how much of real vendors' records the source files turn into ECS.

    tests/bench/vendor_ecs.py BUILD [FORMAT...] [--wrong]
    tests/bench/vendor_ecs.py --twice

Every case of ../shared/data/vendor-ecs (input.message and the ECS document it should become) is written
to a file of its own and decoded without being told its source. Scored are the core names of
../shared/reference/formats.md 10, those of url.* that a record itself says included (registered_domain,
top_level_domain and subdomain are look-ups in a list that no record carries, so they are left out).

How values are compared:
- A value is right when it is equal as text after these, and only these, allowances:
  * a list of one is its element; lists are compared as sets; an empty list or string is no value;
  * 443 and "443" are equal (the expectation writes codes and ids now as numbers, now as strings);
  * @timestamp is compared as a time, to the microsecond (a tenth digit is cut);
  * blanks at the ends of `message`, `event.reason` and `process.command_line` do not count;
  * an address is compared as an address, so 2001:db8::0001 and 2001:DB8::1 are equal;
  * host.ip, of which a record may say several: right when the expected one is among ours or ours
    among the expected.
- event.severity: the expectation keeps each product's own scale (CEF 0-10, EVE 1-4 with 1 the worst, words as
  they are), ours is 0 to 100 for all (formats.md 10). The numbers cannot be equal, but the order can: right
  are the cases of a format whose values, ours against the expected, are of the longest chain that rises or
  falls together and gives equal values for equal ones. So a scale read upside down for some records, or two
  grades made one the wrong way round, is wrong; a scale that is turned round as a whole is not.
- expected and not given = missed; given and not expected, or given with another value = wrong. An expected
  @timestamp of the year is wrong when it differs; where the expectation names none, ours (receive time)
  is not counted.
- right % = right / expected.

One table by format, then the sums of the list that the issue names (FAB) and of the rest.
--wrong lists every difference: case, field, expected, got, and the beginning of the input.

--twice lists the records that are cases of two formats which expect different things of them: nobody is right
for both. Six of the 14 of `cef` are such: Palo Alto's and Cybereason's, whose own formats expect something else.
A record has one source here, the vendor's where there is a file, so of `cef` it is the vendor's answer that is
given. What `cef` expects and is not given (14 values in 7 lines):

- as the vendor's own format has it: @timestamp `rt`, not `start` (2), network.protocol not App-ID's name (2),
  in lower case (2), event.action `act`, not `reason` (2), event.reason `reason`, not `msg` (1);
- as the standards have it: event.outcome `failure`, not `failed` (ECS; 1), "\\\\" and "\\=" of an extension are "\\" and
  "=" (CEF; 2), "C:\\x" is no URL with the scheme c (RFC 3986; 2).
"""

import datetime
import glob
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile

DATA = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data", "vendor-ecs")

CORE = """message event.category event.type @timestamp source.ip observer.vendor event.action user.name
observer.product event.dataset event.reason event.outcome event.code host.name destination.ip source.port
destination.port log.level event.kind event.severity network.protocol user.domain process.pid process.name
user.id network.transport file.name rule.name agent.id process.executable destination.user.name
process.command_line url.original url.full url.domain url.path url.scheme url.port url.query""".split()

FAB = """windows winlogbeat auditbeat openssh suricata netfilter fortigate paloalto-ngfw cisco-ios
cisco-secure-firewall cisco-ise nozomi-* claroty-xdome cyberark-* delinea-pra beyondtrust-pra-sessions
wallix-bastion one-identity-sps cef deep-security trend-micro-* trellix-epo* symantec-endpoint-protection
kaspersky_endpoint_security eset_protect vmware-* openvpn veeam_backup openldap freeradius""".split()

IPS = {"source.ip", "destination.ip", "host.ip"}
TRIM = {"message", "event.reason", "process.command_line"}


def is_fab(name):
    return any(name == p or (p.endswith("*") and name.startswith(p[:-1])) for p in FAB)


def flat(tree, prefix=""):
    for key, value in tree.items():
        name = prefix + key
        if isinstance(value, dict):
            yield from flat(value, name + ".")
        elif value not in (None, "", []):
            yield name, value


def as_time(text):
    m = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$", str(text))
    if not m:
        return text
    zone = (m[4] or "Z").replace("Z", "+00:00")
    zone = zone if ":" in zone else zone[:3] + ":" + zone[3:]
    base = datetime.datetime.fromisoformat(f"{m[1]}T{m[2]}{zone}")
    return base + datetime.timedelta(microseconds=int(((m[3] or "") + "000000")[:6]))


def norm(name, value):
    values = value if isinstance(value, list) else [value]
    out = set()
    for v in values:
        v = {True: "true", False: "false"}.get(v, v) if isinstance(v, bool) else v
        v = str(v)
        if name in TRIM:
            v = v.strip()
        if name == "@timestamp":
            v = as_time(v)
        elif name in IPS:
            try:
                v = str(ipaddress.ip_address(v))
            except ValueError:
                pass
        if v != "":
            out.add(v)
    return frozenset(out)


def equal(name, want, got):
    return norm(name, want) == norm(name, got)


WORDS = "unknown none informational information info notice low medium moderate warning high error critical fatal".split()


def grade(value):
    """A number for what the expectation calls a severity; None when it is no grade."""
    text = str(value[0] if isinstance(value, list) and value else value).strip().lower()
    try:
        return float(text)
    except ValueError:
        return float(WORDS.index(text)) if text in WORDS else None


def chain(pairs, sign):
    """The indices of the longest chain of (expected, ours) that rises together (sign 1) or falls (-1)."""
    groups = {}
    for i, (w, g) in enumerate(pairs):
        groups.setdefault((w, g * sign), []).append(i)
    keys = sorted(groups)
    best = []
    for k, (w, g) in enumerate(keys):
        before = [b for (w2, g2), b in zip(keys[:k], best) if w2 < w and g2 <= g]
        best.append(max(before, key=len, default=[]) + groups[(w, g)])
    return max(best, key=len, default=[])


def right_severities(rows):
    """Of a format's (case, expected, ours), the cases whose grade has its place in one order."""
    graded = [(i, grade(w), grade(g)) for i, w, g in rows]
    pairs = [(w, g) for _, w, g in graded if w is not None and g is not None]
    cases = [i for i, w, g in graded if w is not None and g is not None]
    return {cases[k] for k in max(chain(pairs, 1), chain(pairs, -1), key=len)}


def load(wanted):
    for path in sorted(glob.glob(os.path.join(DATA, "*", "*", "*.json"))):
        form = os.path.basename(os.path.dirname(path))
        if not wanted or form in wanted:
            with open(path, encoding="utf-8") as f:
                case = json.load(f)
            yield form, path, case["input"]["message"], dict(flat(case["expected"]))


def decode(build, cases, folder):
    """ECS of each case, by number; of a record that was cut in two, the first."""
    names = []
    for i, (_, _, text, _) in enumerate(cases):
        names.append(os.path.join(folder, f"{i:05d}"))
        with open(names[-1], "w", encoding="utf-8", newline="") as f:
            f.write(text)
    events = {}
    for at in range(0, len(names), 400):
        run = subprocess.run([os.path.join(build, "fabsocctl"), "decode", *names[at:at + 400]],
                             stdout=subprocess.PIPE, check=False)
        if run.returncode not in (0, 1):
            sys.exit(f"vendor_ecs: fabsocctl decode ended with {run.returncode}")
        for line in run.stdout.decode("utf-8").splitlines():
            event = json.loads(line)
            events.setdefault(int(os.path.basename(event["file"])), []).append(event)
    return events


def score(want, event, severity=True):
    """(right, missed, wrong) as lists of (name, expected, got); `severity`: what right_severities() says."""
    got = dict(event["ecs"])
    no_time = "@timestamp" not in want
    if not no_time:
        got["@timestamp"] = event["@timestamp"]
    right, missed, wrong = [], [], []
    for name in CORE:
        w, g = want.get(name), got.get(name)
        g = None if g in ("", []) else g
        if w is None and g is not None:
            wrong.append((name, None, g))
        elif w is not None and g is None:
            missed.append((name, w, None))
        elif w is not None:
            ok = severity if name == "event.severity" else equal(name, w, g)
            (right if ok else wrong).append((name, w, g))
    return right, missed, wrong


def twice(cases):
    """The records of two formats: (case, case, [(name, expected there, expected here)])."""
    seen = {}
    for form, path, text, want in cases:
        body = re.search(r"(CEF|LEEF):", text)
        key = text[body.start():].strip() if body else text.strip()
        for form2, path2, want2 in seen.setdefault(key, []):
            rows = [(n, want2.get(n), want.get(n)) for n in CORE if n not in ("message", "event.severity")
                    and not equal(n, want2.get(n, ""), want.get(n, ""))]
            if form != form2 and rows:
                yield f"{form2}/{os.path.basename(path2)}", f"{form}/{os.path.basename(path)}", rows
        seen[key].append((form, path, want))


def show_twice(cases):
    for first, second, rows in twice(cases):
        print(f"{first}, {second}")
        for name, a, b in rows:
            print(f"    {name}: {str(a)[:80]!r}, {str(b)[:80]!r}")


def main():
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    listed = "--wrong" in sys.argv
    if "--twice" in sys.argv:
        show_twice(load(set(args)))
        return
    if not args:
        sys.exit(__doc__)
    build, wanted = args[0], set(args[1:])
    if not os.path.isdir(DATA):
        print("vendor_ecs: no data, nothing to measure")
        return
    cases = list(load(wanted))
    with tempfile.TemporaryDirectory() as folder:
        events = decode(build, cases, folder)
    none = [{"ecs": {}, "@timestamp": "", "source": "none", "kind": "none"}]
    table, severities = {}, {}
    for i, (form, _, _, want) in enumerate(cases):
        got = events.get(i, none)[0]["ecs"].get("event.severity")
        if "event.severity" in want and got is not None:
            severities.setdefault(form, []).append((i, want["event.severity"], got))
    ordered = set().union(*map(right_severities, severities.values()))
    for i, (form, path, text, want) in enumerate(cases):
        first = events.get(i, none)[0]
        right, missed, wrong = score(want, first, i in ordered)
        row = table.setdefault(form, [0, 0, 0, 0, 0, {}])
        n_want = sum(1 for n in CORE if n in want)
        for k, v in enumerate((1, n_want, len(right), len(missed), len(wrong))):
            row[k] += v
        row[5][first["source"]] = row[5].get(first["source"], 0) + 1
        if listed:
            print(f"{form}/{os.path.basename(path)} source={first['source']} kind={first['kind']}"
                  f" records={len(events.get(i, []))}: {text[:160]!r}")
            for tag, rows in (("missed", missed), ("wrong", wrong)):
                for name, w, g in rows:
                    print(f"    {tag:6} {name}: expected {str(w)[:120]!r}, got {str(g)[:120]!r}")
    show(table)


def show(table):
    print(f"{'format':34} {'cases':>5} {'core':>6} {'right':>6} {'right%':>7} {'wrong':>6}  sources")
    sums = {"fab": [0, 0, 0, 0, 0], "rest": [0, 0, 0, 0, 0]}
    for form in sorted(table, key=lambda f: (not is_fab(f), f)):
        row = table[form]
        group = sums["fab" if is_fab(form) else "rest"]
        for k in range(5):
            group[k] += row[k]
        names = " ".join(f"{k}:{v}" for k, v in sorted(row[5].items(), key=lambda x: -x[1])[:3])
        line("* " * is_fab(form) + form, row, names)
    for name, row in sums.items():
        if row[0]:
            line("sum " + name, row, "")


def line(name, row, tail):
    percent = 100 * row[2] / row[1] if row[1] else 0
    print(f"{name:34} {row[0]:5} {row[1]:6} {row[2]:6} {percent:7.1f} {row[4]:6}  {tail}".rstrip())


if __name__ == "__main__":
    main()
