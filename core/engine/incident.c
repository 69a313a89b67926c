// incident.c - joining alerts into incidents.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/incident.h"

#include "core/engine/clock.h"
#include "core/engine/context.h"
#include "core/engine/merge.h"
#include "core/engine/tiering.h"
#include "incident_fsm.h"

struct row_incident *incident_get(struct engine *e, uint64_t number)
{
    return table_get(&e->tab[TAB_INCIDENT], &number);
}

void incident_timeline(struct engine *e, const struct row_incident *inc, utime_t event_time,
                       const char *kind, struct span actor, struct span text,
                       const struct eid *alert, struct buf *out)
{
    char who[TEXT_NAME], what[512];

    text_set(who, sizeof(who), actor);
    text_set(what, sizeof(what), text);
    effect_put_timeline(out,
                        &(struct effect_timeline){.id = engine_id(e),
                                                  .incident_id = inc->id,
                                                  .area = span_str(inc->area),
                                                  .event_time = event_time,
                                                  .found = e->now,
                                                  .kind = span_str(kind),
                                                  .actor = span_str(who),
                                                  .text = span_str(what),
                                                  .alert_id = alert ? *alert : (struct eid){{0}}});
}

void incident_kinds_text(uint8_t kinds, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    for (int k = 0; k < SK_COUNT; k++) {
        if (kinds >> k & 1) {
            n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "," : "", source_kind_name(k));
        }
    }
}

// ---- entities

struct entity {
    enum entity_kind kind;
    struct span value;
};

static const char *const entity_tag = "APSI";

// The address of a server of ours says little (brokers, jump hosts, equipment hosts talk to many); that
// of a stranger says much, and that of somebody's desk where the alert is grave.
static bool tells_much(const struct engine *e, struct span ip, bool grave)
{
    int a = fab_find(e->set->fab, ip);

    return a == FAB_NONE || (grave && fab_asset(e->set->fab, a)->tier == T4);
}

static size_t entities_of(const struct scene *s, const struct engine *e, bool grave,
                          struct entity *out)
{
    size_t n = 0;

    if (s->name.n) {
        out[n++] = (struct entity){ENTITY_ASSET, s->name};
    }
    if (s->person.n) {
        out[n++] = (struct entity){ENTITY_PERSON, s->person};
    }
    if (s->session.n) {
        out[n++] = (struct entity){ENTITY_SESSION, s->session};
    }
    if (s->ip.n && tells_much(e, s->ip, grave)) {
        out[n++] = (struct entity){ENTITY_ADDRESS, s->ip};
    }
    return n;
}

// The oldest one that is open, or (`closed`) the oldest that is closed.
static struct row_incident *find_incident(struct engine *e, const struct entity *ent, size_t n,
                                          utime_t t, bool closed)
{
    struct row_incident *found = NULL;

    for (size_t i = 0; i < n; i++) {
        struct key128 key = key_of(entity_tag[ent[i].kind], &ent[i].value, 1);
        const struct row_join *j = table_get(&e->tab[TAB_JOIN], &key);
        struct row_incident *inc = j ? incident_get(e, j->incident) : NULL;

        if (inc && (inc->state == INCIDENT_IS_CLOSED) == closed &&
            t - j->last <= e->set->policy->incident_horizon &&
            (!found || inc->number < found->number)) {
            found = inc;
        }
    }
    return found;
}

struct key128 incident_entity_key(uint64_t number, uint8_t kind, struct span value)
{
    struct span parts[] = {span_of((const char *)&number, sizeof(number)), value};

    return key_of(entity_tag[kind], parts, 2);
}

static void count_entity(struct engine *e, const struct row_incident *inc, const struct entity *ent,
                         utime_t t)
{
    struct key128 mine = incident_entity_key(inc->number, (uint8_t)ent->kind, ent->value);
    struct row_entity *row = table_put(&e->tab[TAB_ENTITY], &mine);

    if (!row) {
        e->broken = true;
        return;
    }
    if (row->alerts == 0) {
        row->incident = inc->number;
        row->kind = (uint8_t)ent->kind;
        row->first = row->last = t;
        TEXT_SET(row->value, ent->value);
    }
    row->alerts++;
    row->first = t < row->first ? t : row->first;
    row->last = t > row->last ? t : row->last;
    MARK(e, ENTITY, row);
}

