// fab_load.c - reading the fab model: assets and places first, references when all ids are known.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/model/fab_load.h"

enum { ARENA_MAX = 64 << 20, AREAS_MAX = 500, BAYS_MAX = 2000, NETS_MAX = 4096 };

bool fab_taken(struct fab_loader *l, const struct ynode *at, const char *what, const char *id,
               const char *other)
{
    if (!*id || !span_eq_nocase(span_str(id), span_str(other))) {
        return false;
    }
    doc_fault(&l->r, at, "fab.twice", "the %s \"%s\" stands twice", what, id);
    return true;
}

static void read_head(struct fab_loader *l, const struct ynode *n)
{
    static const char *const known[] = {"site", "number", "name", "timezone", NULL};

    if (l->headed) {
        doc_fault(&l->r, n, "fab.twice", "the map \"fab\" stands twice");
        return;
    }
    l->headed = true;
    (void)doc_only(&l->r, n, known);
    l->f->site = doc_word(&l->r, n, "site", DOC_REQUIRED);
    l->f->number = (uint16_t)doc_uint(&l->r, n, "number", DOC_REQUIRED, 1, UINT16_MAX);
    l->f->name = doc_text(&l->r, n, "name", DOC_OPTIONAL);
    l->f->timezone = doc_word(&l->r, n, "timezone", DOC_OPTIONAL);
}

static void read_area(struct fab_loader *l, const struct ynode *n)
{
    static const char *const known[] = {"id", "name", "zone", NULL};
    static const char *const zones[] = {"fab", "system", "dmz", "office", "external"};
    const char *id = doc_word(&l->r, n, "id", DOC_REQUIRED);
    const char *zone = doc_word(&l->r, n, "zone", DOC_OPTIONAL);
    bool right = !*zone;

    (void)doc_only(&l->r, n, known);
    (void)doc_text(&l->r, n, "name", DOC_OPTIONAL);
    for (size_t i = 0; i < ARRAY_LEN(zones) && !right; i++) {
        right = strcmp(zone, zones[i]) == 0;
    }
    if (!right) {
        doc_fault(&l->r, y_get(n, "zone"), "fab.zone",
                  "a zone is fab, system, dmz, office or external");
    }
    for (size_t i = 0; i < l->nareas; i++) {
        if (fab_taken(l, n, "area", id, l->area[i])) {
            return;
        }
    }
    l->zone[l->nareas] = zone;
    l->area[l->nareas++] = id;
}

static void read_network(struct fab_loader *l, const struct ynode *n, size_t bay)
{
    struct fab *f = l->f;
    struct fab_net net;

    if (!doc_is(&l->r, n, Y_SCALAR, "a network")) {
        return;
    }
    if (!fab_net_parse(n->text, &net)) {
        doc_fault(&l->r, n, "fab.network",
                  "\"" SPAN_FMT "\" is not a network such as 10.20.3.0/24 (host bits zero)",
                  SPAN_ARG(n->text));
        return;
    }
    if (f->nnets == NETS_MAX) {
        doc_fault(&l->r, n, "fab.limit", "more than %d networks", NETS_MAX);
        return;
    }
    for (size_t i = 0; i < f->nnets; i++) {
        if (f->net[i].net.bits == net.bits && fab_net_has(&net, &f->net[i].net.addr)) {
            doc_fault(&l->r, n, "fab.twice", "the network \"" SPAN_FMT "\" belongs to two bays",
                      SPAN_ARG(n->text));
            return;
        }
    }
    f->net[f->nnets++] = (struct fab_bay_net){.net = net, .bay = bay};
}

static void read_bay(struct fab_loader *l, const struct ynode *n)
{
    static const char *const known[] = {"id", "area", "name", "networks", NULL};
    struct fab *f = l->f;
    const char *id = doc_word(&l->r, n, "id", DOC_REQUIRED);
    const char *area = doc_word(&l->r, n, "area", DOC_REQUIRED);
    const struct ynode *nets = doc_node(&l->r, n, "networks", Y_LIST, DOC_OPTIONAL);
    const char *zone = "";
    bool found = !*area;

    (void)doc_only(&l->r, n, known);
    (void)doc_text(&l->r, n, "name", DOC_OPTIONAL);
    for (size_t i = 0; i < f->nbays; i++) {
        if (fab_taken(l, n, "bay", id, f->bay[i].id)) {
            return;
        }
    }
    for (size_t i = 0; i < l->nareas && !found; i++) {
        found = strcmp(area, l->area[i]) == 0;
        zone = found ? l->zone[i] : zone;
    }
    if (!found) {
        doc_fault(&l->r, y_get(n, "area"), "fab.unknown", "there is no area \"%s\"", area);
    }
    for (size_t i = 0; nets && i < nets->n; i++) {
        read_network(l, nets->item[i], f->nbays);
    }
    f->bay[f->nbays++] = (struct fab_bay){.id = id, .area = area, .zone = zone, .tier = T3};
}

