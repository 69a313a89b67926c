// logsink.h - where log lines go: one write(2) a line to standard error.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_OS_LOGSINK_H
#define CONNECTORS_OS_LOGSINK_H

#include "core/base/log.h"

// `who` is borrowed for ever. With FABSOC_LOG=debug in the environment everything is said.
void logsink_open(const char *who);

#endif
