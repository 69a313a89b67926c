SHELF := core/frame
$(SHELF)_SRC := frame.c json_cut.c
