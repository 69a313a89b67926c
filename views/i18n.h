// i18n.h - every label a person reads goes through here.
// SPDX-License-Identifier: Apache-2.0
//
// _() translates where a label is shown, N_() marks one that stands in a table. The text domain is
// `fabsoc`; the main sets it. Key letters and command names do not change with the language.
#ifndef VIEWS_I18N_H
#define VIEWS_I18N_H

#include <libintl.h>

#define VIEWS_DOMAIN "fabsoc"
#define _(s)         dgettext(VIEWS_DOMAIN, s)
#define N_(s)        s

static inline const char *i18n_text(const char *s)
{
    return s && *s ? dgettext(VIEWS_DOMAIN, s) : ""; // "" is the catalogue's own header
}

#endif
