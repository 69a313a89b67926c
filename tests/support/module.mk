SHELF := tests/support
$(SHELF)_SRC := acting.c wsworld.c