// What later alerts may join by. Only alerts that are grave enough to open an incident lead further:
// chatter that shares one address must not carry the incident from desk to desk.
static void lead_on(struct engine *e, const struct row_incident *inc, const struct entity *ent,
                    utime_t t)
{
    struct key128 key = key_of(entity_tag[ent->kind], &ent->value, 1);
    struct row_join *j = table_put(&e->tab[TAB_JOIN], &key);

    if (!j) {
        e->broken = true;
        return;
    }
    j->incident = inc->number;
    j->last = t > j->last ? t : j->last;
}

// The others that the alert leads to, which are younger than `inc`. Joins point to it afterwards.
static void merge_others(struct engine *e, struct row_incident *inc, const struct entity *ent,
                         size_t n, utime_t t, const struct eid *alert, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        struct row_incident *other = find_incident(e, &ent[i], 1, t, false);

        if (other && other != inc) {
            merge_incidents(e, inc, other, alert, out);
        }
    }
}

// ---- opening and taking

static struct row_incident *open_incident(struct engine *e, const struct scene *s,
                                          const struct reason *why, const struct row_group *g,
                                          struct buf *out)
{
    uint64_t number = ++e->count.incident;
    struct row_incident *inc = table_put(&e->tab[TAB_INCIDENT], &number);
    char text[TEXT_TITLE + TEXT_ID + 16];

    if (!inc) {
        e->broken = true;
        return NULL;
    }
    inc->id = engine_id(e);
    inc->asset_index = s->asset;
    inc->base_tier = inc->tier = inc->hazard = (uint8_t)s->base;
    inc->clock_tier = TIER_COUNT; // no clocks yet
    inc->opened = e->now;
    inc->first = inc->last = UTIME_NONE;
    inc->closed = UTIME_NONE;
    TEXT_SET(inc->asset, s->name);
    TEXT_SET(inc->area, s->area);
    TEXT_SET(inc->title, span_str(g->title));
    TEXT_SET(inc->call, span_str(why->rule && why->rule->call ? why->rule->call : ""));
    (void)snprintf(text, sizeof(text), "%s on %s", inc->title, inc->asset);
    incident_timeline(e, inc, e->now, "opened", SPAN_LIT("fabsoc"), span_str(text), NULL, out);
    return inc;
}

// The approved window that allows what the alert says, NULL when none does. Some things no window
// allows, whatever its list says; a rule may say so too.
static const struct row_window *expected_in(const struct engine *e, const struct obs *o,
                                            const struct scene *s, const struct rule *r)
{
    switch (o->kind) {
    case KIND_BREAKGLASS_OPENED:
    case KIND_RECORDING_GAP:
    case KIND_VAULT_CHANGE:
    case KIND_SAFE_PERM_CHANGE:
    case KIND_VAULT_EXPORT:
    case KIND_VAULT_AUDIT_OFF: return NULL;
    default: break;
    }
    if (s->base == T0 || (r && r->window_never)) {
        return NULL;
    }
    return context_pm_window(e, s, span_str(kind_name(o->kind)), o->time);
}

static void count_in(struct engine *e, struct row_incident *inc, struct row_group *g,
                     const struct obs *o, const struct scene *s, const struct reason *why,
                     const struct made *m, struct buf *out)
{
    bool first_of_group = g->incident != inc->number;
    enum source_kind kind = source_kind_of(s->kind);
    char text[TEXT_TITLE + TEXT_NAME + 64];

    table_use(&e->tab[TAB_INCIDENT], inc); // a busy incident is not the one to be evicted
    inc->alerts++;
    inc->first = inc->first == UTIME_NONE || o->time < inc->first ? o->time : inc->first;
    inc->last = inc->last == UTIME_NONE || o->time > inc->last ? o->time : inc->last;
    inc->kinds = (uint8_t)(inc->kinds | (kind < SK_COUNT ? 1u << kind : 0u));
    inc->axes = axes_max(inc->axes, why->axes);
    inc->severity = why->severity > inc->severity ? why->severity : inc->severity;
    effect_put_member(out, &(struct effect_member){.alert_id = m->alert,
                                                   .incident_id = inc->id,
                                                   .group_id = g->id,
                                                   .area = span_str(inc->area)});
    if (first_of_group) {
        g->incident = inc->number;
        g->incident_id = inc->id;
        inc->groups++;
        (void)snprintf(text, sizeof(text), "%s%s%s: %s", g->asset, g->actor[0] ? " " : "", g->actor,
                       g->title);
        incident_timeline(e, inc, o->time, "alert", s->kind, span_str(text), &m->alert, out);
    }
    MARK(e, INCIDENT, inc);
}

