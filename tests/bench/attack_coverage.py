#!/usr/bin/python3
"""attack_coverage [BUILD] - for each recorded attack: which rules of the labelled technique fired.

SPDX-License-Identifier: Apache-2.0

../shared/data/sysmon and campaigns through `fabsocctl scan` with ../shared/data/sigma-rules. A technique is *covered*
when a loaded rule carries it (a sub-technique counts for its parent and the other way round); the column `fired` counts the
rules of it that matched. Where none did, `words` counts those whose words hold for some event of the files whatever its log
source (sigma_solve.py): 0 = there is nothing that a loaded rule describes. Columns: data set, technique, rules that carry
it, of those fired, words, rules fired in all, matches. Under the table for each label without a fired rule why: how many
of its rules ask for a field that no event of the files has, how many for a value that none has there, how many hold for
events of another log source only; and the rule that comes nearest with what it lacks.
"""
import collections
import glob
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
# Fields that differ from record to record of the same content: events that differ in nothing else are looked at once.
PASSING = re.compile(r"Time|RecordNumber|@timestamp|Guid|GUID|ThreadID|ThreadId|^port$|HandleId|Message|ProcessI[dD]|CallTrace")
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
    """Techniques, detections and titles by rule id."""
    tags, words, titles = {}, {}, {}
    for at, _, names in os.walk(os.path.join(DATA, "sigma-rules")):
        for name in names:
            if name.endswith(".yml"):
                with open(os.path.join(at, name), encoding="utf-8") as f:
                    doc = yaml.load(f, yaml.CSafeLoader)
                tags[doc.get("id")] = {t.split(".", 1)[1].upper() for t in doc.get("tags") or []
                                       if re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", t)}
                titles[doc.get("id")] = doc["title"]
                try:
                    words[doc.get("id")] = sigma_solve.read_detection(doc["detection"], {})
                except KeyError:  # a placeholder
                    pass
    return tags, words, titles


def flat(o, under=""):
    out = {}
    for k, v in o.items():
        out.update(flat(v, f"{under}{k}.") if isinstance(v, dict) else {under + k: v})
    return out


def events(build, files):
    """What `decode` prints as the records' own fields, one of each kind of content."""
    p = subprocess.run([os.path.join(build, "fabsocctl"), "decode", *files], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, text=True, errors="replace", check=False)
    seen = {}
    for line in p.stdout.splitlines():
        e = flat(json.loads(line).get("event") or {})
        if str(e.get("EventID")) == "4688":
            e |= {"Image": e.get("NewProcessName"), "ParentImage": e.get("ParentProcessName")}
        seen.setdefault(json.dumps([v for k, v in e.items() if not re.search(PASSING, k)], default=str), e)
    return list(seen.values())


def fields_needed(node, positive=True):
    """The field tests that must hold, as [alternatives]: one of each list has to."""
    op, x = node
    if op == "atom":
        return [[x.field]] if positive else []
    if op == "not":
        return fields_needed(x, not positive)
    if (op == "and") == positive:
        return [t for n in x for t in fields_needed(n, positive)]
    parts = [fields_needed(n, positive) for n in x]
    return [[a for p in parts for t in p for a in t]] if all(parts) else []


def score(node, event):
    """How much of a detection holds, 0 to 1."""
    op, x = node
    if op == "atom":
        return float(x.holds(event))
    if op == "not":
        return 1.0 - sigma_solve.evaluate(x, event)
    parts = [score(n, event) for n in x] or [0.0]
    return sum(parts) / len(parts) if op == "and" else max(parts)


def lacks(node, event):
    """In words, the first part of the detection that keeps it from holding."""
    op, x = node
    while op in ("and", "or") and not all(n[0] == "atom" for n in x):
        op, x = (min if op == "and" else max)(x, key=lambda n: score(n, event))
    if op == "not":
        return "an exception that holds"
    atoms = [x] if op == "atom" else [n[1] for n in x]
    atoms = [a for a in atoms if not a.holds(event)]
    return " or ".join(f"{'|'.join([a.field or 'any text', *a.mods])} {a.value!r}" for a in atoms[:2]) + (
        f" or {len(atoms) - 2} more" if len(atoms) > 2 else "")


def reasons(every, rules):
    """Of {title: tree}: how many hold for some event, lack a field, lack a value; and the nearest of the others."""
    fields = {f for e in every for f, v in e.items() if v is not None}
    count, nearest = collections.Counter(), (0.0, "")
    for title, root in sorted(rules.items()):
        best = max(((score(root, e), i) for i, e in enumerate(every)), default=(0.0, 0))
        if any(sigma_solve.evaluate(root, e) for e in every):
            count["elsewhere"] += 1
        elif any(t and all(f and f not in fields for f in t) for t in fields_needed(root)):
            count["field"] += 1
        else:
            count["value"] += 1
            if best[0] > nearest[0]:
                nearest = (best[0], f"{title}: no {lacks(root, every[best[1]])}")
    return count, nearest[1]


def same(a, b):
    return a == b or a.split(".")[0] == b or b.split(".")[0] == a


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, "build", "release")
    (tags, words, titles), rows, why = rule_tags(), [], []
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
            count, near = ({}, "") if ours else reasons(events(build, files), {titles[r]: words[r] for r in carry if r in words})
            rows.append((name, t, len(carry), ours, "-" if ours else count["elsewhere"], len(hit), sum(hit.values())))
            if carry and not ours:
                why.append(f"{name} {t}: field absent {count['field']}, value absent {count['value']}, "
                           f"other log source {count['elsewhere']}; nearest: {near}")
    print(f"{'data set':<78} {'technique':<10} {'rules':>5} {'fired':>5} {'words':>5} {'all':>4} {'matches':>7}")
    for r in rows:
        print(f"{r[0]:<78} {r[1]:<10} {r[2]:>5} {r[3]:>5} {r[4]:>5} {r[5]:>4} {r[6]:>7}")
    print("", *why, "", sep="\n")
    covered = [r for r in rows if r[2]]
    print(f"{len(rows)} labels, {len(covered)} with a loaded rule, {sum(1 for r in covered if r[3])} of them with a fired one; "
          + p.stderr.splitlines()[-1])


if __name__ == "__main__":
    main()
