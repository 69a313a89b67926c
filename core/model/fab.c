// fab.c - questions to a loaded fab model.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/fab.h"

#include <stdlib.h>

#include "core/base/hash.h"
#include "core/model/fab_impl.h"

enum key_kind { KEY_NAME = 'n', KEY_ADDR = 'a', KEY_MAC = 'm' };

bool fab_key_of(struct span name, struct fab_key *ret)
{
    struct fab_addr addr;
    unsigned char mac[6];

    if (name.n == 0 || name.n >= FAB_KEY_MAX) {
        return false;
    }
    if (fab_addr_parse(name, &addr)) {
        ret->b[0] = KEY_ADDR;
        memcpy(ret->b + 1, addr.b, sizeof(addr.b));
        ret->n = 1 + sizeof(addr.b);
        return true;
    }
    if (fab_mac_parse(name, mac)) {
        ret->b[0] = KEY_MAC;
        memcpy(ret->b + 1, mac, sizeof(mac));
        ret->n = 1 + sizeof(mac);
        return true;
    }
    ret->b[0] = KEY_NAME;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];

        ret->b[1 + i] = c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
    }
    ret->n = 1 + name.n;
    return true;
}

struct fab_slot *fab_slot_of(const struct fab *f, const struct fab_key *key, uint64_t *ret_hash)
{
    struct span k = {(const char *)key->b, key->n};
    uint64_t hash = hash64(0, k);
    size_t at = hash & (f->nslots - 1);

    *ret_hash = hash;
    for (;; at = (at + 1) & (f->nslots - 1)) {
        struct fab_slot *s = &f->slot[at];

        if (s->key.n == 0 || (s->hash == hash && span_eq(s->key, k))) {
            return s;
        }
    }
}

static int find_key(const struct fab *f, const struct fab_key *key)
{
    uint64_t hash;
    const struct fab_slot *s = fab_slot_of(f, key, &hash);

    return s->key.n ? s->asset : FAB_NONE;
}

int fab_find(const struct fab *f, struct span name)
{
    struct fab_key key;
    size_t dot = span_find(name, '.');
    int found;

    if (!fab_key_of(name, &key)) {
        return FAB_NONE;
    }
    found = find_key(f, &key);
    if (found != FAB_NONE || key.b[0] != KEY_NAME || dot == 0 || dot == name.n) {
        return found;
    }
    key.n = 1 + dot;
    return find_key(f, &key);
}

const struct fab_bay *fab_bay_of_ip(const struct fab *f, struct span ip)
{
    struct fab_addr a;

    if (!fab_addr_parse(ip, &a)) {
        return NULL;
    }
    for (size_t i = 0; i < f->nnets; i++) {
        if (fab_net_has(&f->net[i].net, &a)) {
            return &f->bay[f->net[i].bay];
        }
    }
    return NULL;
}

bool fab_account_listed(const struct fab *f, int asset, struct span account)
{
    if (asset < 0 || (size_t)asset >= f->nassets) {
        return false;
    }
    for (size_t i = 0; i < f->asset[asset].naccounts; i++) {
        if (span_eq_nocase(account, span_str(f->asset[asset].account[i]))) {
            return true;
        }
    }
    return false;
}

bool fab_host_listed(const struct fab *f, int asset, struct span ip)
{
    struct fab_addr a;

    if (asset < 0 || (size_t)asset >= f->nassets || !fab_addr_parse(ip, &a)) {
        return false;
    }
    for (size_t i = 0; i < f->asset[asset].nhosts; i++) {
        if (memcmp(&f->host[asset][i], &a, sizeof(a)) == 0) {
            return true;
        }
    }
    return false;
}

size_t fab_blast(const struct fab *f, int asset, int *out, size_t max)
{
    uint64_t seen[FAB_ASSETS_MAX / 64 + 1] = {0};
    int queue[FAB_ASSETS_MAX];
    size_t head = 0, tail = 0, n = 0;

    if (asset < 0 || (size_t)asset >= f->nassets) {
        return 0;
    }
    queue[tail++] = asset;
    seen[asset / 64] |= UINT64_C(1) << asset % 64;
    while (head < tail) {
        const struct fab_asset *a = &f->asset[queue[head++]];

        for (size_t i = 0; i < a->nneeded_by; i++) {
            int next = a->needed_by[i];

            if (seen[next / 64] >> next % 64 & 1) {
                continue;
            }
            seen[next / 64] |= UINT64_C(1) << next % 64;
            queue[tail++] = next;
            if (n < max) {
                out[n] = next;
            }
            n++;
        }
    }
    return n;
}

void fab_free(struct fab *f)
{
    if (f) {
        arena_free(&f->arena);
        free(f);
    }
}

const char *fab_site(const struct fab *f)
{
    return f->site;
}

uint16_t fab_site_number(const struct fab *f)
{
    return f->number;
}

size_t fab_count(const struct fab *f)
{
    return f->nassets;
}

const struct fab_asset *fab_asset(const struct fab *f, int index)
{
    return index >= 0 && (size_t)index < f->nassets ? &f->asset[index] : NULL;
}

size_t fab_bay_count(const struct fab *f)
{
    return f->nbays;
}

const struct fab_bay *fab_bay(const struct fab *f, size_t i)
{
    return i < f->nbays ? &f->bay[i] : NULL;
}

const struct fab_loop *fab_loop(const struct fab *f, int index)
{
    return index >= 0 && (size_t)index < f->nloops ? &f->loop[index] : NULL;
}
