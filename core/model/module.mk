SHELF := core/model
$(SHELF)_SRC := block.c effect.c event.c fsm_tables.c ids.c result.c tier.c
