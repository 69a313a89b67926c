# fsmgen.awk - life-cycle files to C tables (mode=c), SQL rows (mode=sql) or a diagram (mode=dot).
# SPDX-License-Identifier: Apache-2.0
#
# Input, one thing a line, texts in double quotes:
#   machine NAME "a noun"
#   state   NAME "that is so" [final]
#   event   NAME "be done so"
#   move    FROM EVENT TO "what it means"
BEGIN { ns = 0; ne = 0; nm = 0 }
function die(msg) { printf "%s:%d: %s\n", FILENAME, FNR, msg > "/dev/stderr"; failed = 1; exit 1 }
function quoted(    t) { t = $0; if (!sub(/^[^"]*"/, "", t) || !sub(/".*$/, "", t)) die("no quoted text"); return t }
/^[ \t]*(#|$)/ { next }
$1 == "machine" { name = $2; noun = quoted(); next }
$1 == "state" { if ($2 in sid) die("state twice"); sid[$2] = ns; st[ns] = $2; stt[ns] = quoted(); fin[ns] = ($NF == "final"); ns++; next }
$1 == "event" { if ($2 in eid) die("event twice"); eid[$2] = ne; ev[ne] = $2; evt[ne] = quoted(); ne++; next }
$1 == "move" {
    if (!($2 in sid) || !($3 in eid) || !($4 in sid)) die("unknown state or event");
    if (($2, $3) in seen) die("move twice");
    if (fin[sid[$2]]) die("a final state has no moves");
    seen[$2, $3] = 1; reached[$4] = 1; leaves[$2] = 1
    mf[nm] = $2; me[nm] = $3; mt[nm] = $4; mx[nm] = quoted(); nm++; next
}
{ die("unknown line") }
END {
    if (failed) exit 1
    for (i = 1; i < ns; i++) if (!(st[i] in reached)) { printf "%s: state %s is never reached\n", FILENAME, st[i] > "/dev/stderr"; exit 1 }
    for (i = 0; i < ns; i++) if (!fin[i] && !(st[i] in leaves)) { printf "%s: state %s is a dead end\n", FILENAME, st[i] > "/dev/stderr"; exit 1 }
    U = toupper(name)
    if (mode == "c") {
        printf "// Generated from core/model/%s.fsm by share/tools/fsmgen.awk.\n#ifndef GEN_%s_FSM_H\n#define GEN_%s_FSM_H\n#include \"core/base/fsm.h\"\n", name, U, U
        printf "enum %s_fsm_state {", name; for (i = 0; i < ns; i++) printf " %s_IS_%s,", U, toupper(st[i]); print " };"
        printf "enum %s_fsm_event {", name; for (i = 0; i < ne; i++) printf " %s_ON_%s,", U, toupper(ev[i]); print " };"
        print "#ifdef FSM_DEFINE"
        printf "static const char *const %s_st[] = {", name; for (i = 0; i < ns; i++) printf "\"%s\",", st[i]; print "};"
        printf "static const char *const %s_stt[] = {", name; for (i = 0; i < ns; i++) printf "\"%s\",", stt[i]; print "};"
        printf "static const char *const %s_ev[] = {", name; for (i = 0; i < ne; i++) printf "\"%s\",", ev[i]; print "};"
        printf "static const char *const %s_evt[] = {", name; for (i = 0; i < ne; i++) printf "\"%s\",", evt[i]; print "};"
        printf "static const bool %s_fin[] = {", name; for (i = 0; i < ns; i++) printf "%s,", fin[i] ? "true" : "false"; print "};"
        printf "static const struct fsm_move %s_mv[] = {\n", name; for (i = 0; i < nm; i++) printf "{%d,%d,%d,\"%s\"},\n", sid[mf[i]], eid[me[i]], sid[mt[i]], mx[i]; print "};"
        printf "const struct fsm %s_fsm = {\"%s\",\"%s\",%d,%d,%d,%s_st,%s_stt,%s_ev,%s_evt,%s_fin,%s_mv};\n", name, name, noun, ns, ne, nm, name, name, name, name, name, name
        printf "#else\nextern const struct fsm %s_fsm;\n#endif\n#endif\n", name
    } else if (mode == "sql") {
        for (i = 0; i < ns; i++) printf "insert into soc.fsm_state values ('%s','%s','%s',%s) on conflict do nothing;\n", name, st[i], stt[i], fin[i] ? "true" : "false"
        for (i = 0; i < nm; i++) printf "insert into soc.fsm_move values ('%s','%s','%s','%s','%s') on conflict do nothing;\n", name, mf[i], me[i], mt[i], mx[i]
    } else {
        printf "digraph %s {\n", name; for (i = 0; i < nm; i++) printf "  \"%s\" -> \"%s\" [label=\"%s\"];\n", mf[i], mt[i], me[i]; print "}"
    }
}
