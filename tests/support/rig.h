// rig.h - the pure engine with a hand on its inputs: rules, model and policy of this tree, no bytes.
// SPDX-License-Identifier: Apache-2.0
//
// Events are built by hand (kind, source, core fields), matched by the real matcher, put into results
// and stepped. Every effect goes through a store_mem commit, so a test looks at rows. Times are
// seconds after rig's start. Aborts on trouble: it is for tests.
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include "core/engine/engine.h"
#include "tests/support/store_mem.h"

enum { RIG_SOURCES = 8, RIG_FIELDS = 12 };

struct rig_event {
    uint16_t source;
    int at; // seconds
    enum kind kind;
    unsigned flags;
    const char *product, *service; // Sigma log source
    struct {
        enum field f;
        const char *v;
    } field[RIG_FIELDS]; // ends with v = NULL
};

struct rig {
    struct arena docs;
    struct ruleset *rules;
    struct matcher *matcher;
    struct fab *fab;
    struct policy *policy;
    struct roster *roster;
    struct cacao *playbook[16];
    size_t nplaybooks;
    struct engine_set set;
    struct engine *engine;
    struct store_mem *store;
    struct buf result, effects;
    uint64_t block, seq[RIG_SOURCES];
    uint32_t rec;
    bool open;
    bool told; // rules in quarantine are not asked, as by a detect that the engine has told
    struct pos committed;
    struct digest digest;
};

void rig_init(struct rig *r, const char *extra_rule); // extra rule text, or NULL
void rig_init_with(struct rig *r, const char *rules); // these rules alone
void rig_finish(struct rig *r);
utime_t rig_time(int second);

void rig_source(struct rig *r, uint16_t n, const char *name, const char *kind, int silence_s);
void rig_say(struct rig *r, const struct rig_event *ev);
void rig_tick(struct rig *r, int second); // also says every source's counts
void rig_end_recording(struct rig *r);
void rig_block(struct rig *r); // steps what was said so far, commits
// An input at the end of the block: steps, applies, commits.
int rig_input(struct rig *r, const struct input *in, struct err *err);
int rig_intent(struct rig *r, const char *person, const char *functions, const char *verb,
               const char *subject, const char *args, struct err *err);

// A field of the i-th row of a table as text; "" when there is none. Valid until the next call.
const char *rig_cell(struct rig *r, enum effect_kind kind, size_t i, const char *field);
size_t rig_rows(struct rig *r, enum effect_kind kind);
// Rows whose `field` is `value`; the last one's index in *ret_at (may be NULL).
size_t rig_count(struct rig *r, enum effect_kind kind, const char *field, const char *value,
                 size_t *ret_at);

#endif
