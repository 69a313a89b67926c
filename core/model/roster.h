// roster.h - who holds which function for which area now, deputy, numbers.
// SPDX-License-Identifier: Apache-2.0
//
//   functions: [{id: security, name: Security desk}, {id: fab-operations, name: ...}, ...]
//   persons:   [{id: sato, name: Sato Yuki, number: "4101", role: operator, functions: [security]}]
//   duty:      [{function: litho, area: litho, person: kimura, deputy: abe, from: ..., to: ...}]
//              # area, from and to may be left out: everywhere, always
#ifndef CORE_MODEL_ROSTER_H
#define CORE_MODEL_ROSTER_H

#include "core/base/textfile.h"
#include "core/base/time.h"

struct roster_person {
    const char *id, *name, *number,
        *role; // role: operator responder approver manager auditor administrator vendor
    size_t nfunctions;
    const char *const *function; // functions the person may hold
};

struct roster_duty {
    const char *function, *area;                 // area "" = everywhere
    const struct roster_person *person, *deputy; // deputy may be NULL
    utime_t from, to;                            // UTIME_NONE = open
};

struct roster;

struct roster *roster_load(const struct textfile *files, size_t n,
                           struct faults *faults); // NULL when any
void roster_free(struct roster *r);
size_t roster_person_count(const struct roster *r);
const struct roster_person *roster_person(const struct roster *r, size_t i);
size_t roster_duty_count(const struct roster *r);
const struct roster_duty *roster_duty(const struct roster *r, size_t i);
// The duty in force for a function, preferring one for the area; NULL when nobody holds it.
const struct roster_duty *roster_who(const struct roster *r, struct span function, struct span area,
                                     utime_t now);

#endif
