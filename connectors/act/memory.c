// memory.c - commands and tokens of the exec half.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/memory.h"

#include <stdlib.h>

const char *const act_state_name[ACT_STATES] = {
    [ACT_RECEIVED] = "received", [ACT_ACCEPTED] = "accepted",
    [ACT_STARTED] = "started",   [ACT_FINISHED] = "finished",
    [ACT_VERIFIED] = "verified", [ACT_DISPROVED] = "disproved",
    [ACT_REFUSED] = "refused",   [ACT_INDETERMINATE] = "indeterminate",
};

int act_state_of(struct span name)
{
    for (int i = 0; i < ACT_STATES; i++) {
        if (span_eq_str(name, act_state_name[i])) {
            return i;
        }
    }
    return -1;
}

bool act_state_ended(enum act_state s)
{
    return s >= ACT_VERIFIED;
}

int memory_init(struct memory *m, struct err *err)
{
    *m = (struct memory){.command = calloc(MEMORY_COMMANDS_MAX, sizeof(struct memory_command))};
    if (!m->command) {
        return err_set(err, E_SYSTEM, "memory.none", "no memory for the table of commands");
    }
    for (size_t i = 0; i < MEMORY_COMMANDS_MAX; i++) {
        buf_init(&m->command[i].bytes, COMMAND_MAX);
        buf_init(&m->command[i].reports, MEMORY_REPORTS_MAX);
    }
    return 0;
}

void memory_free(struct memory *m)
{
    for (size_t i = 0; m->command && i < MEMORY_COMMANDS_MAX; i++) {
        buf_free(&m->command[i].bytes);
        buf_free(&m->command[i].reports);
    }
    free(m->command);
    *m = (struct memory){0};
}

size_t memory_held(const struct memory *m)
{
    return m->ncommands < MEMORY_COMMANDS_MAX ? m->ncommands : MEMORY_COMMANDS_MAX;
}

struct memory_command *memory_at(struct memory *m, size_t i)
{
    return &m->command[(m->ncommands - memory_held(m) + i) % MEMORY_COMMANDS_MAX];
}

struct memory_command *memory_find(struct memory *m, const struct eid *id)
{
    for (size_t i = memory_held(m); i > 0; i--) {
        struct memory_command *mc = memory_at(m, i - 1);

        if (eid_eq(&mc->id, id)) {
            return mc;
        }
    }
    return NULL;
}

uint64_t memory_token(const struct memory *m, const struct eid *run)
{
    size_t held = m->nruns < MEMORY_RUNS_MAX ? m->nruns : MEMORY_RUNS_MAX;

    for (size_t i = 0; i < held; i++) {
        if (eid_eq(&m->run[i].run, run)) {
            return m->run[i].token;
        }
    }
    return 0;
}

static void take_token(struct memory *m, const struct command *c)
{
    size_t held = m->nruns < MEMORY_RUNS_MAX ? m->nruns : MEMORY_RUNS_MAX;

    for (size_t i = 0; i < held; i++) {
        if (eid_eq(&m->run[i].run, &c->run)) {
            m->run[i].token = c->token > m->run[i].token ? c->token : m->run[i].token;
            return;
        }
    }
    m->run[m->nruns % MEMORY_RUNS_MAX].run = c->run;
    m->run[m->nruns % MEMORY_RUNS_MAX].token = c->token;
    m->nruns++;
}

struct memory_command *memory_take(struct memory *m, const struct command *c, struct span bytes)
{
    struct memory_command *mc = &m->command[m->ncommands++ % MEMORY_COMMANDS_MAX];

    mc->id = c->id;
    mc->counter = c->counter;
    mc->state = ACT_RECEIVED;
    buf_clear(&mc->bytes);
    buf_put_span(&mc->bytes, bytes);
    buf_clear(&mc->reports);
    if (c->counter > m->counter) {
        m->counter = c->counter;
    }
    take_token(m, c);
    return mc;
}

void memory_report(struct memory_command *mc, enum act_state s, struct span report,
                   struct span signature)
{
    mc->state = s;
    buf_blob(&mc->reports, report);
    buf_blob(&mc->reports, signature);
}
