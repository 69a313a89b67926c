// err.h - one fault in words that a person can act on.
// SPDX-License-Identifier: Apache-2.0
//
// A function that can fail in a way a person will read takes `struct err *err` last and returns
// 0 or a negative code. The text is born where the cause is known; core never prints, the mains
// print once. The printed form is the one scripts may rely on:
//
//     path:line:col: code: sentence
//
// Parts that are unknown (line 0, no path) are left out. `code` is a short stable word such as
// `sigma.modifier`; `msg` is a sentence in lower case without a final stop. Text taken from the
// input is passed through utf8_sanitise() by err_print(), never before, so that callers may
// put raw spans into a message. Cutting at the bound is allowed: a fault is never too long to say.
#ifndef CORE_BASE_ERR_H
#define CORE_BASE_ERR_H

#include <stdio.h>

#include "core/base/attr.h"

enum {
    E_OK = 0,
    E_INPUT = -1,  // the document or record is wrong: refused, go on with the next
    E_LIMIT = -2,  // a stated bound was reached
    E_SYSTEM = -3, // the machine said no (file, memory, socket, database)
    E_STATE = -4,  // right in itself, but not allowed now
    E_USAGE = -5,  // the call's words are wrong
    E_EOF = -6,    // nothing more to read
};

struct err {
    int rc;         // one of E_*, E_OK while nothing happened
    char code[40];  // stable word, e.g. "yaml.syntax"
    char path[512]; // file as the user named it, or ""
    unsigned line;  // 1-based; 0 = unknown
    unsigned col;   // 1-based; 0 = unknown
    char msg[600];  // one sentence
};

#define ERR_INIT ((struct err){0})

// Fills `err` (may be NULL) and returns `rc`, so that callers write `return err_set(...)`.
// Keeps path, line and col if err_at() set them before.
int err_set(struct err *err, int rc, const char *code, const char *fmt, ...) ATTR_PRINTF(4, 5);
// As err_set() and appends ": " and the text of `errnum`.
int err_sys(struct err *err, int errnum, const char *code, const char *fmt, ...) ATTR_PRINTF(4, 5);
void err_at(struct err *err, const char *path, unsigned line, unsigned col);
void err_clear(struct err *err);

// "path:line:col: code: sentence\n", sanitised.
void err_print(FILE *out, const struct err *err);
// The same without the line end, into a caller's buffer; always terminated. Returns `out`.
char *err_text(const struct err *err, char *out, size_t size);

#endif
