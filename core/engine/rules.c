// rules.c - rows of rules that something went wrong with.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/engine/sources.h"

enum { RULE_ID = 160 }; // an id is at most 128 bytes

static struct row_rule *row_of(struct engine *e, uint32_t rule)
{
    struct row_rule *r = table_put(&e->tab[TAB_RULE], &rule);

    if (!r) {
        e->broken = true;
    } else if (!r->made) {
        r->made = 1;
        r->since = r->last = UTIME_NONE;
    }
    return r;
}

bool rules_quarantined(const struct engine *e, uint32_t rule)
{
    const struct row_rule *r = e->quarantined ? table_get(&e->tab[TAB_RULE], &rule) : NULL;

    return r && r->state == RULE_QUARANTINE;
}

static void audit(struct engine *e, const char *id, const char *kind, const char *text,
                  struct buf *out)
{
    char subject[RULE_ID];

    TEXT_SET(subject, span_str(id));
    effect_put_audit(out, &(struct effect_audit){.id = engine_id(e),
                                                 .kind = span_str(kind),
                                                 .subject = span_str(subject),
                                                 .actor = SPAN_LIT("fabsoc"),
                                                 .text = span_str(text),
                                                 .at = e->now});
}

// ---- into quarantine, and out of it

static struct row_quarantine key_in(const struct engine_set *set, uint32_t rule)
{
    struct row_quarantine q = {.key = {.set = set->digest, .rule = rule}};

    return q;
}

// When there is no room detect is not told: it goes on asking, and the engine ignores it.
static void tell(struct engine *e, uint32_t rule)
{
    struct table *tab = &e->tab[TAB_QUARANTINE];
    struct row_quarantine key = key_in(e->set, rule);
    struct row_quarantine *q = tab->count < tab->bound ? table_put(tab, &key.key) : NULL;

    if (q) {
        q->from = e->pos.block + QUARANTINE_AHEAD;
        q->until = UINT64_MAX;
    }
}

static void quarantine(struct engine *e, struct row_rule *r, const char *id, struct buf *out)
{
    r->state = RULE_QUARANTINE;
    r->untold = 1;
    r->since = e->now;
    e->quarantined++;
    tell(e, r->rule);
    audit(e, id, "quarantine", r->why, out);
}

static void lift(struct engine *e, struct row_rule *r, const char *id, const char *why,
                 struct buf *out)
{
    r->strikes = 0;
    if (r->state == RULE_QUARANTINE) {
        r->state = RULE_ASKED;
        r->untold = 0;
        r->since = e->now;
        e->quarantined--;
        TEXT_SET(r->why, span_str(why));
        audit(e, id, "quarantine-over", why, out);
    }
    MARK(e, RULE, r);
}

// One more record on which the rule was at fault.
static void strike(struct engine *e, const struct rule *rule, uint32_t source, uint64_t seq,
                   struct buf *out)
{
    struct row_rule *r = row_of(e, rule->index);
    const struct row_source *src = table_get(&e->tab[TAB_SOURCE], &source);

    if (!r) {
        return;
    }
    r->faults++;
    r->last = e->now;
    (void)snprintf(r->why, sizeof(r->why),
                   "an expression passed its match limit on %u records, last on record %llu of %s",
                   ++r->strikes, (unsigned long long)seq, src ? src->name : "a source");
    if (r->strikes >= RULE_FAULTS_MAX) {
        quarantine(e, r, rule->id, out);
    }
    MARK(e, RULE, r);
}

// ---- faults

// The ids, as many as there is room for.
static void add_id(char *text, size_t size, const char *id)
{
    size_t n = strlen(text), need = strlen(id) + 8;

    if (n + need < size) {
        (void)snprintf(text + n, size - n, "%s%s", n ? ", " : "", id);
    } else if (n >= 4 && strcmp(text + n - 4, ", ..") != 0) {
        (void)snprintf(text + n, size - n, ", ..");
    }
}

