# textgen.awk - a text file as the lines of a C string literal, to be compiled into a program.
# SPDX-License-Identifier: Apache-2.0
{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "\"%s\\n\"\n", $0 }
