SHELF := core/model
$(SHELF)_SRC := block.c docread.c effect.c event.c fab.c fab_addr.c fab_lists.c fab_load.c fab_recipes.c fab_refs.c \
	fsm_tables.c hsms.c ids.c policy.c quarantine.c result.c roster.c tier.c wants.c
