# effectgen.awk - core/INPUTS_AND_EFFECTS.def to the statements that write its effects.
# SPDX-License-Identifier: Apache-2.0
#
# One line an effect: SQL_EFFECT(NAME, "insert into ... select * from unnest($1::int8[], ...)"). An UPSERT
# replaces its row whole; a second INSERT of a key is the database's fault 23505. mode=columns prints
# "table column type" lines, which tests compare with the catalogue.
BEGIN {
    split("u8 int2 u32 int8 u64 int8 i64 int8 bool bool time timestamptz eid uuid dig bytea str text raw bytea", t, " ")
    for (i = 1; i < 20; i += 2) pg[t[i]] = t[i + 1]
}
/^EFFECT_BEGIN\(/ {
    split($0, q, "\""); table = q[2]
    name = $0; sub(/^EFFECT_BEGIN\(/, "", name); sub(/,.*/, "", name)
    upsert = $0 ~ /", UPSERT, "/; n = 0; cols = ""; vals = ""; keys = ""; sets = ""; inside = 1
}
inside && /^(KEY|FIELD)\(/ {
    key = /^KEY/; f = $0; sub(/^[A-Z]+\(/, "", f); sub(/\).*/, "", f); split(f, a, /, */)
    if (!(a[1] in pg)) { printf "%s:%d: unknown type %s\n", FILENAME, FNR, a[1] > "/dev/stderr"; exit 1 }
    n++; sep = n > 1 ? ", " : ""
    cols = cols sep "\\\"" a[2] "\\\""; vals = vals sep "$" n "::" pg[a[1]] "[]"
    if (key) keys = keys (keys == "" ? "" : ", ") "\\\"" a[2] "\\\""
    else sets = sets (sets == "" ? "" : ", ") "\\\"" a[2] "\\\" = excluded.\\\"" a[2] "\\\""
    if (mode == "columns") print table, a[2], pg[a[1]]
}
/^EFFECT_END\(/ {
    inside = 0
    if (mode == "columns") next
    printf "SQL_EFFECT(%s, \"insert into %s (%s) select * from unnest(%s)%s\")\n", name, table, cols, vals, \
        upsert ? " on conflict (" keys ") do update set " sets : ""
}
