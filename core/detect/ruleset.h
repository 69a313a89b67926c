// ruleset.h - Sigma documents as compiled rules.
// SPDX-License-Identifier: Apache-2.0
//
// YAML -> rule -> program. Sigma specification 2.1 (rules and correlations); what cannot be honoured
// is refused with file, line and reason, never approximated. Beyond Sigma a rule may carry one map,
// `fabsoc:`, with what an alarm needs before it may rank (ISA-18.2): cause, consequence, action,
// respond (time to respond), axes, tier_steps, call (function of the roster).
//
// A set is immutable; its rules are numbered 0..n-1 in the order of (path, document), the same in
// every process that loads the same files. Everything lives in the set's arena.
#ifndef CORE_DETECT_RULESET_H
#define CORE_DETECT_RULESET_H

#include "core/base/textfile.h"
#include "core/detect/context_ops.h"
#include "core/model/tier.h"
#include "core/model/wants.h"

enum rule_kind { RULE_EVENT, RULE_CORRELATION };

enum corr_type {
    CORR_EVENT_COUNT,
    CORR_VALUE_COUNT,
    CORR_VALUE_SUM,
    CORR_VALUE_AVG,
    CORR_VALUE_PERCENTILE,
    CORR_TEMPORAL,
    CORR_TEMPORAL_ORDERED,
    CORR_ABSENCE, // ours: what was expected did not come
    CORR_TYPES
};

enum cmp { CMP_GTE, CMP_GT, CMP_LTE, CMP_LT, CMP_EQ, CMP_NEQ };

// Where the expected event of an absence has to be, seen from the one that calls for it.
enum corr_when { CORR_AFTER, CORR_BEFORE, CORR_AROUND };

// COUNT_MAX: how far a condition may count. VALUES_MAX, SORTED_MAX: the events of one window that a
// sum or an average, a percentile is made of. DEPTH_MAX: correlations over correlations.
enum {
    CORR_REFS_MAX = 32,
    CORR_GROUP_MAX = 12,
    CORR_FIELDS_MAX = 4,
    CORR_CONDS_MAX = 2,
    CORR_COUNT_MAX = 100000,
    CORR_VALUES_MAX = 65536,
    CORR_SORTED_MAX = 8192,
    CORR_DEPTH_MAX = 8
};

struct node; // a condition over rule names, detect's own

// The references are rules of the same set, event rules or correlations. A group key is `ngroup`
// values; the value g of a hit of reference r stands in hit.carry[group[r][g]]; what is counted, summed
// or averaged in hit.carry[value[r][0 .. nvalues-1]]. A hit with an absent group value is dropped and
// counted. A carried name may be a context field (ctx_of() >= 0): detect leaves its value empty and the
// engine fills it in. When other correlations refer to this one its result is a hit too: its value i is
// the value pass[r][i] of the hit of reference r that completed it.
struct correlation {
    enum corr_type type;
    uint32_t nrefs, ref[CORR_REFS_MAX];
    uint32_t nasks; // absence: the references below call for what the others are
    enum corr_when when;
    uint32_t ngroup, nvalues;
    const char *group_name[CORR_GROUP_MAX];
    uint8_t group[CORR_REFS_MAX][CORR_GROUP_MAX];
    uint8_t value[CORR_REFS_MAX][CORR_FIELDS_MAX];
    uint8_t pass[CORR_REFS_MAX][HIT_CARRY_MAX];
    utime_t timespan;
    uint32_t nconds; // temporal kinds: none = every reference at least once
    struct {
        enum cmp op;
        int64_t n;
    } cond[CORR_CONDS_MAX];
    uint32_t keep;           // events of a window that the condition needs
    int percentile;          // -1: the share of the event's own value
    const struct node *expr; // temporal: instead of `cond`; its leaves are references
};

const char *corr_type_name(enum corr_type t); // as documents write it

// Whether the condition over rule names holds when the references in `seen` (bit by reference) were
// seen. Pure.
bool correlation_expr(const struct correlation *c, uint32_t seen);

struct program; // leaves and condition, detect's own

