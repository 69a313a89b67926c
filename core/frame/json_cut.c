// json_cut.c - where a JSON text ends, by nesting alone.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/json_cut.h"

#include "core/frame/json_block.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

#ifdef __SSE2__
// One bit for each of 16 bytes that ends a run: of a string's text, or of quiet bytes.
static unsigned text_ends(__m128i v)
{
    __m128i e = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));

    e = _mm_or_si128(e, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(e, _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))));
}

static unsigned quiet_ends(__m128i v)
{
    __m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20)); // '[' and ']' become '{' and '}'
    __m128i e = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(' ')), v);

    e = _mm_or_si128(e, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    e = _mm_or_si128(e, _mm_cmpeq_epi8(folded, _mm_set1_epi8('{')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(e, _mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))));
}
#endif

// Where the run that goes on at `i` ends: the first byte that is not of it, or in.n.
static size_t run_end(struct span in, size_t i, bool text)
{
#ifdef __SSE2__
    for (; in.n - i >= 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(in.p + i));
        unsigned ends = text ? text_ends(v) : quiet_ends(v);

        if (ends) {
            return i + (unsigned)__builtin_ctz(ends);
        }
    }
#endif
    while (i < in.n &&
           (text ? in.p[i] != '"' && in.p[i] != '\\' && in.p[i] != '\n' : is_quiet(in.p[i]))) {
        i++;
    }
    return i;
}

enum json_step json_cut_run(struct json_cut *c, struct span in, size_t *ret_used,
                            uint64_t *ret_lines)
{
    enum json_step answer = JSON_MORE;
    bool able = json_block_able();
    uint64_t lines = 0;
    size_t i = 0, blocks = 0; // from `blocks` on they may be tried

    while (i < in.n && answer == JSON_MORE) {
        if (able && c->begun && !c->line && i >= blocks && in.n - i >= JSON_BLOCK) {
            answer = json_block_run(c, in, &i, &lines);
            blocks = i + JSON_BLOCK;
            continue;
        }
        if (c->string && !c->escape) {
            i = run_end(in, i, true);
        } else if (c->line) {
            i += span_find(span_sub(in, i, in.n), '\n');
        } else if (c->begun && !c->string && is_quiet(in.p[i])) {
            i = run_end(in, i, false);
            c->prev = in.p[i - 1];
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