// Enters a name of an asset; the same name again on the same asset is no fault (`id: LITHO-03` and
// `names: [litho-03]`).
static void enter_name(struct fab_loader *l, const struct ynode *at, struct span name, int asset)
{
    struct fab_key key;
    struct fab_slot *s;
    uint64_t hash;

    if (!fab_key_of(name, &key)) {
        return; // an empty one was said when it was read
    }
    s = fab_slot_of(l->f, &key, &hash);
    if (s->key.n) {
        if (s->asset != asset) {
            doc_fault(&l->r, at, "fab.twice", "\"" SPAN_FMT "\" already names the asset %s",
                      SPAN_ARG(name), l->f->asset[s->asset].id);
        }
        return;
    }
    *s = (struct fab_slot){.hash = hash,
                           .key = arena_span(&l->f->arena, span_of((char *)key.b, key.n)),
                           .asset = asset};
}

const struct ynode *fab_list_of(struct fab_loader *l, const struct ynode *map, const char *key)
{
    static const struct ynode none = {.type = Y_LIST};
    const struct ynode *n = doc_node(&l->r, map, key, Y_LIST, DOC_OPTIONAL);

    if (n && n->n > FAB_LIST_MAX) {
        doc_fault(&l->r, n, "fab.limit", "\"%s\" has more than %d entries", key, FAB_LIST_MAX);
        return &none;
    }
    return n ? n : &none;
}

static void read_names(struct fab_loader *l, const struct ynode *n, int index)
{
    const struct ynode *names = fab_list_of(l, n, "names"), *macs = fab_list_of(l, n, "macs");
    const char **name = arena_array(&l->f->arena, names->n + 1, sizeof(*name));

    for (size_t i = 0; name && i < names->n; i++) {
        name[i] = doc_word_of(&l->r, names->item[i], "a name");
        enter_name(l, names->item[i], span_str(name[i]), index);
    }
    l->f->asset[index].name = name;
    l->f->asset[index].nnames = name ? names->n : 0;
    for (size_t i = 0; i < macs->n; i++) {
        unsigned char mac[6];
        struct span text = y_text(macs->item[i]);

        if (!fab_mac_parse(text, mac)) {
            doc_fault(&l->r, macs->item[i], "fab.mac",
                      "\"" SPAN_FMT "\" is not a hardware address such as 00:1b:1c:00:00:01",
                      SPAN_ARG(text));
            continue;
        }
        enter_name(l, macs->item[i], text, index);
    }
}

// A list of addresses as texts; the parsed values go to `ret_addr` when it is given.
static const char *const *read_addrs(struct fab_loader *l, const struct ynode *map, const char *key,
                                     struct fab_addr **ret_addr, size_t *ret_n)
{
    const struct ynode *n = fab_list_of(l, map, key);
    const char **out = arena_array(&l->f->arena, n->n + 1, sizeof(*out));
    struct fab_addr *addr = arena_array(&l->f->arena, n->n + 1, sizeof(*addr));

    *ret_n = 0;
    for (size_t i = 0; out && addr && i < n->n; i++) {
        struct span text = y_text(n->item[i]);

        if (!fab_addr_parse(text, &addr[*ret_n])) {
            doc_fault(&l->r, n->item[i], "fab.address", "\"" SPAN_FMT "\" is not an IP address",
                      SPAN_ARG(text));
            continue;
        }
        out[(*ret_n)++] = arena_str(&l->f->arena, text);
    }
    if (ret_addr) {
        *ret_addr = addr;
    }
    return out;
}

static const struct fab_bay *bay_named(struct fab_loader *l, const struct ynode *n, const char *id)
{
    for (size_t i = 0; i < l->f->nbays; i++) {
        if (strcmp(id, l->f->bay[i].id) == 0) {
            return &l->f->bay[i];
        }
    }
    if (*id) {
        doc_fault(&l->r, y_get(n, "bay"), "fab.unknown", "there is no bay \"%s\"", id);
    }
    return NULL;
}

