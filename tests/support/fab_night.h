// fab_night.h - one night of a fab in a fake desk: what the golden screens show.
// SPDX-License-Identifier: Apache-2.0
//
// A vendor's session outlives its PM window, a rogue host speaks to a scanner, a source is silent; one
// playbook run waits. Texts hold Japanese, escapes, a bidirectional control and a run of marks, since
// every list must stand them. Fab time is 2026-11-21T23:41:10Z.
#ifndef TESTS_SUPPORT_FAB_NIGHT_H
#define TESTS_SUPPORT_FAB_NIGHT_H

#include "tests/support/desk_fake.h"
#include "tui/keymap.h"
#include "views/console.h"

#define NIGHT_WALL ((utime_t)1795304470 * UTIME_SECOND) // 2026-11-21T23:41:10Z

void fab_night_build(struct desk_fake *f);
// The product's keymap from share/keys.conf (tests run in the top folder); aborts on a fault.
void fab_night_keys(struct keymap *km);
// Types a script into a console: characters as they are, <Enter>, <Esc>, <PgDn> ... by name; answers
// are taken after each key.
void fab_night_type(struct console *c, const char *script);

#endif
