SHELF := core/frame
$(SHELF)_SRC := frame.c header.c json_cut.c probe.c
