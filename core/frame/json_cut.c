// json_cut.c - where a JSON text ends, by nesting alone.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/json_cut.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum json_step begin(struct json_cut *c, char byte)
{
    if (is_blank(byte)) {
        return JSON_BLANK;
    }
    *c = (struct json_cut){.begun = true, .prev = byte};
    if (byte == '{' || byte == '[') {
        c->depth = 1;
    } else {
        c->line = true; // a bare value, or no JSON at all: to the end of its line
    }
    return JSON_MORE;
}

static enum json_step in_string(struct json_cut *c, char byte)
{
    if (byte == '\n') {
        *c = (struct json_cut){0};
        return JSON_END;
    }
    if (c->escape) {
        c->escape = false;
    } else if (byte == '\\') {
        c->escape = true;
    } else if (byte == '"') {
        c->string = false;
        c->prev = byte;
    }
    return JSON_MORE;
}

static enum json_step step(struct json_cut *c, char byte)
{
    if (!c->begun) {
        return begin(c, byte);
    }
    if (c->line) {
        if (byte == '\n') {
            *c = (struct json_cut){0};
            return JSON_END;
        }
        return JSON_MORE;
    }
    if (c->string) {
        return in_string(c, byte);
    }
    if (is_blank(byte)) {
        c->at_start = byte == '\n' || c->at_start;
        return JSON_MORE;
    }
    if (byte == '{' || byte == '[') {
        bool legal = c->prev == '[' || c->prev == ',' || c->prev == ':';

        if (c->at_start && (!legal || (byte == '{' && c->depth > JSON_CUT_DEEP))) {
            *c = (struct json_cut){0};
            return JSON_BEFORE;
        }
        c->depth++;
    } else if (byte == '"') {
        c->string = true;
    } else if ((byte == '}' || byte == ']') && --c->depth == 0) {
        *c = (struct json_cut){0};
        return JSON_END;
    }
    c->at_start = false;
    c->prev = byte;
    return JSON_MORE;
}

// Bytes that change nothing but `prev`: neither blank, quote, brace nor bracket.
static bool is_quiet(char c)
{
    return (unsigned char)c > ' ' && c != '"' && c != '{' && c != '}' && c != '[' && c != ']';
}

enum json_step json_cut_run(struct json_cut *c, struct span in, size_t *ret_used,
                            uint64_t *ret_lines)
{
    enum json_step answer = JSON_MORE;
    uint64_t lines = 0;
    size_t i = 0;

    while (i < in.n && answer == JSON_MORE) {
        if (c->string && !c->escape) {
            while (i < in.n && in.p[i] != '"' && in.p[i] != '\\' && in.p[i] != '\n') {
                i++;
            }
        } else if (c->begun && !c->line && !c->string && is_quiet(in.p[i])) {
            while (i + 1 < in.n && is_quiet(in.p[i + 1])) {
                i++;
            }
            c->prev = in.p[i++];
            c->at_start = false;
        }
        if (i < in.n) {
            lines += in.p[i] == '\n';
            answer = step(c, in.p[i++]);
        }
    }
    *ret_used = i;
    *ret_lines = lines;
    return answer;
}
