// context.h - what is known of sessions, checkouts, grants, windows, tools and lots at an event time.
// SPDX-License-Identifier: Apache-2.0
//
// Fed in order of event time (stage two), so an answer holds at the asking event's own time.
#ifndef CORE_ENGINE_CONTEXT_H
#define CORE_ENGINE_CONTEXT_H

#include "core/detect/context_ops.h"
#include "core/engine/scene.h"

void context_apply(struct engine *e, const struct obs *o, const struct scene *s);

// For rule_finish(): answers from the tables, for the scene given.
struct context_view {
    const struct engine *e;
    const struct scene *scene;
    char text[TEXT_ID];
};
struct context_ops context_ops_of(struct context_view *v);

// An approved window of the asset is open at `t`.
bool context_pm_open(const struct engine *e, int asset, utime_t t);
// The open window that names the scene's asset, its person or vendor, and this kind of action.
const struct row_window *context_pm_window(const struct engine *e, const struct scene *s,
                                           struct span kind, utime_t t);
// Of a recipe's revision, and of the recipe whatever the revision.
struct key128 context_recipe_key(const struct obs *o);
struct key128 context_recipe_any_key(const struct obs *o);
const struct row_session *context_session(const struct engine *e, struct span id);
const struct row_tool *context_tool(const struct engine *e, int asset);
struct row_tool *context_tool_put(struct engine *e, int asset);

#endif
