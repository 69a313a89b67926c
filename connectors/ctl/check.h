// check.h - the parts of fabsocctl check: what a document is, and what is wrong in it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_CTL_CHECK_H
#define CONNECTORS_CTL_CHECK_H

#include <jansson.h>

#include "core/base/textfile.h"

// Kinds that --as names; roster and story are told by content below policy and conf.
enum doc_kind {
    DOC_UNKNOWN,
    DOC_SIGMA,
    DOC_CACAO,
    DOC_FAB,
    DOC_CONF,
    DOC_SOURCE,
    DOC_POLICY,
    DOC_ROSTER,
    DOC_STORY,
    DOC_OPENC2,
    DOC_KINDS
};

// By content: the members that a document of each kind has; the kind with most of them. A text that
// is no YAML or JSON at all is refused (DOC_UNKNOWN, err filled).
enum doc_kind check_tell(const struct textfile *f, struct err *err);

// Prints a fault of the document `f` (may be NULL). One without a place gets that of the JSON pointer in
// its sentence ("at /workflow/x: ..."), else the document's begin.
void check_say(const struct textfile *f, const struct err *err);

// ---- OpenC2 (check_openc2.c)

struct openc2_form {    // openc2:VERSION/PROFILE/command|response
    bool command, ours; // ours: the profile x-fabsoc
    bool any;           // not named: whatever it is valid under
};

// E_USAGE: no version, profile or kind of message that is known here. `text` follows "openc2:".
int check_openc2_form(struct span text, struct openc2_form *ret, struct err *err);
void check_openc2(const struct textfile *f, const struct openc2_form *form, struct faults *faults);

// ---- places in JSON (json_place.c)

// Line and column of the member or element that an RFC 6901 pointer names, or of the nearest one
// around it that is there. The text need not be right JSON.
void json_place(struct span text, struct span pointer, unsigned *line, unsigned *col);

#endif
