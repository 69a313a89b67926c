// rule_test.h - fabsocctl rules test: the samples beside the rules.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_CTL_RULE_TEST_H
#define CONNECTORS_CTL_RULE_TEST_H

#include "connectors/ctl/share.h"
#include "core/base/buf.h"
#include "core/decode/decode.h"
#include "core/detect/ruleset.h"

// Runs all samples among the texts; what a sample shows otherwise than it should is a fault at its place.
// `model`: what the engine knows of the fab, NULL = share/'s. One line a rule into `out`:
// "ok|FAULT|none  POSITIVE NEGATIVE  ID  TITLE", none: it lacks positive or negative samples; the last line
// counts them. E_*: could not.
int rule_test(const struct ruleset *s, const struct sourceset *sources, const struct fab *model,
              const struct texts *t, struct buf *out, struct faults *faults, struct err *err);

#endif
