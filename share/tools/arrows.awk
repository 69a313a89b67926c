# arrows.awk - share/make/arrows to make variables: SHELVES, CLOSURE_shelf (without itself, topmost first).
# SPDX-License-Identifier: Apache-2.0
/^[ \t]*(#|$)/ { next }
{
    s = $1; sub(/:$/, "", s); order[++n] = s
    for (i = 2; i <= NF; i++) {
        if (!($i in known)) { printf "%s:%d: %s is used before its line\n", FILENAME, FNR, $i > "/dev/stderr"; exit 1 }
        reach[s, $i] = 1
        for (j = 1; j < n; j++) if ((($i) SUBSEP order[j]) in reach) reach[s, order[j]] = 1
    }
    known[s] = 1
}
END {
    printf "SHELVES :="; for (i = n; i >= 1; i--) printf " %s", order[i]; print ""
    for (i = 1; i <= n; i++) {
        printf "CLOSURE_%s :=", order[i]
        for (j = n; j >= 1; j--) if ((order[i], order[j]) in reach) printf " %s", order[j]
        print ""
    }
}
