// fsm.c - walking life-cycle tables.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/fsm.h"

const struct fsm_move *fsm_find(const struct fsm *f, uint8_t from, uint8_t event)
{
    for (size_t i = 0; i < f->nmoves; i++) {
        if (f->move[i].from == from && f->move[i].event == event) {
            return &f->move[i];
        }
    }
    return NULL;
}

int fsm_step(const struct fsm *f, uint8_t *state, uint8_t event, struct err *err)
{
    const struct fsm_move *m = fsm_find(f, *state, event);

    if (!m) {
        char code[sizeof(err->code)];

        (void)snprintf(code, sizeof(code), "fsm.%s", f->name);
        return err_set(err, E_STATE, code, "%s %s cannot %s", f->noun, f->state_text[*state],
                       f->event_text[event]);
    }
    *state = m->to;
    return 0;
}

int fsm_state_of(const struct fsm *f, struct span name)
{
    for (size_t i = 0; i < f->nstates; i++) {
        if (span_eq_str(name, f->state[i])) {
            return (int)i;
        }
    }
    return -1;
}
