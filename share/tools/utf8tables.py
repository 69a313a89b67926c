#!/usr/bin/python3
"""Prints core/base/utf8_tables.h from the Unicode data of this Python."""
import unicodedata as u, sys
def ranges(pred):
    out=[];start=None
    for cp in range(0x110000):
        if pred(cp):
            if start is None: start=cp
        elif start is not None:
            out.append((start,cp-1));start=None
    if start is not None: out.append((start,0x10ffff))
    return out
cat=[u.category(chr(c)) for c in range(0x110000)]
# Default_Ignorable_Code_Point of DerivedCoreProperties.txt without those that are Cf or Cn: fillers
# look like nothing at all, variation selectors change the width in some terminals.
ignorable={0x34f,0x115f,0x1160,0x17b4,0x17b5,0x3164,0xffa0,*range(0x180b,0x1810),*range(0xfe00,0xfe10),*range(0xe0100,0xe01f0)}
hidden=lambda c: cat[c] in('Cc','Cf','Cs','Co','Cn','Zl','Zp') or c in ignorable
unp=ranges(lambda c: hidden(c) and c>=0xa0)
comb=ranges(lambda c: (cat[c] in('Mn','Me') or 0x1160<=c<=0x11ff or 0xd7b0<=c<=0xd7ff) and not hidden(c))
wide=ranges(lambda c: u.east_asian_width(chr(c)) in 'WF' and cat[c] not in('Mn','Me') and not hidden(c))
print('''// utf8_tables.h - which characters are unprintable, combining or wide.
// SPDX-License-Identifier: Apache-2.0
//
// From the Unicode Character Database %s: unprintable = general category Cf, Cs, Co, Cn, Zl, Zp
// and Default_Ignorable (fillers, variation selectors); combining = Mn, Me and the conjoining
// Hangul vowels and finals; wide = East Asian Width W or F.
// Written by share/tools/utf8tables.py; included by utf8.c only.
// clang-format off''' % u.unidata_version)
for n,r in(('unprintable',unp),('combining',comb),('wide',wide)):
    print('static const struct range %s[] = {'%n)
    line='   '
    for a,b in r:
        e=' {0x%x,0x%x},'%(a,b)
        if len(line+e)>98: print(line); line='   '
        line+=e
    print(line); print('};')
print('// clang-format on')
