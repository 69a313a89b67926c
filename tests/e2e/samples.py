#!/usr/bin/python3
"""samples [--build DIR] - other people's samples of osquery, 1Password and Teleport: each says whether its rule is to fire.

SPDX-License-Identifier: Apache-2.0

../shared/data/osquery-1password and pam-teleport give records and the expected result of a rule that is a program
elsewhere. What that rule asks for is written here once more, in Sigma; `scan` must say of every record what is expected
of it, and `decode` must know the source and keep every value with its type.
"""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

import yaml

from service import TOP, Tap, build_dir

DATA = os.path.join(TOP, "..", "shared", "data")
OSQUERY, ONEPASSWORD, TELEPORT = {"product": "osquery"}, {"product": "1password"}, {"product": "teleport", "service": "audit"}

# By the rule's id: log source, detection.
RULES = {
    "OnePassword.Lut.Sensitive.Item": (ONEPASSWORD, {
        "s": {"p_enrichment.1Password Translation.item_uuid.title": "demo_item"}, "condition": "s"}),
    "Osquery.Linux.LoginFromNonOffice": (OSQUERY, {
        "s": {"name|endswith": ["logged_in_users", "-last"], "action": "added", "columns.host": "*"},
        "office": {"columns.host|cidr": "192.168.1.0/24"}, "condition": "s and not office"}),
    "Osquery.Mac.OSXAttacks": (OSQUERY, {
        "s": {"name|startswith": "pack_osx-attacks_", "action": "added"}, "known": {"name|contains": "Keyboard_Event_Taps"},
        "condition": "s and not known"}),
    "Osquery.Mac.UnwantedChromeExtensions": (OSQUERY, {
        "s": {"name|contains": "unwanted-chrome-extensions", "action": "added"}, "condition": "s"}),
    "Osquery.SuspiciousCron": (OSQUERY, {
        "s": {"name|contains": "crontab", "action": "added"},
        "what": {"columns.command|re": [r"\bnc\s+-e\b", r"\bwget\b.*[|;]", r"\bdig\s"]}, "condition": "s and what"}),
    "Teleport.AuthErrors": (TELEPORT, {"s": {"event": "auth", "error|re": ".+", "success": False}, "condition": "s"}),
    "Teleport.LocalUserLoginWithoutMFA": (TELEPORT, {
        "s": {"event": "user.login", "method": "local", "success": True, "user": ["breakglass", "root"]},
        "second": {"mfa_device.mfa_device_uuid|exists": True}, "condition": "s and not second"}),
    "Teleport.LockCreated": (TELEPORT, {"s": {"event": "lock.created"}, "condition": "s"}),
    "Teleport.LongLivedCerts": (TELEPORT, {"s": {"event": "cert.create", "identity.expires|year|gt": 2023}, "condition": "s"}),
    "Teleport.SAMLLoginWithoutCompanyDomain": (TELEPORT, {
        "s": {"event": "user.login", "method": "saml"}, "ours": {"user|endswith": "@example.com"}, "condition": "s and not ours"}),
}
SOURCES = {"Osquery.": "osquery", "OnePassword.": "onepassword", "Teleport.": "teleport"}


def documents():
    for folder in ("osquery-1password", "pam-teleport"):
        for path in sorted(glob.glob(os.path.join(DATA, folder, "*.yml"))):
            with open(path, encoding="utf-8") as f:
                yield yaml.safe_load(f)


def lines(program, *words):
    p = subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    return p.returncode, [json.loads(line) for line in p.stdout.splitlines()]


def one(tap, program, top, doc):
    name = doc["RuleID"]
    if not tap.ok(name in RULES, f"{name}: its words are known here"):
        return
    source, detection = RULES[name]
    rule, log = os.path.join(top, name + ".yml"), os.path.join(top, name + ".json")
    with open(rule, "w", encoding="utf-8") as f:
        yaml.safe_dump({"title": name, "id": name, "level": "high", "logsource": source, "detection": detection}, f)
    with open(log, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(t["Log"]) + "\n" for t in doc["Tests"])
    status, matches = lines(program, "scan", "--rules", rule, log)
    want = [n for n, t in enumerate(doc["Tests"], 1) if t["ExpectedResult"]]
    tap.ok(status == 0 and sorted({m["line"] for m in matches}) == want, f"{name}: fires on records {want} of {len(doc['Tests'])}")
    status, events = lines(program, "decode", log)
    expected = next(v for k, v in SOURCES.items() if name.startswith(k))
    tap.ok(status == 0 and [e["source"] for e in events] == [expected] * len(doc["Tests"]) and not any("error" in e for e in events)
           and [e["event"] for e in events] == [t["Log"] for t in doc["Tests"]], f"{name}: {expected} records, every value kept")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build")
    a = ap.parse_args()
    tap = Tap()
    docs = list(documents())
    tap.ok(len(docs) >= 2 and {"Osquery.", "OnePassword.", "Teleport."} == {d["RuleID"].split(".")[0] + "." for d in docs},
           f"{len(docs)} rules with samples lie in the shared data")
    with tempfile.TemporaryDirectory(prefix="fs samples-", dir="/tmp") as top:
        for doc in docs:
            one(tap, os.path.join(build_dir(a.build), "fabsocctl"), top, doc)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
