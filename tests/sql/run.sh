#!/bin/sh
# run.sh BUILD - the pgTAP tests on a private cluster of their own; one TAP stream on standard output.
# SPDX-License-Identifier: Apache-2.0
#
# Works as root (PostgreSQL then runs as user postgres) and as a user. Each file rolls its work back.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build/release}" && pwd)
state=$(mktemp -d /tmp/fabsoc-sql-XXXXXX)
ctl=$build/fabsocctl
finish() {
    "$ctl" db stop --state "$state" >/dev/null 2>&1 || :
    rm -rf "$state"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
"$ctl" init --embedded --state "$state" >/dev/null
conninfo=$("$ctl" db conninfo --state "$state")
ask() { PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d "$conninfo" "$@"; }
ask -c 'create extension pgtap'

for file in "$here"/*_test.sql; do
    status=0
    (cd "$here" && ask -f "$(basename "$file")") >"$state/tap" 2>"$state/err" || status=$?
    echo "# file $(basename "$file" .sql)"
    sed 's/^/# /' "$state/err"
    cat "$state/tap"
    echo "# end $status"
done | awk '
    /^# file / { file = $3; plan = seen = 0; print; next }
    /^1\.\.[0-9]+$/ { plan += substr($0, 4); next }
    /^(not )?ok [0-9]+/ {
        seen++; total++; text = $0; bad = /^not/; sub(/^(not )?ok [0-9]+ *-? */, "", text)
        printf "%s %d - %s: %s\n", bad ? "not ok" : "ok", total, file, text; failed += bad; next
    }
    /^# end / {
        total++; good = $3 == 0 && plan > 0 && plan == seen
        printf "%s %d - %s: ran to its end, %d of %d tests\n", good ? "ok" : "not ok", total, file, seen, plan
        failed += !good; next
    }
    /^#/ { print; next }
    END { printf "1..%d\n", total; exit failed > 0 || total == 0 }'
