// capture_model.c - what capture takes of the fab model.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/capture_model.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/model/fab_addr.h"

enum { FAB_MAX = 8 << 20 };

static void say_fault(void *ctx, const struct err *err)
{
    (void)ctx;
    log_line(LOG_ERROR, "the fab model is wrong", "why", err->msg, NULL);
}

int capture_model_read(struct capture_model *ret, int fd, struct err *err)
{
    struct faults faults = {.say = say_fault};
    char *text = malloc(FAB_MAX + 1);
    size_t n = 0;
    ssize_t got = 1;
    struct fab *fab = NULL;

    while (text && n <= FAB_MAX && (got = pread(fd, text + n, FAB_MAX + 1 - n, (off_t)n)) > 0) {
        n += (size_t)got;
    }
    if (text && got == 0 && n <= FAB_MAX) {
        struct textfile f = {"fab.yaml", span_of(text, n)};

        fab = fab_load(&f, 1, &faults);
    }
    if (fab) {
        ret->fab = fab;
        ret->digest = digest_of(span_of(text, n));
    }
    free(text);
    return fab ? 0 : err_set(err, E_INPUT, "capture.fab", "the fab model could not be read");
}

void capture_model_free(struct capture_model *m)
{
    fab_free(m->fab);
    m->fab = NULL;
}

void capture_model_tell(const struct capture_model *m, struct hsms_tap *tap)
{
    hsms_tap_untell(tap);
    for (size_t i = 0; m->fab && i < fab_count(m->fab); i++) {
        const struct fab_asset *a = fab_asset(m->fab, (int)i);

        for (size_t k = 0; a->tool && k < a->nips; k++) {
            struct fab_addr addr;

            if (fab_addr_parse(span_str(a->ip[k]), &addr) && !hsms_tap_tell(tap, addr.b)) {
                log_warn("more tools than roles can be told of: the rest is derived");
                return;
            }
        }
    }
}
