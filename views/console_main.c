// console_main.c - fabsoc: options, keys, desk, then the terminal or one screen as text.
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/os/sandbox.h"
#include "connectors/pg/desk_pg.h"
#include "connectors/pg/place.h"
#include "core/base/attr.h"
#include "views/actions.h"
#include "views/console_tty.h"
#include "views/i18n.h"

enum { EXIT_DONE = 0, EXIT_CANNOT = 2, EXIT_USAGE = 64, KEYS_MAX = 64 * 1024 };

static const char default_keys[] =
#include "keys_conf.inc"
    ;

static const char usage[] =
    "usage: fabsoc [--state DIR] [--as LOGIN] [--db CONNINFO] [--keys FILE]\n"
    "              [--color auto|never|8|16|256] [--glyphs auto|ascii|unicode]\n"
    "              [--dump SCREEN [--size WxH]]\n\n"
    "  --state DIR   where the service's database is written down; without it $FABSOC_STATE, else "
    "the\n"
    "                usual place\n"
    "  --as LOGIN    the person, when it is not the name one is logged in under\n"
    "  --db CONNINFO a libpq connection string instead of --state and --as\n"
    "  --dump        print a screen as text and end: overview queue incidents sessions health, and "
    "with\n"
    "                a number alert incident playbooks plan run, such as 'run 3'\n"
    "Exit status: 0 done, 2 could not do it, 64 usage.\n";

struct options {
    struct console_options console;
    const char *state, *as, *db, *keys;
    const char *dump;
};

// From here on no program can be started, whatever comes out of the database.
static int confine(struct err *err)
{
    return sandbox_enter(&(struct sandbox){.groups = SANDBOX_OPEN | SANDBOX_NET}, err);
}

static bool parse_size(const char *s, struct console_options *o)
{
    struct span rest = span_str(s), w = span_cut(&rest, 'x');
    uint64_t width, height;

    if (!span_u64(w, &width) || !span_u64(rest, &height) || width > CANVAS_MAX_W ||
        height > CANVAS_MAX_H || !width || !height) {
        return false;
    }
    o->w = (int)width;
    o->h = (int)height;
    return true;
}

// 0, or the exit status + 1.
static int parse(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {
        {"state", required_argument, NULL, 's'}, {"as", required_argument, NULL, 'a'},
        {"db", required_argument, NULL, 'd'},    {"keys", required_argument, NULL, 'k'},
        {"color", required_argument, NULL, 'c'}, {"glyphs", required_argument, NULL, 'g'},
        {"dump", required_argument, NULL, 'D'},  {"size", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    int c;

    *o = (struct options){.console = {.w = 80, .h = 24, .confine = confine}};
    while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
        switch (c) {
        case 's': o->state = optarg; break;
        case 'a': o->as = optarg; break;
        case 'd': o->db = optarg; break;
        case 'k': o->keys = optarg; break;
        case 'c': o->console.term.color = optarg; break;
        case 'g': o->console.term.glyphs = optarg; break;
        case 'D': o->dump = o->console.screen = optarg; break;
        case 'S':
            if (!parse_size(optarg, &o->console)) {
                fputs("fabsoc: --size is WxH, such as 80x24\n", stderr);
                return EXIT_USAGE + 1;
            }
            break;
        case 'h': fputs(usage, stdout); return EXIT_DONE + 1;
        default: fputs(usage, stderr); return EXIT_USAGE + 1;
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return EXIT_USAGE + 1;
    }
    return 0;
}

static void say_fault(void *ctx, const struct err *err)
{
    (void)ctx;
    err_print(stderr, err);
}

static void add_keys(struct keymap *km, const char *path, struct span text)
{
    struct faults faults = {say_fault, NULL, 0};
    struct textfile tf = {path, text};

    (void)keymap_parse(km, &tf, &faults); // what is faulty was said; the rest stands
}

// The person's own keys: the file named, else the usual one if it is there.
static int load_keys(struct keymap *km, const char *named, struct err *err)
{
    static char text[KEYS_MAX];
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char path[PATH_MAX];
    FILE *f;
    size_t n;

    keymap_init(km, view_actions, ARRAY_LEN(view_actions));
    add_keys(km, "built-in keys.conf", SPAN_LIT(default_keys));
    if (named) {
        snprintf(path, sizeof(path), "%s", named);
    } else if (config && *config) {
        snprintf(path, sizeof(path), "%s/fabsoc/keys.conf", config);
    } else {
        snprintf(path, sizeof(path), "%s/.config/fabsoc/keys.conf", home ? home : "");
    }
    f = fopen(path, "re");
    if (!f) {
        return named ? err_sys(err, errno, "keys.open", "%s cannot be read", named) : 0;
    }
    n = fread(text, 1, sizeof(text), f);
    fclose(f);
    add_keys(km, path, span_of(text, n));
    return 0;
}

static int find_database(const struct options *o, char out[PLACE_CONN_MAX], struct err *err)
{
    struct place place;
    char state[PLACE_PATH_MAX];
    const char *login = o->as;
    const struct passwd *pw;
    int rc = 0;

    if (o->db) {
        snprintf(out, PLACE_CONN_MAX, "%s", o->db);
        return 0;
    }
    if (o->state) {
        snprintf(state, sizeof(state), "%s", o->state);
    } else {
        rc = place_default_state(state, sizeof(state), err);
    }
    if (!login) {
        pw = getpwuid(getuid());
        login = pw ? pw->pw_name : "";
    }
    rc = rc < 0 ? rc : place_load(state, &place, err);
    return rc < 0 ? rc : place_conninfo(&place, login, out, err);
}

int main(int argc, char **argv)
{
    static struct keymap km;
    struct options o;
    struct desk *desk = NULL;
    struct err err = ERR_INIT;
    char conninfo[PLACE_CONN_MAX];
    int rc = parse(argc, argv, &o);

    if (rc) {
        return rc - 1;
    }
    (void)setlocale(LC_ALL, "");
    (void)bind_textdomain_codeset(VIEWS_DOMAIN, "UTF-8");
    rc = load_keys(&km, o.keys, &err);
    rc = rc < 0 ? rc : find_database(&o, conninfo, &err);
    rc = rc < 0 ? rc : desk_pg_open(conninfo, &desk, &err);
    if (rc == 0) {
        rc = o.dump ? console_tty_dump(desk, &km, &o.console, stdout, &err)
                    : console_tty_run(desk, &km, &o.console, &err);
    }
    if (desk) {
        desk->ops->close(desk);
    }
    if (rc < 0) {
        err_print(stderr, &err);
        return rc == E_USAGE ? EXIT_USAGE : EXIT_CANNOT;
    }
    return EXIT_DONE;
}
