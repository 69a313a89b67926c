// engine_sets.c - loading a set for the engine.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_sets.h"

#include <stdlib.h>
#include <string.h>

static void free_one(struct engine_set_loaded *l)
{
    if (!l) {
        return;
    }
    ruleset_free((struct ruleset *)(uintptr_t)l->set.rules);
    fab_free((struct fab *)(uintptr_t)l->set.fab);
    policy_free((struct policy *)(uintptr_t)l->set.policy);
    roster_free((struct roster *)(uintptr_t)l->set.roster);
    for (size_t i = 0; i < l->nplaybooks; i++) {
        cacao_free(l->playbook[i]);
    }
    set_free(&l->files);
    free(l);
}

void engine_sets_free(struct engine_sets *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free_one(s->one[i]);
    }
    s->n = 0;
}

static void load_playbooks(struct engine_set_loaded *l, struct faults *faults)
{
    for (size_t i = 0; i < l->files.part[SET_PLAYBOOKS].n; i++) {
        struct cacao *c = l->nplaybooks < ENGINE_PLAYBOOKS_MAX
                              ? cacao_load(&l->files.part[SET_PLAYBOOKS].file[i], faults)
                              : NULL;

        if (c) {
            l->playbook[l->nplaybooks++] = c;
        }
    }
}

static int load(struct engine_sets *s, const struct digest *digest, struct engine_set_loaded *l,
                struct faults *faults, struct err *err)
{
    int rc = set_load(s->dir, digest, &l->files, err);

    if (rc < 0) {
        return rc;
    }
    l->set.digest = *digest;
    l->set.fab = fab_load(l->files.part[SET_FAB].file, l->files.part[SET_FAB].n, faults);
    l->set.rules = ruleset_load_for(l->set.fab, l->files.part[SET_RULES].file,
                                    l->files.part[SET_RULES].n, faults);
    l->set.policy =
        policy_load(l->files.part[SET_POLICY].file, l->files.part[SET_POLICY].n, faults);
    l->set.roster =
        roster_load(l->files.part[SET_ROSTER].file, l->files.part[SET_ROSTER].n, faults);
    load_playbooks(l, faults);
    l->set.playbook = l->playbook;
    l->set.nplaybooks = l->nplaybooks;
    l->set.key_id = span_of((const char *)s->key_id, sizeof(s->key_id));
    if (!l->set.rules || !l->set.fab || !l->set.policy || !l->set.roster) {
        return err_set(err, E_INPUT, "engine.set",
                       "the set has no usable fab model, policy or roster");
    }
    return 0;
}

// Moves the i-th to the end: the order is that of use.
static const struct engine_set *used(struct engine_sets *s, size_t i)
{
    struct engine_set_loaded *l = s->one[i];

    memmove(&s->one[i], &s->one[i + 1], (s->n - i - 1) * sizeof(s->one[0]));
    s->one[s->n - 1] = l;
    return &l->set;
}

const struct engine_set *engine_sets_get(struct engine_sets *s, const struct digest *digest,
                                         struct faults *faults, struct err *err)
{
    struct engine_set_loaded *l;
    int rc;

    for (size_t i = 0; i < s->n; i++) {
        if (digest_eq(&s->one[i]->set.digest, digest)) {
            return used(s, i);
        }
    }
    l = calloc(1, sizeof(*l));
    rc = l ? load(s, digest, l, faults, err) : err_set(err, E_SYSTEM, "memory", "no memory");
    if (rc < 0) {
        free_one(l);
        return NULL;
    }
    if (s->n == ENGINE_SETS_MAX) { // the one that was asked for longest ago
        (void)used(s, 0);
        free_one(s->one[--s->n]);
    }
    s->one[s->n++] = l;
    return &l->set;
}
