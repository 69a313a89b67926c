SHELF := core
$(SHELF)_SRC := desk.c store.c
