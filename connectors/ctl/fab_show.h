// fab_show.h - fabsocctl fab show: a fab model's assets as a table.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_CTL_FAB_SHOW_H
#define CONNECTORS_CTL_FAB_SHOW_H

// argv[0] is "show"; NULL-terminated paths follow. The exit status.
int fab_show(int argc, char **argv);

#endif
