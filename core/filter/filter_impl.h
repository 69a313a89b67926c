// filter_impl.h - the compiled form of a filter: tests and operators in postfix order.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_FILTER_FILTER_IMPL_H
#define CORE_FILTER_FILTER_IMPL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/filter/filter.h"

enum filter_op {
    F_AND,
    F_OR,
    F_NOT,
    F_THERE,
    F_EQ,
    F_LT,
    F_LE,
    F_GT,
    F_GE,
    F_RANGE,
    F_MATCH,
};

struct filter_node {
    enum filter_op op;
    struct span field;   // of a test; into filter.text
    struct span low;     // its value; of a range the lower end
    struct span high;    // of a range
    bool whole;          // low (and high) are whole numbers
    int64_t ilow, ihigh; // them
    pcre2_code *re;
};

struct filter {
    char *text; // all spans point into it, quoted words already unescaped in place
    size_t n;
    struct filter_node node[FILTER_NODES_MAX];
    pcre2_match_context *limits;
    pcre2_match_data *match;
    bool undecided;  // an expression passed its limit on the event in hand
    uint64_t faults; // events on which that was so
};

#endif
