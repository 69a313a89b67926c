SHELF := tests/support
$(SHELF)_SRC := standin_engine.c