struct rule {
    uint32_t index;
    enum rule_kind kind;
    const char *id, *title, *description, *path;
    unsigned line;
    const char *level;      // informational low medium high critical
    uint8_t severity;       // 0-100 of the level: 10 25 50 75 95
    bool alerts;            // false: only the input of a correlation (generate: false)
    bool needs_context;     // its program has leaves that only the engine can answer
    const char *const *tag; // "attack.t0859" ...
    size_t ntags;
    struct axes axes;
    int tier_steps;    // 0 or 1: +1 means one step graver
    bool force_t1;     // vault tampering, worm shape: T1 whatever the asset
    bool window_never; // no approved window makes it expected
    const char *cause, *consequence, *action, *call;
    utime_t respond; // time to respond, 0 when not said
    uint8_t ncarry;  // names whose values every hit brings along
    const char *carry[HIT_CARRY_MAX];
    const struct program *program;         // RULE_EVENT
    const struct correlation *correlation; // RULE_CORRELATION
};

struct ruleset;

// Files named *.samples.yaml are passed over: they hold samples of the rules beside them (`fabsocctl
// rules test`).
struct ruleset *ruleset_load(const struct textfile *files, size_t n, struct faults *faults);
// The same for a site: the lists of its model fill placeholders (modifier expand). `fab` may be NULL and
// is not asked any more afterwards.
struct fab;
struct ruleset *ruleset_load_for(const struct fab *fab, const struct textfile *files, size_t n,
                                 struct faults *faults);
// The same with trees of the files' texts (ytree.h) that whoever gives them has checked; one that is
// empty or no tree is read from the text. NULL: none are known.
struct ruleset *ruleset_load_trees(const struct fab *fab, const struct textfile *files,
                                   const struct span *tree, size_t n, struct faults *faults);
void ruleset_free(struct ruleset *s);
size_t ruleset_count(const struct ruleset *s);
const struct rule *ruleset_rule(const struct ruleset *s, uint32_t index);
// Correlations that refer to the rule `index`: their indices; returns the count.
size_t ruleset_users(const struct ruleset *s, uint32_t index, const uint32_t **ret);

// Adds the names of original fields that the rules ask for.
void ruleset_want(const struct ruleset *s, struct wants *w);

// One thread's scratch for evaluating the set. Events that are indexed by `want` (borrowed; may be NULL)
// are read by number, others by name.
struct matcher;
struct matcher *matcher_new(const struct ruleset *s, const struct wants *want);
void matcher_free(struct matcher *m);
// Words of log sources where a text stays what it is while the matcher lives, as `steady` says of them,
// are told by their place from then on. Without it each is read.
typedef bool steady_text(const void *ctx, struct span text);
void matcher_steady(struct matcher *m, steady_text *steady, const void *ctx);
// All rules whose log source fits are evaluated; a rule that says yes or ask gives one hit. Returns
// their number, at most `max` (more are counted in matcher_overflow()). Spans as the event's.
size_t matcher_run(struct matcher *m, const struct event *ev, struct hit *out, size_t max);
// Why a rule answers as it does: one entry a leaf of its program, in the program's order, into `out` (at
// least as many as it has leaves). Slow; for people.
struct leaf_said {
    enum { SAID_NO, SAID_YES, SAID_UNKNOWN } answer;
    uint32_t test;     // YES: the first of its tests that holds
    struct fval value; // YES: the value that it holds for; V_ABSENT: for none
};
void matcher_explain(struct matcher *m, const struct event *ev, const struct rule *r,
                     struct leaf_said *out);
uint64_t matcher_overflow(const struct matcher *m);
// A rule fault: an expression passed its match limit, so that the rule may have said nothing about the
// event where it should have spoken. After faults on RULE_FAULTS_MAX events the rule is in quarantine:
// from the next event on it is not asked any more, until matcher_forgive().
enum { RULE_FAULTS_MAX = 3 };
size_t matcher_faulted(const struct matcher *m,
                       const uint32_t **ret); // rules at fault on the last event, ascending
uint32_t matcher_rule_faults(const struct matcher *m, uint32_t rule);
void matcher_quarantine(struct matcher *m, uint32_t rule); // at once, without a fault
void matcher_forgive(struct matcher *m);
uint64_t matcher_faults(const struct matcher *m); // expressions that passed their match limit
// Events on which there was no memory to find out which rules to ask.
uint64_t matcher_unasked(const struct matcher *m);

// Finishes an ask with the engine's knowledge: VERDICT_YES or VERDICT_NO. Pure. `fault` (may be NULL) is set
// when an expression over a context field passed its match limit, or there was no memory for it.
enum verdict rule_finish(const struct rule *r, const struct hit *h, const struct obs *o,
                         const struct context_ops *ops, bool *fault);

#endif
