// decode.c - fabsocctl decode: one object per record.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/input.h"
#include "connectors/ctl/share.h"
#include "connectors/os/key_file.h"
#include "core/decode/print.h"

enum { TEXT_MAX = 256 << 20, LINE_MAX_BYTES = 1 << 30 };

struct decoding {
    struct decoder *decoder;
    const char *format; // NULL: told by content
    bool whole;         // one JSON text: a wrong one is refused
    struct input_hsms how;
    struct key_file key;
    struct event ev;
    struct buf line;
};

static int write_out(struct span s, struct err *err)
{
    if (s.n && fwrite(s.p, 1, s.n, stdout) != s.n) {
        err_clear(err);
        return err_set(err, E_SYSTEM, "output.write", "standard output could not be written");
    }
    return 0;
}

static int take(void *ctx, const struct input_record *r, struct err *err)
{
    struct decoding *d = ctx;
    struct decode_in in = input_decode_in(r, d->format);
    int rc;

    decode(d->decoder, &in, &d->ev);
    buf_clear(&d->line);
    decode_print(&d->line, r->file, r->line, r->line_end, &d->ev);
    if (!buf_ok(&d->line)) {
        return err_set(err, E_LIMIT, "decode.memory", "the record does not fit into memory");
    }
    if ((rc = write_out(buf_span(&d->line), err)) < 0) {
        return rc;
    }
    return d->whole && d->ev.error[0]
               ? err_set(err, E_INPUT, "decode.json", "the text is no right JSON: %s", d->ev.error)
               : 0;
}

static bool known(const struct sourceset *set, const char *name)
{
    for (size_t i = 0; i < sourceset_count(set); i++) {
        if (strcmp(sourceset_name(set, i), name) == 0) {
            return true;
        }
    }
    return false;
}

static int decode_files(struct decoding *d, char **file, int n)
{
    int status = CTL_DONE;

    for (int i = 0; i < n; i++) {
        struct err err = ERR_INIT;
        int rc = d->whole ? input_whole(file[i], TEXT_MAX, take, d, &err)
                          : input_each(file[i], &d->how, take, d, &err);

        if (rc < 0) {
            status = ctl_worse(status, ctl_fail(&err));
            if (ferror(stdout)) {
                break;
            }
        }
    }
    return status;
}

static int decode_run(const char *as, const char *key, char **file, int n)
{
    struct decoding d = {.format = as, .whole = as && strcmp(as, "json") == 0};
    struct faults faults = {.say = share_say};
    struct err err = ERR_INIT;
    struct sourceset *set = share_sources(&faults, &err);
    int status;

    if (!set) {
        return ctl_fail(&err);
    }
    if (as && !known(set, as)) {
        sourceset_free(set);
        return ctl_usage("decode", "--as: there is no such source in share/sources");
    }
    if (key && key_file_read(AT_FDCWD, key, &d.key, &err) < 0) {
        sourceset_free(set);
        return ctl_fail(&err);
    }
    d.how.stream = as && strcmp(as, "hsms") == 0;
    d.how.key = key_file_span(&d.key);
    buf_init(&d.line, LINE_MAX_BYTES);
    d.decoder = decoder_new(set);
    if (d.decoder) {
        status = decode_files(&d, file, n);
    } else {
        (void)err_set(&err, E_SYSTEM, "decode.memory", "no memory for the decoder");
        status = ctl_fail(&err);
    }
    buf_free(&d.line);
    decoder_free(d.decoder);
    sourceset_free(set);
    return faults.count ? ctl_worse(status, CTL_REFUSED) : status;
}

int ctl_decode(int argc, char **argv)
{
    static const struct option options[] = {{"as", required_argument, NULL, 'a'},
                                            {"key", required_argument, NULL, 'k'},
                                            {NULL, 0, NULL, 0}};
    const char *as = NULL, *key = NULL;
    int o;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o != 'a' && o != 'k') {
            return ctl_usage("decode", NULL);
        }
        *(o == 'a' ? &as : &key) = optarg;
    }
    if (optind == argc) {
        return ctl_usage("decode", "a file is missing; - is standard input");
    }
    return decode_run(as, key, argv + optind, argc - optind);
}
