// capture_model.h - what capture takes of the fab model: which addresses are tools', what of recipes is masked.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_CAPTURE_MODEL_H
#define CONNECTORS_ROLE_CAPTURE_MODEL_H

#include "core/base/hash.h"
#include "core/frame/hsms_tap.h"
#include "core/model/fab.h"

struct capture_model {
    struct fab *fab; // NULL: none was given
    struct digest digest;
};

// Reads the file from its beginning. E_INPUT: it is wrong or too long; E_SYSTEM. Then `ret` is as it was.
int capture_model_read(struct capture_model *ret, int fd, struct err *err);
void capture_model_free(struct capture_model *m);
// What stands at its tools' addresses is equipment, whoever speaks first; what was told before counts no more.
void capture_model_tell(const struct capture_model *m, struct hsms_tap *tap);

#endif
