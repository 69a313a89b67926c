// fab.h - the fab model: assets, what they depend on, where they stand, who may talk to them.
// SPDX-License-Identifier: Apache-2.0
//
// A YAML document of the administrator (share/doc/FAB.md), read once per set, immutable, all in one
// arena. Assets are numbered 0..n-1 in the order of the document; names compare without case.
//
//   fab:    {site: F1, number: 1, name: ..., timezone: Asia/Tokyo}
//   areas:  [{id: litho, name: Lithography, zone: fab}]
//   bays:   [{id: LITHO-A, area: litho, networks: [10.20.3.0/24]}]
//   assets:
//     - id: LITHO-03
//       kind: scanner
//       bay: LITHO-A
//       tier: T2                       # base tier
//       names: [litho-03, litho-03.fab]   ips: [10.20.3.13]   macs: [...]
//       wph: 180                       # wafers an hour
//       spares: [LITHO-04]             # qualified backups
//       depends: [MES-1, RMS-1]        # cannot work without
//       hosts: [10.20.1.5]             # may open HSMS to it
//       ports: [5000]                  # declared by its supplier (SEMI E187); others are drift
//       accounts: [fdc_adm]            # privileged accounts: to be used out of the vault only
//       port: sw-litho-2/gi1/0/14      # switch port, for quarantine
//       pam: pam-1                     # broker its sessions go through
//       owner: litho                   # function of the roster
//       recipes: secs                  # secs, file (share, FTP ...), local (typed in, memory stick)
//       never_touch: true              # no action on it, ever, by anybody
//   lists: {JumpServers: [jump-1, 10.20.30.5]}       # fill the placeholders of rules
//   qtime_loops: [{id: CLEAN-DIFF, tools: [WET-01, FURN-02], limit: 4h, restore: 2h}]
//   recipe_masks: [{kind: scanner, line: "SAVED="}, {kind: etcher, bytes: [16, 8]}, {kind: cvd, item: 3}]
//
// An asset that the model does not know takes tier and hazard from the bay of its network, and T3
// where not even that is known: never T4 by default.
#ifndef CORE_MODEL_FAB_H
#define CORE_MODEL_FAB_H

#include "core/base/textfile.h"
#include "core/base/time.h"
#include "core/model/tier.h"

enum { FAB_ASSETS_MAX = 20000, FAB_MASKS_MAX = 1000, FAB_NONE = -1 };

// How recipes come to a tool. Only by SECS can a sensor see who writes one: of the others coverage says that
// recipe writes are not visible.
enum fab_recipes { FAB_RECIPES_UNSAID, FAB_RECIPES_SECS, FAB_RECIPES_FILE, FAB_RECIPES_LOCAL };
const char *fab_recipes_name(enum fab_recipes r); // "", "secs", "file", "local"

struct fab_asset {
    int index;
    const char *id, *kind, *bay, *area, *owner, *port, *pam;
    const char *zone; // fab, system, dmz, office, external; "" = not said
    enum tier tier;   // base
    uint32_t wph;
    enum fab_recipes recipes;
    bool never_touch;
    bool tool; // stands in a bay and processes wafers (wph > 0)
    size_t nspares, ndepends, nneeded_by, nhosts, nips, naccounts, nports;
    const int *spare, *depends, *needed_by; // asset indices; needed_by is the reverse of depends
    const char *const *host;                // addresses that may open HSMS to it
    const char *const *ip;
    const char *const *name; // as written
    size_t nnames;
    const char *const *account;    // privileged accounts
    const uint16_t *port_declared; // TCP and UDP ports that its supplier declared (SEMI E187)
    int loop;                      // queue-time loop it belongs to, or FAB_NONE
};

// What of a recipe's body changes by itself, such as the time at which the tool has saved it: left out of
// the digests of recipes on tools of this kind (core/decode/recipe.h).
enum fab_mask_how {
    FAB_MASK_ITEM,  // the item `from` of a formatted recipe, from 1
    FAB_MASK_LINE,  // of a text, lines that begin with `starts`: what follows it
    FAB_MASK_BYTES, // of any other body: `length` bytes from `from`, from 0
};

struct fab_mask {
    const char *kind; // of assets
    enum fab_mask_how how;
    uint32_t from, length;
    const char *starts;
};

struct fab_bay {
    const char *id, *area, *zone;
    enum tier tier; // gravest base tier but T0 of the tools in it: what an unknown host there gets
};

struct fab_loop {
    const char *id;
    utime_t limit, restore;
};

// A list of the site, such as JumpServers: what fills the placeholder %JumpServers% of a rule.
struct fab_list {
    const char *name;
    size_t n;
    const char *const *item;
};

struct fab;

// Faults: unknown keys, ids twice, unknown references, cycles in depends are allowed (they exist),
// addresses that are none, one address on two assets.
struct fab *fab_load(const struct textfile *files, size_t n,
                     struct faults *faults); // NULL when any
void fab_free(struct fab *f);

const char *fab_site(const struct fab *f);
uint16_t fab_site_number(const struct fab *f);
size_t fab_count(const struct fab *f);
const struct fab_asset *fab_asset(const struct fab *f, int index);
size_t fab_bay_count(const struct fab *f);
const struct fab_bay *fab_bay(const struct fab *f, size_t i);
const struct fab_loop *fab_loop(const struct fab *f, int index);
// What a sensor cannot see of the asset's recipes, as a sentence: "" for one that is no tool, or whose
// recipes travel by SECS to an address that the model knows.
const char *fab_recipe_gap(const struct fab_asset *a);
// The masks of one kind of assets, behind each other.
const struct fab_mask *fab_masks(const struct fab *f, struct span kind, size_t *ret_n);

const struct fab_list *fab_list(const struct fab *f, struct span name); // NULL: there is none

// By id, any of its names, any of its addresses, its mac; without case, a trailing domain ignored when
// the first label alone is known. FAB_NONE when unknown.
int fab_find(const struct fab *f, struct span name);
// The bay whose network holds the address; NULL when none does.
const struct fab_bay *fab_bay_of_ip(const struct fab *f, struct span ip);
bool fab_host_listed(const struct fab *f, int asset, struct span ip);
bool fab_account_listed(const struct fab *f, int asset, struct span account); // without case

// Assets that stop when `asset` stops (needed_by, transitively), nearest first, at most `max`;
// returns how many there are in all.
size_t fab_blast(const struct fab *f, int asset, int *out, size_t max);

#endif
