// engine_keys.c - public keys of others, and the kept password file.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_keys.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "core/base/log.h"

int engine_keys_init(struct engine_keys *k)
{
    *k = (struct engine_keys){.passfile = -1};
    k->agent = calloc(ENGINE_AGENTS_MAX, sizeof(*k->agent));
    return k->agent ? 0 : E_SYSTEM;
}

void engine_keys_free(struct engine_keys *k)
{
    free(k->agent);
    if (k->passfile >= 0) {
        close(k->passfile);
    }
    *k = (struct engine_keys){.passfile = -1};
}

static void keep_passfile(struct engine_keys *k, struct span text)
{
    k->passfile = memfd_create("passfile", MFD_CLOEXEC);
    if (k->passfile < 0 || fchmod(k->passfile, 0600) < 0 || file_write_all(k->passfile, text) < 0) {
        log_error("the password file could not be kept");
    }
}

static void take_key(struct engine_keys *k, struct span name, struct span pem)
{
    struct err err = ERR_INIT;
    struct sig_key key;
    struct span id = name;

    if (sig_key_pem(pem, &key, &err)) {
        log_line(LOG_ERROR, "a public key was refused", "why", err.msg, NULL);
    } else if (span_eq_str(name, "command.pub")) {
        memcpy(k->command_id, key.id, sizeof(k->command_id));
    } else if (span_starts(name, SPAN_LIT("agents/")) && span_ends(name, SPAN_LIT(".pub")) &&
               k->nagents < ENGINE_AGENTS_MAX && name.n < ENGINE_AGENT_NAME) {
        struct engine_agent_key *a = &k->agent[k->nagents++];

        id = span_sub(name, sizeof("agents/") - 1, name.n - (sizeof("agents/.pub") - 1));
        memset(a, 0, sizeof(*a));
        memcpy(a->name, id.p, id.n);
        a->key = key;
    }
}

void engine_keys_take(struct engine_keys *k, struct span name, struct span text)
{
    if (span_eq_str(name, "passfile")) {
        keep_passfile(k, text);
    } else {
        take_key(k, name, text);
    }
}

const char *engine_keys_conninfo(const struct engine_keys *k, struct arena *a, struct span conninfo)
{
    return k->passfile < 0 ? arena_str(a, conninfo)
                           : arena_printf(a, SPAN_FMT " passfile=/proc/self/fd/%d",
                                          SPAN_ARG(conninfo), k->passfile);
}

static const struct sig_key *key_of_agent(const struct engine_keys *k, struct span name)
{
    for (size_t i = 0; i < k->nagents; i++) {
        if (span_eq_str(name, k->agent[i].name)) {
            return &k->agent[i].key;
        }
    }
    return NULL;
}

static bool seen_by_gate(struct span kind)
{
    static const char *const kinds[] = {"reset", "hello", "lost", "rejected", "undelivered"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (span_eq_str(kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

bool engine_keys_believe(const struct engine_keys *k, const struct input_control *c,
                         struct err *err)
{
    struct command_report report;
    const struct sig_key *key;

    if (seen_by_gate(c->kind)) {
        return true;
    }
    key = key_of_agent(k, c->agent);
    if (!key) {
        (void)err_set(err, E_STATE, "report.key", "no key of agent " SPAN_FMT " is known",
                      SPAN_ARG(c->agent));
        return false;
    }
    if (report_verify(key, c->agent, c->proof, &report, err)) {
        return false;
    }
    if (!eid_eq(&report.id, &c->command) || !span_eq(report.state, c->kind)) {
        (void)err_set(err, E_STATE, "report.claim", "the report is not what was claimed of it");
        return false;
    }
    return true;
}
