// scene.c - resolving what an observation is about.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/scene.h"

#include "core/base/attr.h"
#include "core/engine/context.h"
#include "core/engine/party.h"

static const enum field asset_fields[] = {
    FIELD_ASSET,   FIELD_DESTINATION_DOMAIN, FIELD_DESTINATION_IP, FIELD_HOST_NAME,
    FIELD_HOST_IP, FIELD_SOURCE_IP,
};

// Names that many persons share; joining incidents on them would join everything.
static const char *const generic[] = {
    "root",          "system",          "administrator",        "admin",   "nobody",
    "local service", "network service", "nt authority\\system", "unknown", "-"};

static const char *const kind_names[] = {"sensor", "agent", "pam", "fab", "os", "net"};

enum source_kind source_kind_of(struct span name)
{
    for (int k = 0; k < SK_COUNT; k++) {
        if (span_eq_str(name, kind_names[k])) {
            return (enum source_kind)k;
        }
    }
    return SK_COUNT;
}

const char *source_kind_name(enum source_kind k)
{
    return k < SK_COUNT ? kind_names[k] : "";
}

static bool is_generic(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(generic); i++) {
        if (span_eq_nocase(name, span_str(generic[i]))) {
            return true;
        }
    }
    return false;
}

static void find_asset(const struct engine *e, const struct obs *o, struct scene *s)
{
    const struct fab *fab = e->set->fab;

    s->asset = FAB_NONE;
    s->base = T3;
    for (size_t i = 0; i < ARRAY_LEN(asset_fields); i++) {
        struct span v = obs_field(o, asset_fields[i]);
        int a = v.n ? fab_find(fab, v) : FAB_NONE;

        if (a != FAB_NONE) {
            const struct fab_asset *asset = fab_asset(fab, a);

            s->asset = a;
            s->name = span_str(asset->id);
            s->area = span_str(asset->area);
            s->base = asset->tier;
            return;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(asset_fields); i++) {
        struct span v = obs_field(o, asset_fields[i]);
        const struct fab_bay *bay = v.n ? fab_bay_of_ip(fab, v) : NULL;

        if (asset_fields[i] == FIELD_SOURCE_IP && s->name.n) {
            return; // an unknown target is not where its visitor comes from
        }
        if (v.n && s->name.n == 0) {
            s->name = v;
        }
        if (bay) {
            s->name = v;
            s->area = span_str(bay->area);
            s->base = bay->tier;
            return;
        }
    }
}

// What a record of a brokered session does not say itself stands in the session's beginning: its target,
// where the record names none (its own host is the broker's), and whose person works there.
static void from_session(const struct engine *e, const struct obs *o, struct scene *s)
{
    const struct row_session *row =
        s->session.n && span_eq_str(s->kind, "pam") && o->kind != KIND_SESSION_START
            ? context_session(e, s->session)
            : NULL;

    if (!row) {
        return;
    }
    s->vendor = s->vendor.n ? s->vendor : span_str(row->vendor);
    if (obs_field(o, FIELD_ASSET).n || obs_field(o, FIELD_DESTINATION_DOMAIN).n ||
        obs_field(o, FIELD_DESTINATION_IP).n || !row->asset[0]) {
        return;
    }
    s->asset = row->asset_index;
    s->name = span_str(row->asset);
    s->area = span_str(row->area);
    if (s->asset != FAB_NONE) {
        const struct fab_asset *a = fab_asset(e->set->fab, s->asset);

        s->name = span_str(a->id);
        s->area = span_str(a->area);
        s->base = a->tier;
    }
}

struct scene scene_of(const struct engine *e, const struct obs *o)
{
    struct scene s = {0};
    uint32_t number = o->source;
    const struct row_source *src = table_get(&e->tab[TAB_SOURCE], &number);
    struct span user = obs_field(o, FIELD_USER_NAME);
    const struct row_party *party;

    find_asset(e, o, &s);
    s.ip = obs_field(o, FIELD_SOURCE_IP);
    s.account = obs_field(o, FIELD_ACCOUNT);
    s.session = obs_field(o, FIELD_SESSION_ID);
    s.vendor = obs_field(o, FIELD_VENDOR);
    s.ticket = obs_field(o, FIELD_TICKET);
    s.person = user.n && !is_generic(user) ? user : SPAN_NONE;
    s.actor = user.n ? user : s.account.n ? s.account : s.ip;
    s.kind = src ? span_str(src->kind) : SPAN_NONE;
    from_session(e, o, &s);
    party = s.vendor.n ? NULL : party_of_person(e, s.person);
    s.vendor = party ? span_str(party->vendor) : s.vendor;
    if (s.area.n == 0 && src) {
        s.area = span_str(src->area);
    }
    return s;
}