// Rare, a few times in an incident's life: the gravest asset changed.
void incident_moved(struct engine *e, const struct row_incident *inc)
{
    const struct table *clocks = &e->tab[TAB_CLOCK], *entities = &e->tab[TAB_ENTITY];

    for (struct row_clock *c = table_first(clocks); c; c = table_next(clocks, c)) {
        if (c->key.incident == inc->number) {
            MARK(e, CLOCK, c);
        }
    }
    for (struct row_entity *n = table_first(entities); n; n = table_next(entities, n)) {
        if (n->incident == inc->number) {
            MARK(e, ENTITY, n);
        }
    }
}

int incident_move(struct engine *e, struct row_incident *inc, uint8_t event, struct span actor,
                  struct span reason, struct buf *out, struct err *err)
{
    char text[320];
    int rc = fsm_step(&incident_fsm, &inc->state, event, err);

    if (rc) {
        return rc;
    }
    if (inc->owner[0] == '\0' && event != INCIDENT_ON_MERGE) {
        TEXT_SET(inc->owner, actor);
    }
    inc->closed = inc->state == INCIDENT_IS_CLOSED ? e->now : UTIME_NONE;
    clock_on_state(e, inc);
    (void)snprintf(text, sizeof(text), "%s%s" SPAN_FMT, incident_fsm.state[inc->state],
                   reason.n ? ": " : "", SPAN_ARG(span_sub(reason, 0, 200)));
    incident_timeline(e, inc, e->now, "state", actor, span_str(text), NULL, out);
    MARK(e, INCIDENT, inc);
    return 0;
}

static void reopen(struct engine *e, struct row_incident *inc, struct buf *out)
{
    (void)incident_move(e, inc, INCIDENT_ON_REOPEN, SPAN_LIT("fabsoc"), SPAN_LIT("new evidence"),
                        out, NULL);
    clock_restart(e, inc);
}

void incident_take(struct engine *e, const struct obs *o, const struct scene *s,
                   const struct reason *why, const struct made *m, struct buf *out)
{
    struct row_group *g = alert_group(e, m->group);
    struct entity ent[ENTITY_COUNT];
    size_t n = entities_of(s, e, why->severity >= OPEN_SEVERITY, ent);
    const struct row_window *window;
    char text[TEXT_WHY];
    struct row_incident *inc;

    if (!g) {
        return; // evicted in the meantime; counted by its table
    }
    window = expected_in(e, o, s, why->rule);
    if (window) {
        e->count.expected++;
        g->expected = !g->unexpected;
        if (g->expected) {
            (void)snprintf(text, sizeof(text), "expected in window %s", window->id);
            TEXT_SET(g->why, span_str(text));
        }
        MARK(e, GROUP, g);
        return;
    }
    g->expected = 0;
    g->unexpected = 1;
    tiering_spread(e, g, s->asset, o->time);
    inc = find_incident(e, ent, n, o->time, false);
    if (!inc && (why->severity >= OPEN_SEVERITY || s->base == T0)) {
        inc = find_incident(e, ent, n, o->time, true);
        if (inc) {
            reopen(e, inc, out);
        } else {
            inc = open_incident(e, s, why, g, out);
        }
    }
    if (inc) {
        if (why->severity >= OPEN_SEVERITY) {
            merge_others(e, inc, ent, n, o->time, &m->alert, out);
        }
        count_in(e, inc, g, o, s, why, m, out);
        for (size_t i = 0; i < n; i++) {
            count_entity(e, inc, &ent[i], o->time);
            if (why->severity >= OPEN_SEVERITY) {
                lead_on(e, inc, &ent[i], o->time);
            }
        }
        tiering_incident(e, inc, s, why->rule, out);
    }
    tiering_group(e, g, inc);
    MARK(e, GROUP, g);
}
