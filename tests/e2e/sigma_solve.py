"""sigma_solve - events that a Sigma detection asks for, and events that just miss it.

SPDX-License-Identifier: Apache-2.0

A second reading of the specification, from the YAML and nothing else: it shares no code with the product, so
that a rule which loads but can never fire is found. solve() picks a truth value for each field test that makes
the condition true, composes values, and keeps the event only when its own evaluation says yes; near_miss()
changes one character, or takes one field away, so that it says no.
"""
import base64
import ipaddress
import random
import re
import re._parser as sre

STAR, ONE = object(), object()
TRIES = 400
REDUCED = {"contains", "startswith", "endswith"}


class Unsolved(Exception):
    """No event was found."""


# ---- values

def tokens(text):
    """A Sigma string: characters, STAR and ONE."""
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c == "\\" and i + 1 < len(text) and text[i + 1] in "*?\\":
            i += 1
            out.append(text[i])
        else:
            out.append(STAR if c == "*" else ONE if c == "?" else c)
        i += 1
    return out


def encoded(toks, mod):
    """The alternatives that one encoding makes of a value."""
    text = "".join(toks)
    if mod in ("wide", "utf16le"):
        return [list(text.encode("utf-16le").decode("latin-1"))]
    if mod == "utf16be":
        return [list(text.encode("utf-16be").decode("latin-1"))]
    if mod == "utf16":
        return [list((b"\xff\xfe" + text.encode("utf-16le")).decode("latin-1"))]
    data = text.encode("latin-1" if all(ord(c) < 256 for c in text) else "utf-8")
    if mod == "base64":
        return [list(base64.b64encode(data).decode())]
    start, end = (0, 2, 3), (None, -3, -2)
    return [list(base64.b64encode(i * b" " + data)[start[i]:end[(len(data) + i) % 3]].decode()) for i in range(3)]


def expanded(toks, lists):
    text = "".join("\0" if t is STAR else "\1" if t is ONE else t for t in toks)
    m = re.search(r"%([\w.-]+)%", text)
    if not m:
        return [toks]
    return [t for item in lists[m.group(1)]
            for t in expanded([STAR if c == "\0" else ONE if c == "\1" else c
                               for c in text[:m.start()] + item + text[m.end():]], lists)]


def pattern(toks, windash, cased):
    out = []
    for i, t in enumerate(toks):
        before, after = toks[i - 1] if i else " ", toks[i + 1] if i + 1 < len(toks) else None
        option = (windash and t in ("-", "/") and not (isinstance(before, str) and re.match(r"\w", before))
                  and isinstance(after, str) and re.match(r"\w", after))
        out.append(".*" if t is STAR else "." if t is ONE else "[-/\u2013\u2014\u2015]" if option else re.escape(t))
    return re.compile("".join(out), re.DOTALL | (0 if cased else re.IGNORECASE))


class Atom:
    """One value of one field test."""

    def __init__(self, field, mods, value, lists):
        self.field, self.mods, self.value = field, mods, value
        self.alternatives = []
        text = not ({"re", "cidr", "exists", "fieldref", "lt", "lte", "gt", "gte"} & set(mods)) and value is not None
        if not text:
            return
        alts = [tokens(str(value).lower() if isinstance(value, bool) else str(value))]
        for m in mods:
            if m in ("wide", "utf16le", "utf16be", "utf16", "base64", "base64offset"):
                alts = [e for a in alts for e in encoded(a, m)]
            elif m == "expand":
                alts = [e for a in alts for e in expanded(a, lists)]
            elif m in REDUCED:
                alts = [([STAR] if m != "startswith" else []) + a + ([STAR] if m != "endswith" else []) for a in alts]
        if field == "":
            alts = [[STAR] + a + [STAR] for a in alts]
        self.alternatives = [(a, pattern(a, "windash" in mods, "cased" in mods)) for a in alts]

    def one(self, v, event):
        if "re" in self.mods:
            flags = sum(f for m, f in (("i", re.I), ("m", re.M), ("s", re.S)) if m in self.mods)
            return re.search(self.value, v, flags) is not None
        if "cidr" in self.mods:
            try:
                return ipaddress.ip_address(v) in ipaddress.ip_network(self.value)
            except ValueError:
                return False
        if "fieldref" in self.mods:
            o = event.get(self.value)
            if o is None:
                return False
            v, o = v.lower(), str(o).lower()
            return (o in v if "contains" in self.mods else v.startswith(o) if "startswith" in self.mods
                    else v.endswith(o) if "endswith" in self.mods else v == o)
        for m, holds in (("lt", float.__lt__), ("lte", float.__le__), ("gt", float.__gt__), ("gte", float.__ge__)):
            if m in self.mods:
                try:
                    return holds(float(v), float(self.value))
                except ValueError:
                    return False
        return any(p.fullmatch(v) for _, p in self.alternatives)

    def holds(self, event):
        if self.field == "":
            return any(self.one(str(v), event) for v in event.values() if v is not None)
        v = event.get(self.field)
        if "exists" in self.mods:
            return (self.field in event) == self.value
        if self.value is None:
            return v is None
        return v is not None and self.one(str(v), event)


