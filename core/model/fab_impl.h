// fab_impl.h - the inside of struct fab, shared by fab.c and fab_load.c.
// SPDX-License-Identifier: Apache-2.0
//
// Names are looked up in one open-addressing table. The key is a kind byte and the canonical form: a
// lower-cased name, the 16 bytes of an address or the 6 of a hardware address, so that every spelling
// of one thing is one key. The table is at most half full and never changes after loading.
#ifndef CORE_MODEL_FAB_IMPL_H
#define CORE_MODEL_FAB_IMPL_H

#include "core/base/arena.h"
#include "core/model/fab.h"
#include "core/model/fab_addr.h"

enum { FAB_KEY_MAX = 256 };

struct fab_key {
    size_t n;
    unsigned char b[FAB_KEY_MAX];
};

struct fab_slot {
    uint64_t hash;
    struct span key; // empty: a free slot
    int asset;
};

struct fab_bay_net {
    struct fab_net net;
    size_t bay;
};

struct fab {
    struct arena arena; // owns everything but this struct
    const char *site, *name, *timezone;
    uint16_t number;
    size_t nassets, nbays, nnets, nloops;
    struct fab_asset *asset;
    struct fab_addr **host; // host[i]: asset i's host list as addresses
    struct fab_bay *bay;
    struct fab_bay_net *net; // longest prefix first
    struct fab_loop *loop;
    size_t nlists;
    struct fab_list *list;
    struct fab_mask *mask; // by kind
    size_t nmasks;
    struct fab_slot *slot;
    size_t nslots; // a power of two
};

// False when the name is empty or longer than a key.
bool fab_key_of(struct span name, struct fab_key *ret);
// The slot that holds the key, or the free one where it belongs.
struct fab_slot *fab_slot_of(const struct fab *f, const struct fab_key *key, uint64_t *ret_hash);

#endif
