#!/usr/bin/python3
"""sigma_fires [--build DIR] [RULES] - every public rule that loads can fire, and does not on a near miss.

SPDX-License-Identifier: Apache-2.0

For each rule an event that its detection asks for and one that just misses it are made (sigma_solve.py) and go
through `fabsocctl scan`, each under the rule's log source. Placeholders are filled from a model made for it.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

import sigma_solve
from service import build_dir

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(TOP, "..", "shared", "data", "sigma-rules")
LEAST = 0.995  # of the documents, with the lists of the demo's model

# Rules whose own words contradict each other, so that no event can satisfy them (share/doc/SIGMA.md).
CONTRADICTORY = {"53d4bb30-3f36-4e8a-b078-69d36c4a79ff": "CommandLine is \"RunWizard\" and holds a GUID in braces"}


def rules_of(folder):
    for at, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith((".yml", ".yaml")):
                path = os.path.join(at, name)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                for doc in yaml.load_all(text, yaml.CSafeLoader):
                    if isinstance(doc, dict) and "detection" in doc:
                        yield path, doc, text


def lists_for(docs):
    names = {n for _, _, text in docs if "expand" in text for n in re.findall(r"%([\w.-]+)%", text)}
    return {n: [f"{n.lower()}-1", f"{n.lower()}-2$"] for n in names}


def write_model(path, lists):
    model = {"fab": {"site": "X", "number": 1}, "areas": [{"id": "a"}], "bays": [{"id": "B", "area": "a"}],
             "assets": [{"id": "A-1", "kind": "k", "bay": "B", "tier": "T3"}], "lists": lists}
    with open(path, "w", encoding="utf-8") as f:
        yaml.safe_dump(model, f)


def source_text(name, logsource):
    own = {k: v for k, v in logsource.items() if k in ("product", "category", "service")}
    return yaml.safe_dump({"name": name, "title": name, "group": "os", "mechanism": "json", "logsource": own,
                           "match": {"fields": {"_gen": name}}})


def make_events(docs, lists, sources):
    """Lines, and for each (rule id, whether it must fire)."""
    lines, want, known, unsolved = [], [], {}, []
    for path, doc, _ in docs:
        ls = {k: str(v) for k, v in doc["logsource"].items() if k in ("product", "category", "service")}
        name = known.setdefault(tuple(sorted(ls.items())), f"gen-{len(known)}")
        with open(os.path.join(sources, name + ".yaml"), "w", encoding="utf-8") as f:
            f.write(source_text(name, ls))
        try:
            root = sigma_solve.read_detection(doc["detection"], lists)
            yes = sigma_solve.solve(root)
            no = sigma_solve.near_miss(root, yes)
        except (sigma_solve.Unsolved, KeyError, re.error, RecursionError) as e:
            if doc["id"] not in CONTRADICTORY:
                unsolved.append((path, repr(e)))
            continue
        for event, fires in ((yes, True), (no, False)):
            lines.append(json.dumps({"_gen": name, **event}))
            want.append((doc["id"], fires, path))
    return lines, want, unsolved


def scan(build, share, model, rules, text):
    p = subprocess.run([os.path.join(build, "fabsocctl"), "scan", "--fab", model, "--stats", "--rules", rules, "-"],
                       input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                       env={**os.environ, "FABSOC_SHARE": share})
    found = collections.defaultdict(set)
    for line in p.stdout.splitlines():
        m = json.loads(line)
        found[m["line"]].add(m["rule_id"])
    return found, json.loads(p.stderr.splitlines()[-1]), p.stderr.splitlines()[:-1]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default=None)
    ap.add_argument("rules", nargs="?", default=RULES)
    a = ap.parse_args()
    build = build_dir(a.build)
    print("1..3")
    docs = list(rules_of(a.rules))
    lists, faults = lists_for(docs), []
    with tempfile.TemporaryDirectory() as tmp:
        sources = os.path.join(tmp, "sources")
        os.mkdir(sources)
        model = os.path.join(tmp, "fab.yaml")
        write_model(model, lists)
        lines, want, unsolved = make_events(docs, lists, sources)
        found, stats, said = scan(build, tmp, model, a.rules, "\n".join(lines) + "\n")
        _, ours, refused = scan(build, tmp, os.path.join(TOP, "share", "fab", "demo.yaml"), a.rules, "{}\n")
    for n, (rule, fires, path) in enumerate(want, 1):
        if (rule in found[n]) != fires:
            faults.append(f"{os.path.relpath(path, a.rules)}: {'silent on' if fires else 'fires on'} {lines[n - 1]}")
    total = ours["rules_loaded"] + ours["rules_refused"]
    print(f"# {total} documents, {ours['rules_loaded']} load ({100 * ours['rules_loaded'] / total:.2f} %), "
          f"{len(want) // 2} rules with an event and a near miss, {len(docs) - len(want) // 2} without; {len(faults)} wrong")
    for line in refused + said + faults + [f"{p}: {e}" for p, e in unsolved]:
        print("# " + line)
    for n, (ok, what) in enumerate(((ours["rules_loaded"] >= LEAST * total, "public rules load"),
                                    (stats["rules_refused"] == 0, "filled placeholders refuse nothing"),
                                    (not faults and not unsolved and want, "what loads can fire")), 1):
        print(f"{'ok' if ok else 'not ok'} {n} - {what}")
    return 0 if ours["rules_loaded"] >= LEAST * total and not faults and not unsolved else 1


if __name__ == "__main__":
    sys.exit(main())