# ---- detections

def read_map(m, lists):
    parts = []
    for key, value in m.items():
        field, *mods = str(key).split("|")
        values = value if isinstance(value, list) else [value]
        atoms = [("atom", Atom(field, mods, v, lists)) for v in values]
        node = ("and" if "all" in mods else "or", atoms)
        parts.append(("not", node) if "neq" in mods else node)
    return ("and", parts)


def read_selection(value, lists):
    if isinstance(value, dict):
        return read_map(value, lists)
    values = value if isinstance(value, list) else [value]
    return ("or", [read_map(v, lists) if isinstance(v, dict) else ("atom", Atom("", [], v, lists)) for v in values])


def read_condition(text, sel):
    words = re.findall(r"[()]|[^\s()]+", text)
    at = 0

    def peek(n=0):
        return words[at + n].lower() if at + n < len(words) else ""

    def unit():
        nonlocal at
        if peek() == "(":
            at += 1
            n = either()
            at += 1
            return n
        if peek(1) == "of":
            op, what = "and" if peek() == "all" else "or", words[at + 2]
            at += 3
            fits = re.compile(".*" if what == "them" else what.replace("*", ".*"))
            return (op, [n for k, n in sel.items() if fits.fullmatch(k) and (not k.startswith("_") or what[0] == "_")])
        at += 1
        return sel[words[at - 1]]

    def no():
        nonlocal at
        if peek() == "not":
            at += 1
            return ("not", no())
        return unit()

    def both():
        nonlocal at
        parts = [no()]
        while peek() == "and":
            at += 1
            parts.append(no())
        return ("and", parts)

    def either():
        nonlocal at
        parts = [both()]
        while peek() == "or":
            at += 1
            parts.append(both())
        return ("or", parts)

    return either()


def read_detection(det, lists):
    """The condition of a rule's `detection` as a tree over atoms."""
    sel = {k: read_selection(v, lists) for k, v in det.items() if k not in ("condition", "timeframe")}
    cond = det["condition"]
    return ("or", [read_condition(c, sel) for c in (cond if isinstance(cond, list) else [cond])])


def evaluate(node, event):
    op, x = node
    if op == "atom":
        return x.holds(event)
    if op == "not":
        return not evaluate(x, event)
    return (all if op == "and" else any)(evaluate(n, event) for n in x)


# ---- composing

def pick(node, want, rng, first):
    """Truth values of atoms that make the node `want`: [(atom, bool)]."""
    op, x = node
    if op == "atom":
        return [(x, want)]
    if op == "not":
        return pick(x, not want, rng, first)
    if (op == "and") == want:
        return [p for n in x for p in pick(n, want, rng, first)]
    return pick(x[0] if first else rng.choice(x), want, rng, first) if x else [(None, False)]


def sample(parsed, rng):
    """A text that the expression finds, without regard to what stands around it."""
    out = []
    for op, arg in parsed:
        name = str(op)
        if name == "LITERAL":
            out.append(chr(arg))
        elif name == "NOT_LITERAL":
            out.append("a" if chr(arg) != "a" else "b")
        elif name == "ANY":
            out.append(rng.choice("ab1"))
        elif name == "IN":
            out.append(from_class(arg, rng))
        elif name == "BRANCH":
            out.append(sample(rng.choice(arg[1]), rng))
        elif name == "SUBPATTERN":
            out.append(sample(arg[3], rng))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = arg
            out.append("".join(sample(inner, rng) for _ in range(max(low, min(int(high), rng.choice((0, 1)))))))
        elif name == "ASSERT":
            out.append(sample(arg[1], rng))
        elif name == "AT" and "BOUNDARY" in str(arg):
            out.append(rng.choice(("", " ")))
    return "".join(out)


