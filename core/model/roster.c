// roster.c - reading the roster and finding who is on duty.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/roster.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/attr.h"
#include "core/model/docread.h"

enum { ARENA_MAX = 16 << 20, FUNCTIONS_MAX = 200, PERSONS_MAX = 2000, DUTIES_MAX = 5000 };

struct roster {
    struct arena arena;
    size_t nfunctions, npersons, nduties;
    const char **function;
    struct roster_person *person;
    struct roster_duty *duty;
};

struct load {
    struct docread r;
    struct roster *ro;
};

static bool known_function(const struct roster *ro, const char *id)
{
    for (size_t i = 0; i < ro->nfunctions; i++) {
        if (strcmp(id, ro->function[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void read_function(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"id", "name", NULL};
    const char *id = doc_word(&l->r, n, "id", DOC_REQUIRED);

    (void)doc_only(&l->r, n, known);
    (void)doc_text(&l->r, n, "name", DOC_REQUIRED);
    if (*id && known_function(l->ro, id)) {
        doc_fault(&l->r, n, "roster.twice", "the function \"%s\" stands twice", id);
        return;
    }
    l->ro->function[l->ro->nfunctions++] = id;
}

static void check_role(struct load *l, const struct ynode *n, const char *role)
{
    static const char *const roles[] = {"operator", "responder",     "approver", "manager",
                                        "auditor",  "administrator", "vendor"};

    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        if (!*role || strcmp(role, roles[i]) == 0) {
            return;
        }
    }
    doc_fault(&l->r, y_get(n, "role"), "roster.role",
              "\"%s\" is none of operator, responder, approver, manager, auditor, administrator, "
              "vendor",
              role);
}

static void read_held(struct load *l, const struct ynode *n, struct roster_person *p)
{
    const struct ynode *list = doc_node(&l->r, n, "functions", Y_LIST, DOC_OPTIONAL);
    const char **out = arena_array(&l->ro->arena, list ? list->n + 1 : 1, sizeof(*out));

    for (size_t i = 0; out && list && i < list->n && i < FUNCTIONS_MAX; i++) {
        const char *f = doc_word_of(&l->r, list->item[i], "a function");

        if (*f && !known_function(l->ro, f)) {
            doc_fault(&l->r, list->item[i], "roster.unknown", "there is no function \"%s\"", f);
        }
        out[p->nfunctions++] = f;
    }
    p->function = out;
}

static void read_person(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"id", "name", "number", "role", "functions", NULL};
    struct roster *ro = l->ro;
    struct roster_person p = {.id = doc_word(&l->r, n, "id", DOC_REQUIRED),
                              .name = doc_text(&l->r, n, "name", DOC_REQUIRED),
                              .number = doc_text(&l->r, n, "number", DOC_REQUIRED),
                              .role = doc_word(&l->r, n, "role", DOC_REQUIRED)};

    (void)doc_only(&l->r, n, known);
    check_role(l, n, p.role);
    read_held(l, n, &p);
    for (size_t i = 0; i < ro->npersons; i++) {
        if (*p.id && strcmp(p.id, ro->person[i].id) == 0) {
            doc_fault(&l->r, n, "roster.twice", "the person \"%s\" stands twice", p.id);
            return;
        }
    }
    ro->person[ro->npersons++] = p;
}

static bool may_hold(const struct roster_person *p, const char *function)
{
    for (size_t i = 0; i < p->nfunctions; i++) {
        if (strcmp(p->function[i], function) == 0) {
            return true;
        }
    }
    return false;
}

static const struct roster_person *person_of(struct load *l, const struct ynode *n, const char *key,
                                             enum doc_need need, const char *function)
{
    const char *id = doc_word(&l->r, n, key, need);

    for (size_t i = 0; i < l->ro->npersons; i++) {
        const struct roster_person *p = &l->ro->person[i];

        if (*id && strcmp(id, p->id) == 0) {
            if (*function && !may_hold(p, function)) {
                doc_fault(&l->r, y_get(n, key), "roster.duty",
                          "%s does not hold the function \"%s\"", id, function);
            }
            return p;
        }
    }
    if (*id) {
        doc_fault(&l->r, y_get(n, key), "roster.unknown", "there is no person \"%s\"", id);
    }
    return NULL;
}

static void read_duty(struct load *l, const struct ynode *n)
{
    static const char *const known[] = {"function", "area", "person", "deputy", "from", "to", NULL};
    struct roster_duty d = {.function = doc_word(&l->r, n, "function", DOC_REQUIRED),
                            .area = doc_word(&l->r, n, "area", DOC_OPTIONAL),
                            .from = doc_time(&l->r, n, "from"),
                            .to = doc_time(&l->r, n, "to")};

    (void)doc_only(&l->r, n, known);
    if (*d.function && !known_function(l->ro, d.function)) {
        doc_fault(&l->r, y_get(n, "function"), "roster.unknown", "there is no function \"%s\"",
                  d.function);
    }
    d.person = person_of(l, n, "person", DOC_REQUIRED, d.function);
    d.deputy = person_of(l, n, "deputy", DOC_OPTIONAL, d.function);
    if (d.person && d.person == d.deputy) {
        doc_fault(&l->r, y_get(n, "deputy"), "roster.duty", "%s cannot be their own deputy",
                  d.person->id);
    }
    if (d.from != UTIME_NONE && d.to != UTIME_NONE && d.to <= d.from) {
        doc_fault(&l->r, y_get(n, "to"), "roster.duty", "the duty ends before it begins");
    }
    l->ro->duty[l->ro->nduties++] = d;
}

static void each(struct load *l, const char *key, size_t max,
                 void (*read)(struct load *l, const struct ynode *n))
{
    size_t seen = 0;

    for (size_t i = 0; i < l->r.nroots; i++) {
        const struct ynode *list;

        l->r.d = l->r.root[i].d;
        list = doc_node(&l->r, l->r.root[i].map, key, Y_LIST, DOC_OPTIONAL);
        for (size_t k = 0; list && k < list->n; k++) {
            if (seen++ == max) {
                doc_fault(&l->r, list->item[k], "roster.limit", "more than %zu in \"%s\"", max,
                          key);
                return;
            }
            if (doc_is(&l->r, list->item[k], Y_MAP, "an entry")) {
                read(l, list->item[k]);
            }
        }
    }
    if (seen == 0) {
        l->r.d = l->r.root[0].d;
        doc_fault(&l->r, l->r.root[0].map, "doc.missing", "the roster has no \"%s\"", key);
    }
}

static void read_all(struct load *l)
{
    static const char *const known[] = {"functions", "persons", "duty", NULL};
    struct roster *ro = l->ro;

    ro->function = arena_array(&ro->arena, FUNCTIONS_MAX, sizeof(*ro->function));
    ro->person = arena_array(&ro->arena, PERSONS_MAX, sizeof(*ro->person));
    ro->duty = arena_array(&ro->arena, DUTIES_MAX, sizeof(*ro->duty));
    if (!arena_ok(&ro->arena)) {
        return;
    }
    for (size_t i = 0; i < l->r.nroots; i++) {
        l->r.d = l->r.root[i].d;
        (void)doc_only(&l->r, l->r.root[i].map, known);
    }
    each(l, "functions", FUNCTIONS_MAX, read_function);
    each(l, "persons", PERSONS_MAX, read_person);
    each(l, "duty", DUTIES_MAX, read_duty);
}

struct roster *roster_load(const struct textfile *files, size_t n, struct faults *faults)
{
    struct roster *ro = calloc(1, sizeof(*ro));
    struct load l = {.ro = ro};
    bool ok;

    if (!ro) {
        return NULL;
    }
    arena_init(&ro->arena, ARENA_MAX);
    docread_open(&l.r, &ro->arena, files, n, "roster", faults);
    if (l.r.nroots) {
        read_all(&l);
    }
    ok = docread_ok(&l.r);
    docread_close(&l.r);
    if (!ok) {
        roster_free(ro);
        return NULL;
    }
    return ro;
}

void roster_free(struct roster *r)
{
    if (r) {
        arena_free(&r->arena);
        free(r);
    }
}

size_t roster_person_count(const struct roster *r)
{
    return r->npersons;
}

const struct roster_person *roster_person(const struct roster *r, size_t i)
{
    return i < r->npersons ? &r->person[i] : NULL;
}

size_t roster_duty_count(const struct roster *r)
{
    return r->nduties;
}

const struct roster_duty *roster_duty(const struct roster *r, size_t i)
{
    return i < r->nduties ? &r->duty[i] : NULL;
}

// How well a duty answers the question: 0 not at all; one for the area beats one for everywhere, one
// with dates (a substitution) beats a standing one, the earlier in the document the later.
static int fit(const struct roster_duty *d, struct span function, struct span area, utime_t now)
{
    bool here = span_eq_str(area, d->area);

    if (!span_eq_str(function, d->function) || (d->area[0] && !here) ||
        (d->from != UTIME_NONE && now < d->from) || (d->to != UTIME_NONE && now >= d->to)) {
        return 0;
    }
    return 1 + (d->area[0] ? 2 : 0) + (d->from != UTIME_NONE || d->to != UTIME_NONE ? 1 : 0);
}

const struct roster_duty *roster_who(const struct roster *r, struct span function, struct span area,
                                     utime_t now)
{
    const struct roster_duty *best = NULL;
    int best_fit = 0;

    for (size_t i = 0; i < r->nduties; i++) {
        int f = fit(&r->duty[i], function, area, now);

        if (f > best_fit) {
            best_fit = f;
            best = &r->duty[i];
        }
    }
    return best;
}
