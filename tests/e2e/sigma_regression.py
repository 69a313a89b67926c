#!/usr/bin/python3
"""sigma_regression [--build DIR] - the public rules fire on the events their authors recorded, files as they are.

SPDX-License-Identifier: Apache-2.0

One scan over all files of ../shared/data/sigma-regression with all rules of ../shared/data/sigma-rules: the sequence
of printed JSON objects, told by content, its log source by table. A case passes with at least `match_count` matches of
its rule. Other rules that fire are listed, by how many cases; they are right by their own words (sigma_solve.py).
"""
import argparse
import collections
import glob
import json
import os
import subprocess
import sys

import yaml

import sigma_solve
from service import build_dir

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(TOP, "..", "shared", "data")


def cases():
    for at in sorted(glob.glob(os.path.join(DATA, "sigma-regression", "*", ""))):
        with open(os.path.join(at, "info.yml"), encoding="utf-8") as f:
            info = yaml.safe_load(f)
        with open(os.path.join(at, "RULE_PATH.txt"), encoding="utf-8") as f:
            path = os.path.join(DATA, "sigma-rules", f.read().strip())
        yield (os.path.basename(at[:-1]), sorted(glob.glob(os.path.join(at, "*.json"))), path,
               info["regression_tests_info"][0].get("match_count", 1))


def flat(event):
    """What Sigma's words are read against: System and EventData as one map, attributes joined by underscores."""
    out = {}

    def put(name, v):
        if isinstance(v, dict):
            for k, inner in v.items():
                if k == "#attributes":
                    for a, text in inner.items():
                        out[f"{name}_{a}"] = text
                elif k == "#text":
                    out[name] = inner
                else:
                    put(k, inner)
        else:
            out[name] = v

    for part in ("System", "EventData", "UserData"):
        put(part, event.get("Event", {}).get(part) or {})
    return out


def events_of(path):
    with open(path, encoding="utf-8-sig") as f:
        text = f.read()
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        event, at = decoder.raw_decode(text, at)
        yield text.count("\n", 0, at) + 1, event


def right_by_its_words(rule_path, files):
    with open(rule_path, encoding="utf-8") as f:
        root = sigma_solve.read_detection(yaml.safe_load(f)["detection"], {})
    return any(sigma_solve.evaluate(root, flat(e)) for path in files for _, e in events_of(path))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default=None)
    build = build_dir(ap.parse_args().build)
    every = list(cases())
    by_id = {}
    for at, _, names in os.walk(os.path.join(DATA, "sigma-rules")):
        for name in names:
            if name.endswith(".yml"):
                with open(os.path.join(at, name), encoding="utf-8") as f:
                    doc = yaml.load(f, yaml.CSafeLoader)
                by_id[doc.get("id")] = (os.path.join(at, name), doc["title"])
    print("1..2")
    p = subprocess.run([os.path.join(build, "fabsocctl"), "scan", "--rules", os.path.join(DATA, "sigma-rules"),
                        *[f for _, files, _, _ in every for f in files]],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = collections.defaultdict(collections.Counter)
    for line in p.stdout.splitlines():
        m = json.loads(line)
        found[m["file"]][m["rule_id"]] += 1
    missed, others, wrong = [], collections.defaultdict(list), []
    ids = {os.path.realpath(path): rule for rule, (path, _) in by_id.items()}
    for name, files, path, want in every:
        own = ids[os.path.realpath(path)]
        n = sum(found[f][own] for f in files)
        if n < want:
            missed.append(f"{name}: {n} of {want}")
        for rule in {r for f in files for r in found[f]} - {own}:
            others[rule].append(name)
            if not right_by_its_words(by_id[rule][0], files):
                wrong.append(f"{by_id[rule][1]} on {name}")
    print(f"# {len(every)} cases, {len(every) - len(missed)} at or above their match count; {len(others)} other rules "
          f"fire on {len({c for v in others.values() for c in v})} of them, {len(wrong)} against their own words")
    for line in missed + wrong + [f"also: {by_id[r][1]} ({len(c)})" for r, c in sorted(others.items())]:
        print("# " + line)
    print(f"{'not ok' if missed or not every else 'ok'} 1 - every case reaches its match count")
    print(f"{'not ok' if wrong else 'ok'} 2 - what else fires is right by its own words")
    return 1 if missed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
