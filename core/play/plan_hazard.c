// plan_hazard.c - the hazard of a command over every asset it means, and the impact for people.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/jsonw.h"
#include "core/play/plan_impl.h"

enum { BLAST_SHOWN = 8 };

static bool live_of(const struct plan_env *env, int asset, struct span name, struct live *ret)
{
    *ret = LIVE_NOTHING_KNOWN;
    return env->live && env->live(env->ctx, asset, name, ret);
}

static int find_port(const struct fab *fab, struct span port)
{
    for (size_t i = 0; port.n && i < fab_count(fab); i++) {
        const struct fab_asset *a = fab_asset(fab, (int)i);

        if (a->port && span_eq_nocase(port, span_str(a->port))) {
            return (int)i;
        }
    }
    return FAB_NONE;
}

// Tier of a target that the model does not know: that of its bay, never T4 by default (DESIGN 7).
static enum tier unknown_tier(const struct fab *fab, struct span target, struct span ip)
{
    const struct fab_bay *bay = fab_bay_of_ip(fab, target);

    if (!bay && ip.n) {
        bay = fab_bay_of_ip(fab, ip);
    }
    return bay ? tier_graver(bay->tier, T3) : T3;
}

static int check_touch(const struct plan_env *env, const struct fab_asset *a, struct span name,
                       struct err *err)
{
    if (policy_never(env->policy, a ? span_str(a->id) : name) || (a && a->never_touch)) {
        return err_set(err, E_STATE, "plan.never",
                       SPAN_FMT " is on the never-touch list: no action on it, ever",
                       SPAN_ARG(a ? span_str(a->id) : name));
    }
    return E_OK;
}

static void keep_graver(struct hazard *all, struct hazard one)
{
    if (one.tier < all->tier) {
        all->tier = one.tier;
        memcpy(all->why, one.why, sizeof(all->why));
    }
    all->row = tier_graver(all->row, one.row);
}

int plan_hazard(const struct plan_env *env, struct span target, struct span port, struct span ip,
                struct hazard *ret, struct err *err)
{
    int asset[2] = {fab_find(env->fab, target), find_port(env->fab, port)};
    struct live live;
    bool known;

    *ret = (struct hazard){.tier = TIER_COUNT, .row = TIER_COUNT};
    if (asset[0] == FAB_NONE && check_touch(env, NULL, target, err) < 0) {
        return E_STATE;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct fab_asset *a = asset[i] == FAB_NONE ? NULL : fab_asset(env->fab, asset[i]);

        if (!a || (i == 1 && asset[0] == asset[1])) {
            continue;
        }
        if (check_touch(env, a, target, err) < 0) {
            return E_STATE;
        }
        known = live_of(env, a->index, span_str(a->id), &live);
        keep_graver(ret, hazard_of(env->fab, a, a->tier, known ? &live : NULL, env->policy));
    }
    if (asset[0] != FAB_NONE && asset[1] != FAB_NONE && asset[0] != asset[1]) {
        return err_set(err, E_INPUT, "plan.port", "the port " SPAN_FMT " is that of %s, not of %s",
                       SPAN_ARG(port), fab_asset(env->fab, asset[1])->id,
                       fab_asset(env->fab, asset[0])->id);
    }
    if (asset[0] == FAB_NONE) {
        keep_graver(
            ret, hazard_of(env->fab, NULL, unknown_tier(env->fab, target, ip), NULL, env->policy));
    }
    return E_OK;
}

struct span plan_port(const char *actuator, const char *params, struct openc2_params *store)
{
    if (openc2_params_get(span_str(actuator), span_str(params), store, NULL) < 0) {
        return SPAN_NONE;
    }
    return span_str(store->port);
}

static void put_live(struct jsonw *w, const struct live *l)
{
    static const char *const names[] = {"tool_state", "lots_in_process", "lots_queued",
                                        "qtime_left", "pm_open",         "session_open"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char value[LIVE_VALUE_MAX];
        bool endless = strcmp(names[i], "qtime_left") == 0 && l->qtime_left == UTIME_NONE;

        if (!endless && live_get(l, span_str(names[i]), value) > 0) {
            jsonw_kstr(w, names[i], span_str(value));
        }
    }
}

static void put_blast(struct jsonw *w, const struct fab *fab, int asset)
{
    int hit[BLAST_SHOWN];
    size_t n = fab_blast(fab, asset, hit, BLAST_SHOWN);

    jsonw_ku64(w, "stops_count", n);
    jsonw_key(w, SPAN_LIT("stops"));
    jsonw_open(w, '[');
    for (size_t i = 0; i < n && i < BLAST_SHOWN; i++) {
        jsonw_str(w, span_str(fab_asset(fab, hit[i])->id));
    }
    jsonw_close(w, ']');
}

static struct span source_ip(const struct plan *p)
{
    for (size_t i = 0; i < p->nvars; i++) {
        if (strcmp(p->var[i].name, "__source_ip__") == 0) {
            return span_str(p->var[i].value);
        }
    }
    return SPAN_NONE;
}

static void put_command(struct jsonw *w, const struct plan *p, const struct plan_command *c,
                        const struct plan_env *env)
{
    int asset = fab_find(env->fab, span_str(c->target));
    struct openc2_params store;
    struct hazard h;
    struct live live;

    jsonw_open(w, '{');
    jsonw_kstr(w, "actuator", span_str(c->actuator));
    jsonw_kstr(w, "target", span_str(c->target));
    if (plan_hazard(env, span_str(c->target), plan_port(c->actuator, c->params, &store),
                    source_ip(p), &h, NULL) == E_OK) {
        jsonw_kstr(w, "hazard", span_str(tier_name(h.tier)));
        jsonw_kstr(w, "row", span_str(tier_name(h.row)));
        jsonw_kstr(w, "why", span_str(h.why));
    }
    if (live_of(env, asset, span_str(c->target), &live)) {
        put_live(w, &live);
    }
    if (asset != FAB_NONE) {
        jsonw_ku64(w, "wph", fab_asset(env->fab, asset)->wph);
        put_blast(w, env->fab, asset);
    }
    jsonw_close(w, '}');
}

int plan_impact(const struct plan *p, const struct plan_env *env, struct buf *out)
{
    struct jsonw w = jsonw_of(out);
    char at[TIME_TEXT];

    jsonw_open(&w, '{');
    jsonw_kstr(&w, "at", span_str(utime_text(env->now, at)));
    jsonw_key(&w, SPAN_LIT("commands"));
    jsonw_open(&w, '[');
    for (size_t i = 0; i < p->ncommands; i++) {
        put_command(&w, p, &p->command[i], env);
    }
    jsonw_close(&w, ']');
    jsonw_close(&w, '}');
    return buf_ok(out) ? E_OK : E_LIMIT;
}
