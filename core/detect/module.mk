SHELF := core/detect
$(SHELF)_SRC := build_leaf.c condition.c context_ops.c corr_bind.c corr_cond.c correlation.c cover.c \
	cover_guess.c cover_regex.c detection.c doc.c fabsoc_map.c few.c filter.c fold.c called.c gram_choose.c gram_walk.c grams.c keyword.c lane.c leaf.c leaf_texts.c matcher.c \
	modifier.c names.c netaddr.c pattern.c placeholder.c prefilter.c prefilter_build.c program.c regex.c rulesource.c ruleset.c \
	teddy.c timepart.c units.c usual.c values.c
$(SHELF)_PKG := libpcre2-8
