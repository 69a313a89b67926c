// rule_explain.c - a rule in words: what it is, what it asks, how the answers are joined.
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "connectors/ctl/rule_view.h"
#include "core/base/utf8.h"
#include "core/detect/set.h"

enum { TESTS_SHOWN = 8, INDENT = 2, VALUE_SHOWN = 200 };

static void clean(struct buf *out, struct span s)
{
    (void)utf8_sanitise(out, s, SIZE_MAX);
}

static void row(struct buf *out, const char *name, struct span value)
{
    if (value.n) {
        buf_printf(out, "%-14s", name);
        clean(out, value);
        buf_u8(out, '\n');
    }
}

static const char *cmp_text(enum cmp c)
{
    static const char *const text[] = {[CMP_GTE] = ">=", [CMP_GT] = ">", [CMP_LTE] = "<=",
                                       [CMP_LT] = "<",   [CMP_EQ] = "=", [CMP_NEQ] = "!="};

    return text[c];
}

static const char *part_text(enum time_part p)
{
    static const char *const text[] = {
        [PART_NONE] = "",     [PART_MINUTE] = "minute ", [PART_HOUR] = "hour ",
        [PART_DAY] = "day ",  [PART_WEEK] = "week ",     [PART_MONTH] = "month ",
        [PART_YEAR] = "year "};

    return text[p];
}

static void put_glob(struct buf *out, struct units g)
{
    for (size_t i = 0; i < g.n; i++) {
        char c = (char)g.u[i];

        if (g.u[i] >= UNIT_STAR) {
            buf_str(out, g.u[i] == UNIT_STAR ? "*" : g.u[i] == UNIT_ONE ? "?" : "-");
        } else {
            clean(out, span_of(&c, 1));
        }
    }
}

static void put_pattern(struct buf *out, const struct pattern *p)
{
    buf_str(out, p->cased ? "(case counts) \"" : "\"");
    switch (p->kind) {
    case PATTERN_ANY: buf_str(out, "*"); break;
    case PATTERN_GLOB:
    case PATTERN_REGEX: put_glob(out, p->glob); break;
    default:
        buf_str(out, p->kind == PATTERN_SUFFIX || p->kind == PATTERN_CONTAINS ? "*" : "");
        clean(out, p->lit);
        buf_str(out, p->kind == PATTERN_PREFIX || p->kind == PATTERN_CONTAINS ? "*" : "");
    }
    buf_u8(out, '"');
}

static void put_cidr(struct buf *out, const struct cidr *c)
{
    for (uint8_t i = 0; i < c->base.bytes; i++) {
        if (c->base.bytes == 4) {
            buf_printf(out, "%s%u", i ? "." : "", c->base.b[i]);
        } else {
            buf_printf(out, "%s%02x", i && i % 2 == 0 ? ":" : "", c->base.b[i]);
        }
    }
    buf_printf(out, "/%u", c->bits);
}

static void put_test(struct buf *out, const struct ruleset *s, const struct test *t)
{
    switch (t->kind) {
    case TEST_NULL: buf_str(out, "is absent or null"); break;
    case TEST_EXISTS: buf_str(out, t->exists ? "is there" : "is not there"); break;
    case TEST_TEXT: put_pattern(out, &t->text); break;
    case TEST_REGEX:
        buf_str(out, "/");
        clean(out, regex_text(t->re));
        buf_str(out, "/");
        break;
    case TEST_CIDR: put_cidr(out, &t->cidr); break;
    case TEST_NUMBER:
        buf_printf(out, "%s%s ", part_text(t->part), cmp_text(t->cmp));
        if (t->num.whole) {
            buf_printf(out, "%" PRId64, (int64_t)t->num.i);
        } else {
            buf_printf(out, "%g", t->num.d);
        }
        break;
    case TEST_FIELD:
        buf_str(out, "the field ");
        clean(out, t->other < s->names.n ? s->names.name[t->other] : SPAN_NONE);
        break;
    }
}

// "yes: FIELD TEST in VALUE", "no" or "?".
static void put_said(struct buf *out, const struct ruleset *s, const struct leaf *l,
                     const struct leaf_said *said)
{
    if (said->answer != SAID_YES) {
        buf_str(out, said->answer == SAID_NO ? "no   " : "?    ");
        return;
    }
    buf_str(out, "YES  ");
    if (l->ntests > 1) {
        buf_str(out, l->all ? "every one, first " : "by ");
        put_test(out, s, &l->test[said->test]);
        buf_str(out, " of: ");
    }
}

static void put_value(struct buf *out, const struct leaf_said *said)
{
    if (said->answer == SAID_YES && said->value.type != V_ABSENT) {
        buf_str(out, "   <- \"");
        (void)utf8_sanitise(out, said->value.s, VALUE_SHOWN);
        buf_str(out, said->value.s.n > VALUE_SHOWN ? "\" ..." : "\"");
    }
}

static void put_leaf(struct buf *out, const struct ruleset *s, const struct leaf *l)
{
    if (l->name == NAME_KEYWORD) {
        buf_str(out, "anywhere in the record");
    } else if (l->name == NAME_CONTEXT) {
        buf_printf(out, "%s (the engine knows)", ctx_name(l->ctx));
    } else {
        clean(out, s->names.name[l->name]);
    }
    buf_str(out, l->all && l->ntests > 1 ? " all of " : l->ntests > 1 ? " one of " : " ");
    for (uint32_t i = 0; i < l->ntests && i < TESTS_SHOWN; i++) {
        buf_str(out, i ? ", " : "");
        put_test(out, s, &l->test[i]);
    }
    if (l->ntests > TESTS_SHOWN) {
        buf_printf(out, ", and %u more", l->ntests - TESTS_SHOWN);
    }
}