static void dead_letter(struct engine *e, const struct dead *d, const char *ids, struct buf *out)
{
    char reason[256];
    struct dead dead = *d;

    (void)snprintf(reason, sizeof(reason), "rule fault: an expression passed its match limit: %s",
                   ids);
    dead.reason = span_str(reason);
    sources_dead(e, &dead, out);
}

void rules_fault(struct engine *e, const struct rule_fault *f, struct buf *out)
{
    struct dead d = {.rec = f->rec,
                     .source = f->source,
                     .epoch = f->epoch,
                     .seq = f->seq,
                     .received = f->received,
                     .bytes = f->bytes};
    struct rd rd = f->rules;
    char ids[200] = "";

    while (rd.n) {
        uint32_t rule = rd_u32(&rd);
        const struct rule *r = ruleset_rule(e->set->rules, rule);

        if (r && !rules_quarantined(e, rule)) {
            strike(e, r, f->source, f->seq, out);
            add_id(ids, sizeof(ids), r->id);
        }
    }
    if (ids[0]) {
        dead_letter(e, &d, ids, out);
    }
}

void rules_unfinished(struct engine *e, const struct obs *o, const struct rule *r, struct buf *out)
{
    struct dead d = {.rec = o->rec,
                     .source = o->source,
                     .epoch = o->epoch,
                     .seq = o->seq,
                     .received = o->received,
                     .bytes = o->raw};

    strike(e, r, o->source, o->seq, out);
    dead_letter(e, &d, r->id, out);
}

bool rules_filter(const struct engine *e, struct obs *o, struct hit *hit)
{
    uint32_t n = 0;

    for (uint32_t i = 0; e->quarantined && i < o->nhits; i++) {
        if (!rules_quarantined(e, hit[i].rule)) {
            hit[n++] = hit[i];
        }
    }
    o->nhits = e->quarantined ? n : o->nhits;
    if (o->nhits == 0 && !(o->flags & EVENT_IS_ALERT)) {
        o->raw = SPAN_NONE; // as detect has it that does not ask the rule
    }
    return o->nhits || o->flags & EVENT_IS_ALERT || kind_is_context(o->kind);
}

void rules_lost(void *engine, uint32_t rule, enum corr_lost what)
{
    struct engine *e = engine;
    struct row_rule *r = row_of(e, rule);

    if (r) {
        *(what == CORR_LOST_KEY ? &r->dropped : &r->evicted) += 1;
        MARK(e, RULE, r);
    }
}

// ---- blocks and sets

void rules_block(struct engine *e, struct buf *out)
{
    struct table *tab = &e->tab[TAB_QUARANTINE];
    struct row_quarantine *q = table_first(tab);

    while (q) {
        struct row_quarantine *next = table_next(tab, q);

        if (q->until <= e->pos.block) {
            uint32_t rule = q->key.rule;
            struct row_rule *r = table_get(&e->tab[TAB_RULE], &rule);

            if (r && digest_eq(&q->key.set, &e->set->digest)) {
                lift(e, r, ruleset_rule(e->set->rules, rule)->id,
                     "the set was loaded again: the rule is asked again", out);
            }
            table_del(tab, q);
            tab->expired++;
        }
        q = next;
    }
}

static int64_t rule_by_id(const struct ruleset *rules, const char *id)
{
    for (uint32_t i = 0; i < ruleset_count(rules); i++) {
        if (strcmp(ruleset_rule(rules, i)->id, id) == 0) {
            return i;
        }
    }
    return -1;
}

static void emit(const struct row_rule *r, const struct rule *rule, const char *state,
                 struct buf *out)
{
    char id[RULE_ID], title[TEXT_TITLE];

    TEXT_SET(id, span_str(rule->id));
    TEXT_SET(title, span_str(rule->title));
    effect_put_rule(out, &(struct effect_rule){.id = span_str(id),
                                               .title = span_str(title),
                                               .kind = rule->kind == RULE_EVENT
                                                           ? SPAN_LIT("event")
                                                           : SPAN_LIT("correlation"),
                                               .state = span_str(state),
                                               .reason = span_str(r->why),
                                               .faults = r->faults,
                                               .dropped = r->dropped,
                                               .evicted = r->evicted,
                                               .since = r->since,
                                               .last_fault = r->last});
}