static const char *const *read_words(struct fab_loader *l, const struct ynode *n, const char *key,
                                     size_t *ret_n)
{
    const struct ynode *list = fab_list_of(l, n, key);
    const char **word = arena_array(&l->f->arena, list->n + 1, sizeof(*word));

    *ret_n = word ? list->n : 0;
    for (size_t i = 0; word && i < list->n; i++) {
        word[i] = doc_word_of(&l->r, list->item[i], "an account");
    }
    return word;
}

static const uint16_t *read_ports(struct fab_loader *l, const struct ynode *n, size_t *ret_n)
{
    const struct ynode *list = fab_list_of(l, n, "ports");
    uint16_t *port = arena_array(&l->f->arena, list->n + 1, sizeof(*port));

    *ret_n = 0;
    for (size_t i = 0; port && i < list->n; i++) {
        int64_t v = 0;

        if (!y_int(list->item[i], &v) || v < 1 || v > UINT16_MAX) {
            doc_fault(&l->r, list->item[i], "fab.port", "a port is a number from 1 to 65535");
            continue;
        }
        port[(*ret_n)++] = (uint16_t)v;
    }
    return port;
}

static void read_asset(struct fab_loader *l, const struct ynode *n)
{
    static const char *const known[] = {"id",       "kind",    "bay",   "tier",   "names",
                                        "ips",      "macs",    "wph",   "spares", "depends",
                                        "hosts",    "port",    "pam",   "owner",  "never_touch",
                                        "accounts", "recipes", "ports", NULL};
    struct fab *f = l->f;
    int index = (int)f->nassets;
    struct fab_asset *a = &f->asset[index];
    const struct fab_bay *bay = bay_named(l, n, doc_word(&l->r, n, "bay", DOC_REQUIRED));

    (void)doc_only(&l->r, n, known);
    *a = (struct fab_asset){.index = index,
                            .id = doc_word(&l->r, n, "id", DOC_REQUIRED),
                            .kind = doc_word(&l->r, n, "kind", DOC_REQUIRED),
                            .bay = bay ? bay->id : "",
                            .area = bay ? bay->area : "",
                            .zone = bay ? bay->zone : "",
                            .owner = doc_word(&l->r, n, "owner", DOC_OPTIONAL),
                            .port = doc_word(&l->r, n, "port", DOC_OPTIONAL),
                            .pam = doc_word(&l->r, n, "pam", DOC_OPTIONAL),
                            .tier = doc_tier(&l->r, n, "tier"),
                            .wph = (uint32_t)doc_uint(&l->r, n, "wph", DOC_OPTIONAL, 0, 100000),
                            .recipes = fab_read_recipes(l, n),
                            .never_touch = doc_flag(&l->r, n, "never_touch"),
                            .loop = FAB_NONE};
    a->tool = bay && a->wph > 0;
    a->ip = read_addrs(l, n, "ips", NULL, &a->nips);
    a->host = read_addrs(l, n, "hosts", &f->host[index], &a->nhosts);
    a->account = read_words(l, n, "accounts", &a->naccounts);
    a->port_declared = read_ports(l, n, &a->nports);
    l->node[index] = n;
    l->where[index] = l->r.d;
    f->nassets++;
    enter_name(l, y_get(n, "id"), span_str(a->id), index);
    read_names(l, n, index);
    for (size_t i = 0; i < a->nips; i++) {
        enter_name(l, y_get(n, "ips"), span_str(a->ip[i]), index);
    }
}

// Calls `read` for every map of the list `key` of every document, at most `max` in all.
static void each(struct fab_loader *l, const char *key, size_t max,
                 void (*read)(struct fab_loader *l, const struct ynode *n))
{
    size_t seen = 0;

    for (size_t i = 0; i < l->r.nroots; i++) {
        const struct ynode *list;

        l->r.d = l->r.root[i].d;
        list = doc_node(&l->r, l->r.root[i].map, key, Y_LIST, DOC_OPTIONAL);
        for (size_t k = 0; list && k < list->n; k++) {
            if (seen++ == max) {
                doc_fault(&l->r, list->item[k], "fab.limit", "more than %zu in \"%s\"", max, key);
                return;
            }
            if (doc_is(&l->r, list->item[k], Y_MAP, "an entry")) {
                read(l, list->item[k]);
            }
        }
    }
}

static size_t count(const struct docread *r, const char *key, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < r->nroots; i++) {
        const struct ynode *list = y_get(r->root[i].map, key);

        n += list ? list->n : 0;
    }
    return n < max ? n : max;
}

