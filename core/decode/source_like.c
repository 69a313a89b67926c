// source_like.c - a source file that is another one and its own differences.
// SPDX-License-Identifier: Apache-2.0
//
// The same events travel in several shapes (a Windows event as flat JSON, nested JSON, XML, text). What
// they mean is written once; the other files say only how they are recognised and what differs.
#include "core/decode/source.h"

bool source_is_like(struct span text)
{
    return span_starts(text, SPAN_LIT("like:")) ||
           span_find_span(text, SPAN_LIT("\nlike:")) < text.n;
}

// Both arrays, `a` before `b`; NULL without memory.
static void *join(struct loader *l, const void *a, size_t na, const void *b, size_t nb, size_t size)
{
    char *both = read_array(l, na + nb + 1, size);

    if (both && na) {
        memcpy(both, a, na * size);
    }
    if (both && nb) {
        memcpy(both + na * size, b, nb * size);
    }
    return both;
}

static bool same_target(const struct mapping *a, const struct mapping *b)
{
    return a->to == b->to && (a->to < FIELD_COUNT || a->slot == b->slot);
}

static bool replaced(const struct source *own, const struct mapping *m)
{
    for (size_t i = 0; i < own->nmap; i++) {
        if (same_target(&own->map[i], m)) {
            return true;
        }
    }
    return false;
}

// Names of the file's own that others may ask for; the base's ways that it does not replace; its fields.
static int merge_map(struct loader *l, const struct source *base, struct source *ret)
{
    struct mapping *m = read_array(l, base->nmap + ret->nmap, sizeof(*m));
    size_t n = 0;

    if (!m) {
        return read_no_memory(l);
    }
    for (int fields = 0; fields < 2; fields++) {
        for (size_t i = 0; i < ret->nmap; i++) {
            if ((ret->map[i].to < FIELD_COUNT) == (bool)fields) {
                m[n++] = ret->map[i];
            }
        }
        for (size_t i = 0; !fields && i < base->nmap; i++) {
            if (!replaced(ret, &base->map[i])) {
                m[n++] = base->map[i];
            }
        }
    }
    ret->map = m;
    ret->nmap = n;
    return 0;
}

static void take_missing(const struct ynode *root, const struct source *base, struct source *ret)
{
    if (!y_get(root, "logsource")) {
        memcpy(ret->logsource, base->logsource, sizeof(ret->logsource));
        memcpy(ret->logsource_from, base->logsource_from, sizeof(ret->logsource_from));
    }
    if (!y_get(root, "empty")) {
        ret->empty = base->empty;
        ret->nempty = base->nempty;
    }
    if (!y_get(root, "time")) {
        ret->time = base->time;
        ret->ntimes = base->ntimes;
    }
    if (!y_get(root, "kinds")) {
        ret->kind = base->kind;
        ret->nkinds = base->nkinds;
    }
    if (!y_get(root, "severity")) {
        ret->severity_slot = base->severity_slot;
        ret->severity_range = base->severity_range;
        ret->low = base->low;
        ret->high = base->high;
        ret->severity = base->severity;
        ret->nseverity = base->nseverity;
    }
}

int source_merge(struct loader *l, const struct ynode *root, const struct source *base,
                 struct source *ret)
{
    int rc = merge_map(l, base, ret);

    ret->alike = true;
    take_missing(root, base, ret);
    ret->lift = join(l, base->lift, base->nlifts, ret->lift, ret->nlifts, sizeof(*ret->lift));
    ret->nlifts += base->nlifts;
    ret->cut = join(l, base->cut, base->ncuts, ret->cut, ret->ncuts, sizeof(*ret->cut));
    ret->ncuts += base->ncuts;
    ret->constant = join(l, base->constant, base->nconstants, ret->constant, ret->nconstants,
                         sizeof(*ret->constant));
    ret->nconstants += base->nconstants;
    ret->switch_on = join(l, base->switch_on, base->nswitches, ret->switch_on, ret->nswitches,
                          sizeof(*ret->switch_on));
    ret->nswitches += base->nswitches;
    ret->pattern = join(l, ret->pattern, ret->npatterns, base->pattern, base->npatterns,
                        sizeof(*ret->pattern));
    ret->npatterns += base->npatterns;
    return rc || (ret->lift && ret->cut && ret->constant && ret->switch_on && ret->pattern)
               ? rc
               : read_no_memory(l);
}
