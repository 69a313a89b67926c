// playbook.h - what the playbook commands share: --var NAME=VALUE and the loaded document.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_CTL_PLAYBOOK_H
#define CONNECTORS_CTL_PLAYBOOK_H

#include "core/base/textfile.h"
#include "core/play/plan.h"

enum { PLAYBOOK_VARS_MAX = 64 };

// Names as given; one that is bare ("asset") stands for "__asset__".
struct playbook_vars {
    struct plan_pair pair[PLAYBOOK_VARS_MAX];
    char name[PLAYBOOK_VARS_MAX][80]; // with underscores
    size_t n;
};

// False: it has no '=', no name, or there are too many. `text` is borrowed.
bool playbook_var_add(struct playbook_vars *v, const char *text);
const struct plan_pair *playbook_var(const struct playbook_vars *v, struct span name); // or NULL

// Each step entered as one object on standard output; commands count as done, but those of the step
// `fail` (id or name, may be NULL). The exit status.
int playbook_simulate(const struct cacao *c, const struct playbook_vars *vars, const char *fail);

#endif
