// list.h - a database list on the screen, described by a table of columns.
// SPDX-License-Identifier: Apache-2.0
//
// A list joins a page (what the database said) and a table (what the person sees and has selected).
// While the table is frozen its order stays, but the values in its rows are those of the newest
// page; a row that is no longer in the newest page keeps its last values and is drawn as stale.
#ifndef VIEWS_LIST_H
#define VIEWS_LIST_H

#include "tui/table.h"
#include "views/page.h"
#include "views/view.h"

enum list_form {
    AS_TEXT,
    AS_TIER,
    AS_PRIORITY,
    AS_COUNT,
    AS_AGE,     // now - time
    AS_DUE,     // time - now
    AS_SECONDS, // a span of time
    AS_CLOCK,   // hh:mm:ss
    AS_DATE,
    AS_STATE,
    AS_STEP,     // [ok] [??] [..] [!!] [  ] from a step's state
    AS_GROUP,    // G-1
    AS_INCIDENT, // I-1
    AS_ALERT,
    AS_PLAN,     // P-1
    AS_RUN,
    AS_FLAG,     // "yes" when true, else empty
    AS_PERSON,   // "-" when nobody
};

struct list_col {
    struct colspec spec; // title N_()
    const char *column;
    enum list_form form;
};

struct list_spec {
    enum desk_query query;
    const struct list_col *col;
    size_t ncols;
    const char *section; // column whose change draws a heading; NULL = none
    const char *(*section_name)(struct span value);
    const char *settled; // column that ends all deadlines of a row: set, and not "new"; may be NULL
    const char *empty;   // N_(): an empty list must not read like an error
    bool live;
    bool is_paged; // has `key`; further pages are asked for with it
};

struct list {
    const struct list_spec *spec;
    struct table table;
    struct colspec cols[TABLE_COLS];
    struct page shown, latest;
    bool kept;    // `shown` holds the rows of a frozen table, `latest` is newer
    bool appends; // a further page is under way
    char arg[64];
};

enum { LIST_PAGE = 100 };
#define LIST_LIMIT "100"

void list_init(struct list *l, const struct list_spec *spec, const char *arg);
void list_free(struct list *l);
// Asks for the list anew, or, without `refresh`, for a further page if the cursor nears the end. Of the
// query's parameters `after` and `limit` are known here, the one left is `arg`. Uses slots `slot` and
// slot + 1.
void list_ask(struct list *l, struct view_effects *fx, unsigned slot, bool refresh);
// Answers to list_ask(), movement and marks, news: returns false when the message is not for it.
bool list_message(struct list *l, const struct view_msg *m, struct view_effects *fx, unsigned slot);
void list_draw(struct list *l, const struct view_env *env, struct canvas *c, struct rect r);

// A cell of the selected row, or of a row by id (marks); "" when there is none.
const char *list_get(const struct list *l, const char *column, char *out, size_t size);
const char *list_get_id(const struct list *l, const struct rowid *id, const char *column, char *out,
                        size_t size);
bool list_ready(const struct list *l);

#endif
