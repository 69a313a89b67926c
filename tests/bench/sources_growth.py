#!/usr/bin/python3
"""sources_growth [BUILD] [LINES [RUNS]] - what a thousand source files cost over the same lines (share/doc/SOURCES.md).

SPDX-License-Identifier: Apache-2.0

Mixed lines of `../shared/bench/gen.c` through `fabsocctl scan` with the files of share/sources and 0, 100 and 850 others
beside them, in turn, RUNS times: a fourth each of JSON by two fields, CEF by vendor, text by application, text by a piece
of it, with words that are made. Columns: files, CPU seconds (median), of that to load them, us an event without loading,
ratio to none of the same round (median), whether each line was told to be of the same source.
"""
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import side  # noqa: E402

SIZES, CHECKED = (0, 100, 850), 20000
MATCH = ('json\nmatch: {{fields: {{{0}.kind: "*", {0}: {1}}}}}', 'cef\nmatch: {{fields: {{DeviceVendor: {0}}}}}',
         'syslog\nmatch: {{apps: [{0}]}}', 'syslog\nmatch: {{text: ["{0} says {1}"]}}')


def word(text):
    return "".join(chr(ord("a") + b % 26) for b in hashlib.sha256(text.encode()).digest()[:9])


def made_share(folder, count):
    """A folder of the project's own share/ with `count` more source files."""
    at = os.path.join(folder, f"share{count}")
    os.makedirs(os.path.join(at, "sources"), exist_ok=True)
    share = os.path.join(side.TOP, "share")
    for name in os.listdir(share):
        if name != "sources" and not os.path.lexists(os.path.join(at, name)):
            os.symlink(os.path.join(share, name), os.path.join(at, name))
    for name in os.listdir(os.path.join(share, "sources")):
        with open(os.path.join(share, "sources", name), "rb") as src, open(os.path.join(at, "sources", name), "wb") as out:
            out.write(src.read())
    for k in range(count):
        name, match = f"made-{k:04}", MATCH[k % len(MATCH)].format(word(f"a{k}"), word(f"b{k}"))
        with open(os.path.join(at, "sources", name + ".yaml"), "w", encoding="ascii") as out:
            out.write(f"name: {name}\ntitle: made\ngroup: os\nmechanism: {match}\n"
                      f"map:\n  user.name: {word(f'u{k % 50}')}\n  source.ip: {word(f's{k % 50}')}\n"
                      'patterns:\n  - {text: "user {user.name} from {source.ip} says {_}"}\n')
    return at


def main():
    side.need_makers()
    program, folder = side.place(sys.argv, "sources")
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    log, _ = side.made_lines(folder, lines)
    few, rules = os.path.join(folder, "few"), side.made_rules(folder, 10)
    with open(log, "rb") as src, open(few, "wb") as out:
        out.writelines(line for _, line in zip(range(CHECKED), src))
    cpu, load, said = {n: [] for n in SIZES}, {n: [] for n in SIZES}, {}
    for _ in range(runs):
        for n in SIZES:
            env = dict(os.environ, FABSOC_SHARE=made_share(folder, n))
            load[n].append(side.run([program, "scan", "--rules", rules, os.devnull], env=env)[0])
            cpu[n].append(side.run([program, "scan", "--rules", rules, log], env=env)[0])
            if n not in said:
                text = subprocess.run([program, "decode", few], env=env, stdout=subprocess.PIPE, check=True).stdout
                said[n] = hashlib.sha256(text).hexdigest()
    print(f"{lines} lines, {runs} rounds\n files   cpu_s  load_s  us/event  ratio  lines")
    own = len(os.listdir(os.path.join(side.TOP, "share", "sources")))
    for n in SIZES:
        event = [(a - b) / lines * 1e6 for a, b in zip(cpu[n], load[n])]
        base = [(a - b) / lines * 1e6 for a, b in zip(cpu[0], load[0])]
        print(f"{own + n:6}  {side.median(cpu[n]):6.3f}  {side.median(load[n]):6.3f}  {side.median(event):8.3f}  "
              f"{side.median([a / b for a, b in zip(event, base)]):5.2f}  {'same' if said[n] == said[0] else 'different'}")
    return 0 if len(set(said.values())) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
