# depcheck.awk - checks every #include "..." against share/make/arrows.
# SPDX-License-Identifier: Apache-2.0
# Usage: awk -f depcheck.awk share/make/arrows FILE...   Mains (*_main.c) may see everything.
# Also: curses.h in one file of tui/ only, libpcap in one of connectors/intake; libpq, libwebsockets and sockets nowhere in core/.
function shelf_of(path,    d) {
    d = path
    while (sub(/\/[^\/]*$/, "", d)) if (d in known) return d
    return ""
}
FNR == 1 { nfile++ }
nfile == 1 {
    if ($0 ~ /^[ \t]*(#|$)/) next
    s = $1; sub(/:$/, "", s); known[s] = 1; order[++n] = s; reach[s, s] = 1
    for (i = 2; i <= NF; i++) { reach[s, $i] = 1; for (j = 1; j <= n; j++) if (($i SUBSEP order[j]) in reach) reach[s, order[j]] = 1 }
    next
}
FNR == 1 { mine = shelf_of(FILENAME); if (mine == "" && FILENAME !~ /_main\.c$/) { printf "%s:1: in no shelf\n", FILENAME; bad++ } }
/^#[ \t]*include[ \t]*[<"](ncursesw\/)?(n?curses|panel|menu|form)\.h/ { if (curses != "" && curses != FILENAME) { printf "%s:%d: a second file includes curses\n", FILENAME, FNR; bad++ } curses = FILENAME }
/^#[ \t]*include[ \t]*[<"](libpq-fe|libwebsockets|sys\/socket)/ && FILENAME ~ /^core\// { printf "%s:%d: core reaches outside itself\n", FILENAME, FNR; bad++ }
/^#[ \t]*include[ \t]*<pcap/ && FILENAME != "connectors/intake/pcap.c" { printf "%s:%d: libpcap is behind connectors/intake/pcap.h\n", FILENAME, FNR; bad++ }
/^#[ \t]*include[ \t]*"/ {
    split($0, q, "\""); inc = q[2]
    if (FILENAME ~ /_main\.c$/) next
    if (inc ~ /^core\/[A-Za-z_]+\.def$/) next # lists of the whole core, readable from any shelf
    theirs = shelf_of(inc)
    if (theirs == "") next
    if (!((mine SUBSEP theirs) in reach) && mine != "") { printf "%s:%d: %s may not use %s (%s)\n", FILENAME, FNR, mine, theirs, inc; bad++ }
}
END { exit bad > 0 }