void rules_emit(struct engine *e, void *row, struct buf *out)
{
    struct row_rule *r = row;

    r->dirty = 0;
    emit(r, ruleset_rule(e->set->rules, r->rule),
         r->state == RULE_QUARANTINE ? "quarantine" : "asked", out);
}

// The rule's number is the key: all rows are taken out and put in again, in their order.
static void renumber(struct engine *e, const struct engine_set *to, struct buf *out)
{
    struct table *tab = &e->tab[TAB_RULE];
    size_t n = tab->count, i = 0;
    struct row_rule *copy = n ? malloc(n * sizeof(*copy)) : NULL;
    struct row_rule *r;

    if (n && !copy) {
        e->broken = true;
        return;
    }
    while ((r = table_first(tab)) != NULL) {
        memcpy(&copy[i++], r, sizeof(*r));
        table_del(tab, r);
    }
    for (i = 0; i < n; i++) {
        const struct rule *was = ruleset_rule(e->set->rules, copy[i].rule);
        int64_t now = rule_by_id(to->rules, was->id);
        uint32_t key = (uint32_t)now;

        if (now < 0) {
            emit(&copy[i], was, "gone", out);
            tab->expired++;
        } else if ((r = table_put(tab, &key)) == NULL) {
            e->broken = true;
        } else {
            memcpy(r, &copy[i], sizeof(*r));
            r->rule = key;
            r->dirty = 0;
            MARK(e, RULE, r);
        }
    }
    free(copy);
}

void rules_leave(struct engine *e, const struct engine_set *to, struct buf *out)
{
    const struct table *rules = &e->tab[TAB_RULE], *told = &e->tab[TAB_QUARANTINE];

    for (struct row_rule *r = table_first(rules); r; r = table_next(rules, r)) {
        lift(e, r, ruleset_rule(e->set->rules, r->rule)->id, "another set of rules came into force",
             out);
    }
    for (struct row_quarantine *q = table_first(told); q; q = table_next(told, q)) {
        if (q->until == UINT64_MAX) {
            q->until = e->pos.block + 1 + QUARANTINE_AHEAD; // decided with the block to come
        }
    }
    renumber(e, to, out);
}

void rules_enter(struct engine *e, struct buf *out)
{
    const struct table *told = &e->tab[TAB_QUARANTINE];

    for (struct row_quarantine *q = table_first(told); q; q = table_next(told, q)) {
        const struct rule *rule = ruleset_rule(e->set->rules, q->key.rule);
        struct row_rule *r =
            rule && digest_eq(&q->key.set, &e->set->digest) ? row_of(e, rule->index) : NULL;

        if (r) {
            r->state = RULE_QUARANTINE;
            r->since = e->now;
            e->quarantined++;
            (void)snprintf(r->why, sizeof(r->why), "the set came back unchanged: until block %llu",
                           (unsigned long long)q->until);
            MARK(e, RULE, r);
            audit(e, rule->id, "quarantine", r->why, out);
        }
    }
}

void rules_restore(struct engine *e)
{
    const struct table *tab = &e->tab[TAB_RULE];

    e->quarantined = 0;
    for (const struct row_rule *r = table_first(tab); r; r = table_next(tab, r)) {
        e->quarantined += r->state == RULE_QUARANTINE;
    }
}

void engine_quarantine(const struct engine *e, struct quarantine *ret)
{
    const struct table *tab = &e->tab[TAB_QUARANTINE];

    ret->n = 0;
    for (const struct row_quarantine *q = table_first(tab); q && ret->n < QUARANTINE_MAX;
         q = table_next(tab, q)) {
        ret->one[ret->n++] = (struct quarantined){q->key.set, q->key.rule, q->from, q->until};
    }
}
