# deskgen.awk - core/desk.def to the statements of its calls.
# SPDX-License-Identifier: Apache-2.0
# One line a call: SQL_CALL(NAME, "select api.name($1::text, ...)").
/^DESK_CALL\(/ {
    name = $0; sub(/^DESK_CALL\(/, "", name); sub(/,.*/, "", name)
    fn = $0; sub(/^[^,]*, */, "", fn); sub(/,.*/, "", fn)
    split($0, q, "\""); n = split(q[2], a, ","); args = ""
    for (i = 1; i <= n; i++) args = args (i > 1 ? ", " : "") "$" i "::text"
    printf "SQL_CALL(%s, \"select api.%s(%s)\")\n", name, fn, args
}
