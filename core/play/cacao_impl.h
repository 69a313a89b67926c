// cacao_impl.h - what the readers of a CACAO document share: the place, the fault, typed members.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_PLAY_CACAO_IMPL_H
#define CORE_PLAY_CACAO_IMPL_H

#include <jansson.h>

#include "core/base/arena.h"
#include "core/play/cacao.h"
#include "core/play/openc2.h"

enum { CACAO_FAULTS_MAX = 50, CACAO_ID_MAX = 128, CACAO_NOTES_MAX = 4 };

// A place in the document: the chain of keys up to the root, printed as a JSON pointer.
struct at {
    const struct at *up;
    const char *key;
};

struct build {
    struct arena *arena;
    struct cacao *c;
    struct cacao_step *step; // c->step while it is filled
    struct cacao_var *var;   // c->var while it is filled
    const char **note;       // c->note
    json_t *root;
    const char *path;
    struct faults *faults;
    size_t nfaults;
    bool unsupported; // a step of a kind that is not carried out: ways through it are not judged
};

// One fault of the document, said at once; the document is refused at the end.
void cacao_fault(struct build *b, const struct at *at, const char *code, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
void cacao_note(struct build *b, const char *fmt, ...) ATTR_PRINTF(2, 3);

// Typed members. Absent: "" or `none`, a fault only when `need`. Of another type: always a fault.
const char *cacao_text(struct build *b, const struct at *at, json_t *obj, const char *key,
                       bool need);
bool cacao_bool(struct build *b, const struct at *at, json_t *obj, const char *key);
int64_t cacao_whole(struct build *b, const struct at *at, json_t *obj, const char *key,
                    int64_t none, int64_t max);
utime_t cacao_time(struct build *b, const struct at *at, json_t *obj, const char *key, bool need);
// Every key of `obj` is in the NULL-terminated list.
void cacao_only(struct build *b, const struct at *at, json_t *obj, const char *const *known);

// "prefix--uuid" (CACAO 2.0, 10.10); `prefix` NULL: any.
bool cacao_is_id(const char *s, const char *prefix);
// Standard base64 (RFC 4648, 4) with padding, into the arena; NULL when it is anything else.
const char *cacao_base64(struct arena *a, struct span text, size_t *n);
// Every `__name__:value` in the text must be declared.
void cacao_check_uses(struct build *b, const struct at *at, const char *text);

void cacao_read_variables(struct build *b, const struct at *at, json_t *vars, bool step);
void cacao_read_steps(struct build *b, json_t *workflow);
void cacao_read_action(struct build *b, const struct at *at, json_t *obj, struct cacao_step *s);
void cacao_check_graph(struct build *b);

#endif
