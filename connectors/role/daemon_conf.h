// daemon_conf.h - the service's configuration file: share/doc/CONFIG.md.
// SPDX-License-Identifier: Apache-2.0
//
// Only what the supervisor itself needs is read here; each role's section is handed to the role as
// it stands (as JSON) and checked there. daemon_conf_check() runs all checks without starting.
#ifndef CONNECTORS_ROLE_DAEMON_CONF_H
#define CONNECTORS_ROLE_DAEMON_CONF_H

#include "connectors/intake/conf.h"
#include "connectors/os/messages.h"
#include "connectors/role/config.h"
#include "connectors/role/set_load.h"

enum { CREDENTIALS_MAX = 16 };

struct daemon_conf {
    struct arena arena;
    struct ydocs docs;
    struct ynode *top;
    uint16_t site;
    unsigned detects;
    const char *state, *run, *libexec; // libexec NULL: beside the program
    const char *story;                 // NULL: none
    const char *set[SET_PARTS];
    const char *gate_listen; // NULL: none
    uint32_t uid_base;
    bool off[ROLE_COUNT];
    struct intake_conf intake;
};

const char *role_name(enum role r); // "gate", "intake" ...

// daemon_conf_free() is due in both cases. `text` is copied.
int daemon_conf_load(struct daemon_conf *c, struct span text, const char *path, struct err *err);
void daemon_conf_free(struct daemon_conf *c);

// The object of CTL_START for this role (config.h).
void daemon_conf_start(const struct daemon_conf *c, enum role role, unsigned index,
                       const struct digest *set, struct buf *ret);
// The role's `credentials:`, name and path; returns how many.
size_t daemon_conf_credentials(const struct daemon_conf *c, enum role role,
                               struct span name[CREDENTIALS_MAX],
                               struct span path[CREDENTIALS_MAX]);

#endif
