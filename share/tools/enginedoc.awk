# enginedoc.awk - core/INPUTS_AND_EFFECTS.def to the manual page fabsoc-engine(7).
# SPDX-License-Identifier: Apache-2.0
function head_of(line,    m) { m = line; sub(/^[A-Z_]+\(/, "", m); sub(/\)[ \t]*$/, "", m); return m }
function sentence(line,    m) { m = line; sub(/"\)[ \t]*$/, "", m); sub(/^.*"/, "", m); return m }
function name_of(line,    p) { split(head_of(line), p, /, */); return p[2] }
function table_of(line,    p) { split(line, p, "\""); return p[2] }
BEGIN {
    print ".\\\" Written by share/tools/enginedoc.awk from core/INPUTS_AND_EFFECTS.def."
    print ".Dd November 22, 2026\n.Dt FABSOC-ENGINE 7\n.Os\n.Sh NAME\n.Nm fabsoc-engine\n.Nd every input and effect of the engine"
    print ".Sh DESCRIPTION\nThe engine is a pure function of its inputs: journal blocks, and the inputs below, which are applied at"
    print "the ends of blocks and recorded in\n.Li soc.input .\nWhat it decides leaves it as effects; each effect is one row of one table, whole."
}
/^EFFECT_BEGIN/ { if (!effects++) print ".Sh EFFECTS\n.Bl -tag -width Ds"; printf ".It Sy %s\n.Pq Li %s\n%s.\nColumns:", name_of($0), table_of($0), sentence($0); sep = ""; next }
/^INPUT_BEGIN/ { if (effects && !inputs++) print ".El\n.Sh INPUTS\n.Bl -tag -width Ds"; printf ".It Sy %s\n%s.\nFields:", name_of($0), sentence($0); sep = ""; next }
/^(KEY|FIELD)\(/ { split(head_of($0), p, /, */); printf "%s %s", sep, p[2]; sep = ","; next }
/^(EFFECT|INPUT)_END/ { print "." }
END { print ".El\n.Sh SEE ALSO\n.Xr fabsocd 8 ,\n.Xr fabsocctl 1" }
