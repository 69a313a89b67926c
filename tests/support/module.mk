SHELF := tests/support
$(SHELF)_SRC :=