// The depth of a program's tree is bounded by NODE_DEPTH_MAX (program.h).
static void put_node(struct buf *out, const struct ruleset *s, const struct program *p,
                     const struct node *n, const struct leaf_said *said, int depth)
{
    buf_printf(out, "%*s", INDENT * depth, "");
    if (n->op == NODE_LEAF) {
        if (said) {
            put_said(out, s, &p->leaf[n->leaf], &said[n->leaf]);
        }
        put_leaf(out, s, &p->leaf[n->leaf]);
        if (said) {
            put_value(out, &said[n->leaf]);
        }
        buf_u8(out, '\n');
        return;
    }
    buf_str(out, n->op == NODE_NOT ? "not\n" : n->op == NODE_AND ? "all of\n" : "one of\n");
    for (size_t i = 0; i < n->n && depth < NODE_DEPTH_MAX; i++) {
        put_node(out, s, p, n->child[i], said, depth + 1);
    }
}

static void put_correlation(struct buf *out, const struct ruleset *s, const struct correlation *c)
{
    static const char *const when[] = {"after", "before", "around"}; // as enum corr_when

    buf_printf(out, "%-14s%s within %" PRId64 " s\n", "correlation", corr_type_name(c->type),
               c->timespan / UTIME_SECOND);
    if (c->percentile >= 0 && c->type == CORR_VALUE_PERCENTILE) {
        buf_printf(out, "%-14s%d\n", "percentile", c->percentile);
    }
    for (uint32_t i = 0; i < c->nconds; i++) {
        buf_printf(out, "%-14s%s %" PRId64 "\n", "condition", cmp_text(c->cond[i].op),
                   c->cond[i].n);
    }
    for (uint32_t i = 0; c->nrefs && i < c->nvalues; i++) {
        row(out, i ? "" : "values of", span_str(ruleset_rule(s, c->ref[0])->carry[c->value[0][i]]));
    }
    for (uint32_t i = 0; i < c->ngroup; i++) {
        row(out, i ? "" : "grouped by", span_str(c->group_name[i]));
    }
    for (uint32_t i = 0; i < c->nrefs; i++) {
        bool expected = c->type == CORR_ABSENCE && i >= c->nasks;

        row(out,
            expected ? when[c->when]
            : i      ? ""
                     : "over",
            span_str(ruleset_rule(s, c->ref[i])->title));
    }
}

static void put_head(struct buf *out, const struct ruleset *s, const struct rule *r)
{
    static const char *const part[] = {"product", "category", "service"};
    const struct entry *e = s->rule[r->index];

    row(out, "title", span_str(r->title));
    row(out, "id", span_str(r->id));
    row(out, "level", span_str(r->level));
    row(out, "file", span_str(r->path));
    buf_printf(out, "%-14s%u\n", "line", r->line);
    for (int i = 0; i < LS_COUNT && r->kind == RULE_EVENT; i++) {
        row(out, part[i], e->logsource[i]);
    }
    for (size_t i = 0; i < r->ntags; i++) {
        row(out, i ? "" : "tags", span_str(r->tag[i]));
    }
    row(out, "description", span_str(r->description));
    row(out, "cause", span_str(r->cause));
    row(out, "consequence", span_str(r->consequence));
    row(out, "action", span_str(r->action));
    row(out, "call", span_str(r->call));
    row(out, "alerts", r->alerts ? SPAN_LIT("yes") : SPAN_LIT("no: only counted by correlations"));
}

void rule_view_explain(struct buf *out, const struct ruleset *s, const struct rule *r)
{
    put_head(out, s, r);
    if (r->kind == RULE_CORRELATION) {
        put_correlation(out, s, r->correlation);
        return;
    }
    row(out, "needs context",
        r->needs_context ? SPAN_LIT("yes: the engine finishes what detect cannot know")
                         : SPAN_LIT("no"));
    buf_str(out, "fires when\n");
    put_node(out, s, r->program, r->program->root, NULL, 1);
}

struct answers {
    const struct leaf_said *said;
};

static enum tri said_leaf(void *ctx, uint32_t index)
{
    const struct answers *a = ctx;

    return a->said[index].answer == SAID_YES  ? TRI_YES
           : a->said[index].answer == SAID_NO ? TRI_NO
                                              : TRI_UNKNOWN;
}

void rule_view_event(struct buf *out, const struct ruleset *s, const struct rule *r,
                     struct matcher *m, const struct event *ev)
{
    static const char *const verdict[] = {
        [TRI_NO] = "no match", [TRI_YES] = "MATCH", [TRI_UNKNOWN] = "the engine decides"};
    struct leaf_said *said = calloc(r->program->nleaves + 1, sizeof(*said));
    struct answers a = {said};
    struct leaf_env env = {said_leaf, &a};

    if (!said) {
        return;
    }
    matcher_explain(m, ev, r, said);
    buf_printf(out, "%s: ", verdict[node_eval(r->program->root, &env)]);
    clean(out, span_str(r->title));
    buf_u8(out, '\n');
    put_node(out, s, r->program, r->program->root, said, 1);
    free(said);
}