// Names, addresses and hardware addresses of all assets: an upper bound of the table's keys.
static size_t count_names(const struct docread *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->nroots; i++) {
        const struct ynode *list = y_get(r->root[i].map, "assets");

        for (size_t k = 0; list && k < list->n; k++) {
            static const char *const key[] = {"names", "ips", "macs"};

            n++;
            for (size_t w = 0; w < ARRAY_LEN(key); w++) {
                const struct ynode *names = y_get(list->item[k], key[w]);

                n += names ? names->n : 0;
            }
        }
    }
    return n;
}

static bool make_room(struct fab_loader *l)
{
    struct fab *f = l->f;
    size_t nassets = count(&l->r, "assets", FAB_ASSETS_MAX), names = count_names(&l->r);

    for (f->nslots = 16; f->nslots < 2 * names + 2;) {
        f->nslots *= 2;
    }
    f->slot = arena_array(&f->arena, f->nslots, sizeof(*f->slot));
    f->asset = arena_array(&f->arena, nassets + 1, sizeof(*f->asset));
    f->host = arena_array(&f->arena, nassets + 1, sizeof(*f->host));
    f->bay = arena_array(&f->arena, count(&l->r, "bays", BAYS_MAX) + 1, sizeof(*f->bay));
    f->net = arena_array(&f->arena, NETS_MAX, sizeof(*f->net));
    f->loop = arena_array(&f->arena, FAB_LOOPS_MAX + 1, sizeof(*f->loop));
    f->list = arena_array(&f->arena, FAB_LISTS_MAX, sizeof(*f->list));
    f->mask = arena_array(&f->arena, FAB_MASKS_MAX + 1, sizeof(*f->mask));
    l->area = arena_array(&l->r.tree, AREAS_MAX + 1, sizeof(*l->area));
    l->zone = arena_array(&l->r.tree, AREAS_MAX + 1, sizeof(*l->zone));
    l->node = arena_array(&l->r.tree, nassets + 1, sizeof(*l->node));
    l->where = arena_array(&l->r.tree, nassets + 1, sizeof(*l->where));
    return arena_ok(&f->arena) && arena_ok(&l->r.tree);
}

static void read_heads(struct fab_loader *l)
{
    static const char *const known[] = {"fab",         "areas", "bays",         "assets",
                                        "qtime_loops", "lists", "recipe_masks", NULL};

    for (size_t i = 0; i < l->r.nroots; i++) {
        const struct ynode *head;

        l->r.d = l->r.root[i].d;
        (void)doc_only(&l->r, l->r.root[i].map, known);
        head = doc_node(&l->r, l->r.root[i].map, "fab", Y_MAP, DOC_OPTIONAL);
        if (head) {
            read_head(l, head);
        }
    }
    if (!l->headed && l->r.nroots) {
        doc_fault(&l->r, l->r.root[0].map, "fab.missing",
                  "the map \"fab\" (site, number) is missing");
    }
}

static void read_all(struct fab_loader *l)
{
    if (!make_room(l)) {
        doc_fault(&l->r, NULL, "fab.limit", "the fab model is too large");
        return;
    }
    read_heads(l);
    each(l, "areas", AREAS_MAX, read_area);
    each(l, "bays", BAYS_MAX, read_bay);
    each(l, "assets", FAB_ASSETS_MAX, read_asset);
    fab_resolve(l);
    each(l, "qtime_loops", FAB_LOOPS_MAX, fab_read_loop);
    for (size_t i = 0; i < l->r.nroots; i++) {
        l->r.d = l->r.root[i].d;
        fab_read_lists(l, doc_node(&l->r, l->r.root[i].map, "lists", Y_MAP, DOC_OPTIONAL));
    }
    each(l, "recipe_masks", FAB_MASKS_MAX, fab_read_mask);
    fab_sort_masks(l->f);
    if (l->f->nassets == 0 && docread_ok(&l->r)) {
        doc_fault(&l->r, NULL, "fab.missing", "the fab model has no assets");
    }
    if (docread_ok(&l->r)) {
        fab_derive(l->f);
    }
}

struct fab *fab_load(const struct textfile *files, size_t n, struct faults *faults)
{
    struct fab *f = calloc(1, sizeof(*f));
    struct fab_loader l = {.f = f};
    bool ok;

    if (!f) {
        return NULL;
    }
    arena_init(&f->arena, ARENA_MAX);
    docread_open(&l.r, &f->arena, files, n, "fab model", faults);
    if (l.r.nroots) {
        read_all(&l);
    }
    ok = docread_ok(&l.r);
    docread_close(&l.r);
    if (!ok) {
        fab_free(f);
        return NULL;
    }
    return f;
}
