// set.h - what the loader's parts and the matcher share: a rule set from inside.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DETECT_SET_H
#define CORE_DETECT_SET_H

#include "core/base/ydoc.h"
#include "core/detect/program.h"
#include "core/detect/ruleset.h"

enum { NAME_NONE = UINT32_MAX - 2, RULES_MAX = 50000 };

// Field names of the set, numbered from 0; open addressing, at most half full.
struct names {
    struct arena *a;
    struct span *name;
    size_t n, cap;
    uint32_t *slot; // number + 1
    size_t nslots;
};

uint32_t names_intern(struct names *t, struct span name); // NAME_NONE without memory
uint32_t names_find(const struct names *t, struct span name);

enum logsource { LS_PRODUCT, LS_CATEGORY, LS_SERVICE, LS_COUNT };

// One document of the set, event rule, correlation or filter, before and after it is numbered.
struct entry {
    struct rule rule;
    const struct ydocs *docs;
    const struct ynode *root;
    const char *name; // Sigma's `name`, "" when it has none
    struct span logsource[LS_COUNT];
    struct program program;
    bool filter;
    unsigned nfilters; // applied to this rule
    bool refused;
    bool generate;                               // of a correlation
    bool used, wanted;                           // by a correlation; by one with generate: true
    enum { BIND_NOT, BIND_NOW, BIND_DONE } bind; // of a correlation: its references
    unsigned depth;                              // of a correlation: 1 over event rules only
    struct entry *ref[CORR_REFS_MAX];
    struct correlation corr;
    uint32_t carry_name[HIT_CARRY_MAX]; // of the set's names; NAME_NONE for a context field
};

struct prefilter;

struct ruleset {
    struct arena arena;
    struct arena value; // while loading: what the value in hand becomes before it is a pattern
    struct regexes regexes;
    const struct fab *fab; // while loading: its lists fill placeholders; may be NULL
    struct names names;
    struct names seen;    // ids and names of documents
    struct entry **entry; // documents in order of (path, document)
    size_t nentries, centries;
    struct entry **rule; // numbered
    size_t nrules;
    uint32_t **user; // by rule: correlations that use it
    size_t *nusers;
    uint32_t core_name[FIELD_COUNT]; // the core fields that rules name, or NAME_NONE
    uint32_t kind_name;              // of "fab.kind"
    struct prefilter *prefilter;
};

// The parts of loading; each fills `err` and returns E_INPUT when it refuses.
int doc_read(struct ruleset *s, struct entry *e, struct err *err); // everything but the detection
int fabsoc_read(struct ruleset *s, struct entry *e, struct err *err);
int detection_compile(struct ruleset *s, struct entry *e, struct err *err);
// Joins the search of a filter to a rule by "and"; a refusal leaves the rule as it was.
int detection_narrow(struct ruleset *s, struct entry *e, const struct ydocs *docs,
                     const struct ynode *search, struct err *err);
int filter_apply(struct ruleset *s, struct entry *e, struct err *err);
// A document that was not refused, by id or name.
struct entry *set_find(struct ruleset *s, struct span name);
int correlation_read(struct ruleset *s, struct entry *e, struct err *err);
int correlation_condition(struct entry *e, const struct ynode *map, struct err *err);
int correlation_bind(struct ruleset *s, struct entry *e, struct err *err);

// Shared by the parts of compiling one rule.
struct build {
    struct ruleset *s;
    struct entry *e;
    const struct ydocs *docs; // of the document being read: the rule's or a filter's
    struct err *err;
    size_t cleaves;
    bool filter; // the key "rules" is not a selection
    struct selection {
        struct span name;
        const struct node *node;
    } * sel;
    size_t nsel, csel;
};

const struct node *build_leaf(struct build *b, const struct ynode *map, size_t item);
const struct node *build_keywords(struct build *b, const struct ynode *list);
const struct node *build_node(struct build *b, enum node_op op, const struct node **child,
                              size_t n);
const struct node *build_condition(struct build *b, const struct ynode *text);

#endif
