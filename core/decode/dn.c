// dn.c - LDAP distinguished names as text (RFC 4514).
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/dn.h"

// Takes the first part off: type and value. A comma or plus behind a backslash belongs to the value.
static struct span cut_part(struct span *rest, struct span *ret_type)
{
    size_t n = 0, equals;
    struct span part;

    while (n < rest->n && rest->p[n] != ',' && rest->p[n] != '+') {
        n += 1 + (rest->p[n] == '\\' && n + 1 < rest->n);
    }
    part = span_trim(span_sub(*rest, 0, n));
    *rest = span_sub(*rest, n + 1, rest->n);
    equals = span_find(part, '=');
    *ret_type = span_trim(span_sub(part, 0, equals));
    return span_trim(span_sub(part, equals + 1, part.n));
}

static bool is_one_of(struct span type, const char *const *names)
{
    while (*names && !span_eq_nocase(type, span_str(*names))) {
        names++;
    }
    return *names != NULL;
}

struct span dn_name(struct span dn)
{
    static const char *const names[] = {"uid", "cn", "sAMAccountName", NULL};

    while (dn.n) {
        struct span type, value = cut_part(&dn, &type);

        if (is_one_of(type, names)) {
            return value;
        }
    }
    return SPAN_NONE;
}

struct span dn_domain(struct span dn, struct arena *a)
{
    static const char *const places[] = {"ou", "o", "dc", NULL};
    char *out = dn.n ? arena_alloc(a, dn.n) : NULL;
    size_t used = 0;

    while (out && dn.n) {
        struct span type, value = cut_part(&dn, &type);

        if (!is_one_of(type, places) || value.n == 0) {
            continue;
        }
        if (used) {
            out[used++] = '.';
        }
        memcpy(out + used, value.p, value.n);
        used += value.n;
    }
    return span_of(out, used);
}
