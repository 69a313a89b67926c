#!/usr/bin/python3
"""attack_coverage [BUILD] - for each recorded attack: which rules of the labelled technique fired.

SPDX-License-Identifier: Apache-2.0

../shared/data/sysmon and campaigns through `fabsocctl scan` with ../shared/data/sigma-rules. A technique is *covered*
when a loaded rule carries it (a sub-technique counts for its parent and the other way round); the column `fired` counts the
rules of it that matched. Where none did, `words` counts those whose words hold for some event of the files whatever its log
source (sigma_solve.py): 0 = there is nothing that a loaded rule describes. Columns: data set, technique, rules that carry
it, of those fired, words, rules fired in all, matches.
"""
import collections
import glob
import gzip
import json
import os
import re
import subprocess
import sys

import yaml

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))
import sigma_solve  # noqa: E402
DATA = os.path.join(TOP, "..", "shared", "data")
# The campaigns' techniques by their authors' descriptions: they have no metadata file.
CAMPAIGNS = {"LSASS_campaign_04": ["T1003.001"], "Log4Shell": ["T1190"]}


def techniques(meta):
    with open(meta, encoding="utf-8") as f:
        for m in yaml.safe_load(f).get("attack_mappings") or []:
            subs = m.get("sub-technique")
            subs = subs if isinstance(subs, list) else [subs]
            for s in subs:
                yield m["technique"] + (f".{s}" if s not in (None, "") else "")


def data_sets():
    for meta in sorted(glob.glob(os.path.join(DATA, "sysmon", "**", "metadata.yaml"), recursive=True)):
        at = os.path.dirname(meta)
        files = [f for f in sorted(glob.glob(os.path.join(at, "*"))) if not f.endswith(".yaml")]
        yield os.path.basename(at), files, list(dict.fromkeys(techniques(meta)))
    for name, labels in CAMPAIGNS.items():
        files = [f for f in glob.glob(os.path.join(DATA, "campaigns", name, "**"), recursive=True) if os.path.isfile(f)]
        yield name, sorted(files), labels


def rule_tags():
    """Techniques and detections by rule id."""
    tags, words = {}, {}
    for at, _, names in os.walk(os.path.join(DATA, "sigma-rules")):
        for name in names:
            if name.endswith(".yml"):
                with open(os.path.join(at, name), encoding="utf-8") as f:
                    doc = yaml.load(f, yaml.CSafeLoader)
                tags[doc.get("id")] = {t.split(".", 1)[1].upper() for t in doc.get("tags") or []
                                       if re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", t)}
                try:
                    words[doc.get("id")] = sigma_solve.read_detection(doc["detection"], {})
                except KeyError:  # a placeholder
                    pass
    return tags, words


def events(files):
    for path in files:
        with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", errors="replace") as f:
            for line in f:
                try:
                    e = json.loads(line)
                except ValueError:
                    continue
                if e.get("EventID") == 4688:
                    e = {**e, "Image": e.get("NewProcessName"), "ParentImage": e.get("ParentProcessName")}
                yield e


def described(files, roots):
    every = list(events(files))
    return sum(1 for root in roots if any(sigma_solve.evaluate(root, e) for e in every))


def same(a, b):
    return a == b or a.split(".")[0] == b or b.split(".")[0] == a


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, "build", "release")
    (tags, words), rows = rule_tags(), []
    sets = list(data_sets())
    p = subprocess.run([os.path.join(build, "fabsocctl"), "scan", "--stats", "--fab",
                        os.path.join(TOP, "share", "fab", "demo.yaml"), "--rules", os.path.join(DATA, "sigma-rules"),
                        *[f for _, files, _ in sets for f in files]],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    fired = collections.defaultdict(collections.Counter)
    for line in p.stdout.splitlines():
        m = json.loads(line)
        fired[m["file"]][m["rule_id"]] += 1
    for name, files, labels in sets:
        hit = sum((fired[f] for f in files), collections.Counter())
        for t in labels:
            carry = {r for r, have in tags.items() if any(same(t, h) for h in have)}
            ours = len(carry & set(hit))
            by_words = "-" if ours else described(files, [words[r] for r in carry if r in words])
            rows.append((name, t, len(carry), ours, by_words, len(hit), sum(hit.values())))
    print(f"{'data set':<78} {'technique':<10} {'rules':>5} {'fired':>5} {'words':>5} {'all':>4} {'matches':>7}")
    for r in rows:
        print(f"{r[0]:<78} {r[1]:<10} {r[2]:>5} {r[3]:>5} {r[4]:>5} {r[5]:>4} {r[6]:>7}")
    covered = [r for r in rows if r[2]]
    print(f"{len(rows)} labels, {len(covered)} with a loaded rule, {sum(1 for r in covered if r[3])} of them with a fired one; "
          + p.stderr.splitlines()[-1])


if __name__ == "__main__":
    main()
