// called.c - its memory.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/called.h"

#include <stdlib.h>

bool called_init(struct called *c, size_t nrules)
{
    c->nfull = nrules / (64 * 64) + 1;
    c->at = c->nfull;
    c->word = calloc(c->nfull * 64, sizeof(*c->word));
    c->full = calloc(c->nfull, sizeof(*c->full));
    return c->word && c->full;
}

void called_free(struct called *c)
{
    free(c->word);
    free(c->full);
    *c = (struct called){0};
}