def from_class(items, rng):
    negated = str(items[0][0]) == "NEGATE"
    for _ in range(200):
        if negated:
            c = rng.choice("abcXYZ019 _-.;~")
            if not any(in_item(i, c) for i in items[1:]):
                return c
            continue
        op, arg = rng.choice(items)
        if str(op) == "LITERAL":
            return chr(arg)
        if str(op) == "RANGE":
            return chr(rng.randint(*arg))
        kind = str(arg)
        return rng.choice(" " if kind.endswith("_SPACE") and "NOT" not in kind else "a1"
                          if kind.endswith("CATEGORY_WORD") else "7" if kind.endswith("CATEGORY_DIGIT") else "a-")
    return "a"


def in_item(item, c):
    op, arg = str(item[0]), item[1]
    if op == "LITERAL":
        return ord(c) == arg
    if op == "RANGE":
        return arg[0] <= ord(c) <= arg[1]
    kind = str(arg)
    yes = c.isspace() if "SPACE" in kind else c.isdigit() if "DIGIT" in kind else bool(re.match(r"\w", c))
    return yes != ("NOT" in kind)


def piece(atom, rng, first):
    """(where, text): the part of a value that the atom asks for; where = whole, front, back or any."""
    if "re" in atom.mods:
        text = sample(sre.parse(atom.value), rng)
        return ("whole" if first else rng.choice(("whole", "any")), text)
    if "cidr" in atom.mods:
        net = ipaddress.ip_network(atom.value)
        return ("whole", str(net.network_address + (1 if net.num_addresses > 1 else 0)))
    for m, off in (("lt", -1), ("lte", 0), ("gt", 1), ("gte", 0)):
        if m in atom.mods:
            return ("whole", str(int(atom.value) + off))
    toks = (atom.alternatives[0] if first else rng.choice(atom.alternatives))[0]
    front, back = toks[:1] == [STAR], toks[-1:] == [STAR] and len(toks) > 1
    filler = "" if first else rng.choice(("", "x", " z "))
    text = "".join(filler if t is STAR else "q" if t is ONE else t
                   for t in toks[1 if front else 0:len(toks) - (1 if back else 0)])
    return ("any" if front and back else "back" if front else "front" if back else "whole", text)


def compose(atoms, rng, first):
    parts = {"whole": [], "front": [], "any": [], "back": []}
    for a in atoms:
        where, text = piece(a, rng, first)
        if text not in parts[where]:
            parts[where].append(text)
    if parts["whole"]:
        return rng.choice(parts["whole"])
    glue = " " if first else rng.choice((" ", "", "\\", "/", "~"))
    if not first:
        rng.shuffle(parts["any"])
    lead = max(parts["front"], key=len, default="")
    tail = max(parts["back"], key=len, default="")
    middle = [t for t in parts["any"] if first or rng.random() < 0.5 or (t not in lead and t not in tail)]
    text = glue.join(([lead] if lead else []) + middle)
    return text + (glue if text and tail and not first else " " if text and tail and not lead else "") + tail


def build(plan, rng, first):
    by, event = {}, {}
    for atom, want in plan:
        if atom:
            by.setdefault(atom.field, []).append((atom, want))
    refs = []
    for field, rows in by.items():
        yes = [a for a, want in rows if want and a.value is not None and "exists" not in a.mods]
        refs += [a for a in yes if "fieldref" in a.mods]
        yes = [a for a in yes if "fieldref" not in a.mods]
        gone = any((want and a.value is None) or ("exists" in a.mods and a.value != want) for a, want in rows)
        there = any((not want and a.value is None) or ("exists" in a.mods and a.value == want) for a, want in rows)
        name = field or "message"
        if yes:
            event[name] = compose(yes, rng, first)
        elif gone:
            continue
        elif there or (not first and rng.random() < 0.3):
            event[name] = rng.choice(("value1", "0", "1")) if not first else "value1"
    for a in refs:
        event.setdefault(a.value, "same1")
        event[a.field] = event[a.value]
    return event


def solve(root, want=True, seed=0):
    rng = random.Random(seed)
    for n in range(TRIES):
        event = build(pick(root, want, rng, n == 0), rng, n < 2)
        if evaluate(root, event) == want:
            return event
    raise Unsolved()


def changes(event):
    for field, v in sorted(event.items(), key=lambda kv: -len(str(kv[1]))):
        text = str(v)
        for at in sorted(range(len(text)), key=lambda i: abs(i - len(text) // 2)):
            yield {**event, field: text[:at] + ("~" if text[at] != "~" else "#") + text[at + 1:]}
    for field in event:
        yield {k: v for k, v in event.items() if k != field}


def near_miss(root, event, seed=0):
    """The event with the least change that makes the answer no."""
    for other in changes(event):
        if other and not evaluate(root, other):
            return other
    return solve(root, False, seed)
