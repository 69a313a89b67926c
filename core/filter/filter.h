// filter.h - the expression language of lists, scan --where, suppression and hunting.
// SPDX-License-Identifier: Apache-2.0
//
//   or    = and {"or" and}      and = not {"and" not}      not = "not" not | "(" or ")" | test
//   test  = field                         it is there
//         | field (= != < <= > >=) value  | field = low..high | field in (value, value)
//         | field ~ regex | field !~ regex
//
//   event.kind = logon and not user.name in (root, "svc backup") and destination.port = 5000..5010
//
// Fields are original names or ECS names (event_values()), and `source`, `kind`, `@timestamp`. A
// field with several values passes when one of them does; != and !~ pass when none is equal or
// matches, also when the field is absent. Numbers compare as numbers when both sides are whole
// numbers, times (RFC 3339) with @timestamp as times, else texts: = without ASCII case, < by bytes.
// Words end at blanks and ()=!<>~," ; others are quoted, \" and \\ inside. Regular expressions are
// PCRE2 in UTF mode without case, with a bound on the work of a match: an event on which one needs more
// does not pass, whether it was negated or not, and is counted.
//
// A filter is compiled once; evaluating it allocates nothing. One filter a thread: it owns the block
// that regular expressions match into. Bounds: 4,000 bytes, 64 tests and operators, depth 32.
#ifndef CORE_FILTER_FILTER_H
#define CORE_FILTER_FILTER_H

#include "core/base/err.h"
#include "core/model/event.h"

enum { FILTER_MAX = 4000, FILTER_NODES_MAX = 64, FILTER_DEPTH_MAX = 32, FILTER_VALUES_MAX = 64 };

struct filter;

// NULL with the fault (code "filter.*", col = the byte in the text) when refused.
struct filter *filter_compile(struct span text, struct err *err);
void filter_want(const struct filter *f, struct wants *w); // adds the names that it asks for
bool filter_match(struct filter *f, const struct event *ev);
uint64_t filter_faults(const struct filter *f); // events on which an expression passed its limit
void filter_free(struct filter *f);

#endif
