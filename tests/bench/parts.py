#!/usr/bin/python3
"""parts [BUILD] - decoding and matching against the sum of its parts measured alone (limit: 2 x; 1.5 us a kB).

SPDX-License-Identifier: Apache-2.0

The 2,071 public rules over the Sysmon and EVE data of ../shared/data, one thread, lines in memory. parts.c says what each
part is; its multi-pattern pass is Hyperscan's (libhyperscan-dev), which fabsoc itself does not use. Columns: data, events,
bytes an event, us an event for JSON scan, field lookup, patterns, their sum, the whole, ratio to the sum, us a kB, hits.
"""
import glob
import gzip
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import side  # noqa: E402

DATA = os.path.join(side.SHARED, "data")
SETS = (("sysmon", ["sysmon/windows/**/*.json.gz"]), ("eve", ["suricata-eve/**/eve.json"]),
        ("campaign", ["campaigns/LSASS_campaign_04/**/*.json.gz"]))


def made(folder, name, patterns):
    """All JSON lines of a set in one file."""
    out = os.path.join(folder, name + ".jsonl")
    if not os.path.exists(out):
        with open(out + ".new", "wb") as f:
            for p in patterns:
                for path in sorted(glob.glob(os.path.join(DATA, p), recursive=True)):
                    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as src:
                        f.writelines(line.rstrip(b"\r\n") + b"\n" for line in src if line.lstrip()[:1] == b"{")
        os.rename(out + ".new", out)
    return out


def built(build, folder):
    hs = subprocess.run(["pkg-config", "--cflags", "--libs", "libhs"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                        text=True, check=False)
    if hs.returncode:
        print("parts: not run: libhyperscan-dev is not installed")
        sys.exit(0)
    archives = sorted(glob.glob(os.path.join(build, "lib", "*.a")))
    program = os.path.join(folder, "parts")
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-I.", f"-I{build}/gen", "-Ibuild/gen", "-o", program,
                    "tests/bench/parts.c", "-Wl,--start-group", *archives, "-Wl,--end-group", *hs.stdout.split(),
                    "-lpcre2-8", "-lyaml", "-lcrypto", "-ljansson", "-lz", "-lzstd", "-lm"], check=True, cwd=side.TOP)
    return program


def main():
    if not os.path.isdir(DATA):
        print(f"cannot be run: {DATA} is not there", file=sys.stderr)
        return 2
    fabsocctl, folder = side.place(sys.argv, "parts")
    program = built(os.path.dirname(fabsocctl), folder)
    print("data       events  bytes   scan  lookup  patterns    sum  whole  ratio  us/kB    hits")
    for name, patterns in SETS:
        log = made(folder, name, patterns)
        out = subprocess.run([program, os.path.join(side.TOP, "share", "sources"), os.path.join(DATA, "sigma-rules"), log],
                             stdout=subprocess.PIPE, text=True, check=True).stdout.split("\t")
        events, size, walked, taken = map(int, out[:4])
        scan, lookup, found, whole, kb = map(float, out[8:])
        total = scan + lookup + found
        print(f"{name:9}  {events:6}  {size // events:5}  {scan:5.3f}  {lookup:6.3f}  {found:8.3f}  {total:5.2f}  {whole:5.2f}  "
              f"{whole / total:5.2f}  {kb:5.2f}  {int(out[7]):6}", flush=True)
        if min(walked, taken) < events:
            print(f"  {events - taken} of them are no JSON for the fast reader")
    return 0


if __name__ == "__main__":
    sys.exit(main())
