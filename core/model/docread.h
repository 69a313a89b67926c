// docread.h - typed reading of an administrator's documents, every fault said.
// SPDX-License-Identifier: Apache-2.0
//
// The loaders of the fab model, the policy and the roster share it. A getter that finds something
// wrong says the fault with path, line and column, gives the stated default and lets the loader go
// on, so that one run of `fabsocctl check` names everything. A loader asks docread_ok() at its end.
//
// Bounds: those of ydoc.h for each text, 256 MiB of trees in all, 256 texts, 100 faults said a load
// (the rest only make it fail).
#ifndef CORE_MODEL_DOCREAD_H
#define CORE_MODEL_DOCREAD_H

#include "core/base/textfile.h"
#include "core/base/time.h"
#include "core/base/ydoc.h"
#include "core/model/tier.h"

struct docread {
    struct arena tree;     // the YAML trees; freed by docread_close()
    struct arena *out;     // borrowed: where copied texts live
    struct faults *faults; // borrowed
    size_t nfaults;
    size_t nroots;
    struct docroot *root;  // every document of every text, in order
    const struct ydocs *d; // text now being read: set from root[i].d before reading below it
};

struct docroot {
    const struct ydocs *d;
    struct ynode *map;
};

enum doc_need { DOC_OPTIONAL, DOC_REQUIRED };

enum { DOC_WORD_MAX = 64, DOC_TEXT_MAX = 200 };

// Parses all texts; syntax faults are said. `what` names the document in faults ("fab model").
void docread_open(struct docread *r, struct arena *out, const struct textfile *files, size_t n,
                  const char *what, struct faults *faults);
void docread_close(struct docread *r);
bool docread_ok(const struct docread *r); // nothing was wrong and memory sufficed

void doc_fault(struct docread *r, const struct ynode *at, const char *code, const char *fmt, ...)
    ATTR_PRINTF(4, 5);

// The node under `key` if it has that type, else NULL (absent is a fault only when required).
struct ynode *doc_node(struct docread *r, const struct ynode *map, const char *key, enum ytype type,
                       enum doc_need need);
bool doc_is(struct docread *r, const struct ynode *n, enum ytype type, const char *what);
bool doc_only(struct docread *r, const struct ynode *map, const char *const *known);

// Copies into `out`; "" when absent or wrong. A word is 1-64 of letters, digits, . _ - / : ; a text
// is 1-200 bytes without control characters.
const char *doc_word(struct docread *r, const struct ynode *map, const char *key,
                     enum doc_need need);
const char *doc_text(struct docread *r, const struct ynode *map, const char *key,
                     enum doc_need need);
// The same of a list element.
const char *doc_word_of(struct docread *r, const struct ynode *n, const char *what);

uint64_t doc_uint(struct docread *r, const struct ynode *map, const char *key, enum doc_need need,
                  uint64_t min, uint64_t max); // `min` when absent or wrong
bool doc_flag(struct docread *r, const struct ynode *map, const char *key); // false when absent
utime_t doc_duration(struct docread *r, const struct ynode *map, const char *key,
                     enum doc_need need); // 0 when absent or wrong
utime_t doc_time(struct docread *r, const struct ynode *map, const char *key);   // UTIME_NONE
enum tier doc_tier(struct docread *r, const struct ynode *map, const char *key); // T3 when wrong

#endif
